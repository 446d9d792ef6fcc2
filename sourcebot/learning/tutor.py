"""One learner with one knowledge base: what to do next, and sittings to do it in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sourcebot.learning.grading import Grader
from sourcebot.learning.items.item import Item
from sourcebot.learning.memory import sureness
from sourcebot.learning.records import Kept, Learner
from sourcebot.learning.school import School
from sourcebot.learning.sitting import Sitting
from sourcebot.learning.standing import Standing, end_of_day, standing_of
from sourcebot.learning.store import Store

MOST_REVIEWS = 40
"""Exercises of one review: some ten minutes; what is left stays due."""


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


class Tutor:
    """Teaches one learner. Not shared between threads; the school and the store may be."""

    def __init__(
        self,
        school: School,
        store: Store,
        learner: Learner,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.school = school
        self.store = store
        self.learner = learner
        self.clock = clock
        self._grader = Grader(school.bot)

    @property
    def kb(self) -> str:
        """The name under which progress is kept: what is learnt survives changes of the base."""
        return self.school.base.identity.name

    def standing(self) -> Standing:
        """Where the learner stands now. Raises LearningError."""
        return standing_of(self.school, self.store, self.learner, self.clock())

    def lesson(self, wanted: str) -> Sitting:
        """Take a lesson, by id or number; one that was broken off goes on where it was left.

        Raises LearningError, and TemplateError where the lesson cannot be told.
        """
        lesson = self.school.lesson(wanted)
        items = self.school.exercises(lesson)
        attended = self.store.attended(self.learner, self.kb).get(lesson.id)
        if attended is not None and attended.finished is None:
            kept = self.store.kept(self.learner, self.kb)
            since = attended.begun
            left = [i for i in items if i.id not in kept or kept[i.id].memory.last < since]
            items = tuple(left)
        self.store.attend(self.learner, self.kb, lesson.id, self.clock(), done=False)
        return self._sit(items, lesson=wanted)

    def review(self) -> Sitting:
        """Answer what is due today, and what has changed; the weakest memories come first.

        Raises LearningError.
        """
        return self._sit(self.due()[:MOST_REVIEWS])

    def due(self) -> tuple[Item, ...]:
        """The exercises to be reviewed today, in the order in which they are asked."""
        now = self.clock()
        until = end_of_day(now)
        remembered = self.store.kept(self.learner, self.kb)
        items = self.school.known(remembered)
        waiting: list[tuple[bool, float, datetime, str]] = []
        for id, kept in remembered.items():
            if id in items and (changed(kept, items[id]) or kept.memory.due <= until):
                stands = not changed(kept, items[id])
                waiting.append((stands, sureness(kept.memory, now), kept.memory.due, id))
        return tuple(items[id] for *_, id in sorted(waiting))

    def next_lesson(self) -> str | None:
        """The first lesson that has not been finished, None where all have."""
        attended = self.store.attended(self.learner, self.kb)
        for lesson in self.school.course.lessons:
            times = attended.get(lesson.id)
            if times is None or times.finished is None:
                return lesson.id
        return None

    def _sit(self, items: tuple[Item, ...], *, lesson: str | None = None) -> Sitting:
        return Sitting(
            self.school,
            self.store,
            self.learner,
            self.clock,
            items,
            lesson=self.school.lesson(lesson) if lesson is not None else None,
            grader=self._grader,
        )


def changed(kept: Kept, item: Item) -> bool:
    """Whether the knowledge base says otherwise now than what was learnt."""
    return kept.digest != item.digest
