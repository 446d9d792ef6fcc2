"""What requests and responses hold. OpenAPI's schemas come of these; unknown fields are ignored."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from sourcebot.dialogue.reply import Alternative, Part, Reply

Text = Annotated[str, Meta(description="What a person wrote, in their own words.")]


class AskRequest(Struct, frozen=True):
    """One question on its own."""

    text: Text


class MessageRequest(Struct, frozen=True):
    """The next message of a conversation."""

    text: Text


class RouteRequest(Struct, frozen=True):
    """A text to be routed and not answered."""

    text: Text
    explain: Annotated[bool, Meta(description="Say also why, as Markdown.")] = False


class BulkRequest(Struct, frozen=True):
    """Texts to be routed, each on its own."""

    texts: Annotated[tuple[str, ...], Meta(description="In any order; repeated ones cost nothing.")]


class RasaMessage(Struct, frozen=True):
    """A message as Rasa's REST channel takes them."""

    message: Text = ""
    sender: Annotated[str, Meta(description="Whose conversation it is.")] = ""
    metadata: Annotated[
        dict[str, Any], Meta(description="`owner`: `human` or `bot`; `message_id`.")
    ] = {}


class AdviseRequest(Struct, frozen=True):
    """Answers to the questions of the advice."""

    answers: Annotated[
        dict[str, str], Meta(description="Criterion -> answer; what is left out is unknown.")
    ] = {}


class Routed(Struct, frozen=True):
    """How a text was understood."""

    status: Annotated[str, Meta(description="As in a reply; `unknown` where nothing fits.")]
    reason: str | None
    intent: str | None
    concepts: tuple[str, ...]
    task: str | None
    confidence: Annotated[float, Meta(description="0 to 1.")]
    alternatives: tuple[Alternative, ...]
    parts: tuple[Part, ...]
    kb: str
    why: Annotated[str | None, Meta(description="Markdown, where it was asked for.")] = None

    @classmethod
    def of(cls, reply: Reply, why: str | None = None) -> Routed:
        """What a reply tells of its reading."""
        return cls(
            reply.status, reply.reason, reply.intent, reply.concepts, reply.task, reply.confidence,
            reply.alternatives, reply.parts, reply.kb, why,
        )  # fmt: skip


class BulkRouted(Struct, frozen=True):
    """How texts were understood, in the order in which they were given."""

    routes: tuple[Routed, ...]
    kb: str


class Begun(Struct, frozen=True):
    """A conversation that has begun."""

    id: Annotated[str, Meta(description="Whoever knows it can read on: keep it to the visitor.")]
    turn: int
    kb: str
    title: str
    about: str
    suggestions: tuple[str, ...]


class Standing(Struct, frozen=True):
    """Where a conversation stands."""

    id: str
    turn: int
    kb: str


class ConceptSummary(Struct, frozen=True):
    """A concept in a list."""

    id: str
    name: str
    kind: str | None
    definition: str
    aspects: tuple[str, ...]


class Concepts(Struct, frozen=True):
    """Everything that can be explained."""

    kb: str
    concepts: tuple[ConceptSummary, ...]


class Criteria(Struct, frozen=True):
    """The questions of the advice with their answers, as `sourcebot advise --list --json`."""

    kb: str
    criteria: tuple[dict[str, Any], ...]


class Health(Struct, frozen=True):
    """That the process answers."""

    status: str
    version: str


class BaseHealth(Struct, frozen=True):
    """A knowledge base. problem: why the last edit was refused, None where there is none."""

    name: str
    kb: str
    problem: str | None = None


class Readiness(Struct, frozen=True):
    """Whether requests can be answered: `ready`, or `degraded` with what is wrong."""

    status: str
    bases: tuple[BaseHealth, ...]
    sessions: str
    problems: tuple[str, ...] = ()
