"""Slack: mentions in channels, direct messages and buttons; a thread is a conversation.

Slack knows no owner of a conversation. The note of a hand-over carries a mark that only apps can
read (message metadata), and a button that takes the mark off again; and a colleague who has
written in a thread since the question has taken it over.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping
from typing import Any

from sourcebot.server.desks import markup, words
from sourcebot.server.desks.fields import Fields, parsed
from sourcebot.server.desks.inbound import unescaped
from sourcebot.server.desks.model import (
    Challenge,
    Event,
    Handover,
    Headers,
    Host,
    Ignored,
    Line,
    Message,
    NoJson,
    Outgoing,
    Owned,
    Owner,
)
from sourcebot.server.desks.outbound import SendError
from sourcebot.server.desks.signing import Scheme, hexadecimal

FIELDS = {
    "type": "type",
    "delivery": "event_id",
    "challenge": "challenge",
    "team": "team_id",
    "kind": "event.type",
    "subtype": "event.subtype",
    "bot": "event.bot_id",
    "user": "event.user",
    "text": "event.text",
    "channel": "event.channel",
    "in": "event.channel_type",
    "ts": "event.ts",
    "thread": "event.thread_ts",
    "files": "event.files",
    "self": "authorizations.0.user_id",
}
"""Our name -> where an event has it."""
PRESSED = {
    "type": "type",
    "team": "team.id",
    "user": "user.id",
    "channel": "channel.id",
    "message": "message.ts",
    "thread": "message.thread_ts",
    "action": "actions.0.action_id",
    "value": "actions.0.value",
    "at": "actions.0.action_ts",
}
"""The same for a button that was pressed."""
POSTED = {
    "ts": "ts", "user": "user", "bot": "bot_id", "subtype": "subtype", "mark": "metadata.event_type"
}  # fmt: skip
"""The same for a message that the API shows."""
SUBTYPES = frozenset({"", "file_share", "thread_broadcast"})
"""Kinds of messages that people write."""
CHOICE, BACK = "sourcebot_choice", "sourcebot_back"
HANDED, RESUMED = "sourcebot_handover", "sourcebot_resumed"
BLOCK, VALUE, LABEL, SHORT = 3_000, 2_000, 75, 4_000
"""Slack's limits: characters of a section, of a button's value and label, of a message's text."""
_CALLED = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")
_LINK = re.compile(r"<[^<>|]*\|([^<>]*)>|<((?:https?|mailto):[^<>|]*)>|<[#!][^<>]*>")
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")


def _read(body: bytes, headers: Headers, line: Line) -> Event:
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return _pressed(body)
    fields = Fields(parsed(body), FIELDS)
    if fields.text("type") == "url_verification":
        return Challenge({"challenge": fields.text("challenge")})
    kind, is_direct = fields.text("kind"), fields.text("channel").startswith("D")
    if fields.text("type") != "event_callback" or kind not in ("app_mention", "message"):
        return Ignored("unknown event")
    if kind == "message" and not is_direct and fields.text("in") != "im":
        return Ignored("not addressed to the bot")
    own = fields.text("self")
    if fields.any("bot") is not None or (own and fields.text("user") == own):
        return Ignored("written by a bot")
    if fields.text("subtype") not in SUBTYPES:
        return Ignored("no message of a person")
    # Whoever is mentioned first in a mention is the bot, also where Slack does not tell its id.
    text = _said(fields.text("text"), own, mentioned=kind == "app_mention")
    thread = fields.text("thread") or ("" if is_direct else fields.text("ts"))
    return _message(
        fields.id("team"), fields.id("channel"), thread, fields.text("ts"), fields.id("user"),
        text, fields.count("files"), fields.id("delivery"),
    )  # fmt: skip


def _message(
    team: str,
    channel: str,
    thread: str,
    ts: str,
    user: str,
    text: str,
    files: int = 0,
    delivery: str = "",
) -> Event:
    if not team or not channel or not _TS.fullmatch(ts) or (thread and not _TS.fullmatch(thread)):
        return Ignored("incomplete")
    address = {"channel": channel, "thread": thread, "ts": ts, "user": user}
    name, id = _name(team, address), f"{channel}.{ts}"
    return Message(name, id, text, files, address=address, delivery=delivery)


def _name(team: str, address: Mapping[str, Any]) -> str:
    return f"{team}.{address['channel']}.{address['thread'] or 'direct'}"


def _pressed(body: bytes) -> Event:
    """A button. What comes as a form is verified as a form, and holds JSON."""
    try:
        form = urllib.parse.parse_qs(body.decode(), max_num_fields=10)
    except ValueError as error:
        raise NoJson("the body is no form") from error
    fields = Fields(parsed(form.get("payload", [""])[0].encode()), PRESSED)
    action = fields.text("action")
    if fields.text("type") != "block_actions" or not action.startswith((CHOICE, BACK)):
        return Ignored("unknown action")
    channel, ts = fields.id("channel"), fields.text("at")
    thread = fields.text("thread") or ("" if channel.startswith("D") else fields.text("message"))
    event = _message(
        fields.id("team"), channel, thread, ts, fields.id("user"), fields.text("value")
    )
    if isinstance(event, Message) and action.startswith(BACK):
        return Owned(event.conversation, "bot", {**event.address, "note": fields.text("message")})
    return event


