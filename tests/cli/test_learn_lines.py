"""The plain tutor: what a person types, and what stands on their screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from sourcebot import Bot
from sourcebot.cli.learning_desk import Desk
from sourcebot.cli.learning_lines import Course
from sourcebot.cli.learning_progress import due_json, due_text, status_json, status_text
from sourcebot.cli.learning_sitting import sit
from sourcebot.cli.learning_steps import Answer, Asked, exercise_text, heard, outcome_text
from sourcebot.errors import LearningError
from sourcebot.learning import tutor as tutor_module
from sourcebot.learning.grading import Grader
from sourcebot.learning.items.item import Choice
from sourcebot.learning.records import Kept, Learner, Shown
from sourcebot.learning.school import School
from sourcebot.learning.sitting import Sitting
from sourcebot.learning.steps import Exercise, Finished, Outcome, Page
from sourcebot.learning.store import Change, Store
from sourcebot.learning.tutor import Tutor

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def school(shared_cache: Path) -> Iterator[School]:
    """The shipped base as a school."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        yield School(Bot.load())


@pytest.fixture(scope="module")
def grader(school: School) -> Grader:
    """One for all tests: what it knows takes seconds to learn."""
    return Grader(school.bot)


@pytest.fixture(autouse=True)
def _one_grader(grader: Grader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tutor_module, "Grader", lambda _: grader)


@pytest.fixture
def tutor(school: School, tmp_path: Path) -> Tutor:
    """The tutor of somebody who does not exist yet."""
    store = Store(tmp_path / "learners.sqlite3")
    return Tutor(school, store, Learner(0, "Ann", NOON), Clock())


class Screen:
    """What was written."""

    def __init__(self) -> None:
        self.text = ""

    def say(self, text: str) -> None:
        self.text += text


def _desk(
    school: School, lines: Iterable[str], *, prompted: bool = False, width: int = 80
) -> tuple[Desk, Screen]:
    screen = Screen()
    desk = Desk(school.bot, iter(lines), screen.say, prompted=prompted, width=lambda: width)
    return desk, screen


def _enrolled(tutor: Tutor) -> Tutor:
    learner = tutor.store.enrol("Ann", NOON)
    return Tutor(tutor.school, tutor.store, learner, tutor.clock)


def _typed(sitting: Sitting, given: Callable[[Exercise], str]) -> Iterator[str]:
    """Enter on every page, and on every exercise what `given` says."""
    while True:
        step = sitting.step
        yield given(step) if isinstance(step, Exercise) else ""


def _right(exercise: Exercise) -> str:
    item = exercise.item
    if item.free is not None:
        return item.free.model
    right = item.asks[exercise.row - 1].right
    return "abcdefgh"[[choice.id for choice in exercise.choices].index(right)]


def _held(tutor: Tutor, sitting: Sitting, given: Callable[[Exercise], str]) -> str:
    """The screen of a sitting that is held to its end."""
    screen = Screen()
    desk = Desk(
        tutor.school.bot, _typed(sitting, given), screen.say, prompted=False, width=lambda: 80
    )
    assert sit(sitting, desk, tutor) is not None
    return screen.text


@pytest.mark.parametrize("number", range(1, 11))
def test_every_lesson_can_be_taken_from_its_first_page_to_its_end(
    tutor: Tutor, number: int
) -> None:
    tutor = _enrolled(tutor)

    text = _held(tutor, tutor.lesson(str(number)), _right)

    standing = tutor.standing().lessons[number - 1]
    assert "page 1 of" in text
    assert "Exercise (0 of" in text
    assert "Sources:" in text
    assert "To know more, type /more or ask:" in text
    assert (standing.state, standing.learnt) == ("done", standing.items)


def test_what_is_not_known_comes_back_and_the_lesson_still_ends(tutor: Tutor) -> None:
    tutor = _enrolled(tutor)

    text = _held(tutor, tutor.lesson("1"), lambda _: "?")

    assert "Exercise, once more (0 of" in text
    assert "Asked again soon." in text


def test_other_words_are_questions_and_the_exercise_comes_back(tutor: Tutor) -> None:
    tutor = _enrolled(tutor)
    pages = len(tutor.school.tell(tutor.school.lesson("1")).pages)
    desk, screen = _desk(
        tutor.school, [*[""] * (pages - 1), "what is nearshoring?", "", "and why?", "/why"]
    )

    assert sit(tutor.lesson("1"), desk, tutor) is None

    assert "Nearshoring means" in screen.text
    assert f"Back to Two questions, page {pages} of {pages}: Enter goes on." in screen.text
    assert screen.text.count("Exercise (0 of") == 3
    assert desk.ended


def test_more_asks_what_stands_below_the_outcome(tutor: Tutor) -> None:
    tutor = _enrolled(tutor)
    pages = len(tutor.school.tell(tutor.school.lesson("1")).pages)
    desk, screen = _desk(tutor.school, [*[""] * pages, "?", "/more", "/help", "/quit"])

    assert sit(tutor.lesson("1"), desk, tutor) is None

    told = screen.text.partition("/more or ask:")[2]
    assert "You could ask next" in told
    assert "/quit leaves, and what was answered is kept." in told
    assert not desk.ended


