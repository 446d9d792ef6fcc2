"""Small hosts in this process: they insist on paths, rights and shapes, and can be told to fail."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from sourcebot.server.desks import signing

Failure = int | str | tuple[int, str]
"""A status, "timeout", or a status with its Retry-After."""


class Stub:
    """A host. calls: what was asked of it; wrong: what it would have refused; failures: how the
    next calls that say something end, one each.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.wrong: list[str] = []
        self.failures: list[Failure] = []
        self.check_failures: list[Failure] = []
        self.said: list[str] = []
        self.notes: list[str] = []
        self.choices: list[list[str]] = []
        self.handovers = 0
        self.taken = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        path, method = scope["path"], scope["method"]
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        query = dict(p.partition("=")[::2] for p in scope["query_string"].decode().split("&") if p)
        data = msgspec.json.decode(bytes(body)) if body else None
        self.calls.append((method, path, data))
        failures = self.failures if method == "POST" else self.check_failures
        if failures:
            await self._fail(failures.pop(0), send)
            return
        answer = self.answer(method, path, query, headers, data, bytes(body))
        if answer is None:
            self.wrong.append(f"{method} {path} {data}")
            await _respond(send, 404, {"error": "not found"})
        else:
            await _respond(send, 200, answer)

    async def _fail(self, failure: Failure, send: Send) -> None:
        if failure == "timeout":
            await asyncio.sleep(30)
        status, wait = failure if isinstance(failure, tuple) else (failure, "")
        assert isinstance(status, int)
        extra = [(b"retry-after", wait.encode())] if wait else []
        await _respond(send, status, {"error": "as told"}, extra)

    def answer(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        headers: dict[str, str],
        data: Any,
        body: bytes,
    ) -> Any:
        raise NotImplementedError

    def need(self, right: bool, what: str) -> None:
        if not right:
            self.wrong.append(what)


async def _respond(
    send: Send, status: int, body: Any, extra: list[tuple[bytes, bytes]] | None = None
) -> None:
    headers = [(b"content-type", b"application/json"), *(extra or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body)})


class ChatwootStub(Stub):
    """Conversations of account 1."""

    status = "pending"

    def answer(self, method, path, query, headers, data, body):  # type: ignore[no-untyped-def]
        self.need(headers.get("api_access_token") == "bot-token", "token")
        prefix = "/api/v1/accounts/1/conversations/"
        if not path.startswith(prefix):
            return None
        number, _, rest = path.removeprefix(prefix).partition("/")
        self.need(number.isdigit(), "number")
        if (method, rest) == ("GET", ""):
            who = {"id": 7, "name": "Emma"} if self.taken else {"id": 2, "name": "Sourcebot"}
            kind = "User" if self.taken else "AgentBot"
            meta = {"assignee": who, "assignee_type": kind}
            status = "open" if self.taken else self.status
            return {"id": int(number), "status": status, "meta": meta}
        if (method, rest) == ("POST", "toggle_status"):
            self.need(data == {"status": "open"}, "status")
            self.status, self.handovers = "open", self.handovers + 1
            return {"payload": {"success": True, "current_status": "open"}}
        if (method, rest) == ("POST", "messages"):
            self.need(isinstance(data["content"], str) and bool(data["content"]), "content")
            self.need(len(data["content"]) <= 150_000, "length")
            self.need(data["message_type"] == "outgoing", "message_type")
            self.need(isinstance(data["private"], bool), "private")
            if data.get("content_type") == "input_select":
                items = data["content_attributes"]["items"]
                self.need(all(set(item) == {"title", "value"} for item in items), "items")
                self.choices.append([item["value"] for item in items])
            else:
                (self.notes if data["private"] else self.said).append(data["content"])
            return {"id": 900 + len(self.calls)}
        return None


