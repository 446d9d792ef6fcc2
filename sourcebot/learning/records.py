"""What is kept of a learner: who it is, what was answered when, and what is remembered of it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from sourcebot.learning.memory import Grade, Memory


class Learner(Struct, frozen=True):
    """Somebody who learns on this machine. since: when they began (UTC)."""

    id: int
    name: str
    since: datetime


class Shown(Struct, frozen=True):
    """An exercise as it stood when it was answered, so that a change can be told later."""

    prompt: str
    answer: str


class Kept(Struct, frozen=True):
    """What is remembered of one item: its memory, and the digest of the answer that was learnt."""

    memory: Memory
    digest: str
    shown: Shown


class Review(Struct, frozen=True):
    """One answer.

    item: its id; at: when (UTC); grade: how it was; wrong: what was taken for right, each as
    `right -> chosen` ids; anew: whether it was learnt from the beginning, because its answer had
    changed; about: ids of what it trains.
    """

    item: str
    at: datetime
    grade: Grade
    about: tuple[str, ...] = ()
    wrong: tuple[tuple[str, str], ...] = ()
    anew: bool = False

    @property
    def right(self) -> bool:
        """Whether it was right, at least in part."""
        return self.grade != "again"


class Attended(Struct, frozen=True):
    """A lesson that was begun, and when it was last finished, if it was (UTC)."""

    begun: datetime
    finished: datetime | None = None
