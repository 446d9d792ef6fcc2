"""Rasa's REST channel, for front ends that speak it: answered in the response."""

from __future__ import annotations

import secrets
from typing import Any

from sourcebot.answers.plain import plain_text
from sourcebot.server.desks.fields import Fields, parsed
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

FIELDS = {
    "sender": "sender",
    "text": "message",
    "id": "metadata.message_id",
    "owner": "metadata.owner",
}
"""Our name -> where a request has it."""
OWNERS: dict[str, Owner] = {"bot": "bot", "human": "human"}
ANEW = frozenset({"/restart", "/session_start"})
"""Messages with which Rasa's front ends begin a conversation anew."""
NOBODY = "default"
"""Whom Rasa takes for the sender where none is named. All of them would share a conversation: here
each message without a sender is on its own.
"""
WIDTH = 10_000
"""Columns: who shows the text breaks its lines."""


def _read(body: bytes, headers: Headers, line: Line) -> Event:
    fields = Fields(parsed(body), FIELDS)
    sender, text = fields.id("sender"), fields.text("text")
    name = sender or f"alone.{secrets.token_hex(16)}"
    if text.strip() in ANEW:
        return Owned(name, "bot", anew=True)
    if fields.any("text") is None:
        return Ignored("no message")
    id = fields.id("id") or headers.get("idempotency-key", "")[:200]
    owner = OWNERS.get(fields.text("owner"))
    return Message(name, id, text, owner=owner, address={"sender": sender or NOBODY})


async def _send(line: Line, message: Message, outgoing: Outgoing) -> None:
    buttons = [{"title": choice, "payload": choice} for choice in outgoing.choices]
    item: dict[str, Any] = {
        "recipient_id": message.address["sender"],
        "text": plain_text(outgoing.text, WIDTH),
    }
    if buttons:
        item["buttons"] = buttons
    if outgoing.reply is not None:
        item["custom"] = {"status": outgoing.reply.status, "reply": outgoing.reply}
    line.collected.append(item)


async def _hand_over(line: Line, message: Message, handover: Handover) -> None:
    note = plain_text(handover.note, WIDTH)
    line.collected.append(
        {
            "recipient_id": message.address["sender"],
            "text": handover.said,
            "custom": {"handoff": True, "reason": handover.reason, "note": note},
        }
    )


def _respond(collected: list[dict[str, Any]], ignored: str | None) -> Any:
    return collected


RASA = Host(
    kind="rasa",
    scheme=None,
    delivery=None,
    remembers=3_600.0,
    longest=10_000,
    read=_read,
    send=_send,
    hand_over=_hand_over,
    respond=_respond,
    in_response=lambda line: True,
    has_notes=False,
)
