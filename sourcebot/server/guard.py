"""What stands around every request: an id, the time it takes, a line in the log, and the end of it
where a body is too large or an answer too slow.
"""  # noqa: D205

from __future__ import annotations

import asyncio
import re
import secrets
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sourcebot.server import problems
from sourcebot.server.problems import Problem
from sourcebot.server.service import Service

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADER = "x-request-id"
_SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class Guard:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                named = (_HEADER.encode(), request_id.encode())
                message["headers"] = [*message.get("headers", ()), named, *_SAFE]
            await send(message)

        metrics = self._service.metrics
        metrics.count("sourcebot_in_flight", 1)
        try:
            await self._within_time(scope, receive, sending, request_id)
        except Problem as problem:
            if not status:
                await problems.response(problem, request_id)(scope, receive, sending)
        except Exception as error:
            self._service.log.line(
                "fault", request=request_id, error=f"{type(error).__name__}: {error}"
            )
            if not status:
                told = Problem("internal", "please report it with the id of the request")
                await problems.response(told, request_id)(scope, receive, sending)
        finally:
            metrics.count("sourcebot_in_flight", -1)
            self._note(scope, request_id, status, time.perf_counter() - began)

    async def _within_time(
        self, scope: Scope, receive: Receive, send: Send, request_id: str
    ) -> None:
        try:
            async with asyncio.timeout(self._service.config.limits.answer_seconds):
                await self._app(scope, receive, send)
        except TimeoutError as error:
            raise Problem("timeout", "the answer took too long and was given up") from error

    def _note(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = scope.get("state", {}).get("route", "none")
        metrics = self._service.metrics
        metrics.count("sourcebot_requests_total", route=route, status=str(status))
        metrics.time(seconds, route=route)
        noted: dict[str, Any] = scope["state"].get("noted", {})
        self._service.log.line(
            "request",
            request=request_id,
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            **noted,
        )


def _request_id(scope: Scope) -> str:
    """The id that the caller gave, where it is a plain one, or a new one."""
    for name, value in scope["headers"]:
        if name == _HEADER.encode():
            given: str = value.decode("latin-1")
            if _ID.fullmatch(given):
                return given
    return secrets.token_hex(8)
