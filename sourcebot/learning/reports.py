"""Documents about learning: the page of one learner, and what templates need to know for it."""

from __future__ import annotations

import re

from msgspec import Struct

from sourcebot.answers.brief import html_brief
from sourcebot.answers.render import Answers
from sourcebot.learning.plain import day, percent
from sourcebot.learning.school import School
from sourcebot.learning.standing import Standing, State

_MARKS = re.compile(r"([\\`*_<>\[\]|#])")


class LessonLine(Struct, frozen=True):
    """A lesson as a page tells it. finished, mastered: days such as 2026-05-04, if they came."""

    number: int
    title: str
    state: State
    items: int
    learnt: int
    recall: str
    finished: str | None
    mastered: str | None


class IdeaLine(Struct, frozen=True):
    """An idea as a page tells it. recall: a percentage; days: how long it lasts; due: a day."""

    name: str
    recall: str
    days: int
    answers: int
    wrong: int
    due: str | None


class Progress(Struct, frozen=True):
    """One learner as a page tells them. day: of the report; mastered, done: lessons."""

    learner: str
    kb: str
    day: str | None
    answers: int
    learnt: int
    due: int
    recall: str
    done: int
    mastered: int
    lessons: tuple[LessonLine, ...]
    ideas: tuple[IdeaLine, ...]


def progress_of(standing: Standing) -> Progress:
    """What a page tells of a learner; ideas with the surest first."""
    states = [lesson.state for lesson in standing.lessons]
    return Progress(
        learner=written(standing.learner),
        kb=standing.kb,
        day=day(standing.now),
        answers=standing.answers,
        learnt=standing.learnt,
        due=standing.due,
        recall=percent(standing.recall),
        done=len(states) - states.count("new") - states.count("begun"),
        mastered=states.count("mastered"),
        lessons=tuple(
            LessonLine(
                number=one.number,
                title=written(one.title),
                state=one.state,
                items=one.items,
                learnt=one.learnt,
                recall=percent(one.recall),
                finished=day(one.finished),
                mastered=day(one.mastered),
            )
            for one in standing.lessons
        ),
        ideas=tuple(
            IdeaLine(
                name=written(one.name.rstrip(".")),
                recall=percent(one.recall),
                days=round(one.days),
                answers=one.answers,
                wrong=one.wrong,
                due=day(one.due),
            )
            for one in standing.strengths
        ),
    )


def page_markdown(school: School, answers: Answers, standing: Standing) -> str:
    """The page of what was mastered, and when. Raises TemplateError."""
    return answers.text(
        "learn-page", progress=progress_of(standing), course=written(school.course.title)
    )


def as_html(answers: Answers, markdown: str, stamp: str) -> str:
    """A report as a page that needs nothing else; stamp: of which knowledge base it tells."""
    return html_brief(answers, markdown, (), (), stamp)


def written(text: str) -> str:
    """A text as it stands in Markdown, a table included: nothing in it is taken for a mark."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
