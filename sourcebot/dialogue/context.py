"""What a conversation remembers, as one small JSON-able value."""

from __future__ import annotations

from msgspec import Struct

from sourcebot.dialogue.advising.state import Advising

RECENT = 6


class Context(Struct, frozen=True, forbid_unknown_fields=True):
    """The state between two turns.

    intent, concepts, task: what the last answer was about; recent: concepts answered about, newest
    first; offered: messages the last reply offered, which "2" or "the second" picks; asked_intent:
    the aspect of a question that is waiting for its concept; why: how the last message was read;
    advising: where the guided advice stands, if it was begun.
    """

    intent: str | None = None
    concepts: tuple[str, ...] = ()
    task: str | None = None
    recent: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    asked_intent: str | None = None
    asked_task: str | None = None
    why: str = ""
    advising: Advising | None = None

    @property
    def started(self) -> bool:
        """Whether there is anything to refer back to."""
        return bool(self.intent)


def remember(recent: tuple[str, ...], concepts: tuple[str, ...]) -> tuple[str, ...]:
    """Put the concepts in front of the recent ones, without repetitions."""
    return tuple(dict.fromkeys((*concepts, *recent)))[:RECENT]
