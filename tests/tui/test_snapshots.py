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

ADVISED = ("help me decide", "Nobody, please", "In a tea house", "Minutes")


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


def test_question(tea_app: MakeApp, snap_compare: Any) -> None:
    seen = after(*ADVISED[:3])
    assert snap_compare(tea_app(), run_before=seen, terminal_size=(110, 30))


def test_narrow_question(tea_app: MakeApp, snap_compare: Any) -> None:
    seen = after(*ADVISED[:2])
    assert snap_compare(tea_app(), run_before=seen, terminal_size=(40, 15))


def test_narrow_answers(tea_app: MakeApp, snap_compare: Any) -> None:
    async def seen(pilot: Pilot[Any]) -> None:
        await after(*ADVISED[:3])(pilot)
        await pilot.press("f3")
        await pilot.pause()

    assert snap_compare(tea_app(), run_before=seen, terminal_size=(40, 15))


def test_result(tea_app: MakeApp, snap_compare: Any) -> None:
    assert snap_compare(tea_app(), run_before=after(*ADVISED), terminal_size=(110, 44))


def test_narrow_result(tea_app: MakeApp, snap_compare: Any) -> None:
    assert snap_compare(tea_app(), run_before=after(*ADVISED), terminal_size=(40, 44))


def test_light_result(tea_app: MakeApp, snap_compare: Any) -> None:
    seen = after(*ADVISED, theme=LIGHT.name)
    assert snap_compare(tea_app(), run_before=seen, terminal_size=(80, 44))


def test_result_without_colour(
    tea_app: MakeApp, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(tea_app(), run_before=after(*ADVISED), terminal_size=(80, 44))