def _said(text: str, own: str, *, mentioned: bool) -> str:
    """What a person reads: without the mention of the bot, links as their names."""
    if mentioned and not own:
        text = _CALLED.sub("", text, count=1)
    text = _CALLED.sub(lambda found: "" if found.group(1) == own else "@someone", text)
    text = _LINK.sub(lambda found: found.group(1) or found.group(2) or "", text)
    return unescaped(text).strip()


async def _call(line: Line, method: str, body: Any = None, **params: str) -> Mapping[str, Any]:
    """A method of the Web API, which says also with status 200 that something failed."""
    answer = await line.out.json(
        "GET" if body is None else "POST", f"{line.api}/{method}", body,
        headers={"Authorization": f"Bearer {line.token}"}, **params,
    )  # fmt: skip
    if not isinstance(answer, dict) or answer.get("ok") is not True:
        told = answer.get("error") if isinstance(answer, dict) else None
        raise SendError(f"{method}: {str(told or 'no answer that can be read')[:60]}")
    return answer


async def _ask(line: Line, message: Message) -> Owner | None:
    to = message.address
    asked = {"channel": str(to["channel"]), "include_all_metadata": "true", "limit": "200"}
    if to["thread"]:
        shown = await _call(line, "conversations.replies", ts=str(to["thread"]), **asked)
    else:
        shown = await _call(line, "conversations.history", **asked)
    posts = shown.get("messages")
    if not isinstance(posts, list):
        raise SendError("conversations: no list of messages")
    for post in posts:
        fields = Fields(post if isinstance(post, dict) else {}, POSTED)
        if fields.text("mark") == HANDED:
            return "human"
        written = fields.any("bot") is None and fields.text("subtype") in SUBTYPES
        someone = fields.text("user") not in ("", to["user"])
        if written and someone and _later(fields.text("ts"), str(to["ts"])):
            return "human"
    return "bot"


def _later(one: str, other: str) -> bool:
    if not _TS.fullmatch(one) or not _TS.fullmatch(other):
        return False
    first, second = one.split("."), other.split(".")
    return (int(first[0]), int(first[1])) > (int(second[0]), int(second[1]))


async def _post(line: Line, to: Mapping[str, Any], text: str, **more: Any) -> Mapping[str, Any]:
    said = markup.mrkdwn(text)
    sections = [
        {"type": "section", "text": {"type": "mrkdwn", "text": piece}}
        for piece in markup.pieces(said, BLOCK)
    ]
    body = {
        "channel": to["channel"],
        "text": said[:SHORT],
        "blocks": [*sections, *more.pop("actions", ())],
        "unfurl_links": False,
        "unfurl_media": False,
        **({"thread_ts": to["thread"]} if to.get("thread") else {}),
        **more,
    }
    return await _call(line, "chat.postMessage", body)


def _button(action: str, label: str, value: str) -> dict[str, Any]:
    shown = label if len(label) <= LABEL else label[: LABEL - 1] + "…"
    text = {"type": "plain_text", "text": shown, "emoji": False}
    return {"type": "button", "action_id": action, "text": text, "value": value[:VALUE]}


async def _send(line: Line, message: Message, outgoing: Outgoing) -> None:
    buttons = [_button(f"{CHOICE}_{i}", c, c) for i, c in enumerate(outgoing.choices)]
    actions = [{"type": "actions", "elements": buttons}] if buttons else []
    await _post(line, message.address, outgoing.text, actions=actions)


async def _hand_over(line: Line, message: Message, handover: Handover) -> None:
    to, escalation = message.address, line.option("escalation")
    if escalation:
        link = await _call(
            line, "chat.getPermalink", channel=str(to["channel"]), message_ts=str(to["ts"])
        )
        where = markup.unmarked(str(link.get("permalink", "")))
        await _post(line, {"channel": escalation}, f"{handover.note}\n\n{where}")
    back = [{"type": "actions", "elements": [_button(BACK, words.RESUME, "back")]}]
    mark = {"event_type": HANDED, "event_payload": {"reason": handover.reason}}
    await _post(line, to, handover.said or words.HANDOVER, actions=back, metadata=mark)


async def _given_back(line: Line, owned: Owned) -> None:
    """Take the mark and the button off the note of the hand-over."""
    body = {
        "channel": owned.address["channel"],
        "ts": owned.address["note"],
        "text": words.RESUMED,
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": words.RESUMED}}],
        "metadata": {"event_type": RESUMED, "event_payload": {}},
    }
    await _call(line, "chat.update", body)


def _sign(secret: str, time: str, headers: Headers, body: bytes) -> str:
    return "v0=" + hexadecimal(secret, b"v0:" + time.encode() + b":" + body)


SLACK = Host(
    kind="slack",
    scheme=Scheme(signature="x-slack-signature", timestamp="x-slack-request-timestamp", sign=_sign),
    delivery=None,
    remembers=3_600.0,
    longest=11_000,
    read=_read,
    owner=_ask,
    send=_send,
    hand_over=_hand_over,
    given_back=_given_back,
    url="https://slack.com/api",
    needs=frozenset({"token"}),
    options=frozenset({"escalation"}),
    has_notes=False,
)
