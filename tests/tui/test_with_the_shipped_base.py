"""The app over the real bot and base, and as a process in a terminal."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sourcebot import Bot
from sourcebot.history import History
from sourcebot.tui.app import SourcebotApp
from sourcebot.tui.turn import Turn

MESSAGES = [
    "whats diffrence outsorcing & offshoring",
    "and why?",
    "2",
    "/why",
    "/help",
    "[/oops] {{7*7}}",
    "\x00\u202e🎉 مرحبا",
    "x" * 1_000_000,
]


async def test_a_conversation(tmp_path: Path) -> None:
    app = SourcebotApp(Bot.load, history=History(tmp_path / "history.jsonl"))
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        while not app.screen.query("Welcome"):
            await pilot.pause(0.02)
        prompt: Any = app.screen.query_one("#prompt")
        for message in MESSAGES:
            prompt.value = message
            await pilot.press("enter")
            await pilot.pause()
        turns = list(app.screen.query(Turn))

        assert len(turns) == len(MESSAGES)
        assert turns[0].reply.status == "answered"
        assert turns[0].reply.sources
        assert turns[4].reply.intent == "help"
        assert turns[-1].reply.reason == "too-long"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("arguments", "keys", "seen", "code"),
    [
        ("", b"what is offshoring\r\x11", b"\x1b[?1049l", 0),
        ("'no-such-folder'", b"", b"no-such-folder: no such folder", 2),
    ],
)
def test_in_a_terminal(arguments: str, keys: bytes, seen: bytes, code: int) -> None:
    import pty

    program = (
        "from sourcebot.errors import SourcebotError\n"
        "from sourcebot.tui import run\n"
        f"try: raise SystemExit(run({arguments}))\n"
        "except SourcebotError as error: print(error); raise SystemExit(2)\n"
    )
    terminal, inside = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
    ) as process:
        os.close(inside)
        output = _converse(terminal, keys)
    os.close(terminal)

    assert seen in output
    assert process.returncode == code


def _converse(terminal: int, keys: bytes) -> bytes:
    """Type the keys once the prompt is there, and read until the app has gone."""
    output = b""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            data = os.read(terminal, 65536)
        except OSError:  # Linux says so where the other side has closed
            return output
        if not data:
            return output
        output += data
        if keys and b"sk a question" in output:
            os.write(terminal, keys)
            keys = b""
    raise TimeoutError(output[-2000:])
