"""What one clause of a message says, before the conversation is taken into account."""

from __future__ import annotations

from msgspec import Struct

from sourcebot.routing.text import Token

CONCEPT_SLOT = "conceptslot"
TASK_SLOT = "taskslot"
CLAIM = "claim:"
ASKED_AS = "asked:description"
"""A message that describes a concept without its name; which one, the descriptions tell."""
START = "start:advice"


class Mention(Struct, frozen=True):
    """A concept or task that a message names, or hints at by a sign.

    span: the words as typed (repaired); score: how well they matched, 0..1; by: the name or sign.
    """

    id: str
    span: str
    score: float
    by: str
    loose: bool = False
    sign: bool = False


class Label(Struct, frozen=True):
    """What the aspect router answered: an aspect (or several), a claim, or a concept asked for.

    kind: "aspect", "claim", "asked", or "start" of the guided advice; ids: aspect ids, or the id of
    the claim or concept.
    """

    kind: str
    ids: tuple[str, ...]
    confidence: float

    @classmethod
    def parse(cls, label: str, confidence: float) -> Label:
        """Read a label of the router."""
        for kind, prefix in (("claim", CLAIM), ("asked", "asked:"), ("start", "start:")):
            if label.startswith(prefix):
                return cls(kind, (label[len(prefix) :],), confidence)
        return cls("aspect", tuple(label.split("+")), confidence)


class Meant(Struct, frozen=True):
    """What a message without a name describes: clearly, or at least most likely."""

    clearly: str | None = None
    likely: str | None = None


class Clause(Struct, frozen=True):
    """A stretch of tokens that asks one thing; statements lend their names to questions."""

    tokens: tuple[Token, ...]
    question: bool


class Reading(Struct, frozen=True):
    """One clause, read.

    words, stems: with names and signs as slots; content: stems that are neither names nor
    function words; proper: stems of names that only the facts have; concepts: in order; hints:
    concepts by sign, best first; labels: what is asked, best first; similarity: of the nearest
    example, 0..1; inside: how likely the message is in scope, 0..1; meant: the concept that it
    describes, where none is named; foreign: content words that nothing in the knowledge base
    explains; astray: a name stands there in another sense; subject: the aspect whose subject is
    named; shift, correction: it opens with "what about" or "no, I meant"; back, back_both: it
    points back to something; opposite: it asks for the opposite of something; bare: nothing but
    names; names: the names of concepts in it, as listed; named: the concepts they belong to, also
    where a sign says more than they do.
    """

    words: tuple[str, ...]
    stems: tuple[str, ...]
    content: tuple[str, ...]
    proper: frozenset[str]
    concepts: tuple[Mention, ...]
    hints: tuple[Mention, ...]
    tasks: tuple[Mention, ...]
    labels: tuple[Label, ...]
    similarity: float
    inside: float
    meant: Meant
    foreign: tuple[str, ...]
    astray: bool
    subject: str | None
    shift: bool
    correction: bool
    back: bool
    back_both: bool
    opposite: bool
    bare: bool
    names: tuple[str, ...]
    named: frozenset[str]
    repairs: tuple[tuple[str, str], ...]
