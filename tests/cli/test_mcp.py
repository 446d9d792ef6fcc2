"""`sourcebot mcp` as it is typed: what is refused, what is missing, what completes."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import Run

_WITHOUT = """
import sys
for name in {missing!r}:
    sys.modules[name] = None
from sourcebot.cli.main import main
raise SystemExit(main(["mcp"]))
"""


def test_the_help_says_how_an_assistant_is_set_up(sourcebot: Run) -> None:
    result = sourcebot("mcp", "--help")

    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("usage: sourcebot mcp ")
    assert '{"mcpServers": {"sourcebot": {"command": "sourcebot", "args": ["mcp"]}}}' in result.out


def test_an_input_that_is_empty_ends_it(sourcebot: Run) -> None:
    result = sourcebot("mcp")

    assert (result.code, result.out, result.err) == (0, "", "")


@pytest.mark.parametrize("missing", ["mcp", "anyio", "uvicorn"])
def test_a_missing_extra_is_one_line_that_says_what_to_install(missing: str) -> None:
    code = _WITHOUT.format(missing=[missing])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "sourcebot: assistants need the extra `mcp`, which is not installed: "
        "pip install 'sourcebot-kb[mcp]'\n"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--port", "3"), "--port goes with --http"),
        (("--host", "0.0.0.0"), "--host goes with --http"),
        (("--keys", "keys.json"), "--keys goes with --http"),
        (("--http", "--port", "many"), "invalid int value"),
        (("--http", "--port", "70000"), "65535"),
        (("--http", "--host", "0.0.0.0"), "sourcebot keys new --scopes mcp"),
        (("--http", "--host", "not an address", "--keys", "keys.json"), "holds no API key"),
        (("--http", "--keys", "nowhere.json"), "nowhere.json: holds no API key"),
        (("--base", "tea"), "--base takes a name and a folder"),
        (("--base", "=tea"), "--base takes a name and a folder"),
        (("--base", "tea=nowhere"), "nowhere: no such folder"),
        (("--base", "a=kb", "--base", "a=kb"), "names `a` twice"),
        (("--kb", "kb", "--base", "a=kb"), "give one or the other"),
        (("--kb", "nowhere"), "nowhere: no such folder"),
        (("--config", "nowhere.toml"), "nowhere.toml: cannot be read"),
        (("please",), "unrecognized arguments"),
    ],
)
def test_what_cannot_be_served_is_one_line(
    sourcebot: Run, arguments: tuple[str, ...], told: str
) -> None:
    result = sourcebot("mcp", *arguments)

    assert (result.code, result.out) == (2, "")
    assert told in result.err
    assert result.err.startswith("sourcebot: ")
    assert result.err.count("\n") == 1


def test_a_port_that_is_taken_is_said_so(sourcebot: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = sourcebot("mcp", "--http", "--port", port)

    assert result.code == 2
    assert result.err.startswith(f"sourcebot: cannot listen on 127.0.0.1:{port}: ")
    assert result.err.count("\n") == 1


def test_bash_completes_the_command_its_options_and_its_files(
    sourcebot: Run, tmp_path: Path
) -> None:
    (tmp_path / "keys.json").write_text("{}", "utf-8")
    script = sourcebot("completion", "bash").out

    def completed(*words: str) -> list[str]:
        line = " ".join(f"'{word}'" for word in ("sourcebot", *words))
        code = (
            f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words)}; _shtab_sourcebot\n"
            'printf "%s\\n" "${COMPREPLY[@]}"'
        )
        done = subprocess.run(
            ["bash", "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
        )
        return done.stdout.split()

    assert completed("mc") == ["mcp"]
    assert {"--base", "--config", "--host", "--http", "--kb", "--keys", "--port"} <= set(
        completed("mcp", "--")
    )
    assert completed("mcp", "--http", "--keys", "ke") == ["keys.json"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_offer_the_command_too(sourcebot: Run, shell: str) -> None:
    script = sourcebot("completion", shell).out

    assert any("mcp" in line and "Model Context Protocol" in line for line in script.splitlines())


def test_ask_and_the_command_line_load_nothing_of_it() -> None:
    code = (
        "import sys; from sourcebot.cli.main import main; main(['ask', 'what is voip']); "
        "heavy = {'mcp', 'mcp_types', 'pydantic', 'anyio', 'starlette', 'uvicorn'}; "
        "loaded = {name.partition('.')[0] for name in sys.modules}; "
        "assert not heavy & loaded, heavy & loaded; "
        "assert 'sourcebot.cli.mcp' not in sys.modules; "
        "assert not [name for name in sys.modules if name.startswith('sourcebot.server')]"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
