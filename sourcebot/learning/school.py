"""A knowledge base as something to learn: its course, the pages of it, and all its exercises."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import get_args

from msgspec.structs import replace

from sourcebot.dialogue.bot import Bot
from sourcebot.dialogue.reply import CitedSource
from sourcebot.errors import LearningError
from sourcebot.knowledge.course_model import Course, Lesson, Practice
from sourcebot.knowledge.decode import nearest
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.learning.course import course_of
from sourcebot.learning.items.item import Item
from sourcebot.learning.items.making import items_for
from sourcebot.learning.lessons import Lessons, Told

ALL = 1_000
"""More exercises of a kind than a lesson has."""


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
        return items_for(self.base, lesson, self.course.which)

    @cached_property
    def items(self) -> dict[str, Item]:
        """Every exercise that can be made for any lesson, also those that no lesson begins with.

        What somebody has learnt stays known here while its entry stays in the base.
        """
        kinds = {kind: ALL for kind in get_args(Practice)}
        found: dict[str, Item] = {}
        for lesson in self.course.lessons:
            for item in items_for(self.base, replace(lesson, practice=kinds), self.course.which):
                found.setdefault(item.id, item)
            for item in self.exercises(lesson):
                found.setdefault(item.id, item)
        return found

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
