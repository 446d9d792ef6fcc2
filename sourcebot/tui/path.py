"""The path through the course: the review that is due, and the lessons one below the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList

from sourcebot.learning.tutor import MOST_REVIEWS
from sourcebot.tui.charts import colour_of, padded
from sourcebot.tui.listing import Listing
from sourcebot.tui.result import QUIET, draws_lines, stroke
from sourcebot.tui.text import one_line
from sourcebot.tui.when import counted

if TYPE_CHECKING:
    from sourcebot.learning.standing import LessonStanding, Standing

REVIEW = ""
"""Stands for the review where a lesson's id would stand."""
_MARKS = {"new": ("○", "."), "begun": ("◔", "-"), "done": ("◑", "+"), "mastered": ("●", "*")}
_COLOURS = {"new": QUIET, "begun": "$accent", "done": "$primary", "mastered": "$success"}
_SHORTEST, _LONGEST = 6, 24


class Path(Listing):
    """Where the learner stands, lesson by lesson; each line opens what it names."""

    @dataclass
    class Opened(Message):
        """The user wants a lesson, or the review."""

        wanted: str

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._standing: Standing | None = None

    @property
    def ids(self) -> list[str]:
        """What each line opens."""
        if self._standing is None:
            return []
        review = [REVIEW] if self._standing.due else []
        return review + [lesson.id for lesson in self._standing.lessons]

    @property
    def marked(self) -> str | None:
        """What the marked line opens."""
        at, ids = self.highlighted, self.ids
        return ids[at] if at is not None and at < len(ids) else None

    def show(self, standing: Standing, *, mark: str | None) -> None:
        """Show where the learner stands, with one line marked."""
        self._standing = standing
        self.highlighted = None
        self.draw()
        if self.ids and mark in self.ids:
            self.highlighted = self.ids.index(mark)

    def lines(self, width: int) -> Iterator[Content]:
        """The review, then two lines for each lesson."""
        if self._standing is None:
            return
        lessons, drawn = self._standing.lessons, draws_lines()
        if self._standing.due:
            yield _review(self._standing.due, drawn)
        told = [_facts(lesson, brief=width < 56) for lesson in lessons]
        columns = [max(map(len, column)) for column in zip(*told, strict=True)]
        for lesson, facts in zip(lessons, told, strict=True):
            yield from [_lesson(lesson, facts, columns, width, drawn, lesson is lessons[-1])]

    def on_key(self, event: events.Key) -> None:
        """A digit opens the lesson of that number, 0 the tenth."""
        typed = event.character or ""
        if typed.isascii() and typed.isdigit() and self._standing is not None:
            lessons, number = self._standing.lessons, int(typed) or 10
            if number <= len(lessons):
                event.stop()
                self.post_message(self.Opened(lessons[number - 1].id))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click opens."""
        event.stop()
        self.post_message(self.Opened(self.ids[event.option_index]))


def first_to_do(standing: Standing) -> str | None:
    """What makes sense next: the review, else the first lesson that was not finished."""
    if standing.due:
        return REVIEW
    open = [lesson.id for lesson in standing.lessons if lesson.finished is None]
    return open[0] if open else standing.lessons[0].id if standing.lessons else None


def told_in_full(standing: Standing, wanted: str | None) -> Content:
    """What the marked line stands for, in a sentence or two."""
    if wanted == REVIEW:
        now = min(standing.due, MOST_REVIEWS)
        told = f"{counted(now, 'exercise')} to answer again before you forget."
        if standing.due > now:
            told += f" The other {standing.due - now} stay due."
        return Content(told)
    lesson = next((one for one in standing.lessons if one.id == wanted), None)
    if lesson is None:
        return Content("")
    parts = [f"{lesson.learnt} of {counted(lesson.items, 'exercise')} learnt"]
    if lesson.recall is not None:
        parts.append(f"{lesson.recall:.0%} remembered now")
    if lesson.due:
        parts.append(f"{lesson.due} due today")
    return Content.assemble(one_line(lesson.goal), "\n", (", ".join(parts) + ".", QUIET))


def _review(due: int, drawn: bool) -> Content:
    mark = "▸" if drawn else ">"
    return Content.assemble(
        (f"{mark} Review what is due today ({due})", "$accent bold"),
        ("\n  what fades first comes first", QUIET),
    )


def _facts(lesson: LessonStanding, *, brief: bool) -> tuple[str, str, str]:
    learnt = f"{lesson.learnt}/{lesson.items}"
    recall = "" if lesson.recall is None else f"{lesson.recall:.0%}"
    if recall and not brief:
        recall += " remembered"
    return learnt, recall, f"{lesson.due} due" if lesson.due else ""


def _lesson(
    lesson: LessonStanding,
    facts: tuple[str, str, str],
    columns: list[int],
    width: int,
    drawn: bool,
    last: bool,
) -> Content:
    mark, colour = _MARKS[lesson.state][not drawn], _COLOURS[lesson.state]
    start = f"{mark} {lesson.number:>2} "
    room = max(1, width - len(start) - len(lesson.state) - 1)
    # The names of the states are words for the learner, too.
    head = Content.assemble(
        (mark, colour),
        (start[1:], "$accent bold"),
        (padded(one_line(lesson.title), room), "bold"),
        (f" {lesson.state}", colour),
    )
    line = "" if last else "│" if drawn else "|"
    taken = len(start) + sum(2 + column for column in columns if column)
    bar = stroke(
        lesson.learnt / lesson.items if lesson.items else 0.0,
        max(_SHORTEST, min(_LONGEST, width - taken)),
        colour=colour if lesson.state != "new" else "$secondary",
        lines=drawn,
    )
    learnt, recall, due = (
        f"  {fact:<{column}}" if column else "" for fact, column in zip(facts, columns, strict=True)
    )
    below = Content.assemble(
        (f"{line:<{len(start)}}", QUIET),
        bar,
        learnt,
        (recall, colour_of(lesson.recall) if lesson.recall is not None else ""),
        (due, "$accent bold"),
    )
    return Content("\n").join([head, below])
