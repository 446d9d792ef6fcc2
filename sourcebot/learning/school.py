"""A knowledge base as something to learn: its course, the pages of it, and all its exercises."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from sourcebot.dialogue.bot import Bot
from sourcebot.dialogue.reply import CitedSource
from sourcebot.errors import LearningError
from sourcebot.knowledge.course_model import Course, Lesson
from sourcebot.knowledge.decode import nearest
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.learning.course import course_of
from sourcebot.learning.items.item import Item
from sourcebot.learning.items.making import all_items, items_for
from sourcebot.learning.items.scenes import scene_of
from sourcebot.learning.lessons import Lessons, Told


class School:
    """What can be learnt from one knowledge base. Read-only once made."""

    def __init__(self, bot: Bot) -> None:
        """`bot`: over the knowledge base to learn; it answers what is asked in between."""
        self.bot = bot
        self._lessons = Lessons(bot.knowledge, bot.composer.answers)

    @property
    def base(self) -> KnowledgeBase:
        """The knowledge base."""
        return self.bot.knowledge

    @cached_property
    def course(self) -> Course:
        """The lessons in order."""
        return course_of(self.base)

    def lesson(self, wanted: str) -> Lesson:
        """The lesson of an id, or of a number from 1 on. Raises LearningError."""
        lessons = self.course.lessons
        if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted[:4]) <= len(lessons):
            return lessons[int(wanted) - 1]
        for lesson in lessons:
            if lesson.id == wanted:
                return lesson
        hint = nearest(wanted, [lesson.id for lesson in lessons])
        raise LearningError(
            f"there is no lesson `{wanted}`{hint or f'; they are numbered 1 to {len(lessons)}'}"
        )

    def tell(self, lesson: Lesson) -> Told:
        """The pages of a lesson. Raises TemplateError."""
        return self._lessons.tell(lesson)

    def exercises(self, lesson: Lesson) -> tuple[Item, ...]:
        """The practice of a lesson, in the order in which it is taken."""
        return self._practice[lesson.id]

    @cached_property
    def _practice(self) -> dict[str, tuple[Item, ...]]:
        lessons, which = self.course.lessons, self.course.which
        return {lesson.id: items_for(self.base, lesson, which) for lesson in lessons}

    def known(self, ids: Iterable[str]) -> dict[str, Item]:
        """The exercises of these ids that can still be made: what they are about is in the base.

        Also those that no lesson begins with any more. As an exercise is the same in every lesson,
        all of them need be made only where those of the lessons do not suffice.
        """
        taken = {item.id: item for items in self._practice.values() for item in items}
        found = {}
        for id in ids:
            item = taken.get(id) or self.items.get(id) or scene_of(self.base, self.course.which, id)
            if item is not None:
                found[id] = item
        return found

    @cached_property
    def items(self) -> dict[str, Item]:
        """The exercises of all lessons, also those that no lesson begins with."""
        return all_items(self.base, self.course)

    def cited(self, ids: Iterable[str]) -> tuple[CitedSource, ...]:
        """Sources as a reply gives them; what the base does not hold is left out."""
        sources = self.base.sources
        return tuple(
            CitedSource(
                id, sources[id].title, sources[id].publisher, sources[id].year, sources[id].url
            )
            for id in dict.fromkeys(ids)
            if id in sources
        )

    def name(self, about: str) -> str:
        """How an id in `Item.about` is named to people."""
        base = self.base
        if about in base.names:
            return base.names[about]
        if about in base.tasks:
            return base.tasks[about].name
        if about in base.claims:
            return base.claims[about].says
        if about in base.cases:
            return base.cases[about].name
        return base.criteria.get(about, about)
