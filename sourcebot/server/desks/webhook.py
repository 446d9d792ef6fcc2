"""Any other desk: deliveries and replies after Standard Webhooks 1.0.0.

A desk with a `url` gets replies as deliveries of ours; one without gets them in the response.
"""

from __future__ import annotations

import time
from typing import Any

import msgspec

from sourcebot.server.desks.fields import Fields, parsed
from sourcebot.server.desks.inbound import readable
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
from sourcebot.server.desks.signing import Scheme, standard

FIELDS = {
    "type": "type",
    "conversation": "data.conversation",
    "id": "data.message",
    "text": "data.text",
    "author": "data.author",
    "owner": "data.owner",
    "attachments": "data.attachments",
}
"""Our name -> where a delivery has it."""
OWNERS: dict[str, Owner] = {"bot": "bot", "human": "human"}


def _read(body: bytes, headers: Headers, line: Line) -> Event:
    fields = Fields(parsed(body), FIELDS)
    kind, name = fields.text("type"), fields.id("conversation")
    owner = OWNERS.get(fields.text("owner"))
    if kind not in ("message.created", "conversation.owner"):
        return Ignored("unknown event")
    if not name:
        return Ignored("incomplete")
    if kind == "conversation.owner":
        return Owned(name, owner) if owner is not None else Ignored("incomplete")
    author, id = fields.text("author"), fields.id("id")
    if author == "agent":
        return Owned(name, "human")
    if author == "bot":
        return Ignored("written by a bot")
    if author != "customer":
        return Ignored("no message of a customer")
    if not id:
        return Ignored("incomplete")
    text = readable(fields.text("text"))
    address = {"conversation": fields.any("conversation"), "message": fields.any("id")}
    return Message(name, id, text, fields.count("attachments"), owner, address=address)


async def _deliver(line: Line, kind: str, key: str, data: dict[str, Any]) -> None:
    body = {"type": kind, "timestamp": _iso(), "data": data}
    if not line.url:
        line.collected.append(body)
        return
    content = msgspec.json.encode(body)
    id, now = f"msg_{key}", str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": now,
        **({"Authorization": f"Bearer {line.token}"} if line.token else {}),
    }
    if line.secrets:
        # One signature for each secret: the receiver may be the one who is changing them.
        signed = " ".join(standard(secret, id, now, content) for secret in line.secrets)
        headers["webhook-signature"] = signed
    # Who knows the whole address of such a desk may often write to it: the path stays out of logs.
    await line.out.call("POST", line.url, headers=headers, content=content, told="to its `url`")


async def _send(line: Line, message: Message, outgoing: Outgoing) -> None:
    data = {
        **message.address,
        "text": outgoing.text,
        "format": "markdown",
        "private": outgoing.private,
        "choices": outgoing.choices,
        "reply": outgoing.reply,
    }
    await _deliver(line, "reply.created", outgoing.key, data)


async def _hand_over(line: Line, message: Message, handover: Handover) -> None:
    data = {
        **message.address,
        "reason": handover.reason,
        "note": handover.note,
        "text": handover.said,
        "format": "markdown",
    }
    await _deliver(line, "conversation.handover", handover.key, data)


def _respond(collected: list[dict[str, Any]], ignored: str | None) -> Any:
    return collected[0] if collected else {"type": "ignored", "reason": ignored or "nothing to say"}


def _iso() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _sign(secret: str, timestamp: str, headers: Headers, body: bytes) -> str:
    return standard(secret, headers.get("webhook-id", ""), timestamp, body)


WEBHOOK = Host(
    kind="webhook",
    scheme=Scheme(
        signature="webhook-signature", timestamp="webhook-timestamp", sign=_sign, many=True
    ),
    delivery="webhook-id",
    # The schedule of retries that the standard proposes ends after a good day.
    remembers=259_200.0,
    longest=20_000,
    read=_read,
    send=_send,
    hand_over=_hand_over,
    respond=_respond,
    in_response=lambda line: not line.url,
)
