"""Servers on this machine: Sourcebot with its widget, and a stub that answers as a test wants."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from sourcebot.server.config import Config
from sourcebot.server.logs import Log
from sourcebot.server.service import Service
from sourcebot.server.widget import widget_routes

STRICT = (
    "default-src 'none'; script-src 'self' {script}; connect-src 'self' {server}; "
    "frame-src {server}; "
    "style-src 'none'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


def service_of(**config: Any) -> Service:
    """A service that logs nothing."""
    return Service(Config(**config), log=Log(write=lambda line: None))


class Running:
    """An application that answers on a free port of this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(app, log_level="error", lifespan="off", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()
        for _ in range(1_000):
            if self._server.started:
                return
            threading.Event().wait(0.01)
        raise AssertionError("the server does not start")

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)
        self._socket.close()


Answer = Callable[[Request], Awaitable[Response]]


def says(text: str, **more: Any) -> Response:
    """A reply with some text."""
    plain = {"text": text, "status": "answered", "suggestions": [], "sources": [], "question": None}
    return _json({**plain, "kb": "stub@1", **more})


def _json(body: dict[str, Any], status: int = 200) -> Response:
    """JSON with everything but ASCII escaped, so that also half a character can be in it."""
    return Response(json.dumps(body), status, media_type="application/json")


def problem(status: int, code: str, wait: int | None = None) -> Response:
    """An error as the server tells it."""
    headers = {"Retry-After": str(wait)} if wait is not None else {}
    return JSONResponse({"title": code, "status": status, "code": code}, status, headers)


BROKEN = Response("gone")
"""Stands for a connection that ends without an answer."""


@dataclass
class Stub:
    """Answers each message with the next one of `replies`, and notes what was asked."""

    replies: list[Response] = field(default_factory=list)
    begins: list[Response] = field(default_factory=list)
    stands: int = 200
    messages: list[tuple[str, str, str]] = field(default_factory=list)
    begun: int = 0
    forgotten: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    about: str = "I answer what a test wants."
    seconds: float = 0.0
    body: str = ""
    script: str = ""
    head: bool = True
    ours: str = ""

    def app(self, service: Service) -> ASGIApp:
        """Its routes; the files of the widget are the real ones."""
        files = [route for route in widget_routes(service) if route.path != "/"]
        return Starlette(
            routes=[
                *files,
                Route("/", self.page),
                Route("/favicon.ico", self.nothing),
                Route("/ours.js", self.script_of_the_page),
                Route("/v1/conversations", self.begin, methods=["POST"]),
                Route("/v1/conversations/{id}", self.one, methods=["GET", "DELETE"]),
                Route("/v1/conversations/{id}/messages", self.send, methods=["POST"]),
            ],
        )

    async def page(self, request: Request) -> Response:
        """A page of somebody else's that holds the widget."""
        attributes = self.script or 'src="/widget.js"'
        script = f"<script {attributes} defer></script>" if self.head else ""
        policy = STRICT.format(script="http://127.0.0.1:*", server="http://127.0.0.1:*")
        return HTMLResponse(
            f'<!DOCTYPE html><html lang="en"><head><title>A shop</title>'
            f'<meta name="viewport" content="width=device-width">'
            f"{script}</head><body><main><h1>A shop</h1>"
            f'<p>Buy <a id="link" href="#there">things</a>.</p>{self.body}</main></body></html>',
            headers={"Content-Security-Policy": policy},
        )

    async def script_of_the_page(self, request: Request) -> Response:
        return Response(self.ours, media_type="text/javascript")

    async def nothing(self, request: Request) -> Response:
        return Response(status_code=204)

    async def begin(self, request: Request) -> Response:
        self._note(request)
        if self.begins:
            return await self._as_told(self.begins.pop(0))
        self.begun += 1
        begun = {
            "id": f"c_{self.begun}",
            "turn": 0,
            "kb": "stub@1",
            "title": "Stub",
            "about": self.about,
            "suggestions": ["First question", "Second question"],
        }
        return _json(begun, 201)

    async def one(self, request: Request) -> Response:
        self._note(request)
        if request.method == "DELETE":
            self.forgotten.append(request.path_params["id"])
            return Response(status_code=204)
        if self.stands == 404:
            return problem(404, "not-found")
        return JSONResponse({"id": request.path_params["id"], "turn": 1, "kb": "stub@1"})

    async def send(self, request: Request) -> Response:
        self._note(request)
        text = (await request.json())["text"]
        key = request.headers["idempotency-key"]
        self.messages.append((request.path_params["id"], text, key))
        await asyncio.sleep(self.seconds)
        return await self._as_told(self.replies.pop(0) if self.replies else says(f"Echo: {text}"))

    def _note(self, request: Request) -> None:
        self.headers.append(dict(request.headers))
        self.queries.append(request.url.query)

    async def _as_told(self, answer: Response) -> Response:
        if answer is BROKEN:
            return _Cut()
        return answer


class _Cut(Response):
    """Ends in the middle of the headers' promise: the browser sees a network error."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"te', "more_body": False})
