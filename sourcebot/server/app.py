"""The ASGI application: routes, what stands around them, and how it is started."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import wraps

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from sourcebot.server import problems
from sourcebot.server.config import Config
from sourcebot.server.endpoints import Endpoint, Endpoints
from sourcebot.server.guard import Guard
from sourcebot.server.problems import Problem
from sourcebot.server.service import Service

CONFIG = "SOURCEBOT_SERVER_CONFIG"
"""The environment variable that carries a configuration, as JSON, to the workers."""

_CODES = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "unsupported-type"}


def create_app(service: Service) -> ASGIApp:
    """The application over a service."""
    answers = Endpoints(service)
    routes = [
        _route("/v1/ask", answers.ask, "POST"),
        _route("/v1/conversations", answers.begin, "POST"),
        _route("/v1/conversations/{id}", answers.conversation, "GET"),
        _route("/v1/conversations/{id}", answers.forget, "DELETE"),
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
    ]
    if service.desks is not None:
        from sourcebot.server.desks.endpoints import Hooks

        hooks = Hooks(service)
        routes.append(_route("/hooks/{desk}", hooks.deliver, "POST"))
        routes.append(_route("/webhooks/rest/webhook", hooks.rasa, "POST"))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with service.running():
            yield

    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={HTTPException: _refused, Problem: _problem},
    )
    return Guard(app, service)


def from_environment() -> ASGIApp:
    """The application of the configuration in the environment: what a worker starts with."""
    config = msgspec.json.decode(os.environ[CONFIG], type=Config)
    return create_app(Service(config))


def _route(path: str, endpoint: Endpoint, method: str) -> Route:
    @wraps(endpoint)
    async def named(request: Request) -> Response:
        request.state.route = path
        return await endpoint(request)

    return Route(path, named, methods=[method])


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problems.response(error, request.state.request_id)


async def _refused(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: unknown paths and wrong methods."""
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "bad-request")
    headers = dict(error.headers or {})
    told = Problem(code, f"{request.method} {request.url.path[:200]}", headers)
    return problems.response(told, request.state.request_id)
