"""A sitting on the screen, driven as a learner drives it: by keyboard, by mouse, with mistakes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path as File
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Markdown, Static

from sourcebot.errors import LearningError
from sourcebot.learning.steps import Exercise, Finished, Outcome, Page
from sourcebot.tui.app import SourcebotApp
from sourcebot.tui.lessons import LearnScreen
from sourcebot.tui.listing import Choices
from sourcebot.tui.path import Path
from sourcebot.tui.stages import Changed, OutcomeStage
from sourcebot.tui.study import ANSWER, UNKNOWN, WRITE, StudyScreen
from sourcebot.tui.turn import Sources, Turn
from tests.tui.conftest import FakeBot
from tests.tui.test_learn_fakes import NOW, WHICH, WORDED, Class, hold_time_zone

FIRST = ("enter", "enter")
"""Past both pages, to the first exercise."""


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_time_zone(monkeypatch)


@pytest.fixture
def pupils(tmp_path: File, bot: FakeBot) -> Class:
    return Class(tmp_path, bot)


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one after the other, each once the last has had its effect."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def settled(pilot: Pilot[Any]) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def say(pilot: Pilot[Any], text: str) -> None:
    study(pilot.app).prompt.value = text
    study(pilot.app).prompt.focus()
    await press(pilot, "enter")


@asynccontextmanager
async def at_lesson(
    pupils: Class, *keys: str, wanted: str = "1", **options: Any
) -> AsyncIterator[Pilot[Any]]:
    async with pupils.app().run_test(**options) as pilot:
        await settled(pilot)
        await press(pilot, wanted, *keys)
        yield pilot


def study(app: Any) -> StudyScreen:
    assert isinstance(app, SourcebotApp)
    assert isinstance(app.screen, StudyScreen)
    return app.screen


def step(pilot: Pilot[Any]) -> Any:
    return study(pilot.app)._sitting.step


def seen(pilot: Pilot[Any]) -> str:
    """All text of the middle."""
    parts = []
    for widget in study(pilot.app).body.query("*"):
        if isinstance(widget, Markdown):
            parts.append(widget.source)
        elif isinstance(widget, Static):
            parts.append(str(widget.render()))
    return "\n".join(parts)


def offered(pilot: Pilot[Any]) -> list[str]:
    return [pick.label for pick in study(pilot.app).choices.picks]


def number(pilot: Pilot[Any], label: str) -> str:
    return str(offered(pilot).index(label) + 1)


def asked(pupils: Class) -> int:
    """Conversations that sittings have begun; the chat has its own."""
    return len(pupils.bot.conversations) - 1


async def right(pilot: Pilot[Any]) -> None:
    """Give the right answer to what is asked, and go on."""
    exercise = step(pilot)
    if exercise.item.free is not None:
        await say(pilot, "It is abroad, but close")
    else:
        best = exercise.item.asks[exercise.row - 1].best.label
        await press(pilot, number(pilot, best))
    assert step(pilot).right
    await press(pilot, "enter")


async def test_a_whole_lesson_by_keyboard(pupils: Class) -> None:
    async with at_lesson(pupils) as pilot:
        assert isinstance(step(pilot), Page)
        assert "Every piece of work" in seen(pilot)
        await press(pilot, *FIRST)
        while isinstance(step(pilot), Exercise):
            await right(pilot)

        assert isinstance(step(pilot), Finished)
        assert "3 of 3 right at the first try." in seen(pilot)
        assert "The next review: " in seen(pilot)
        assert offered(pilot)[0] == "Next lesson: Near, far and back again"
        assert offered(pilot)[-1] == "Overview"
        await press(pilot, number(pilot, "Overview"))
        assert isinstance(pilot.app.screen, LearnScreen)
        assert "3/3" in str(pilot.app.screen.query_one(Path).get_option_at_index(0).prompt)


async def test_arrows_and_enter_answer(pupils: Class) -> None:
    async with at_lesson(pupils, *FIRST) as pilot:
        label = offered(pilot)[1]
        await press(pilot, "down", "down", "enter")

        assert isinstance(step(pilot), Outcome)
        assert f"{label} (your answer)" in seen(pilot)


async def test_enter_on_a_page_answers_no_exercise(pupils: Class) -> None:
    async with at_lesson(pupils, *FIRST, "enter", "enter") as pilot:
        assert isinstance(step(pilot), Exercise)


async def test_a_letter_answers_with_enter_and_shows_before_what_it_means(pupils: Class) -> None:
    async with at_lesson(pupils, *FIRST) as pilot:
        label = offered(pilot)[2]
        await press(pilot, "c")
        assert study(pilot.app).choices.highlighted == 2
        assert isinstance(step(pilot), Exercise)
        await press(pilot, "enter")

        assert f"{label} (your answer)" in seen(pilot)
        assert asked(pupils) == 0


@pytest.mark.parametrize("typed", ["offshoring", " OFFSHORING. "])
async def test_a_typed_label_answers(pupils: Class, typed: str) -> None:
    async with at_lesson(pupils, *FIRST) as pilot:
        await say(pilot, typed)
        assert step(pilot).right


async def test_a_whole_lesson_by_mouse(pupils: Class) -> None:
    async with at_lesson(pupils, "escape", size=(80, 30)) as pilot:
        await pilot.click(Path, offset=(8, 1))
        await settled(pilot)
        for _ in range(40):
            if isinstance(step(pilot), Finished):
                break
            at, exercise = 0, step(pilot)
            if isinstance(exercise, Exercise) and exercise.choices:
                best = exercise.item.asks[exercise.row - 1].best.label
                at = offered(pilot).index(best)
            # Its border is the first line.
            await pilot.click(Choices, offset=(4, at + 1))
            await settled(pilot)

        assert "2 of 3 right at the first try." in seen(pilot)
        await pilot.click(Choices, offset=(4, 1))
        await settled(pilot)
        assert str(study(pilot.app).query_one("#title", Static).render()).startswith("Near, far")


async def test_a_wrong_answer_says_so_and_is_asked_once_more(pupils: Class) -> None:
    async with at_lesson(pupils, *FIRST) as pilot:
        await press(pilot, number(pilot, "Outsourcing"))

        assert "✗ Not quite." in seen(pilot)
        assert "✗ Outsourcing (your answer)" in seen(pilot)
        assert "✓ Offshoring" in seen(pilot)
        assert "Outsourcing would ask who. The best answer: Offshoring" in seen(pilot)
        assert "Asked again in a few minutes." in seen(pilot)
        assert "[1] Offshoring and Employment" in seen(pilot)
        await press(pilot, "enter")
        for _ in range(3):
            await right(pilot)
        assert step(pilot).repeated
        where = str(study(pilot.app).query_one("#step", Static).render())
        assert where == "exercise 3 of 3, once more"


async def test_not_to_know_is_an_answer(pupils: Class) -> None:
    async with at_lesson(pupils, *FIRST) as pilot:
        await press(pilot, number(pilot, UNKNOWN))

        assert not step(pilot).right
        assert "(your answer)" not in seen(pilot)


async def test_parts_are_answered_one_after_the_other(pupils: Class) -> None:
    async with at_lesson(pupils, *FIRST) as pilot:
        await right(pilot)
        where = study(pilot.app).query_one("#step", Static)
        assert str(where.render()) == "exercise 2 of 3, part 1 of 2"
        await press(pilot, number(pilot, "Another firm"))
        assert step(pilot).more
        assert "Asked again" not in seen(pilot)
        await press(pilot, "enter")
        assert str(where.render()) == "exercise 2 of 3, part 2 of 2"


async def test_anything_else_is_asked_and_the_exercise_waits(pupils: Class) -> None:
    async with at_lesson(pupils, *FIRST) as pilot:
        before = offered(pilot)
        await press(pilot, *"can offshoring", "enter")

        assert pupils.bot.sent == ["can offshoring"]
        assert len(study(pilot.app).query(Turn)) == 1
        assert "Which is it?" in seen(pilot)
        assert offered(pilot)[0] == "Back to the lesson"
        await press(pilot, "3")
        assert pupils.bot.sent[1:] == ["What are the risks of offshoring?"]
        await press(pilot, "enter")
        assert offered(pilot) == before
        assert not study(pilot.app).query(Turn)
        assert study(pilot.app).prompt.placeholder == ANSWER
        await right(pilot)
        assert asked(pupils) == 1
        assert pupils.store.reviews(pupils.learner, pupils.tutor.kb)[0].right


@pytest.mark.parametrize("way", ["escape", "enter", "1", "click"])
async def test_there_are_many_ways_back_to_the_lesson(pupils: Class, way: str) -> None:
    async with at_lesson(pupils, *FIRST, size=(80, 30)) as pilot:
        await say(pilot, "what is offshoring?")
        if way == "click":
            await pilot.click(Choices, offset=(4, 1))
            await settled(pilot)
        else:
            await press(pilot, way)

        assert UNKNOWN in offered(pilot)
        assert isinstance(step(pilot), Exercise)


async def test_what_an_outcome_offers_to_ask_is_asked(pupils: Class) -> None:
    async with at_lesson(pupils, *FIRST, "1") as pilot:
        assert offered(pilot) == ["Go on", "Ask: What is offshoring?"]
        await press(pilot, "2")
        assert pupils.bot.sent == ["What is offshoring?"]
        await press(pilot, "escape")
        assert isinstance(step(pilot), Outcome)
        assert study(pilot.app).query(OutcomeStage)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("It is abroad, but close", "✓ Right."),
        ("It is abroad", "◑ Right in part."),
        ("It is [/far] away", "✗ Not quite."),
        ("?", "✗ Not quite."),
    ],
)
async def test_words_are_graded(pupils: Class, typed: str, told: str) -> None:
    pupils.school.practice["two-questions"] = (WORDED,)
    async with at_lesson(pupils, *FIRST) as pilot:
        assert study(pilot.app).prompt.has_focus
        assert study(pilot.app).prompt.placeholder == WRITE
        await say(pilot, typed)

        assert told in seen(pilot)
        assert f"You wrote: {'nothing' if typed == '?' else typed}" in seen(pilot)
        assert "It could be said so: Work is done abroad, close by." in seen(pilot)
        assert asked(pupils) == 0


@pytest.mark.parametrize("typed", ["is it abroad?", "? tell me about it"])
async def test_a_question_is_asked_where_words_are_the_answer(pupils: Class, typed: str) -> None:
    pupils.school.practice["two-questions"] = (WORDED,)
    async with at_lesson(pupils, *FIRST) as pilot:
        await say(pilot, typed)
        assert pupils.bot.sent == [typed.removeprefix("? ")]
        await press(pilot, "escape")

        assert study(pilot.app).prompt.has_focus
        assert study(pilot.app).prompt.placeholder == WRITE
        assert isinstance(step(pilot), Exercise)


async def test_what_cannot_be_kept_leaves_the_exercise_as_it_is(pupils: Class) -> None:
    pupils.school.practice["two-questions"] = (WORDED,)
    async with at_lesson(pupils, *FIRST, notifications=True) as pilot:
        pupils.store.broken = True
        await say(pilot, "It is abroad, but close")

        told = [n.message for n in pilot.app._notifications]
        assert told == ["learners.sqlite3: the disk is full, so this was not kept"]
        assert isinstance(step(pilot), Exercise)
        assert study(pilot.app).prompt.value == "It is abroad, but close"
        assert UNKNOWN in offered(pilot)
        pupils.store.broken = False
        await press(pilot, "enter")
        assert step(pilot).right


async def test_an_end_that_cannot_be_kept_is_tried_again(
    pupils: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    pupils.school.practice["two-questions"] = (WORDED,)
    async with at_lesson(pupils, *FIRST) as pilot:
        await say(pilot, "It is abroad, but close")
        attend = pupils.store.attend

        def broken(*_: Any, **__: Any) -> None:
            raise LearningError("no")

        monkeypatch.setattr(pupils.store, "attend", broken)
        await press(pilot, "enter")
        assert isinstance(step(pilot), Outcome)
        assert "✓ Right." in seen(pilot)
        monkeypatch.setattr(pupils.store, "attend", attend)
        await press(pilot, "enter")
        assert isinstance(step(pilot), Finished)


async def test_a_lesson_goes_on_where_it_was_left(pupils: Class) -> None:
    async with at_lesson(pupils, *FIRST, notifications=True) as pilot:
        await right(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, LearnScreen)
        assert "Your progress is kept." in [n.message for n in pilot.app._notifications]
        path = pilot.app.screen.query_one(Path)
        assert "begun" in str(path.get_option_at_index(0).prompt)

    pupils.now += timedelta(minutes=1)
    async with at_lesson(pupils, *FIRST, wanted="n") as pilot:
        assert step(pilot).item.id == "match:outsourcing"
        assert step(pilot).of == 2


async def test_what_has_changed_is_shown_before_and_now(pupils: Class) -> None:
    pupils.learnt().changed("which:offshoring")
    async with at_lesson(pupils, wanted="r", size=(90, 30)) as pilot:
        versions = study(pilot.app).query(".version")
        assert "This has changed since you learnt it." in seen(pilot)
        assert "It was *this*." in seen(pilot)
        assert versions.first().region.y == versions.last().region.y
        await press(pilot, number(pilot, "Offshoring"))
        assert not study(pilot.app).query(Changed)


async def test_versions_stand_one_below_the_other_where_it_is_narrow(pupils: Class) -> None:
    pupils.learnt().changed("which:offshoring")
    async with at_lesson(pupils, wanted="r", size=(40, 20)) as pilot:
        before, now = study(pilot.app).query(".version")
        assert before.region.x == now.region.x
        assert before.region.bottom <= now.region.y


async def test_a_review_ends_with_what_comes_next(pupils: Class) -> None:
    pupils.learnt()
    async with at_lesson(pupils, wanted="r") as pilot:
        for _ in range(20):
            if isinstance(step(pilot), Finished):
                break
            await right(pilot)
        assert "**Review done.**" in seen(pilot)
        assert offered(pilot) == ["Overview"]
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, LearnScreen)


@pytest.mark.parametrize("size", [(40, 20), (80, 24), (120, 40), (40, 10)])
async def test_prompt_and_choices_are_in_sight_at_any_size(
    pupils: Class, size: tuple[int, int]
) -> None:
    async with at_lesson(pupils, size=size) as pilot:
        for keys in ((), FIRST, ("1",), ("2",)):
            await press(pilot, *keys)
            screen = study(pilot.app)
            assert screen.prompt.region.bottom <= size[1]
            assert screen.choices.region.bottom <= screen.prompt.region.y
            assert screen.body.region.height >= 2
            assert max(widget.region.right for widget in screen.query("*")) <= size[0]


async def test_a_verdict_is_in_sight_where_it_is_narrow(pupils: Class) -> None:
    async with at_lesson(pupils, *FIRST, "1", size=(40, 20)) as pilot:
        verdict = study(pilot.app).query_one(".outcome")
        body = study(pilot.app).body.region
        assert body.y <= verdict.region.y < body.bottom


async def test_more_to_read_is_told_and_scrolled_to(pupils: Class) -> None:
    async with at_lesson(pupils, size=(40, 12)) as pilot:
        choices, body = study(pilot.app).choices, study(pilot.app).body
        assert "page down for more" in str(choices.border_title)
        await press(pilot, "down")
        assert body.scroll_y == 1
        for key in ("space", "pagedown", "space", "space"):
            await press(pilot, key)
        assert body.scroll_y == body.max_scroll_y
        assert choices.border_title == "Enter goes on"
        await press(pilot, "pageup", "ctrl+up", "ctrl+down")
        assert body.scroll_y < body.max_scroll_y
        await press(pilot, "enter")
        assert body.scroll_y == 0


async def test_pages_list_the_sources_that_they_cite(pupils: Class) -> None:
    async with at_lesson(pupils) as pilot:
        assert "[1] Offshoring and Employment" in str(study(pilot.app).query_one(Sources).render())
        await press(pilot, "enter")
        assert not study(pilot.app).query(Sources)


async def test_without_colour_and_lines_the_same_is_told(
    pupils: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    async with at_lesson(pupils, *FIRST) as pilot:
        await press(pilot, number(pilot, "Outsourcing"))
        assert "x Not quite." in seen(pilot)
        assert "x Outsourcing (your answer)" in seen(pilot)
        assert "+ Offshoring" in seen(pilot)
        assert str(next(study(pilot.app).query_one("#meter").lines(20))).endswith(" 2/5")  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["[/oops]", "\x1b[2J\x00", "مرحبا ‮", "x" * 100_000])
async def test_no_text_upsets_it(pupils: Class, text: str) -> None:
    pupils.school.practice["two-questions"] = (WHICH, WORDED)
    async with at_lesson(pupils, *FIRST) as pilot:
        study(pilot.app).post_message(events.Paste(text))
        await settled(pilot)
        await press(pilot, "enter")
        assert len(pupils.bot.sent) == 1
        await press(pilot, "escape")
        await right(pilot)
        await say(pilot, text)
        assert isinstance(step(pilot), Outcome)


@pytest.mark.parametrize("typed", ["", "   "])
async def test_nothing_typed_answers_nothing(pupils: Class, typed: str) -> None:
    async with at_lesson(pupils, *FIRST) as pilot:
        await say(pilot, typed)
        assert isinstance(step(pilot), Exercise)
        assert asked(pupils) == 0


async def test_help_and_quit_work_in_a_sitting(pupils: Class) -> None:
    async with at_lesson(pupils, size=(80, 50)) as pilot:
        await press(pilot, "f1")
        keys = [str(key.render()) for key in pilot.app.screen.query(".key").results(Static)]
        assert {"enter", "a enter", "escape", "f1"} <= {*keys}
        await press(pilot, "escape")
        await say(pilot, "/quit")
        assert pilot.app.return_code == 0


def test_steps_take_place_at_the_tutors_time(pupils: Class) -> None:
    check: Callable[[], Any] = pupils.tutor.clock
    assert check() == NOW
