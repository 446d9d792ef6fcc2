"""What a turn gives back: the same fields in Python and, encoded, in JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from sourcebot.knowledge.model import Reason, Status


class Alternative(Struct, frozen=True):
    """Another reading of the message.

    intent, concepts, task: as in `Reply`; confidence: 0..1.
    """

    intent: str
    concepts: tuple[str, ...]
    task: str | None
    confidence: float


class Part(Struct, frozen=True):
    """One of the questions in a message that held two.

    intent, concepts, task: as in `Reply`; confidence: 0..1.
    """

    intent: str
    concepts: tuple[str, ...]
    task: str | None
    confidence: float


class CitedSource(Struct, frozen=True):
    """A publication that the answer rests on.

    id: its id in the knowledge base; title, publisher: as printed; year, url: None where unknown,
    for nothing is invented.
    """

    id: str
    title: str
    publisher: str
    year: int | None
    url: str | None


class Reply(Struct, frozen=True, kw_only=True):
    """The answer to one message.

    text: Markdown; status: `answered`, `clarify` (it asks which of `alternatives` is meant),
    `unknown` (see `reason`), `smalltalk`, `asking` (the advice waits for an answer to `question`),
    `recommended` (`recommendation` holds the result) or `handoff` (a person is asked for); reason:
    why there is no answer: `empty`, `out-of-scope`, `ambiguous`, `no-entry`, `too-long`; intent:
    what was asked, an aspect's id; concepts: ids of what the answer is about, sorted; task: id of
    the piece of work, if one is meant; confidence: how likely the message was understood, 0..1;
    alternatives: other readings; parts: both questions of a message that held two; question:
    criterion, text, why, answers, step and about of the advice's question; recommendation: what
    `sourcebot advise --format json` prints; suggestions: messages that can be sent next; sources:
    as cited, [1] first; kb: name and digest of the knowledge base that answered.
    """

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
