"""What a desk's adapter declares, and what goes between it and the common way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from sourcebot.dialogue.reply import Reply
from sourcebot.server.config import Desk
from sourcebot.server.desks.outbound import Outbound
from sourcebot.server.desks.signing import Scheme

Owner = Literal["bot", "human"]
Headers = Mapping[str, str]


class NoJson(ValueError):
    """A body that is not in the host's format at all."""


class Message(Struct, frozen=True):
    """What a customer wrote. conversation: the host's, as one name; id: the host's, of this
    message, empty where it gives none; attachments: how many came with it; owner: who has the
    conversation, where the delivery tells; sent: when it was written, in seconds since 1970, where
    the signed body tells; address: what the adapter needs to answer it; delivery: the id of the
    delivery, where it is in the body.
    """  # noqa: D205

    conversation: str
    id: str
    text: str
    attachments: int = 0
    owner: Owner | None = None
    sent: float | None = None
    address: Mapping[str, Any] = {}
    delivery: str = ""


class Owned(Struct, frozen=True):
    """That a conversation has been taken over by a person, or given back to the bot. anew: and
    that what was said before is to be forgotten.
    """  # noqa: D205

    conversation: str
    owner: Owner
    address: Mapping[str, Any] = {}
    anew: bool = False


class Ignored(Struct, frozen=True):
    """A delivery of which nothing follows, and why: a word or two for the log."""

    reason: str


class Challenge(Struct, frozen=True):
    """A delivery that only wants to see this body come back."""

    body: Mapping[str, Any]


Event = Message | Owned | Ignored | Challenge


class Outgoing(Struct, frozen=True):
    """What is to be sent: Markdown with its sources, and messages to choose from. private: a note
    for the agents; key: the same whenever the same thing is sent again.
    """  # noqa: D205

    text: str
    choices: tuple[str, ...]
    private: bool
    key: str
    reply: Reply | None = None


class Handover(Struct, frozen=True):
    """A conversation that goes to a person. reason: a word; note: for the agents, Markdown; said:
    what the customer is told, None on ticket desks, where it is the agent who writes.
    """  # noqa: D205

    reason: str
    note: str
    said: str | None
    key: str


class Line(Struct, frozen=True):
    """A desk at work, as its adapter sees it. token: of the desk, in clear; collected: what goes
    into the response, on hosts that are answered so.
    """  # noqa: D205

    name: str
    desk: Desk
    url: str
    token: str
    secrets: tuple[str, ...]
    out: Outbound
    collected: list[dict[str, Any]] = []

    @property
    def api(self) -> str:
        """The address of the host's API, without a slash at the end."""
        return self.url.rstrip("/")

    def option(self, name: str, default: str = "") -> str:
        """A setting that only this kind of desk has."""
        return self.desk.options.get(name, default)


class Host(Struct, frozen=True, kw_only=True):
    """A kind of desk: everything in which it differs.

    kind: as in the configuration; scheme: how it signs, None where an API key stands for that;
    delivery: the header with the id of a delivery, None where the body may have it; remembers:
    seconds over which it may send a delivery again; longest: characters of a message that it takes;
    url: where its API is, None where the desk has to say so; needs: settings without which it does
    not work; options: settings that it knows; is_ticket: whether the bot writes to the agent by
    default; has_notes: whether agents can be written to out of the customer's sight.

    read: a body to an event (raises NoJson); owner: asks the host who has the conversation, None
    where the host cannot tell (raises SendError); send, hand_over: carry it out (raise SendError);
    given_back: what the host is told when the bot has a conversation again; respond: the body of
    a response out of what was collected; in_response: whether a desk is answered in the response.
    """

    kind: str
    scheme: Scheme | None
    delivery: str | None
    remembers: float
    longest: int
    read: Callable[[bytes, Headers, Line], Event]
    send: Callable[[Line, Message, Outgoing], Awaitable[None]]
    hand_over: Callable[[Line, Message, Handover], Awaitable[None]]
    owner: Callable[[Line, Message], Awaitable[Owner | None]] | None = None
    given_back: Callable[[Line, Owned], Awaitable[None]] | None = None
    respond: Callable[[list[dict[str, Any]], str | None], Any] | None = None
    in_response: Callable[[Line], bool] = lambda line: False
    url: str | None = None
    needs: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    is_ticket: bool = False
    has_notes: bool = True
