"""What a message comes to: questions to answer, a choice to offer, or a refusal."""

from __future__ import annotations

from msgspec import Struct

from sourcebot.dialogue.reply import Alternative
from sourcebot.knowledge.model import Reason


class Question(Struct, frozen=True):
    """One question, understood: what is asked of what.

    claim: the claim that it is about; said, names: the content stems of the message and those of
    the names in it, which may single out a point of the answer.
    """

    intent: str
    concepts: tuple[str, ...]
    task: str | None
    confidence: float
    claim: str | None = None
    others: tuple[Alternative, ...] = ()
    said: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Choice(Struct, frozen=True):
    """Readings that differ too little: which is meant? `by`: "concept" or "aspect"."""

    options: tuple[Question, ...]
    by: str


class Refusal(Struct, frozen=True):
    """Nothing that can be answered."""

    reason: Reason
    question: Question | None = None


class Start(Struct, frozen=True):
    """The guided advice is asked for, about a piece of work or in general."""

    task: str | None


Outcome = list[Question] | Choice | Refusal | Start
