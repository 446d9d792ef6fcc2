"""Reading an export that somebody hands in: nothing is taken over from one that cannot be right."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sourcebot.errors import LearningError
from sourcebot.learning.memory import LONGEST, Memory
from sourcebot.learning.records import Attended, Review
from sourcebot.learning.transfer import FORMAT, VERSION, Document, Learnt, Person

LARGEST = 50_000_000
"""Bytes of the largest document that is read: some two hundred thousand answers."""
AHEAD = timedelta(days=1)
"""How far another machine's clock may be ahead of this one's."""
_MARK = b"\xef\xbb\xbf"
_PHASES = (1, 2, 3)
_LAST_STEP = 10


class _Head(Struct, frozen=True):
    format: str
    version: int


def decoded(data: bytes, name: str, now: datetime) -> Document:
    """The document in a file.

    name: the file, for messages; now: aware, UTC. Raises LearningError with the place at fault.
    """
    if len(data) > LARGEST:
        raise LearningError(
            f"{name}: is larger than {LARGEST // 1_000_000} MB, and no export is; nothing was read"
        )
    data = data.removeprefix(_MARK)
    try:
        head = msgspec.json.decode(data, type=_Head)
        _check_head(head, name)
        document = _in_utc(msgspec.json.decode(data, type=Document))
    except msgspec.ValidationError as error:
        raise LearningError(f"{name}: is no export that can be used: {error}") from error
    # Nested a thousand deep, it is no export either.
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LearningError(f"{name}: is damaged, or no JSON: {error}; export it again") from error
    problem = next(_problems(document, now + AHEAD), None)
    if problem is not None:
        raise LearningError(f"{name}: {problem}; nothing was taken over")
    return document


def _check_head(head: _Head, name: str) -> None:
    if head.format != FORMAT:
        raise LearningError(f"{name}: is no export of a learner (its format is `{head.format}`)")
    if head.version > VERSION:
        raise LearningError(
            f"{name}: was written by a newer Sourcebot (its version is {head.version}, this one "
            f"knows {VERSION}); update Sourcebot"
        )
    if head.version < 1:
        raise LearningError(f"{name}: there is no version {head.version} of exports")


def _in_utc(document: Document) -> Document:
    """All times in UTC. Raises msgspec.ValidationError for one without a zone."""
    person = document.learner
    bases = {}
    for kb, learnt in document.bases.items():
        at = f"$.bases.{kb}"
        bases[kb] = Learnt(
            tuple(
                replace(review, at=_utc(review.at, f"{at}.reviews[{number}].at"))
                for number, review in enumerate(learnt.reviews)
            ),
            {
                id: Attended(
                    _utc(one.begun, f"{at}.lessons.{id}.begun"),
                    _utc(one.finished, f"{at}.lessons.{id}.finished") if one.finished else None,
                )
                for id, one in learnt.lessons.items()
            },
            {
                item: replace(
                    kept,
                    memory=replace(
                        kept.memory,
                        due=_utc(kept.memory.due, f"{at}.cards.{item}.memory.due"),
                        last=_utc(kept.memory.last, f"{at}.cards.{item}.memory.last"),
                    ),
                )
                for item, kept in learnt.cards.items()
            },
        )
    learner = Person(person.name, _utc(person.since, "$.learner.since"))
    return Document(document.format, document.version, learner, bases)


def _utc(time: datetime, place: str) -> datetime:
    try:
        if time.tzinfo is not None:
            return time.astimezone(UTC)
    except OverflowError:
        pass
    raise msgspec.ValidationError(f"Expected a time with its zone, such as Z - at `{place}`")


def _problems(document: Document, latest: datetime) -> Iterator[str]:
    """What no machine would have written, each with its place."""
    if document.learner.since > latest:
        yield "`$.learner.since` lies in the future"
    for kb, learnt in document.bases.items():
        at = f"$.bases.{kb}"
        for number, review in enumerate(learnt.reviews):
            if review.at > latest:
                yield f"`{at}.reviews[{number}].at` lies in the future"
        for id, times in learnt.lessons.items():
            if max(times.begun, times.finished or times.begun) > latest:
                yield f"`{at}.lessons.{id}` lies in the future"
        answers: dict[str, list[Review]] = defaultdict(list)
        for review in learnt.reviews:
            answers[review.item].append(review)
        for item, kept in learnt.cards.items():
            if not _sound(kept.memory, answers[item]):
                yield f"`{at}.cards.{item}` does not follow from the answers"
        for item in answers:
            if item not in learnt.cards:
                yield f"`{at}.cards.{item}` is missing, and there are answers to it"


def _sound(memory: Memory, answers: list[Review]) -> bool:
    """Whether a memory can be that of these answers."""
    return (
        any(review.at == memory.last for review in answers)
        and memory.last <= memory.due <= memory.last + timedelta(days=LONGEST + 1)
        and math.isfinite(memory.stability)
        and memory.stability > 0
        and 1 <= memory.difficulty <= 10
        and memory.phase in _PHASES
        and (memory.step is None or 0 <= memory.step <= _LAST_STEP)
    )
