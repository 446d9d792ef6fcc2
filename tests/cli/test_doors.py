"""Usage, help, and `sourcebot` without a command."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import sourcebot as package
from tests.cli.running import Run

pty = pytest.importorskip("pty", reason="pseudo-terminals are a Unix thing")


def test_the_version_is_printed(sourcebot: Run) -> None:
    result = sourcebot("--version")

    assert (result.code, result.out) == (0, f"sourcebot {package.__version__}\n")


def test_help_shows_commands_examples_exit_codes_and_files(sourcebot: Run) -> None:
    text = sourcebot("--help").out

    for part in ("ask", "chat", "completion", "examples:", "exit codes:", "files:", "SOURCEBOT_KB"):
        assert part in text


@pytest.mark.parametrize(
    "arguments",
    [("ask", "--help"), ("chat", "--help"), ("kb", "--help"), ("kb", "stats", "--help")],
)
def test_every_command_has_help(sourcebot: Run, arguments: tuple[str, ...]) -> None:
    result = sourcebot(*arguments)

    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"usage: sourcebot {' '.join(arguments[:-1])}")


@pytest.mark.parametrize(
    "arguments",
    [
        ("dance",),
        ("ask",),
        ("kb",),
        ("kb", "dance"),
        ("chat", "--loud"),
        ("--kb",),
        ("completion", "cmd.exe"),
        ("--js", "chat"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    sourcebot: Run, arguments: tuple[str, ...]
) -> None:
    result = sourcebot(*arguments)

    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("sourcebot: ")
    assert result.err.count("\n") == 1
    assert "--help" in result.err


def test_without_a_terminal_it_explains_itself_instead_of_hanging(sourcebot: Run) -> None:
    result = sourcebot()

    assert (result.code, result.out) == (2, "")
    assert "needs a terminal" in result.err
    assert "sourcebot ask" in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "terminal"), [((), "dumb"), (("--plain",), "xterm-256color")]
)
def test_dumb_terminals_and_plain_get_the_plain_chat(
    arguments: tuple[str, ...], terminal: str
) -> None:
    outer, inner = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "sourcebot", *arguments],
        stdin=inner,
        stdout=inner,
        stderr=inner,
        env={**os.environ, "TERM": terminal},
    )
    os.close(inner)

    os.write(outer, b"what is offshoring\n/quit\n")
    screen = b""
    while True:
        try:
            part = os.read(outer, 65536)
        except OSError:  # how Linux says that the other side has closed
            break
        if not part:
            break
        screen += part
    os.close(outer)

    assert process.wait(timeout=30) == 0
    assert b"/quit leaves" in screen
    assert b"\r\n> " in screen
    assert b"Sources:" in screen
    assert b"\x1b" not in screen


def test_plain_works_without_a_terminal_too(sourcebot: Run) -> None:
    result = sourcebot("--plain", given="what is offshoring\n")

    assert result.code == 0
    assert "Sources:" in result.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_commands_and_options(sourcebot: Run, shell: str) -> None:
    script = sourcebot("completion", shell).out

    for word in ("ask", "stats", "kb", "json"):
        assert word in script


def test_the_bash_completion_is_sound_bash(sourcebot: Run) -> None:
    script = sourcebot("completion", "bash").out_bytes

    assert subprocess.run(["bash", "-n"], input=script, check=False).returncode == 0
