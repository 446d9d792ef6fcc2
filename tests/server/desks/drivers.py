"""Each host from its own side: how it words the same scenario, and what it cannot have."""

from __future__ import annotations

import copy
import json
import time
import urllib.parse
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from msgspec import Struct

from sourcebot.server.config import Desk
from sourcebot.server.desks.hosts import HOSTS
from tests.server.desks.stubs import ChatwootStub, SlackStub, Stub, WebhookStub, ZammadStub

FIXTURES = Path(__file__).parent / "fixtures"
SECRET, OLD = "a-secret", "an-older-secret"
STANDARD, STANDARD_OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_b2xkZXItc2VjcmV0"


def fixture(name: str) -> dict[str, Any]:
    """A payload made from the host's documents."""
    read: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))
    assert read["origin"] == "docs"
    return read


class Delivery(Struct, frozen=True):
    """A request that a host sends."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Driver:
    """A host of a kind. prefix: of its fixtures; cannot: scenario -> why it has no such thing."""

    kind = ""
    prefix = ""
    cannot: ClassVar[Mapping[str, str]] = {}
    secret, old = SECRET, OLD
    notes_only = False

    def __init__(self) -> None:
        self.stub: Stub = self.make_stub()

    def make_stub(self) -> Stub:
        raise NotImplementedError

    def desk(self, **more: Any) -> Desk:
        settings = {"url": "http://host.test", "token": "bot-token", **more}
        return Desk(kind=self.kind, secrets=(self.secret, self.old), **settings)  # type: ignore[arg-type]

    def path(self) -> str:
        return "/hooks/desk"

    def sign(self, headers: dict[str, str], body: bytes, secret: str, at: float) -> dict[str, str]:
        scheme, stamp = HOSTS[self.kind].scheme, str(int(at))
        if scheme is None:
            return headers
        signed = {k.lower(): v for k, v in headers.items()}
        if scheme.timestamp is not None:
            signed[scheme.timestamp] = stamp
        signed[scheme.signature] = scheme.sign(secret, stamp, signed, body)
        return signed

    def delivery(
        self,
        name: str,
        changes: Mapping[str, Any],
        delivery: str,
        *,
        at: float | None = None,
        secret: str | None = None,
    ) -> Delivery:
        at = time.time() if at is None else at
        made = fixture(f"{self.prefix}_{name}")
        body = copy.deepcopy(made["body"])
        for path, value in changes.items():
            where: Any = body
            *steps, last = path.split(".")
            for step in steps:
                where = where[int(step)] if step.isdigit() else where[step]
            where[int(last) if last.isdigit() else last] = value
        headers = dict(made["headers"])
        self.identify(headers, body, delivery, at)
        encoded = self.encode(name, body)
        return Delivery(
            self.path(), self.sign(headers, encoded, secret or self.secret, at), encoded
        )

    def encode(self, name: str, body: dict[str, Any]) -> bytes:
        return json.dumps(body).encode()

    def identify(self, headers: dict[str, str], body: Any, delivery: str, at: float) -> None:
        header = HOSTS[self.kind].delivery
        if header is not None:
            headers.update({k: delivery for k in list(headers) if k.lower() == header})

    def message(self, text: str, **more: Any) -> Delivery:
        raise NotImplementedError

    def owned(self, text: str, *, id: str, delivery: str) -> Delivery | None:
        """A message in a conversation that a person has, as the host sends it then."""
        self.stub.taken = True
        return self.message(text, id=id, delivery=delivery)

    def echo(self) -> Delivery | None:
        raise NotImplementedError

    def unknown(self) -> Delivery:
        return self.delivery("unknown_event", {}, "d-unknown")

    def take_over(self) -> Delivery | None:
        """A person takes the conversation; a delivery, where the host tells of it."""
        self.stub.taken = True
        return None

    def give_back(self) -> Delivery | None:
        """The host gives the conversation back to the bot."""
        raise NotImplementedError

    def answers(self, response: Any) -> None:
        """Take what a response says, on hosts that are answered so."""


class Chatwoot(Driver):
    kind = prefix = "chatwoot"

    def make_stub(self) -> ChatwootStub:
        return ChatwootStub()

    def message(self, text, *, id="72", delivery="d-1", conversation=5, attachments=0, **more):  # type: ignore[no-untyped-def]
        assert isinstance(self.stub, ChatwootStub)
        changes = {
            "id": int(id), "content": text or None, "conversation.id": conversation,
            "conversation.status": "open" if self.stub.taken else self.stub.status,
        }  # fmt: skip
        if attachments:
            changes["attachments"] = [{"id": 1, "file_type": "image"}]
        return self.delivery("message_created", changes, delivery, **more)

    def echo(self) -> Delivery:
        return self.delivery("own_message", {}, "d-echo")

    def give_back(self) -> None:
        assert isinstance(self.stub, ChatwootStub)
        self.stub.taken, self.stub.status = False, "pending"


class Zammad(Driver):
    kind = prefix = "zammad"
    notes_only = True

    def make_stub(self) -> ZammadStub:
        return ZammadStub()

    def message(self, text, *, id="104", delivery="d-1", conversation=81, attachments=0, **more):  # type: ignore[no-untyped-def]
        changes = {
            "ticket.id": conversation, "article.id": int(id), "article.body": text,
            "ticket.owner_id": 5 if self.stub.taken else 1,
        }  # fmt: skip
        if attachments:
            changes["article.attachments"] = [{"id": 1, "filename": "a.png"}]
        return self.delivery("customer_article", changes, delivery, **more)

    def identify(self, headers: dict[str, str], body: Any, delivery: str, at: float) -> None:
        super().identify(headers, body, delivery, at)
        if "article" in body:
            body["article"]["created_at"] = datetime.fromtimestamp(at, UTC).isoformat()

    def echo(self) -> Delivery:
        return self.delivery("own_note", {}, "d-echo")

    def give_back(self) -> None:
        assert isinstance(self.stub, ZammadStub)
        self.stub.taken = False
        self.stub.tags.clear()


class Slack(Driver):
    kind = prefix = "slack"
    cannot: ClassVar[Mapping[str, str]] = {
        "attachment": "a file without a mention does not reach the bot in a channel"
    }

    def make_stub(self) -> SlackStub:
        return SlackStub()

    def desk(self, **more: Any) -> Desk:
        return super().desk(
            url="http://host.test/api", options={"escalation": "C0ESCALATE"}, **more
        )

    def message(self, text, *, id="200", delivery="d-1", conversation=0, attachments=0, **more):  # type: ignore[no-untyped-def]
        ts = f"1764000000.{int(id):06}"
        changes = {
            "event_id": delivery, "event.text": f"<@U0LAN0Z89> {text}", "event.ts": ts,
            "event.thread_ts": f"17630000{conversation:02}.000100",
        }  # fmt: skip
        return self.delivery("app_mention", changes, delivery, **more)

    def echo(self) -> Delivery:
        return self.delivery("own_message", {}, "d-echo")

    def owned(self, text: str, *, id: str, delivery: str) -> Delivery:
        assert isinstance(self.stub, SlackStub)
        self.stub.posts.append(
            {
                "ts": "1763999999.000100",
                "bot_id": "B1",
                "metadata": {"event_type": "sourcebot_handover"},
            }
        )
        return self.message(text, id=id, delivery=delivery)

    def give_back(self) -> Delivery:
        assert isinstance(self.stub, SlackStub)
        self.stub.taken = False
        note = next(p["ts"] for p in self.stub.posts if p["metadata"])
        changes = {
            "actions.0.action_id": "sourcebot_back", "actions.0.value": "back",
            "message.ts": note, "message.thread_ts": "1763000000.000100",
        }  # fmt: skip
        return self.delivery("block_actions", changes, "")

    def encode(self, name: str, body: dict[str, Any]) -> bytes:
        if name == "block_actions":
            return urllib.parse.urlencode({"payload": json.dumps(body)}).encode()
        return super().encode(name, body)


class Webhook(Driver):
    kind = prefix = "webhook"
    secret, old = STANDARD, STANDARD_OLD

    def make_stub(self) -> WebhookStub:
        return WebhookStub(STANDARD)

    def desk(self, **more: Any) -> Desk:
        return super().desk(url="http://host.test/replies", **more)

    def message(self, text, *, id="1", delivery="d-1", conversation="c-17", attachments=0, **more):  # type: ignore[no-untyped-def]
        changes = {"data.text": text, "data.message": f"m-{id}", "data.conversation": conversation}
        if attachments:
            changes["data.attachments"] = [{"name": "a.png"}]
        return self.delivery("message_created", changes, delivery, **more)

    def owned(self, text: str, *, id: str, delivery: str) -> Delivery:
        changes = {"data.text": text, "data.message": f"m-{id}", "data.owner": "human"}
        return self.delivery("message_created", changes, delivery)

    def echo(self) -> Delivery:
        return self.delivery("own_message", {}, "d-echo")

    def take_over(self) -> Delivery:
        return self.delivery("agent_message", {}, "d-agent")

    def give_back(self) -> Delivery:
        changes = {"type": "conversation.owner", "data.owner": "bot"}
        return self.delivery("message_created", changes, "d-back")


class WebhookInResponse(Webhook):
    """Without an address for replies."""

    cannot: ClassVar[Mapping[str, str]] = {
        "outbound": "replies go into the response: nothing is called"
    }

    def desk(self, **more: Any) -> Desk:
        return Desk(kind="webhook", secrets=(self.secret, self.old), **more)

    def answers(self, response: Any) -> None:
        assert isinstance(self.stub, WebhookStub)
        if response["type"] != "ignored":
            self.stub.take(response)


class Rasa(Driver):
    kind = prefix = "rasa"
    cannot: ClassVar[Mapping[str, str]] = {
        "outbound": "replies go into the response: nothing is called",
        "signature": "an API key stands for a signature",
        "stale": "an API key stands for a signature",
        "echo": "the front end sends only what its visitor writes",
        "between": "nothing but the visitor's messages comes in",
        "attachment": "the channel has no attachments",
        "unknown": "there is one kind of message",
    }

    def make_stub(self) -> Stub:
        return Stub()

    def desk(self, **more: Any) -> Desk:
        return Desk(kind="rasa", **more)

    def path(self) -> str:
        return "/webhooks/rest/webhook"

    def message(
        self, text, *, id="1", delivery="d-1", conversation="visitor-1", attachments=0, **more
    ):  # type: ignore[no-untyped-def]
        changes = {"message": text, "sender": conversation, "metadata": {"message_id": id}}
        return self.delivery("message", changes, delivery, **more)

    def owned(self, text: str, *, id: str, delivery: str) -> Delivery:
        changes = {"message": text, "metadata": {"message_id": id, "owner": "human"}}
        return self.delivery("message", changes, delivery)

    def give_back(self) -> Delivery:
        return self.delivery("message", {"message": "/restart"}, "")

    def answers(self, response: Any) -> None:
        for item in response:
            assert item["recipient_id"].startswith("visitor-")
            self.stub.said.append(item["text"])
            self.stub.choices.append([b["payload"] for b in item.get("buttons", ())])
            if item["custom"].get("handoff"):
                self.stub.handovers += 1
                self.stub.notes.append(item["custom"]["note"])


DRIVERS = (Chatwoot, Zammad, Slack, Webhook, WebhookInResponse, Rasa)