class ZammadStub(Stub):
    """Ticket 81 and any other."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.articles: list[dict[str, Any]] = []

    def answer(self, method, path, query, headers, data, body):  # type: ignore[no-untyped-def]
        self.need(headers.get("authorization") == "Token token=bot-token", "token")
        if method == "GET" and path.startswith("/api/v1/tickets/"):
            self.need(query == {"expand": "true"}, "expand")
            return {"id": 81, "owner_id": 5 if self.taken else 1, "state": "open"}
        if method == "GET" and path == "/api/v1/tags":
            self.need(query["object"] == "Ticket" and query["o_id"].isdigit(), "tags")
            return {"tags": self.tags}
        if method == "GET" and path.startswith("/api/v1/ticket_articles/by_ticket/"):
            return self.articles
        if (method, path) == ("POST", "/api/v1/tags/add"):
            self.need(data["object"] == "Ticket" and isinstance(data["o_id"], int), "tag")
            self.tags.append(data["item"])
            self.handovers += 1
            return True
        if (method, path) == ("POST", "/api/v1/ticket_articles"):
            self.need(isinstance(data["ticket_id"], int), "ticket_id")
            self.need(data["content_type"] == "text/html", "content_type")
            self.need("<script" not in data["body"], "script")
            if data["internal"]:
                self.need(data["type"] == "note", "type")
                self.notes.append(data["body"])
            else:
                self.need(data["type"] != "email" or "@" in data["to"], "to")
                self.said.append(data["body"])
            return {"id": 900 + len(self.calls)}
        return None


class SlackStub(Stub):
    """The Web API; `posts` are what the conversation shows."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[dict[str, Any]] = []
        self.error = ""

    def answer(self, method, path, query, headers, data, body):  # type: ignore[no-untyped-def]
        self.need(headers.get("authorization") == "Bearer bot-token", "token")
        if self.error:
            return {"ok": False, "error": self.error}
        if path in ("/api/conversations.replies", "/api/conversations.history"):
            self.need(method == "GET" and query["include_all_metadata"] == "true", "metadata")
            self.need(path.endswith("history") or "ts" in query, "ts")
            posts = list(self.posts)
            if self.taken:
                posts.append({"ts": "1999999999.000100", "user": "U0EMMA", "text": "I take it"})
            return {"ok": True, "messages": posts, "has_more": False}
        if path == "/api/chat.getPermalink":
            return {"ok": True, "permalink": "https://example.slack.com/archives/C1/p1"}
        if path == "/api/chat.update":
            for post in self.posts:
                if post["ts"] == data["ts"]:
                    post["metadata"] = data["metadata"]
            return {"ok": True}
        if path == "/api/chat.postMessage":
            self.need(0 < len(data["text"]) <= 4_000, "text")
            self.need(len(data["blocks"]) <= 50, "blocks")
            for block in data["blocks"]:
                if block["type"] == "section":
                    self.need(0 < len(block["text"]["text"]) <= 3_000, "section")
                for button in block.get("elements", ()):
                    self.need(len(button["text"]["text"]) <= 75, "label")
                    self.need(len(button["value"]) <= 2_000, "value")
            if data["channel"] == "C0ESCALATE":
                self.notes.append(data["text"])
                return {"ok": True}
            buttons = [e for b in data["blocks"] for e in b.get("elements", ())]
            if "metadata" in data:
                self.handovers += 1
            else:
                self.choices.append([button["value"] for button in buttons])
            self.said.append(
                "\n".join(b["text"]["text"] for b in data["blocks"] if b["type"] == "section")
            )
            post = {
                "ts": f"176400{1000 + len(self.posts)}.000100",
                "bot_id": "B1",
                "user": "U0LAN0Z89",
            }
            self.posts.append({**post, "metadata": data.get("metadata")})
            return {"ok": True, "ts": post["ts"]}
        return None


class WebhookStub(Stub):
    """A receiver that checks our signatures."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self.secret = secret
        self.ids: list[str] = []

    def answer(self, method, path, query, headers, data, body):  # type: ignore[no-untyped-def]
        if (method, path) != ("POST", "/replies"):
            return None
        id, time = headers["webhook-id"], headers["webhook-timestamp"]
        signed = headers["webhook-signature"].split(" ")
        self.need(signing.standard(self.secret, id, time, body) in signed, "signature")
        self.need(headers.get("authorization") == "Bearer bot-token", "token")
        self.ids.append(id)
        self.take(data)
        return {}

    def take(self, body: dict[str, Any]) -> None:
        """What a reply says, here or in a response."""
        data = body["data"]
        if body["type"] == "reply.created":
            (self.notes if data["private"] else self.said).append(data["text"])
            self.choices.append(data["choices"])
        else:
            self.need(body["type"] == "conversation.handover", "type")
            self.need(bool(data["reason"]) and bool(data["note"]), "handover")
            self.handovers += 1
            self.notes.append(data["note"])
            self.said.append(data["text"])
