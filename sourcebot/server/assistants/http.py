"""The MCP server over HTTP: keys and limits before it, and nothing kept between two requests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sourcebot._version import __version__
from sourcebot.server import problems
from sourcebot.server.assistants.desk import Desk
from sourcebot.server.assistants.reach import SCOPE_KEY
from sourcebot.server.config import LOOPBACK, Config
from sourcebot.server.guard import Guard
from sourcebot.server.problems import Problem
from sourcebot.server.requests import KB_HEADER, caller
from sourcebot.server.service import Service

PATH = "/mcp"


def http_app(service: Service, server: Desk) -> ASGIApp:
    """The application: the server on `/mcp`, and `/healthz`."""
    server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        # What a follow-up needs goes with the call, so that a restart loses nobody's session.
        stateless_http=True,
        max_request_body_size=service.config.limits.body_bytes,
        transport_security=trusted_hosts(service.config),
    )
    manager = server.session_manager

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with service.running(), manager.run():
            yield

    app = Starlette(
        routes=[
            Route(PATH, Door(service, manager.handle_request)),
            Route("/healthz", _health, methods=["GET"]),
        ],
        lifespan=lifespan,
        exception_handlers={Problem: _problem, HTTPException: _refused},
    )
    app.router.redirect_slashes = False
    return Guard(app, service)


def trusted_hosts(config: Config) -> TransportSecuritySettings:
    """Which names the server may be called by.

    Without keys, a web page could reach a server on this machine under a name of its own (DNS
    rebinding), so that only this machine's names are taken. A page has no key: with keys, any name
    will do, be it a proxy's.
    """
    if config.keys is not None:
        return TransportSecuritySettings(enable_dns_rebinding_protection=False)
    names = sorted({"[::1]" if name == "::1" else name for name in LOOPBACK})
    hosts = [host for name in names for host in (name, f"{name}:*")]
    origins = [f"http://{host}" for host in hosts]
    return TransportSecuritySettings(
        allowed_hosts=hosts, allowed_origins=[*origins, *config.origins]
    )


class Door:
    """Lets in who may ask, and remembers which base they may ask."""

    def __init__(self, service: Service, inside: ASGIApp) -> None:
        self._service = service
        self._inside = inside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises Problem."""
        request = Request(scope)
        request.state.route = PATH
        if scope["method"] != "POST":
            # No stream of events is offered, and there is no session to end.
            raise Problem("method-not-allowed", f"{PATH} takes POST", {"Allow": "POST"})
        who = caller(request, self._service, "mcp")
        named = KB_HEADER in request.headers or "kb" in request.query_params
        if who.key is not None or named:
            scope["state"][SCOPE_KEY] = who.served.name
        await self._inside(scope, receive, send)


async def _health(request: Request) -> Response:
    request.state.route = "/healthz"
    return JSONResponse({"status": "ok", "version": __version__})


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problems.response(error, request.state.request_id)


async def _refused(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: unknown paths and wrong methods."""
    assert isinstance(error, HTTPException)
    code = "method-not-allowed" if error.status_code == 405 else "not-found"
    told = Problem(code, f"assistants are answered on {PATH}", dict(error.headers or {}))
    return problems.response(told, request.state.request_id)
