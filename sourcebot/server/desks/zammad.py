"""Zammad: a trigger sends articles here; what comes back is a note for the agent, by default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sourcebot.server.desks import markup, words
from sourcebot.server.desks.fields import Fields, parsed
from sourcebot.server.desks.inbound import text_of
from sourcebot.server.desks.model import (
    Event,
    Handover,
    Headers,
    Host,
    Ignored,
    Line,
    Message,
    Outgoing,
    Owned,
    Owner,
)
from sourcebot.server.desks.outbound import SendError
from sourcebot.server.desks.signing import Scheme, hexadecimal

FIELDS = {
    "ticket": "ticket.id",
    "title": "ticket.title",
    "owner": "ticket.owner_id",
    "state": "ticket.state",
    "customer": "ticket.customer.email",
    "id": "article.id",
    "text": "article.body",
    "format": "article.content_type",
    "sender": "article.sender",
    "internal": "article.internal",
    "type": "article.type",
    "author": "article.created_by_id",
    "login": "article.created_by.login",
    "sent": "article.created_at",
    "attachments": "article.attachments",
}
"""Our name -> where a delivery has it."""
SHOWN = {"owner": "owner_id", "state": "state"}
"""The same for what the API shows of a ticket."""
WRITTEN = {
    "sender": "sender", "internal": "internal", "author": "created_by_id", "login": "created_by"
}  # fmt: skip
"""The same for an article that the API shows."""
NOBODY = "1"
"""The id of the user `-`, who owns what nobody owns."""
CLOSED = frozenset({"closed", "merged", "removed"})
TAG = "sourcebot-handover"
"""On a ticket that has been handed over; who takes it off gives the ticket back to the bot."""
MAILED = frozenset({"email", "web", "phone"})
"""Types of articles that are answered by mail; others get an article of the portal."""


def _read(body: bytes, headers: Headers, line: Line) -> Event:
    fields = Fields(parsed(body), FIELDS)
    ticket, id = fields.number("ticket"), fields.id("id")
    if not ticket or not id:
        return Ignored("unknown event")
    if fields.any("internal") is not False:
        return Ignored("internal article")
    sender = fields.text("sender")
    if sender == "Agent":
        if _ours(fields, line):
            return Ignored("written by a bot")
        return Owned(str(ticket), "human", {"ticket": ticket})
    if sender != "Customer":
        return Ignored("no message of a customer")
    text = fields.text("text")
    if fields.text("format") != "text/plain":
        text = text_of(text)
    address = {
        "ticket": ticket,
        "title": fields.text("title"),
        "to": fields.text("customer"),
        "mailed": fields.text("type") in MAILED,
    }
    return Message(
        str(ticket), id, text, fields.count("attachments"),
        # Nobody's ticket may still be a handed-over one: only the API tells whose it is.
        "human" if _owner(fields, line) == "human" else None,
        fields.time("sent"), address,
    )  # fmt: skip


def _ours(fields: Fields, line: Line) -> bool:
    user = line.option("user")
    return bool(user) and user in (fields.id("author"), fields.id("login"))


def _owner(fields: Fields, line: Line) -> Owner:
    free = fields.id("owner") in ("", NOBODY) or fields.id("owner") == line.option("user")
    return "bot" if free and fields.text("state") not in CLOSED else "human"


def _headers(line: Line) -> dict[str, str]:
    return {"Authorization": f"Token token={line.token}"}


async def _ask(line: Line, message: Message) -> Owner | None:
    ticket = message.address["ticket"]
    shown = await line.out.json(
        "GET", f"{line.api}/api/v1/tickets/{ticket}", headers=_headers(line), expand="true"
    )
    fields = Fields(shown if isinstance(shown, dict) else {}, SHOWN)
    if not fields.id("owner") or _owner(fields, line) == "human":
        return "human"
    tags = await line.out.json(
        "GET", f"{line.api}/api/v1/tags", headers=_headers(line), object="Ticket", o_id=str(ticket)
    )
    if not isinstance(tags, dict) or TAG in tags.get("tags", ()):
        return "human"
    articles = await line.out.json(
        "GET", f"{line.api}/api/v1/ticket_articles/by_ticket/{ticket}", headers=_headers(line),
        expand="true",
    )  # fmt: skip
    if not isinstance(articles, list):
        raise SendError("GET /api/v1/ticket_articles/by_ticket: no list of articles")
    return "human" if any(_answered(article, line) for article in articles) else "bot"


def _answered(article: Any, line: Line) -> bool:
    """Whether a colleague has written to the customer, be the ticket theirs or not."""
    fields = Fields(article if isinstance(article, dict) else {}, WRITTEN)
    outward = fields.text("sender") == "Agent" and fields.any("internal") is False
    return outward and not _ours(fields, line)


async def _article(line: Line, message: Message, body: str, more: Mapping[str, Any]) -> None:
    article = {
        "ticket_id": message.address["ticket"],
        "subject": message.address["title"],
        "body": body,
        "content_type": "text/html",
        "type": "note",
        "sender": "Agent",
        **more,
    }
    await line.out.json(
        "POST", f"{line.api}/api/v1/ticket_articles", article, headers=_headers(line)
    )


async def _send(line: Line, message: Message, outgoing: Outgoing) -> None:
    text = markup.numbered(outgoing.text, outgoing.choices)
    if outgoing.private:
        noted = f"{words.SUGGESTED}\n\n{text}"
        await _article(line, message, markup.html(noted), {"internal": True})
        return
    mailed: dict[str, Any] = {"internal": False}
    if message.address["mailed"] and message.address["to"]:
        mailed |= {"type": "email", "to": message.address["to"]}
    await _article(line, message, markup.html(text), mailed)


async def _hand_over(line: Line, message: Message, handover: Handover) -> None:
    await _article(line, message, markup.html(handover.note), {"internal": True})
    tagged = {"item": TAG, "object": "Ticket", "o_id": message.address["ticket"]}
    await line.out.json("POST", f"{line.api}/api/v1/tags/add", tagged, headers=_headers(line))


def _sign(secret: str, time: str, headers: Headers, body: bytes) -> str:
    return "sha1=" + hexadecimal(secret, body, "sha1")


ZAMMAD = Host(
    kind="zammad",
    scheme=Scheme(signature="x-hub-signature", timestamp=None, sign=_sign),
    delivery="x-zammad-delivery",
    remembers=86_400.0,
    longest=20_000,
    read=_read,
    owner=_ask,
    send=_send,
    hand_over=_hand_over,
    needs=frozenset({"url", "token"}),
    options=frozenset({"user"}),
    is_ticket=True,
)
