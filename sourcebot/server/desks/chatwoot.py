"""Chatwoot, as an agent bot: it has a conversation while that is pending and nobody is assigned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sourcebot.server.desks import markup, words
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
from sourcebot.server.desks.signing import Scheme, hexadecimal

FIELDS = {
    "event": "event",
    "id": "id",
    "text": "content",
    "kind": "message_type",
    "format": "content_type",
    "private": "private",
    "sender": "sender.type",
    "automation": "content_attributes.automation_rule_id",
    "chosen": "content_attributes.submitted_values.0.value",
    "attachments": "attachments",
    "account": "account.id",
    "conversation": "conversation.id",
    "status": "conversation.status",
    "channel": "conversation.channel",
    "assignee": "conversation.meta.assignee.id",
    "assigned_to": "conversation.meta.assignee_type",
}
"""Our name -> where a message's delivery has it."""
CONVERSATION = {"account": "messages.0.account_id", "conversation": "id", "status": "status"}
"""The same for deliveries on a conversation."""
SHOWN = {"status": "status", "assignee": "meta.assignee.id", "assigned_to": "meta.assignee_type"}
"""The same for what the API shows of a conversation."""
CHOOSING = frozenset({"Channel::WebWidget", "Channel::Api", "Channel::Telegram"})
"""Channels on which choices can be tapped; elsewhere they are numbered."""
LONGEST_TITLE = 200


def _read(body: bytes, headers: Headers, line: Line) -> Event:
    data = parsed(body)
    event = data.get("event")
    if event in ("conversation_opened", "conversation_resolved", "conversation_status_changed"):
        return _changed(Fields(data, CONVERSATION))
    fields = Fields(data, FIELDS)
    address = _address(fields, fields.text("channel"))
    if event not in ("message_created", "message_updated"):
        return Ignored("unknown event")
    if not address["account"] or not address["conversation"] or not fields.id("id"):
        return Ignored("incomplete")
    if fields.any("private") is True:
        return Ignored("private note")
    name = _name(address)
    if event == "message_updated":
        chosen = fields.text("chosen")
        if not chosen or fields.text("format") != "input_select":
            return Ignored("message edited")
        return _message(fields, name, f"{fields.id('id')}:chosen", chosen, address)
    kind = fields.any("kind")
    if kind in ("outgoing", 1):
        # A person may write from another device, without a name: only what is surely a program's
        # is taken for that.
        if fields.text("sender") == "agent_bot" or fields.any("automation") is not None:
            return Ignored("written by a bot")
        return Owned(name, "human", address)
    if kind not in ("incoming", 0):
        return Ignored("no message of a customer")
    return _message(fields, name, fields.id("id"), readable(fields.text("text")), address)


def _message(fields: Fields, name: str, id: str, text: str, address: Mapping[str, Any]) -> Message:
    owner = _owner(fields.text("status"), fields.any("assignee"), fields.text("assigned_to"))
    return Message(name, id, text, fields.count("attachments"), owner, address=address)


def _changed(fields: Fields) -> Event:
    address = _address(fields, "")
    if not address["account"] or not address["conversation"]:
        return Ignored("incomplete")
    if fields.text("status") in ("", "resolved"):
        return Ignored("conversation closed")
    owner: Owner = "bot" if fields.text("status") == "pending" else "human"
    return Owned(_name(address), owner, address)


def _owner(status: str, assignee: object, assigned_to: str) -> Owner:
    free = assignee is None or assigned_to.casefold() in ("agentbot", "agent_bot")
    return "bot" if status == "pending" and free else "human"


def _address(fields: Fields, channel: str) -> dict[str, Any]:
    return {
        "account": fields.number("account"),
        "conversation": fields.number("conversation"),
        "channel": channel,
    }


def _name(address: Mapping[str, Any]) -> str:
    return f"{address['account']}.{address['conversation']}"


def _url(line: Line, message: Message, rest: str = "") -> str:
    to = message.address
    return f"{line.api}/api/v1/accounts/{to['account']}/conversations/{to['conversation']}{rest}"


def _right(token: str) -> dict[str, str]:
    return {"api_access_token": token}


async def _ask(line: Line, message: Message) -> Owner | None:
    # Bots may read conversations from Chatwoot of June 2026 on; before, a user's token is needed.
    token = line.option("read_token", line.token)
    shown = await line.out.json("GET", _url(line, message), headers=_right(token))
    fields = Fields(shown if isinstance(shown, dict) else {}, SHOWN)
    return _owner(fields.text("status"), fields.any("assignee"), fields.text("assigned_to"))


async def _post(line: Line, message: Message, content: str, **more: Any) -> None:
    body = {"content": content, "message_type": "outgoing", "private": False, **more}
    await line.out.json("POST", _url(line, message, "/messages"), body, headers=_right(line.token))


async def _send(line: Line, message: Message, outgoing: Outgoing) -> None:
    text = markup.without_tables(outgoing.text)
    tapped = not outgoing.private and message.address["channel"] in CHOOSING
    if not tapped:
        text = markup.numbered(text, outgoing.choices)
    await _post(line, message, markup.cut(text, CHATWOOT.longest), private=outgoing.private)
    if tapped and outgoing.choices:
        items = [{"title": c[:LONGEST_TITLE], "value": c} for c in outgoing.choices]
        await _post(
            line, message, words.CHOOSE,
            content_type="input_select", content_attributes={"items": items},
        )  # fmt: skip


async def _hand_over(line: Line, message: Message, handover: Handover) -> None:
    # The customer is told last: what fails before is tried again and tells nobody twice.
    await _post(line, message, markup.cut(handover.note, CHATWOOT.longest), private=True)
    opened = _url(line, message, "/toggle_status")
    await line.out.json("POST", opened, {"status": "open"}, headers=_right(line.token))
    if handover.said is not None:
        await _post(line, message, handover.said)


def _sign(secret: str, time: str, headers: Headers, body: bytes) -> str:
    return "sha256=" + hexadecimal(secret, time.encode() + b"." + body)


CHATWOOT = Host(
    kind="chatwoot",
    scheme=Scheme(signature="x-chatwoot-signature", timestamp="x-chatwoot-timestamp", sign=_sign),
    delivery="x-chatwoot-delivery",
    remembers=86_400.0,
    longest=10_000,
    read=_read,
    owner=_ask,
    send=_send,
    hand_over=_hand_over,
    needs=frozenset({"url", "token"}),
    options=frozenset({"read_token"}),
)
