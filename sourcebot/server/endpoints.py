"""What is answered under which path."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from sourcebot._version import __version__
from sourcebot.dialogue.reply import Reply
from sourcebot.knowledge.advice_model import UNKNOWN
from sourcebot.knowledge.model import DEFINE, KnowledgeBase
from sourcebot.routing.text import MAX_CHARACTERS
from sourcebot.server import openapi
from sourcebot.server.bases import Edition
from sourcebot.server.beside import beside
from sourcebot.server.metrics import CONTENT_TYPE, Counter
from sourcebot.server.problems import Problem
from sourcebot.server.requests import (
    Caller,
    body,
    caller,
    idempotency_key,
    limit,
    note,
)
from sourcebot.server.responses import Json, json
from sourcebot.server.service import Service
from sourcebot.server.sessions.contract import SessionsDown
from sourcebot.server.turns import PREFIX
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

TURN_HEADER, REPEATED_HEADER = "X-Sourcebot-Turn", "X-Sourcebot-Repeated"
LONG = 300
"""Characters from which a message is answered beside the event loop: it may take a while."""

_ID = re.compile(re.escape(PREFIX) + r"[A-Za-z0-9_-]{24}")

Endpoint = Callable[[Request], Awaitable[Response]]


class Endpoints:
    """The answers of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._replies: dict[tuple[str, str, str], Counter] = {}

    async def ask(self, request: Request) -> Response:
        """POST /v1/ask: one question, one answer."""
        who = caller(request, self._service, "ask")
        asked = await body(request, self._service, AskRequest)
        reply, encoded = await self._answer(who.served.edition, asked.text)
        self._told(request, who, reply, asked.text)
        return Json(encoded)

    async def begin(self, request: Request) -> Response:
        """POST /v1/conversations: begin one."""
        who = caller(request, self._service, "ask")
        bot = who.served.edition.bot
        id = await self._service.turns.begin(who.served.name, bot)
        identity = bot.knowledge.identity
        begun = Begun(id, 0, bot.knowledge.stamp, identity.title, identity.about, identity.examples)
        return json(begun, 201, {"Location": f"/v1/conversations/{id}"})

    async def send(self, request: Request) -> Response:
        """POST /v1/conversations/{id}/messages: the next turn."""
        who = caller(request, self._service, "ask")
        id = _conversation(request)
        limit(self._service.visitors.take(f"{who.served.name}:{id}"))
        message = await body(request, self._service, MessageRequest)
        turn = await self._service.turns.send(
            who.served.name, id, who.served.edition.bot, message.text, idempotency_key(request)
        )
        if not turn.again:
            self._told(request, who, msgspec.json.decode(turn.reply, type=Reply), message.text)
        headers = {TURN_HEADER: str(turn.number)} | ({REPEATED_HEADER: "1"} if turn.again else {})
        return Json(turn.reply, 200, headers)

    async def conversation(self, request: Request) -> Response:
        """GET /v1/conversations/{id}: where it stands. DELETE: forget it."""
        who = caller(request, self._service, "ask")
        id, turns = _conversation(request), self._service.turns
        if request.method != "DELETE":
            state = await turns.state(who.served.name, id)
            return json(Standing(id, state.turn, who.served.edition.stamp))
        if not await turns.drop(who.served.name, id):
            raise _no_conversation()
        return Response(status_code=204)

    async def route(self, request: Request) -> Response:
        """POST /v1/route: what a text asks for, without an answer."""
        who = caller(request, self._service, "route")
        asked = await body(request, self._service, RouteRequest)
        edition = who.served.edition
        if asked.explain:
            routed = await beside(_explained, edition, asked.text)
        else:
            reply, _ = await self._answer(edition, asked.text)
            routed = Routed.of(reply)
        return json(routed)

    async def route_many(self, request: Request) -> Response:
        """POST /v1/route/bulk: the same for many texts."""
        who = caller(request, self._service, "route")
        asked = await body(request, self._service, BulkRequest)
        most = self._service.config.limits.bulk_texts
        if len(asked.texts) > most:
            raise Problem("invalid", f"a request in bulk may have {most:,} texts")
        if len(asked.texts) > 1:
            limit(self._service.buckets.more(who.name, len(asked.texts) - 1))
        edition = who.served.edition
        routes = await _routed(edition, asked.texts)
        return json(BulkRouted(routes, edition.stamp))

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
        result = await beside(counsel.recommend, asked.answers)
        return json(counsel.as_json(result))

    async def criteria(self, request: Request) -> Response:
        """GET /v1/criteria: the questions of the advice."""
        edition = caller(request, self._service, "ask").served.edition
        listed = edition.counsel.listing()["criteria"] if edition.counsel is not None else []
        return json(Criteria(edition.stamp, tuple(listed)))

    async def concepts(self, request: Request) -> Response:
        """GET /v1/concepts: everything that can be explained."""
        base = caller(request, self._service, "ask").served.edition.bot.knowledge
        return json(Concepts(base.stamp, tuple(_summary(base, id) for id in base.names)))

    async def health(self, request: Request) -> Response:
        """GET /healthz: whether the process answers."""
        return json(Health("ok", __version__))

    async def ready(self, request: Request) -> Response:
        """GET /readyz: whether all is well; degraded, it still answers what it can.

        503 only while conversations cannot be kept: where a base or the file of keys is broken the
        last good one goes on, and no other server would do better.

        What is served here, and what is wrong with it, is told only to those who may know: where
        keys are needed, to a key that may read the metrics.
        """
        service, found = self._service, []
        open_to_all = not service.keys.wanted or _may_watch(request, service)
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
        status = "degraded" if found else "ready"
        told = Readiness(status, bases, sessions, tuple(found))
        if not open_to_all:
            told = Readiness(status, (), sessions)
        return json(told, 200 if sessions == "ok" else 503)

    async def openapi(self, request: Request) -> Response:
        """GET /openapi.json: all of this, for programs."""
        service = self._service
        keys, desks = service.keys.wanted, bool(service.config.desks)
        rasa = service.desks is not None and service.desks.rasa is not None
        if keys:
            # Of what only key holders may ask nothing is told to others.
            return Json(openapi.encoded(keys=True, desks=desks, rasa=rasa))
        shown = openapi.examples_of(service.bases.default.edition.bot.knowledge)
        return Json(openapi.encoded(keys=False, desks=desks, rasa=rasa, examples=shown))

    async def metrics(self, request: Request) -> Response:
        """GET /metrics: counts, as Prometheus reads them."""
        if self._service.keys.wanted:
            caller(request, self._service, "metrics")
        text = self._service.metrics.text({})
        return Response(text, headers={"Content-Type": CONTENT_TYPE})

    async def _answer(self, edition: Edition, text: str) -> tuple[Reply, bytes]:
        if len(text) > LONG:
            return await beside(edition.ask, text)
        return edition.ask(text)

    def _told(self, request: Request, who: Caller, reply: Reply, text: str) -> None:
        """Count and log a reply."""
        note(request, reply=reply.status, intent=reply.intent)
        if self._service.log.messages:
            note(request, text=text)
        key = who.served.name, reply.status, reply.intent or "none"
        counter = self._replies.get(key)
        if counter is None:
            kb, status, intent = key
            counter = self._replies[key] = self._service.metrics.counter(
                "sourcebot_replies_total", kb=kb, status=status, intent=intent
            )
        counter.add()


