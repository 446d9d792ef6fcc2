"""The ASGI application: routes, what stands around them, and how it is started."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import wraps

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sourcebot.server import openapi, problems
from sourcebot.server.config import Config
from sourcebot.server.cors import Cors
from sourcebot.server.endpoints import Endpoint, Endpoints
from sourcebot.server.guard import Guard
from sourcebot.server.problems import Problem
from sourcebot.server.service import Service
from sourcebot.server.widget import widget_routes

CONFIG = "SOURCEBOT_SERVER_CONFIG"
"""The environment variable that carries a configuration, as JSON, to the workers."""

_CODES = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "unsupported-type"}


def create_app(service: Service) -> ASGIApp:
    """The application over a service."""
    answers = Endpoints(service)
    routes = [
        _route("/v1/ask", answers.ask, "POST"),
        _route("/v1/conversations", answers.begin, "POST"),
        _route("/v1/conversations/{id}", answers.conversation, "GET", "DELETE"),
        _route("/v1/conversations/{id}/messages", answers.send, "POST"),
        _route("/v1/route", answers.route, "POST"),
        _route("/v1/route/bulk", answers.route_many, "POST"),
        _route("/v1/advise", answers.advise, "POST"),
        _route("/v1/criteria", answers.criteria, "GET"),
        _route("/v1/concepts", answers.concepts, "GET"),
        _route("/healthz", answers.health, "GET"),
        _route("/readyz", answers.ready, "GET"),
        _route("/metrics", answers.metrics, "GET"),
        _route("/openapi.json", answers.openapi, "GET"),
        *widget_routes(service),
    ]
    if service.desks is not None:
        from sourcebot.server.desks.endpoints import Hooks

        hooks = Hooks(service)
        if service.config.desks:
            routes.append(_route("/hooks/{desk}", hooks.deliver, "POST"))
        if service.desks.rasa is not None:
            routes.append(_route(openapi.RASA_PATH, hooks.rasa, "POST"))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with service.running():
            yield

    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={HTTPException: _refused, Problem: _problem, Exception: _fault},
    )
    app.router.redirect_slashes = False
    guarded = Guard(Shortcut(app, routes), service)
    return Cors(guarded, service.config.origins) if service.config.origins else guarded


class Shortcut:
    """Goes straight to the endpoints of plain paths: most requests are for one of them, and what
    Starlette does for all of its routes takes longer than remembering an answer.
    """  # noqa: D205

    def __init__(self, app: ASGIApp, routes: Sequence[Route]) -> None:
        """`app`: takes what is for none of the plain paths among the routes."""
        self._app = app
        self._direct: dict[tuple[str, str], Endpoint] = {
            (method, route.path): route.endpoint
            for route in routes
            if not route.param_convertors
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises Problem."""
        endpoint = (
            self._direct.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        )
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        response = await endpoint(Request(scope, receive, send))
        await response(scope, receive, send)


def from_environment() -> ASGIApp:
    """The application of the configuration in the environment: what a worker starts with."""
    config = msgspec.json.decode(os.environ[CONFIG], type=Config)
    return create_app(Service(config))


def _route(path: str, endpoint: Endpoint, *methods: str) -> Route:
    @wraps(endpoint)
    async def named(request: Request) -> Response:
        request.scope["state"]["route"] = path
        return await endpoint(request)

    return Route(path, named, methods=list(methods))


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problems.response(error, request.state.request_id)


async def _fault(request: Request, error: Exception) -> Response:
    """What nobody foresaw; Starlette raises it again, and the guard logs it."""
    told = Problem("internal", "please report it with the id of the request")
    return problems.response(told, request.state.request_id)


async def _refused(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: unknown paths and wrong methods."""
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "bad-request")
    headers = dict(error.headers or {})
    told = Problem(code, f"{request.method} {request.scope['path'][:200]}", headers)
    return problems.response(told, request.state.request_id)
