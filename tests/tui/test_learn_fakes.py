"""A small course with a bot of few words, real sittings, a real file of learners, a fixed clock.

What the learn screens show is tested apart from what can be learnt from a knowledge base.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sourcebot.errors import LearningError, TemplateError
from sourcebot.history import History
from sourcebot.knowledge.course_model import Course, Lesson
from sourcebot.knowledge.facts import Place
from sourcebot.learning.grading import Graded
from sourcebot.learning.items.item import Ask, Choice, Free, Idea, Item
from sourcebot.learning.lessons import Told
from sourcebot.learning.memory import Grade, after
from sourcebot.learning.records import Attended, Kept, Learner, Review, Shown
from sourcebot.learning.store import Store
from sourcebot.learning.tutor import Tutor
from sourcebot.tui.app import SourcebotApp
from tests.tui.conftest import SOURCES, FakeBot

NOW = datetime(2026, 8, 4, 10, 0, tzinfo=UTC)
"""A Tuesday."""
PLACE = Place("kb.yaml", 1)
WORDS = {
    "right": "**Right.**",
    "partly": "**Right in part.**",
    "not-yet": "**Not quite.**",
    "best": "The best answer: {best}",
    "model": "It could be said so: {model}",
    "finished-lesson": "**{title}**: done.",
    "finished-review": "**Review done.**",
    "score": "{right} of {asked} right at the first try.",
    "weak": "To come back soon: {ideas}.",
}
PAGES = (
    "## Who, and where\n\nEvery piece of work raises two questions: **who** does it, and **where**"
    " is it done? [1] A stray [/word] stays as it is.",
    "## One answer each\n\n| | Outsourcing | Offshoring |\n|---|---|---|\n| Asks | who | where |",
)
OTHERS = (
    ("near-far", "Near, far and back again", "You can name the kinds of abroad."),
    ("reasons", "Why companies do it", "You can check a promised saving before you believe it."),
    ("risks", "What can go wrong", "You can name the main risks, and what to do about each."),
)


def item(id: str, prompt: str, *asks: Ask, free: Free | None = None) -> Item:
    kind, _, about = id.partition(":")
    return Item(
        id=id,
        kind=kind,  # type: ignore[arg-type]
        prompt=prompt,
        why="Offshoring asks *where*, and nothing else. [1]",
        about=(about,),
        sources=("oecd",),
        question=f"What is {about}?",
        place=PLACE,
        asks=asks,
        free=free,
    )


def ask(text: str, right: str, **labels: str) -> Ask:
    choices = tuple(Choice(id, label) for id, label in labels.items())
    wrong = {id: f"{label} would ask who." for id, label in labels.items() if id != right}
    return Ask(text, choices, right, wrong)


WHICH = item(
    "which:offshoring",
    "Which is it?",
    ask(
        "A bank runs its **own** centre in Kraków.",
        "off",
        out="Outsourcing",
        off="Offshoring",
        both="Both at once",
        none="Neither of the [/two]",
    ),
)
MATCH = item(
    "match:outsourcing",
    "Who does it, and where?",
    ask("Outsourcing", "firm", firm="Another firm", land="Another country"),
    ask("Offshoring", "land", firm="Another firm", land="Another country"),
)
WORDED = item(
    "free:nearshoring",
    "In your own words: what is nearshoring?",
    free=Free((Idea("near", "near by", ("close by",)),), 1, {}, "Work is done abroad, close by."),
)
PRACTICE: dict[str, tuple[Item, ...]] = {
    "two-questions": (WHICH, MATCH, WORDED),
    **{
        id: tuple(
            item(f"claim:{id}-{n}", "Is this true?", ask("", "y", y="True", n="Wrong"))
            for n in range(1, 5)
        )
        for id, *_ in OTHERS
    },
}


def lesson(id: str, title: str, goal: str) -> Lesson:
    return Lesson(id, title, goal, (), (), (), (), (), (), (), None, {}, PLACE)


COURSE = Course(
    "Sourcing in four short lessons",
    "After it you can say of any piece of work who does it and where.",
    (
        lesson("two-questions", "Two questions", "You can tell the two apart by who and where."),
        *(lesson(*told) for told in OTHERS),
    ),
    None,
)


class FakeSchool:
    """Teaches the course above; `broken` is a lesson that cannot be told."""

    def __init__(self, bot: FakeBot) -> None:
        self.bot = bot
        identity = bot.knowledge.identity
        self.base = SimpleNamespace(identity=identity, stamp="sourcing@1", learning_words=WORDS)
        self.course = COURSE
        self.practice = dict(PRACTICE)
        self.broken = ""

    def lesson(self, wanted: str) -> Lesson:
        return next(lesson for lesson in COURSE.lessons if lesson.id == wanted)

    def tell(self, lesson: Lesson) -> Told:
        if lesson.id == self.broken:
            raise TemplateError("content/lessons/x.md.j2:3: `nope` is undefined")
        return Told(PAGES, ("oecd",))

    def exercises(self, lesson: Lesson) -> tuple[Item, ...]:
        return self.practice[lesson.id]

    def known(self, ids: Iterable[str]) -> dict[str, Item]:
        items = {item.id: item for items in self.practice.values() for item in items}
        return {id: items[id] for id in ids if id in items}

    def cited(self, ids: Iterable[str]) -> tuple[Any, ...]:
        return tuple(source for source in SOURCES if source.id in set(ids))

    def name(self, about: str) -> str:
        return f"the idea of {about}"


class FakeGrader:
    """Right is what says "abroad" and "close", half of it is right in part."""

    def grade(self, free: Free, concepts: object, text: str) -> Graded:
        said = ("abroad" in text) + ("close" in text)
        return Graded(right=said == 2, partly=said == 1)


class BrokenStore(Store):
    """A file that cannot be written while `broken`."""

    broken = False

    def answer(self, *arguments: Any) -> Kept:
        if self.broken:
            raise LearningError("learners.sqlite3: the disk is full, so this was not kept")
        return super().answer(*arguments)


class Class:
    """One learner with the course, at a clock that the test moves."""

    def __init__(self, folder: Path, bot: FakeBot) -> None:
        self.now = NOW
        self.bot = bot
        self.school = FakeSchool(bot)
        self.store = BrokenStore(folder / "learners.sqlite3")
        any_school: Any = self.school
        learner = self.store.enrol("Ada", NOW - timedelta(days=30))
        self.tutor = Tutor(any_school, self.store, learner, lambda: self.now)
        any_tutor: Any = self.tutor
        any_tutor._grader = FakeGrader()

    @property
    def learner(self) -> Learner:
        return self.tutor.learner

    def app(self, *, learning: bool = True) -> SourcebotApp:
        any_bot: Any = self.bot
        return SourcebotApp(
            lambda: any_bot, history=History(), enrol=lambda bot: self.tutor, learning=learning
        )

    def learnt(self) -> Class:
        """Three lessons of the last weeks, some of it well, some of it about to be forgotten."""
        kept: dict[str, Kept] = {}
        reviews: list[Review] = []
        answers: list[tuple[str, tuple[int, ...], Grade]] = [
            ("two-questions", (20, 16, 9), "good"),
            ("near-far", (15, 12), "good"),
            ("reasons", (4,), "hard"),
        ]
        for number, (wanted, days, last) in enumerate(answers):
            for at, each in enumerate(self.school.practice[wanted][: 4 - number]):
                for day in days:
                    when = NOW - timedelta(days=day, hours=at)
                    grade: Grade = last if day == days[-1] or at else "again"
                    before = kept[each.id].memory if each.id in kept else None
                    memory = after(before, grade, when)
                    shown = Shown(each.prompt, each.answer)
                    kept[each.id] = Kept(memory, each.digest, shown)
                    reviews.append(Review(each.id, when, grade, each.about))
        attended = {
            "two-questions": Attended(NOW - timedelta(20), NOW - timedelta(20)),
            "near-far": Attended(NOW - timedelta(15), NOW - timedelta(15)),
            "reasons": Attended(NOW - timedelta(4)),
        }
        self.store.restore(self.learner, self.tutor.kb, kept, tuple(reviews), attended)
        return self

    def changed(self, id: str) -> Class:
        """The answer that was learnt of an item was another."""
        remembered = self.store.kept(self.learner, self.tutor.kb)
        old = remembered[id]
        remembered[id] = Kept(old.memory, "0" * 16, Shown(old.shown.prompt, "It was *this*."))
        reviews = self.store.reviews(self.learner, self.tutor.kb)
        attended = self.store.attended(self.learner, self.tutor.kb)
        self.store.restore(self.learner, self.tutor.kb, remembered, reviews, attended)
        return self


def hold_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Days begin in the same moment on every machine."""
    if hasattr(time, "tzset"):
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()