def _conversation(request: Request) -> str:
    """The id of a conversation, such as are given out here. Raises Problem.

    Others are in the same store, of which a client has no business to know: those of help desks
    have ids that can be guessed.
    """
    id: str = request.path_params["id"]
    if not _ID.fullmatch(id):
        raise _no_conversation()
    return id


def _no_conversation() -> Problem:
    return Problem("not-found", "there is no such conversation, or it has expired; begin another")


def _may_watch(request: Request, service: Service) -> bool:
    """Whether a key came along that may read the metrics."""
    try:
        caller(request, service, "metrics")
    except Problem:
        return False
    return True


async def _routed(edition: Edition, texts: tuple[str, ...]) -> tuple[Routed, ...]:
    """A piece at a time: others come in between, and whoever has given up is not worked for."""
    known: dict[str, Routed] = {}
    for piece in _pieces(dict.fromkeys(texts)):
        known.update(await beside(_routed_here, edition, piece))
    return tuple(known[text] for text in texts)


def _pieces(texts: Iterable[str]) -> Iterator[list[str]]:
    """The texts, as many together as one long message has characters."""
    piece: list[str] = []
    length = 0
    for text in texts:
        if piece and length + len(text) > MAX_CHARACTERS:
            yield piece
            piece, length = [], 0
        piece.append(text)
        length += len(text)
    if piece:
        yield piece


def _routed_here(edition: Edition, texts: list[str]) -> dict[str, Routed]:
    return {text: Routed.of(edition.ask(text)[0]) for text in texts}


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