def test_what_was_answered_is_kept_and_the_lesson_goes_on_there(tutor: Tutor) -> None:
    tutor = _enrolled(tutor)
    pages = len(tutor.school.tell(tutor.school.lesson("1")).pages)
    sitting = tutor.lesson("1")
    lines = _typed(sitting, _right)
    desk, _ = _desk(tutor.school, [*(next(lines) for _ in range(1)), *[""] * pages, "/quit"])
    sit(sitting, desk, tutor)
    before = len(tutor.school.exercises(tutor.school.lesson("1")))
    sitting.answer(None)

    again = tutor.lesson("1")

    assert again.progress == (0, pages + before - 1)


def _exercise(*labels: str, of: int = 1) -> Exercise:
    """An exercise as it comes, with these choices; without any, in free words."""
    return replace(_some_exercise(), choices=tuple(Choice(label, label) for label in labels), of=of)


def _some_exercise() -> Exercise:
    from sourcebot.knowledge.facts import Place
    from sourcebot.learning.items.item import Ask, Item

    choices = (Choice("green", "Green tea."), Choice("black", "black tea"))
    item = Item(
        id="definition:green", kind="definition", prompt="Which is it?", why="Because.",
        about=("green",), sources=(), question="What is green tea?", place=Place("tea.yaml", 3),
        asks=(Ask("", choices, "green"),),
    )  # fmt: skip
    return Exercise(item, item.prompt, "", choices, 1, 1, 1, 1)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("a", Answer("green")),
        ("B.", Answer("black")),
        ("(b)", Answer("black")),
        ("2", Answer("black")),
        ("green tea", Answer("green")),
        ("  Black Tea. ", Answer("black")),
        ("?", Answer(None)),
        ("I don’t know.", Answer(None)),
        ("skip", Answer(None)),
        ("", None),
        ("c", None),
        ("7", None),
        ("42", None),
        ("what is tea", Asked("what is tea")),
        ("/why", Asked("/why")),
        ("2024", Asked("2024")),
    ],
)
def test_a_line_at_choices_is_an_answer_a_question_or_neither(
    line: str, meant: Answer | Asked | None
) -> None:
    assert heard(line.strip(), _some_exercise()) == meant


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("tea that is not fermented", Answer("tea that is not fermented")),
        ("a", Answer("a")),
        ("?", Answer(None)),
        ("no idea", Answer(None)),
        ("? what is tea", Asked("what is tea")),
        ("what is tea?", Asked("what is tea?")),
        ("/why", Asked("/why")),
        ("???", Asked("???")),
        ("", None),
    ],
)
def test_a_line_at_free_words_is_a_question_where_it_says_so(
    line: str, meant: Answer | Asked | None
) -> None:
    assert heard(line, _exercise()) == meant


def test_a_change_is_told_with_both_versions() -> None:
    exercise = replace(_some_exercise(), changed=Shown("Which is it?", "Grey tea."))

    text = exercise_text(exercise, 40)

    assert "This has changed since you learnt it." in text
    assert "Before: Grey tea." in text
    assert "Now: Green tea." in text
    assert text.index("Now:") < text.index("Which is it?") < text.index("a. Green tea.")


def test_rows_are_asked_one_after_the_other_under_one_prompt() -> None:
    first = replace(_some_exercise(), text="steamed", rows=2)
    second = replace(first, text="fermented", row=2)

    assert "Which is it?\n\n(1 of 2) steamed\n\n  a. Green tea." in exercise_text(first, 80)
    assert "Which is it?" not in exercise_text(second, 80)


def test_an_outcome_says_when_it_is_asked_again() -> None:
    outcome = Outcome(
        right=True, partly=False, text="**Right.**", more=False, question="What is tea?",
        place="tea.yaml:3", due=NOON + timedelta(days=3),
    )  # fmt: skip

    text = outcome_text(outcome, NOON, 80)

    assert text == (
        "Right.\n\nAsked again in 3 days.\n\nTo know more, type /more or ask: What is tea?"
    )


class _FullDisk(Store):
    """Keeps nothing for a while."""

    full = True

    def answer(self, learner: Learner, kb: str, item: str, change: Change) -> Kept:
        if self.full:
            raise LearningError("the disk is full, so this was not kept")
        return super().answer(learner, kb, item, change)


