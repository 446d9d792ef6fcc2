"""What a learner has learnt as a document: to keep, to move to another machine, to put together.

Putting two documents together loses no answer and counts none twice: what is remembered follows
from the answers of both, as if they had been given on one machine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sourcebot.learning.memory import Memory, after
from sourcebot.learning.records import Attended, Kept, Learner, Review
from sourcebot.learning.store import Store

FORMAT = "sourcebot-learning"
VERSION = 1


class Person(Struct, frozen=True):
    """Whose document it is. since: when they began (UTC)."""

    name: str
    since: datetime


class Learnt(Struct, frozen=True):
    """What was learnt from one knowledge base.

    reviews: all answers, the oldest first; lessons: id -> when; cards: item -> what is remembered.
    """

    reviews: tuple[Review, ...] = ()
    lessons: dict[str, Attended] = {}
    cards: dict[str, Kept] = {}


class Document(Struct, frozen=True):
    """Everything of one learner. bases: name of a knowledge base -> what was learnt from it."""

    format: str
    version: int
    learner: Person
    bases: dict[str, Learnt]


class Copy(Store):
    """A document in place of the file, to be read only; it holds one learner."""

    def __init__(self, document: Document) -> None:
        super().__init__(Path())
        self._document = document

    def kept(self, learner: Learner, kb: str) -> dict[str, Kept]:
        """What the document's learner remembers of a knowledge base."""
        return self._learnt(kb).cards

    def reviews(self, learner: Learner, kb: str) -> tuple[Review, ...]:
        """Their answers, the oldest first."""
        return self._learnt(kb).reviews

    def attended(self, learner: Learner, kb: str) -> dict[str, Attended]:
        """The lessons that they have begun."""
        return self._learnt(kb).lessons

    def _learnt(self, kb: str) -> Learnt:
        return self._document.bases.get(kb, Learnt())


def document_of(store: Store, learner: Learner) -> Document:
    """Everything that is kept of a learner. Raises LearningError."""
    return Document(
        FORMAT,
        VERSION,
        Person(learner.name, learner.since),
        {kb: learnt_from(store, learner, kb) for kb in store.bases(learner)},
    )


def learnt_from(store: Store, learner: Learner, kb: str) -> Learnt:
    """What is kept of a learner and one knowledge base. Raises LearningError."""
    return Learnt(store.reviews(learner, kb), store.attended(learner, kb), store.kept(learner, kb))


def encoded(document: Document) -> bytes:
    """The document as JSON that can be read and compared line by line."""
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=1) + b"\n"


def take_over(store: Store, document: Document, now: datetime, name: str | None = None) -> Learner:
    """Add a document to what this machine knows of its learner, who may be new here.

    name: the learner to add it to, in place of the document's own. Raises LearningError.
    """
    wanted = document.learner.name if name is None else name
    learner = store.enrol(wanted, min(document.learner.since, now))
    for kb, learnt in document.bases.items():
        here = learnt_from(store, learner, kb)
        both = merged(here, learnt)
        if both != here:
            store.restore(learner, kb, both.cards, both.reviews, both.lessons)
    return learner


def together(one: Document, other: Document) -> Document:
    """Two documents of the same learner as one; the first one's name stands."""
    bases = {
        kb: merged(one.bases.get(kb, Learnt()), other.bases.get(kb, Learnt()))
        for kb in sorted({*one.bases, *other.bases})
    }
    since = min(one.learner.since, other.learner.since)
    return Document(FORMAT, VERSION, Person(one.learner.name, since), bases)


def merged(one: Learnt, other: Learnt) -> Learnt:
    """All that either knows; the same whichever comes first, and nothing new the second time."""
    found: dict[tuple[datetime, str], Review] = {}
    for review in (*one.reviews, *other.reviews):
        key = (review.at, review.item)
        found[key] = max(found.get(key, review), review, key=msgspec.json.encode)
    reviews = tuple(found[key] for key in sorted(found))
    lessons = {
        id: _attended([side.lessons[id] for side in (one, other) if id in side.lessons])
        for id in sorted({*one.lessons, *other.lessons})
    }
    return Learnt(reviews, lessons, _cards(one, other, reviews))


def _attended(times: list[Attended]) -> Attended:
    finished = [one.finished for one in times if one.finished is not None]
    return Attended(min(one.begun for one in times), max(finished, default=None))


def _cards(one: Learnt, other: Learnt, reviews: tuple[Review, ...]) -> dict[str, Kept]:
    counts = [_by_item(side.reviews) for side in (one, other)]
    cards = {}
    for item, answers in sorted(_by_item(reviews).items()):
        sides = [
            (side.cards[item], len(count[item]))
            for side, count in zip((one, other), counts, strict=True)
            if item in side.cards
        ]
        # Who has all the answers remembers rightly: nothing is to be worked out again.
        whole = [kept for kept, count in sides if count == len(answers)]
        latest = max(whole or [kept for kept, _ in sides], key=_lateness)
        cards[item] = latest if whole else replace(latest, memory=_replayed(answers))
    return cards


def _by_item(reviews: Iterable[Review]) -> Mapping[str, list[Review]]:
    found: dict[str, list[Review]] = defaultdict(list)
    for review in reviews:
        found[review.item].append(review)
    return found


def _lateness(kept: Kept) -> tuple[datetime, bytes]:
    return kept.memory.last, msgspec.json.encode(kept)


def _replayed(reviews: list[Review]) -> Memory:
    """What is remembered after these answers to one exercise, the oldest first."""
    first, *rest = reviews
    memory = after(None, first.grade, first.at)
    for review in rest:
        memory = after(None if review.anew else memory, review.grade, review.at)
    return memory
