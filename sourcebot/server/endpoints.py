"""What is answered under which path."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from sourcebot._version import __version__
from sourcebot.dialogue.reply import Reply
from sourcebot.knowledge.advice_model import UNKNOWN
from sourcebot.knowledge.model import DEFINE, KnowledgeBase
from sourcebot.server import metrics, openapi
from sourcebot.server.bases import Edition
from sourcebot.server.problems import Problem
from sourcebot.server.requests import (
    Caller,
    body,
    caller,
    idempotency_key,
    limit,
    note,
)
from sourcebot.server.service import Service
from sourcebot.server.sessions.contract import SessionsDown
from sourcebot.server.wire import (
    AdviseRequest,
    AskRequest,
    BaseHealth,
    Begun,
    BulkRequest,
    BulkRouted,
    Concepts,
    ConceptSummary,
    Criteria,
    Health,
    MessageRequest,
    Readiness,
    Routed,
    RouteRequest,
    Standing,
)

JSON = "application/json"
TURN_HEADER, REPEATED_HEADER = "X-Sourcebot-Turn", "X-Sourcebot-Repeated"
LONG = 300
"""Characters from which a message is answered beside the event loop: it may take a while."""

Endpoint = Callable[[Request], Awaitable[Response]]


class Endpoints:
    """The answers of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def ask(self, request: Request) -> Response:
        """POST /v1/ask: one question, one answer."""
        who = caller(request, self._service, "ask")
        asked = await body(request, self._service, AskRequest)
        reply, encoded = await self._answer(who.served.edition, asked.text)
        self._told(request, who, reply, asked.text)
        return Response(encoded, media_type=JSON)

    async def begin(self, request: Request) -> Response:
        """POST /v1/conversations: begin one."""
        who = caller(request, self._service, "ask")
        bot = who.served.edition.bot
        id = await self._service.turns.begin(who.served.name, bot)
        identity = bot.knowledge.identity
        begun = Begun(id, 0, bot.knowledge.stamp, identity.title, identity.about, identity.examples)
        return _json(begun, 201, {"Location": f"/v1/conversations/{id}"})

    async def send(self, request: Request) -> Response:
        """POST /v1/conversations/{id}/messages: the next turn."""
        who = caller(request, self._service, "ask")
        id = request.path_params["id"]
        limit(self._service.visitors.take(f"{who.served.name}:{id}"))
        message = await body(request, self._service, MessageRequest)
        turn = await self._service.turns.send(
            who.served.name, id, who.served.edition.bot, message.text, idempotency_key(request)
        )
        if not turn.again:
            self._told(request, who, msgspec.json.decode(turn.reply, type=Reply), message.text)
        headers = {TURN_HEADER: str(turn.number)} | ({REPEATED_HEADER: "1"} if turn.again else {})
        return Response(turn.reply, 200, headers, JSON)

    async def conversation(self, request: Request) -> Response:
        """GET /v1/conversations/{id}: where it stands."""
        who = caller(request, self._service, "ask")
        id = request.path_params["id"]
        state = await self._service.turns.state(who.served.name, id)
        return _json(Standing(id, state.turn, who.served.edition.stamp))

    async def forget(self, request: Request) -> Response:
        """DELETE /v1/conversations/{id}: forget it."""
        who = caller(request, self._service, "ask")
        if not await self._service.turns.drop(who.served.name, request.path_params["id"]):
            raise Problem("not-found", "there is no such conversation, or it has expired")
        return Response(status_code=204)

    async def route(self, request: Request) -> Response:
        """POST /v1/route: what a text asks for, without an answer."""
        who = caller(request, self._service, "route")
        asked = await body(request, self._service, RouteRequest)
        edition = who.served.edition
        if asked.explain:
            routed = await asyncio.to_thread(_explained, edition, asked.text)
        else:
            reply, _ = await self._answer(edition, asked.text)
            routed = Routed.of(reply)
        return _json(routed)

    async def route_many(self, request: Request) -> Response:
        """POST /v1/route/bulk: the same for many texts."""
        who = caller(request, self._service, "route")
        asked = await body(request, self._service, BulkRequest)
        most = self._service.config.limits.bulk_texts
        if len(asked.texts) > most:
            raise Problem("invalid", f"a request in bulk may have {most:,} texts")
        if len(asked.texts) > 1:
            limit(self._service.buckets.take(who.name, len(asked.texts) - 1))
        edition = who.served.edition
        routes = await asyncio.to_thread(_routed, edition, asked.texts)
        return _json(BulkRouted(routes, edition.stamp))

    async def advise(self, request: Request) -> Response:
        """POST /v1/advise: a recommendation for answers at hand."""
        who = caller(request, self._service, "ask")
        asked = await body(request, self._service, AdviseRequest)
        edition = who.served.edition
        counsel = edition.counsel
        if counsel is None:
            raise Problem("not-found", "this knowledge base has no questions to advise by")
        for criterion, answer in asked.answers.items():
            known = counsel.advice.criteria.get(criterion)
            if known is None:
                raise Problem("invalid", f"there is no question `{criterion[:80]}`")
            if answer not in (*known.answers, UNKNOWN):
                raise Problem("invalid", f"`{criterion}` has no answer `{answer[:80]}`")
        result = await asyncio.to_thread(counsel.recommend, asked.answers)
        return Response(msgspec.json.encode(counsel.as_json(result)), media_type=JSON)

    async def criteria(self, request: Request) -> Response:
        """GET /v1/criteria: the questions of the advice."""
        edition = caller(request, self._service, "ask").served.edition
        listed = edition.counsel.listing()["criteria"] if edition.counsel is not None else []
        return _json(Criteria(edition.stamp, tuple(listed)))

    async def concepts(self, request: Request) -> Response:
        """GET /v1/concepts: everything that can be explained."""
        base = caller(request, self._service, "ask").served.edition.bot.knowledge
        return _json(Concepts(base.stamp, tuple(_summary(base, id) for id in base.names)))

    async def health(self, request: Request) -> Response:
        """GET /healthz: whether the process answers."""
        return _json(Health("ok", __version__))

    async def ready(self, request: Request) -> Response:
        """GET /readyz: whether all is well; degraded, it still answers what it can."""
        service, found = self._service, []
        bases = tuple(
            BaseHealth(served.name, served.edition.stamp, served.problem)
            for served in service.bases
        )
        sessions = "ok"
        try:
            await service.sessions.ping()
        except SessionsDown as error:
            sessions = "down"
            found.append(f"sessions: {error}")
        found += [f"{base.name}: {base.problem}" for base in bases if base.problem is not None]
        found += [service.keys.problem] if service.keys.problem is not None else []
        return _json(Readiness("degraded" if found else "ready", bases, sessions, tuple(found)))

    async def openapi(self, request: Request) -> Response:
        """GET /openapi.json: all of this, for programs."""
        return Response(openapi.encoded(keys=self._service.keys.wanted), media_type=JSON)

    async def metrics(self, request: Request) -> Response:
        """GET /metrics: counts, as Prometheus reads them."""
        if self._service.keys.wanted:
            caller(request, self._service, "metrics")
        text = self._service.metrics.text({})
        return Response(text, headers={"Content-Type": metrics.CONTENT_TYPE})

    async def _answer(self, edition: Edition, text: str) -> tuple[Reply, bytes]:
        if len(text) > LONG:
            return await asyncio.to_thread(edition.ask, text)
        return edition.ask(text)

    def _told(self, request: Request, who: Caller, reply: Reply, text: str) -> None:
        """Count and log a reply."""
        note(request, reply=reply.status, intent=reply.intent)
        if self._service.log.messages:
            note(request, text=text)
        self._service.metrics.count(
            "sourcebot_replies_total",
            kb=who.served.name,
            status=reply.status,
            intent=reply.intent or "none",
        )


def _json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(value), status, headers, JSON)


def _routed(edition: Edition, texts: tuple[str, ...]) -> tuple[Routed, ...]:
    known: dict[str, Routed] = {}
    for text in texts:
        if text not in known:
            known[text] = Routed.of(edition.ask(text)[0])
    return tuple(known[text] for text in texts)


def _explained(edition: Edition, text: str) -> Routed:
    conversation = edition.bot.start()
    reply = conversation.send(text)
    return Routed.of(reply, conversation.send("/why").text)


def _summary(base: KnowledgeBase, id: str) -> ConceptSummary:
    concept = base.concepts[id]
    entry = base.entry(DEFINE, (id,))
    held = tuple(aspect for aspect in base.aspects if base.entry(aspect, (id,)) is not None)
    definition = entry.summary.text if entry is not None else ""
    return ConceptSummary(id, concept.name, concept.kind, definition, held)
