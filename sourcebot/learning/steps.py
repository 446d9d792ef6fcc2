"""What a learner sees next: a page, an exercise, what came of the answer, or the end."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from sourcebot.dialogue.reply import CitedSource
from sourcebot.learning.items.item import Choice, Item
from sourcebot.learning.records import Shown


class Page(Struct, frozen=True, tag="page"):
    """A page of a lesson to read. text: Markdown; sources: what its `[1]` mean, for the whole
    lesson; number, of: which page it is.
    """  # noqa: D205

    title: str
    text: str
    number: int
    of: int
    sources: tuple[CitedSource, ...]


class Exercise(Struct, frozen=True, tag="exercise"):
    """A question to answer.

    prompt: Markdown; text: the row that is asked, where the exercise has several; choices: in the
    order to show, empty for free words; row, rows: which row it is; number, of: which exercise of
    the sitting; changed: what was learnt before, where the knowledge base says otherwise now;
    repeated: asked again because it went wrong in this sitting.
    """

    item: Item
    prompt: str
    text: str
    choices: tuple[Choice, ...]
    row: int
    rows: int
    number: int
    of: int
    changed: Shown | None = None
    repeated: bool = False


class Outcome(Struct, frozen=True, tag="outcome"):
    """What came of an answer.

    right, partly: how it was; text: Markdown, why; more: the exercise has another row to answer;
    question: a message that asks the bot about it; place: `file:line` of the entry; due: when it is
    asked again, once the exercise is done (UTC).
    """

    right: bool
    partly: bool
    text: str
    more: bool
    question: str
    place: str
    sources: tuple[CitedSource, ...] = ()
    due: datetime | None = None


class Finished(Struct, frozen=True, tag="finished"):
    """The end of a sitting. text: Markdown; right, asked: exercises at their first try; next: the
    lesson that comes next, if there is one; due: when the next review is (UTC), if there is any.
    """  # noqa: D205

    text: str
    right: int
    asked: int
    next: str | None
    due: datetime | None


Step = Page | Exercise | Outcome | Finished
