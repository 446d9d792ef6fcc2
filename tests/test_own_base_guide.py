"""The guide to a base of one's own: its files are written, its commands run, its outputs seen."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

GUIDE = Path(__file__).parent.parent / "docs" / "your-own-base.md"
PORT = "8765"
"""The port of the guide; the test takes a free one in its place."""
PATIENCE = 60.0
pytestmark = pytest.mark.skipif(
    not (GUIDE.is_file() and shutil.which("bash") and shutil.which("curl")),
    reason="the guide or its shell is not here",
)


@dataclass(frozen=True)
class Step:
    """A file to write, or commands to run and lines that they must print."""

    line: int
    file: str
    text: str
    printed: tuple[str, ...] = ()


def steps() -> list[Step]:
    found: list[Step] = []
    for token in MarkdownIt().parse(GUIDE.read_text("utf-8")):
        if token.type != "fence":
            continue
        language, _, file = token.info.partition(" ")
        line = (token.map or [0])[0] + 1
        if file or language == "sh":
            found.append(Step(line, file, token.content))
        else:
            assert language == "text", f"{GUIDE}:{line}: a block that no test runs"
            assert found, f"{GUIDE}:{line}: an output before any command"
            last = found.pop()
            shown = tuple(text.strip() for text in token.content.splitlines())
            found.append(Step(last.line, last.file, last.text, shown))
    return found


def _free_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


@contextlib.contextmanager
def _serving(commands: str, folder: Path, port: str) -> Iterator[None]:
    with subprocess.Popen(
        ["bash", "-ec", commands.replace("sourcebot serve", "exec sourcebot serve")],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        try:
            until = time.monotonic() + PATIENCE
            while not _is_ready(port):
                assert server.poll() is None, server.stderr and server.stderr.read()
                assert time.monotonic() < until, "the server does not get ready"
                time.sleep(0.1)
            yield
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=PATIENCE)


def _is_ready(port: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_every_command_of_the_guide_runs_and_prints_what_the_guide_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bin = tmp_path / "bin"
    bin.mkdir()
    command = bin / "sourcebot"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sourcebot "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(GUIDE.parent.parent))
    work, port = tmp_path / "work", _free_port()
    work.mkdir()
    with contextlib.ExitStack() as servers:
        for step in steps():
            text = step.text.replace(PORT, port)
            where = f"{GUIDE}:{step.line}"
            if step.file:
                (work / step.file).write_text(text, "utf-8")
                continue
            if "sourcebot serve" in text:
                servers.enter_context(_serving(text, work, port))
                continue
            done = subprocess.run(
                ["bash", "-ec", text], cwd=work, capture_output=True, text=True, timeout=100,
                check=False,
            )  # fmt: skip
            assert done.returncode == 0, f"{where}\n{done.stdout}\n{done.stderr}"
            printed = " ".join(done.stdout.split())  # a terminal may wrap it elsewhere
            for shown in step.printed:
                assert " ".join(shown.split()) in printed, f"{where}: {shown}\n{done.stdout}"