@pytest.mark.parametrize("prompted", [True, False])
def test_an_answer_that_cannot_be_kept_is_asked_for_again_where_somebody_is_there(
    school: School, tmp_path: Path, prompted: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    store = _FullDisk(tmp_path / "learners.sqlite3")
    tutor = Tutor(school, store, store.enrol("Ann", NOON), Clock())
    sitting = tutor.lesson("1")
    while isinstance(sitting.step, Page):
        sitting.go_on()

    def lines() -> Iterator[str]:
        yield "?"
        store.full = False
        yield "?"

    desk, screen = _desk(school, lines(), prompted=prompted)
    if not prompted:
        with pytest.raises(LearningError, match="disk is full"):
            sit(sitting, desk, tutor)
        return
    sit(sitting, desk, tutor)

    assert "the disk is full" in capsys.readouterr().err
    assert "answer once more" in screen.text
    assert "Asked again soon." in screen.text


def test_the_overview_leads_to_lessons_and_back_and_writes_nothing_itself(tutor: Tutor) -> None:
    desk, screen = _desk(
        tutor.school, ["s", "r", "11", "what is bpo", "", "/help", "/quit"], prompted=True
    )

    assert Course(tutor, desk).open() == 0

    for part in (
        "  1. Two questions: new", "You have not begun yet", "Nothing is learnt yet",
        "Nothing is due today.", "There is no lesson 11; they are numbered 1 to 10.",
        "Business process outsourcing", "r reviews what is due",
    ):  # fmt: skip
        assert part in screen.text
    assert not tutor.store.path.exists()


def test_a_lesson_from_the_overview_ends_with_the_offer_of_the_next(tutor: Tutor) -> None:
    pages = len(tutor.school.tell(tutor.school.lesson("1")).pages)
    screen = Screen()

    def lines() -> Iterator[str]:
        yield from ["1", *[""] * pages]
        while "Next is lesson" not in screen.text:
            yield "?"
        yield from ["what is offshoring", "y", "/quit", "/quit"]

    desk = Desk(tutor.school.bot, lines(), screen.say, prompted=False, width=lambda: 80)

    assert Course(tutor, desk).open() == 0

    assert screen.text.count("Next is lesson 2, Four fields. Type y to begin it") == 2
    assert "Four fields, page 1 of" in screen.text
    assert "  1. Two questions: done" in screen.text
    assert [one.name for one in tutor.store.learners()] == ["Ann"]


def test_leaving_in_the_middle_of_a_sitting_is_told_by_the_exit_code(tutor: Tutor) -> None:
    ended, _ = _desk(tutor.school, ["1", ""])
    left, _ = _desk(tutor.school, ["/quit"])

    assert Course(tutor, ended).open() == 1
    assert Course(tutor, left).lesson("1") == 1
    assert Course(tutor, _desk(tutor.school, [])[0]).open() == 0


def test_a_review_asks_what_is_due_and_says_when_nothing_is(tutor: Tutor) -> None:
    tutor = _enrolled(tutor)
    _held(tutor, tutor.lesson("1"), _right)
    clock = tutor.clock
    assert isinstance(clock, Clock)
    desk, screen = _desk(tutor.school, [])
    assert Course(tutor, desk).review() == 0
    assert "Nothing is due today. The next review is in" in screen.text
    assert due_json(tutor)["due"] == []
    clock.now += timedelta(days=5)

    due = due_json(tutor)["due"]

    assert {"item", "kind", "about", "lesson", "due", "recall", "changed"} == set(due[0])
    assert {one["lesson"] for one in due} == {"who-and-where"}
    assert all(0.5 < one["recall"] < 0.95 for one in due)
    assert "Due today: " in due_text(tutor, 40)
    assert "Review done." in _held(tutor, tutor.review(), _right)
    assert due_json(tutor)["due"] == []


def test_the_status_has_its_names_and_stays_within_the_columns(tutor: Tutor) -> None:
    tutor = _enrolled(tutor)
    new = status_json(tutor.standing())
    assert (new["learnt"], new["recall"], new["ahead"], new["strengths"]) == (0, None, {}, [])
    _held(tutor, tutor.lesson("1"), _right)
    _held(tutor, tutor.lesson("2"), lambda _: "?")

    status = status_json(tutor.standing())

    assert list(status) == [
        "kb", "learner", "now", "due", "changed", "gone", "learnt", "answers", "recall",
        "lessons", "forecast", "ahead", "strengths",
    ]  # fmt: skip
    assert list(status["lessons"][0]) == [
        "id", "number", "title", "goal", "state", "items", "learnt", "recall", "due", "finished",
        "mastered",
    ]  # fmt: skip
    assert list(status["ahead"]) == ["0", "7", "30", "90"]
    assert list(status["forecast"][0]) == ["day", "reviews"]
    assert set(status["strengths"][0]) == {
        "id", "name", "recall", "days", "due", "answers", "wrong",
    }  # fmt: skip
    for width in (20, 40, 64, 80, 120):
        text = status_text(tutor, width)
        assert text.isascii()
        if width >= 40:
            assert max(len(line) for line in text.splitlines()) <= width
        assert "Without a review" in text


def test_the_end_is_told_even_where_nothing_follows(tutor: Tutor) -> None:
    tutor = _enrolled(tutor)
    sitting = tutor.lesson("10")
    text = _held(tutor, sitting, _right)
    assert isinstance(sitting.step, Finished)
    assert "The next review is" in text
