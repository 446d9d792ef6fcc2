"""Pictures of the app. After a wanted change: look at snapshot_report.html, `--snapshot-update`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sourcebot.tui.app import LIGHT, SourcebotApp

pytestmark = pytest.mark.snapshot

MakeApp = Callable[..., SourcebotApp]
RunBefore = Callable[[Pilot[Any]], Awaitable[None]]


def after(*messages: str, theme: str | None = None) -> RunBefore:
    """Send the messages, then hold everything that moves."""

    async def run_before(pilot: Pilot[Any]) -> None:
        app = pilot.app
        if theme is not None:
            app.theme = theme
        while not app.screen.query("Welcome"):
            await pilot.pause(0.01)
        prompt = app.screen.query_one("#prompt", Input)
        prompt.cursor_blink = False
        for message in messages:
            prompt.value = message
            await pilot.press("enter")
            await pilot.pause()
        await pilot.pause()

    return run_before


def test_start(make_app: MakeApp, snap_compare: Any) -> None:
    assert snap_compare(make_app(), run_before=after(), terminal_size=(80, 24))


def test_answer(make_app: MakeApp, snap_compare: Any) -> None:
    seen = after("hi [/oops]", "what is offshoring")
    assert snap_compare(make_app(), run_before=seen, terminal_size=(90, 36))


def test_narrow(make_app: MakeApp, snap_compare: Any) -> None:
    seen = after("what is offshoring")
    assert snap_compare(make_app(), run_before=seen, terminal_size=(40, 15))


def test_light(make_app: MakeApp, snap_compare: Any) -> None:
    seen = after("what is offshoring", theme=LIGHT.name)
    assert snap_compare(make_app(), run_before=seen, terminal_size=(120, 40))
