"""What stands around every request: an id, the time it takes, a line in the log, and the end of it
where a body is too large or an answer too slow.
"""  # noqa: D205

from __future__ import annotations

import asyncio
import random
import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sourcebot.server import problems
from sourcebot.server.logs import place
from sourcebot.server.metrics import Counter, Times
from sourcebot.server.problems import Problem
from sourcebot.server.service import Service

_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_HEADER = b"x-request-id"
_SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class Guard:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service
        self._in_flight = service.metrics.counter("sourcebot_in_flight")
        # Routes and statuses are few, and looking their counters up by label takes longer.
        self._counters: dict[tuple[str, int], Counter] = {}
        self._times: dict[str, Times] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        named, request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), named, *_SAFE]
            await send(message)

        self._in_flight.add(1)
        try:
            try:
                async with asyncio.timeout(self._service.config.limits.answer_seconds):
                    await self._app(scope, receive, sending)
            except Exception as error:
                told = self._told(error, request_id)
                if not status:
                    await problems.response(told, request_id)(scope, receive, sending)
        finally:
            self._in_flight.add(-1)
            self._note(scope, request_id, status, time.perf_counter() - began)

    def _told(self, error: Exception, request_id: str) -> Problem:
        """An error as the problem that it is; what nobody foresaw is logged."""
        if isinstance(error, Problem):
            return error
        if isinstance(error, TimeoutError):
            return Problem("timeout", "the answer took too long and was given up")
        self._service.log.line(
            "fault",
            request=request_id,
            error=type(error).__name__,
            at=place(error),
            # It may quote what somebody wrote.
            text=str(error),
        )
        return Problem("internal", "please report it with the id of the request")

    def _note(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        state = scope["state"]
        route = state.get("route", "none")
        counter = self._counters.get((route, status))
        if counter is None:
            counter = self._counters[route, status] = self._service.metrics.counter(
                "sourcebot_requests_total", route=route, status=str(status)
            )
        counter.add(1)
        times = self._times.get(route)
        if times is None:
            times = self._times[route] = self._service.metrics.times(route=route)
        times.add(seconds)
        self._service.log.line(
            "request",
            request=request_id,
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            **state.get("noted", {}),
        )


def _request_id(scope: Scope) -> tuple[tuple[bytes, bytes], str]:
    """The id that the caller gave, where it is a plain one, or a new one: as header, and as text.

    It is no secret; it only has to be another one each time.
    """
    for header in scope["headers"]:
        if header[0] == _HEADER and _ID.fullmatch(header[1]):
            return header, header[1].decode("ascii")
    made = f"{random.getrandbits(64):016x}"
    return (_HEADER, made.encode("ascii")), made
