"""Pictures of the learn screens. After a wanted change: look at them, then `--snapshot-update`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sourcebot.tui.app import LIGHT
from tests.tui.conftest import FakeBot
from tests.tui.test_learn_fakes import Class, hold_time_zone

pytestmark = pytest.mark.snapshot

EXERCISE = ("1", "enter", "enter")
OUTCOME = (*EXERCISE, "1")


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_time_zone(monkeypatch)


@pytest.fixture
def pupils(tmp_path: Path, bot: FakeBot) -> Class:
    return Class(tmp_path, bot).learnt()


def after(*keys: str, theme: str | None = None) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Press keys, each once the last has had its effect, and hold everything that moves."""

    async def run_before(pilot: Pilot[Any]) -> None:
        if theme is not None:
            pilot.app.theme = theme
        for key in ("", *keys):
            if key:
                await pilot.press(key)
            await pilot.pause()
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
        for prompt in pilot.app.screen.query("#prompt"):
            prompt.cursor_blink = False  # type: ignore[attr-defined]
        await pilot.pause()

    return run_before


def test_overview(pupils: Class, snap_compare: Any) -> None:
    assert snap_compare(pupils.app(), run_before=after(), terminal_size=(120, 40))


def test_light_overview(pupils: Class, snap_compare: Any) -> None:
    seen = after(theme=LIGHT.name)
    assert snap_compare(pupils.app(), run_before=seen, terminal_size=(80, 24))


def test_narrow_overview(pupils: Class, snap_compare: Any) -> None:
    assert snap_compare(pupils.app(), run_before=after(), terminal_size=(40, 20))


def test_narrow_memory(pupils: Class, snap_compare: Any) -> None:
    assert snap_compare(pupils.app(), run_before=after("m"), terminal_size=(40, 34))


def test_overview_without_colour_and_lines(
    pupils: Class, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    assert snap_compare(pupils.app(), run_before=after(), terminal_size=(120, 40))


def test_page(pupils: Class, snap_compare: Any) -> None:
    assert snap_compare(pupils.app(), run_before=after("1"), terminal_size=(80, 24))


def test_exercise(pupils: Class, snap_compare: Any) -> None:
    assert snap_compare(pupils.app(), run_before=after(*EXERCISE), terminal_size=(80, 24))


def test_light_exercise(pupils: Class, snap_compare: Any) -> None:
    seen = after(*EXERCISE, "down", theme=LIGHT.name)
    assert snap_compare(pupils.app(), run_before=seen, terminal_size=(80, 24))


def test_narrow_exercise(pupils: Class, snap_compare: Any) -> None:
    assert snap_compare(pupils.app(), run_before=after(*EXERCISE), terminal_size=(40, 20))


def test_changed_exercise(pupils: Class, snap_compare: Any) -> None:
    app = pupils.changed("which:offshoring").app()
    assert snap_compare(app, run_before=after("r"), terminal_size=(80, 24))


def test_outcome(pupils: Class, snap_compare: Any) -> None:
    assert snap_compare(pupils.app(), run_before=after(*OUTCOME), terminal_size=(80, 30))


def test_light_outcome(pupils: Class, snap_compare: Any) -> None:
    seen = after(*EXERCISE, "3", theme=LIGHT.name)
    assert snap_compare(pupils.app(), run_before=seen, terminal_size=(80, 30))


def test_narrow_outcome(pupils: Class, snap_compare: Any) -> None:
    assert snap_compare(pupils.app(), run_before=after(*OUTCOME), terminal_size=(40, 20))


def test_question_in_between(pupils: Class, snap_compare: Any) -> None:
    seen = after(*EXERCISE, *"what is offshoring", "enter")
    assert snap_compare(pupils.app(), run_before=seen, terminal_size=(80, 34))
