"""Where desks send their deliveries: `/hooks/{desk}`, and Rasa's own path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from sourcebot.server.bases import Served
from sourcebot.server.desks import signing
from sourcebot.server.desks.model import (
    Challenge,
    Event,
    Ignored,
    Line,
    Message,
    NoJson,
    Owned,
)
from sourcebot.server.desks.outbound import SendError
from sourcebot.server.desks.pipeline import Pipeline
from sourcebot.server.logs import place
from sourcebot.server.problems import Problem
from sourcebot.server.requests import caller, note, raw_body
from sourcebot.server.service import Service

if TYPE_CHECKING:
    from sourcebot.server.desks.opening import Desks

JSON = "application/json"
_LONGEST_ID = 200


class Hooks:
    """The deliveries of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def deliver(self, request: Request) -> Response:
        """POST /hooks/{desk}: a delivery of a desk."""
        desks = self._service.desks
        pipeline = desks.get(request.path_params["desk"]) if desks is not None else None
        if desks is None or pipeline is None:
            raise Problem("not-found", "there is no such desk here")
        return await self._taken(request, desks, pipeline)

    async def rasa(self, request: Request) -> Response:
        """POST /webhooks/rest/webhook: a message as Rasa's REST channel takes them."""
        desks = self._service.desks
        pipeline = desks.rasa if desks is not None else None
        if desks is None or pipeline is None:
            raise Problem("not-found", "Rasa's channel is not switched on here")
        return await self._taken(request, desks, pipeline)

    async def _taken(self, request: Request, desks: Desks, pipeline: Pipeline) -> Response:
        host, line = pipeline.host, pipeline.line
        note(request, desk=line.name)
        served, whose = pipeline.served, ""
        if host.scheme is None:
            served, whose = self._keyed(request, pipeline)
        body = await raw_body(request, self._service)
        received = pipeline.now()
        headers = {name.lower(): value for name, value in request.headers.items()}
        note(request, kb=served.edition.stamp)
        verdict = self._verdict(request, pipeline, headers, body, received)
        note(request, signature=verdict)
        try:
            event = host.read(body, headers, line)
        except NoJson as error:
            self._count(line, "unreadable")
            note(request, outcome="unreadable")
            raise Problem("bad-request", str(error)) from error
        if _is_stale(event, pipeline, received):
            raise self._refused(request, line, "stale")
        if isinstance(event, Challenge):
            self._count(line, "challenge")
            return Response(msgspec.json.encode(event.body), media_type=JSON)
        if isinstance(event, Ignored):
            self._count(line, "ignored")
            note(request, outcome="ignored", reason=event.reason)
            return _answered(pipeline, [], event.reason)
        if whose:
            event = replace(event, conversation=f"{whose}.{event.conversation}")
        delivery = headers.get(host.delivery, "")[:_LONGEST_ID] if host.delivery else ""
        line = replace(line, collected=[])
        # That a person has come counts from the moment at which the host has been told so.
        if host.in_response(line) or (isinstance(event, Owned) and event.owner == "human"):
            outcome = await pipeline.take(event, delivery, received, line, served)
            self._count(line, outcome)
            note(request, outcome=outcome, delivery=delivery or None, text=_text(event))
            return _answered(pipeline, line.collected, outcome)
        if desks.is_full:
            raise Problem("unavailable", "too much is waiting", {"Retry-After": "5"})
        desks.begin(self._later(pipeline, event, delivery, received, line, served))
        note(request, outcome="accepted")
        return _answered(pipeline, [], "accepted")

    async def _later(
        self,
        pipeline: Pipeline,
        event: Message | Owned,
        delivery: str,
        received: float,
        line: Line,
        served: Served,
    ) -> None:
        try:
            outcome = await pipeline.take(event, delivery, received, line, served)
        except SendError as error:
            self._told(pipeline, event, delivery, "failed", error=str(error))
        except Exception as error:
            # What an error says may quote what somebody wrote.
            told = f"{type(error).__name__} at {place(error)}"
            self._told(pipeline, event, delivery, "fault", error=told)
        else:
            self._told(pipeline, event, delivery, outcome)

    def _verdict(
        self,
        request: Request,
        pipeline: Pipeline,
        headers: dict[str, str],
        body: bytes,
        now: float,
    ) -> str | None:
        """What the signature is worth, None where an API key stands for it. Raises Problem."""
        scheme, line = pipeline.host.scheme, pipeline.line
        if scheme is None:
            return None
        policy = line.desk.signature
        verdict = signing.check(scheme, policy, line.secrets, headers, body, now)
        if verdict in ("wrong", "stale"):
            raise self._refused(request, line, verdict)
        return verdict

    def _refused(self, request: Request, line: Line, verdict: str) -> Problem:
        self._count(line, verdict)
        note(request, outcome="refused", signature=verdict)
        if verdict == "stale":
            return Problem("unauthorized", "this delivery is too old, or from the future")
        return Problem("unauthorized", "the signature of this delivery is missing or wrong")

    def _keyed(self, request: Request, pipeline: Pipeline) -> tuple[Served, str]:
        """The base that a caller with an API key asks, and whose conversations they are: callers
        name them as they like, and one must not get into another's. Raises Problem.
        """  # noqa: D205
        service, kb = self._service, pipeline.line.desk.kb
        if not service.keys.wanted and not service.config.is_local:
            raise Problem("unauthorized", "this server needs API keys to answer here")
        who = caller(request, service, "ask")
        served = who.served
        if kb is not None and served.name != kb:
            if who.key is not None:
                raise Problem("forbidden", "this key is for another knowledge base")
            served = pipeline.served
        return served, f"{served.name}.{who.key.id}" if who.key is not None else served.name

    def _count(self, line: Line, outcome: str) -> None:
        self._service.metrics.count("sourcebot_deliveries_total", desk=line.name, outcome=outcome)

    def _told(
        self,
        pipeline: Pipeline,
        event: Message | Owned,
        delivery: str,
        outcome: str,
        error: str | None = None,
    ) -> None:
        """Count and log what became of a delivery. No text, no token, no name of a person."""
        self._count(pipeline.line, outcome)
        self._service.log.line(
            "desk",
            desk=pipeline.line.name,
            outcome=outcome,
            delivery=delivery or None,
            error=error,
            text=_text(event),
        )


def _text(event: Event) -> str | None:
    return event.text if isinstance(event, Message) else None


def _is_stale(event: Event, pipeline: Pipeline, now: float) -> bool:
    """Where no header tells the time, a message is stale when a repetition would not be noticed."""
    scheme = pipeline.host.scheme
    if scheme is None or scheme.timestamp is not None or not isinstance(event, Message):
        return False
    if event.sent is None or pipeline.line.desk.signature == "off":
        return False
    return not -signing.TOLERANCE <= now - event.sent <= pipeline.host.remembers


def _answered(pipeline: Pipeline, collected: list[dict[str, Any]], outcome: str) -> Response:
    host = pipeline.host
    if host.respond is None or not host.in_response(pipeline.line):
        # Hosts that are answered elsewhere may take a body for an answer.
        return Response(status_code=200)
    return Response(msgspec.json.encode(host.respond(collected, outcome)), media_type=JSON)
