"""The learn screen: the way in and out, the path, the charts, what goes wrong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path as File
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from sourcebot.errors import LearningError
from sourcebot.history import History
from sourcebot.learning.standing import Strength
from sourcebot.learning.who import default_learner
from sourcebot.tui.app import SourcebotApp
from sourcebot.tui.charts import Ahead, Forecast, Memories
from sourcebot.tui.chat import ChatScreen
from sourcebot.tui.lessons import LearnScreen
from sourcebot.tui.path import REVIEW, Path
from sourcebot.tui.study import StudyScreen
from sourcebot.tui.turn import Turn
from sourcebot.tui.when import lasting, until
from tests.tui.conftest import FakeBot
from tests.tui.test_learn_fakes import NOW, Class, hold_time_zone


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_time_zone(monkeypatch)


@pytest.fixture
def pupils(tmp_path: File, bot: FakeBot) -> Class:
    return Class(tmp_path, bot)


async def settled(pilot: Pilot[Any]) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@asynccontextmanager
async def on_the_path(app: SourcebotApp, **options: Any) -> AsyncIterator[Pilot[Any]]:
    async with app.run_test(**options) as pilot:
        await settled(pilot)
        yield pilot


def shown(app: SourcebotApp, id: str) -> str:
    return str(app.screen.query_one(id, Static).render())


def listed(app: SourcebotApp) -> list[str]:
    path = app.screen.query_one(Path)
    return [str(path.get_option_at_index(at).prompt) for at in range(path.option_count)]


async def test_it_opens_on_the_lessons_and_escape_leads_to_the_chat(pupils: Class) -> None:
    app = pupils.app()
    async with on_the_path(app) as pilot:
        assert isinstance(app.screen, LearnScreen)
        assert shown(app, "#course") == "Sourcing in four short lessons"
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, ChatScreen)
        assert app.screen.ready


@pytest.mark.parametrize("way", ["f5", "/learn", "palette"])
async def test_the_chat_leads_to_the_lessons_and_keeps_its_conversation(
    pupils: Class, way: str
) -> None:
    app = pupils.app(learning=False)
    async with on_the_path(app) as pilot:
        await pilot.press(*"hello", "enter")
        if way == "palette":
            commands = {c.title: c.callback for c in app.get_system_commands(app.screen)}
            commands["Learn"]()
        else:
            await pilot.press(*((way,) if way == "f5" else (*way, "enter")))
        await settled(pilot)
        assert isinstance(app.screen, LearnScreen)

        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, ChatScreen)
        assert len(app.screen.query(Turn)) == 1
        assert pupils.bot.sent == ["hello"]


async def test_a_new_learner_is_told_what_the_course_is_for(pupils: Class) -> None:
    app = pupils.app()
    async with on_the_path(app):
        assert "nothing learnt yet" in shown(app, "#learner")
        assert "who does it and where" in shown(app, "#notes")
        assert app.screen.query_one(Path).marked == "two-questions"
        assert "by who and where" in shown(app, "#detail")
        assert "new" in listed(app)[0]


async def test_lessons_tell_their_state_in_words_and_numbers(pupils: Class) -> None:
    app = pupils.learnt().app()
    async with on_the_path(app):
        review, first, second, third, last = listed(app)

        assert "Review what is due today (4)" in review
        assert app.screen.query_one(Path).marked == REVIEW
        assert "1 Two questions" in first
        for told in ("done", "3/3", "89% remembered", "1 due"):
            assert told in first
        assert "done" in second
        assert "begun" in third
        assert "new" in last
        assert "0/4" in last


@pytest.mark.parametrize(
    ("keys", "title"),
    [
        (("enter",), "Review"),
        (("r",), "Review"),
        (("n",), "Why companies do it"),
        (("2",), "Near, far and back again"),
        (("down", "enter"), "Two questions"),
    ],
)
async def test_keys_open_a_lesson_or_the_review(
    pupils: Class, keys: tuple[str, ...], title: str
) -> None:
    app = pupils.learnt().app()
    async with on_the_path(app) as pilot:
        await pilot.press(*keys)
        await settled(pilot)

        assert isinstance(app.screen, StudyScreen)
        assert shown(app, "#title") == title


async def test_a_click_opens_a_lesson(pupils: Class) -> None:
    app = pupils.app()
    async with on_the_path(app) as pilot:
        await pilot.click(Path, offset=(8, 3))
        await settled(pilot)

        assert shown(app, "#title") == "Near, far and back again"


async def test_without_anything_due_there_is_no_review(pupils: Class) -> None:
    app = pupils.app()
    async with on_the_path(app, notifications=True) as pilot:
        await pilot.press("r", "9", "0")
        await settled(pilot)

        assert isinstance(app.screen, LearnScreen)
        assert REVIEW not in app.screen.path.ids


@pytest.mark.parametrize("size", [(40, 20), (40, 15), (80, 24)])
async def test_where_it_is_narrow_the_memory_is_on_a_side_of_its_own(
    pupils: Class, size: tuple[int, int]
) -> None:
    app = pupils.learnt().app()
    async with on_the_path(app, size=size) as pilot:
        path, memory = app.screen.query_one("#path-side"), app.screen.query_one("#memory-side")
        assert path.region.width > size[0] * 0.8
        assert not memory.display
        await pilot.press("m")
        await pilot.pause()
        assert not path.display
        assert memory.region.width > size[0] * 0.8
        await pilot.click("#show-path")
        await pilot.pause()
        assert path.display
        await pilot.press("m", "m")
        await pilot.pause()
        assert app.screen.query_one(Path).has_focus


async def test_where_it_is_wide_both_sides_are_there(pupils: Class) -> None:
    app = pupils.learnt().app()
    async with on_the_path(app, size=(120, 40)) as pilot:
        path, memory = app.screen.query_one("#path-side"), app.screen.query_one("#memory-side")
        assert path.region.right <= memory.region.x
        assert memory.region.right <= 120
        await pilot.press("m")
        assert memory.has_focus
        await pilot.press("m")
        assert app.screen.query_one(Path).has_focus


@pytest.mark.parametrize("width", range(36, 140, 13))
@pytest.mark.parametrize("terminal", ["xterm", "dumb"])
def test_no_chart_is_wider_than_its_room(
    pupils: Class, width: int, terminal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", terminal)
    for standing in (pupils.tutor.standing(), pupils.learnt().tutor.standing()):
        forecast, ahead = Forecast("Due", id="forecast"), Ahead("Known", id="ahead")
        memories = Memories("Sure", id="memories")
        forecast.days, ahead.shares = standing.forecast, standing.ahead
        memories.strengths = standing.strengths

        for chart in (forecast, ahead, memories):
            assert max(line.cell_length for line in chart.bars(width)) <= width


def test_plain_characters_tell_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    forecast = Forecast("Due", id="forecast")
    forecast.days = [(date(2026, 8, 4) + timedelta(n), n) for n in range(14)]
    ahead = Ahead("Known", id="ahead")
    ahead.shares = {0: 1.0, 7: 0.5}
    lines = [str(line) for chart in (forecast, ahead) for line in chart.bars(54)]

    assert all(line.isascii() for line in lines)
    assert lines[1] == "Wed 5 Aug  ###....................................   1"
    assert "in 7 days" in lines[-1]
    assert lines[-1].endswith("50%")


def test_days_stand_below_columns_of_their_number() -> None:
    forecast = Forecast("Due", id="forecast")
    forecast.days = [(date(2026, 8, 4) + timedelta(n), n % 3) for n in range(14)]
    *_, names, days = [str(line) for line in forecast.bars(60)]

    assert names.split() == [*["Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon"] * 2]
    assert days.split() == [str(day) for day in range(4, 18)]


async def test_memories_are_sorted_from_either_end(pupils: Class) -> None:
    app = pupils.learnt().app()
    async with on_the_path(app, size=(120, 40)) as pilot:
        memories = app.screen.query_one(Memories)
        first = [str(line) for line in memories.lines(60)]
        await pilot.press("s")
        second = [str(line) for line in memories.lines(60)]

        assert first[0].endswith("weakest first")
        assert "The idea of offshoring" in first[1]
        assert "72%" in first[1]
        assert "1 day" in first[1]
        assert second[0].endswith("surest first")
        assert second[1:-1] == first[-2:0:-1]


async def test_what_has_changed_or_is_gone_is_told(pupils: Class) -> None:
    pupils.learnt().changed("which:offshoring")
    pupils.school.practice["reasons"] = ()
    app = pupils.app()
    async with on_the_path(app):
        notes = shown(app, "#notes")

    assert "1 thing that you learnt has changed since" in notes
    assert "2 exercises are no longer in the knowledge base" in notes


async def test_a_clock_that_was_set_back_is_told(pupils: Class) -> None:
    pupils.learnt().now = NOW - timedelta(days=30)
    app = pupils.app()
    async with on_the_path(app):
        assert "clock is behind your last answer (Fri 31 Jul, 10:00)" in shown(app, "#notes")


async def test_a_file_that_cannot_be_read_is_one_line(
    pupils: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise LearningError("learners.sqlite3: is [/damaged]; move it aside")

    monkeypatch.setattr(pupils.store, "kept", broken)
    app = pupils.app()
    async with on_the_path(app, notifications=True) as pilot:
        assert [n.message for n in app._notifications] == [
            "learners.sqlite3: is [/damaged]; move it aside"
        ]
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, ChatScreen)


async def test_a_lesson_that_cannot_be_told_is_one_line(pupils: Class) -> None:
    pupils.school.broken = "near-far"
    app = pupils.app()
    async with on_the_path(app, notifications=True) as pilot:
        await pilot.press("2")
        await settled(pilot)
        assert "x.md.j2:3" in next(n.message for n in app._notifications)
        await pilot.press("1")
        await settled(pilot)
        assert isinstance(app.screen, StudyScreen)


async def test_help_lists_the_keys_of_the_screen(pupils: Class) -> None:
    app = pupils.app()
    async with on_the_path(app, size=(80, 50)) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        keys = [str(key.render()) for key in app.screen.query(".key").results(Static)]

        assert {"enter", "f1", "r", "n", "m", "s", "escape", "ctrl+t"} <= {*keys}
        assert not [key for key in keys if key.startswith("/")]
        await pilot.press("escape")
        assert isinstance(app.screen, LearnScreen)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: until(NOW + timedelta(minutes=10), NOW), "in a few minutes"),
        (lambda: until(NOW - timedelta(days=1), NOW), "now"),
        (lambda: until(NOW + timedelta(hours=5), NOW), "later today"),
        (lambda: until(NOW + timedelta(hours=20), NOW), "tomorrow"),
        (lambda: until(NOW + timedelta(days=5), NOW), "in 5 days, Sun 9 Aug"),
        (lambda: lasting(0.01), "1 hour"),
        (lambda: lasting(1), "1 day"),
        (lambda: lasting(100), "3 months"),
        (lambda: lasting(1000), "3 years"),
    ],
)
def test_times_are_told_in_words(make: Callable[[], str], told: str) -> None:
    assert make() == told


def test_a_strength_of_nothing_is_a_bar_without_length() -> None:
    memories = Memories("Sure", id="memories")
    memories.strengths = [Strength("x", "x" * 200, 0.0, 0.0, NOW, 1, 1)]

    assert "0%" in str(next(memories.bars(40)))


def test_the_learner_is_who_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCEBOT_LEARNER", "  Ada   L. ")
    assert default_learner() == "Ada L."
    monkeypatch.setenv("SOURCEBOT_LEARNER", "")
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    assert default_learner() == "ada"

    def nobody() -> str:
        raise KeyError("no such user")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert default_learner() == "me"


def test_the_chat_loads_nothing_of_the_lessons() -> None:
    code = """
import asyncio, sys
from sourcebot import Bot
from sourcebot.history import History
from sourcebot.tui.app import SourcebotApp

async def main():
    app = SourcebotApp(Bot.load, history=History())
    async with app.run_test() as pilot:
        while not app.screen.query("Welcome"):
            await pilot.pause(0.01)
        await pilot.press(*"what is offshoring", "enter")
        await pilot.pause()
    lessons = ("sourcebot.learning", "sourcebot.tui.lessons", "sourcebot.tui.study")
    print(*[m for m in sys.modules if m in ("fsrs", "sqlite3") or m.startswith(lessons)])

asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []


def test_the_default_tutor_is_this_users(bot: FakeBot, monkeypatch: pytest.MonkeyPatch) -> None:
    from sourcebot.tui.enrolment import tutor_of

    monkeypatch.setenv("SOURCEBOT_LEARNER", "Grace")
    any_bot: Any = bot
    monkeypatch.setattr("sourcebot.tui.enrolment.School", lambda bot: SimpleNamespace(bot=bot))
    first, again = tutor_of(any_bot), tutor_of(any_bot, "grace")

    assert first.learner == again.learner
    assert first.learner.name == "Grace"
    assert History().texts == ()
