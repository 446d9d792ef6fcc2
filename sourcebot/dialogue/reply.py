"""What a turn gives back: the same fields in Python and, encoded, in JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from sourcebot.knowledge.model import Reason, Status


class Alternative(Struct, frozen=True):
    """Another reading of the message, with its confidence from 0 to 1."""

    intent: str
    concepts: tuple[str, ...]
    task: str | None
    confidence: float


class Part(Struct, frozen=True):
    """One of the questions in a message that held two."""

    intent: str
    concepts: tuple[str, ...]
    task: str | None
    confidence: float


class CitedSource(Struct, frozen=True):
    """A publication that the answer rests on; year and url may be unknown."""

    id: str
    title: str
    publisher: str
    year: int | None
    url: str | None


class Reply(Struct, frozen=True, kw_only=True):
    """The answer to one message. `text` is Markdown; `suggestions` are messages that route."""

    text: str
    status: Status
    reason: Reason | None = None
    intent: str | None = None
    concepts: tuple[str, ...] = ()
    task: str | None = None
    confidence: float = 0.0
    alternatives: tuple[Alternative, ...] = ()
    parts: tuple[Part, ...] = ()
    question: dict[str, Any] | None = None
    recommendation: dict[str, Any] | None = None
    suggestions: tuple[str, ...] = ()
    sources: tuple[CitedSource, ...] = ()
    kb: str

    def to_json(self) -> bytes:
        """The reply as one line of compact UTF-8 JSON."""
        return msgspec.json.encode(self)
