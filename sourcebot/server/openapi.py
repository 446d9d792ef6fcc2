"""The API as OpenAPI 3.1: schemas from the shapes in `wire.py`, examples that are tested."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec

from sourcebot._version import __version__
from sourcebot.dialogue.reply import Reply
from sourcebot.server import problems, wire
from sourcebot.server.keys import Scope

_REF = "#/components/schemas/{name}"
_SHAPES = (
    wire.AskRequest,
    wire.MessageRequest,
    wire.RouteRequest,
    wire.BulkRequest,
    wire.AdviseRequest,
    wire.Routed,
    wire.BulkRouted,
    wire.Begun,
    wire.Standing,
    wire.Concepts,
    wire.Criteria,
    wire.Health,
    wire.Readiness,
    Reply,
    problems.Body,
)
_LIMITED = ("bad-request", "slow-body", "too-large", "unsupported-type", "invalid")
_ALWAYS = ("too-many", "internal", "timeout")


def document(*, keys: bool) -> dict[str, Any]:
    """The whole description. keys: whether requests need an API key."""
    _, schemas = msgspec.json.schema_components(_SHAPES, ref_template=_REF)
    described: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "Sourcebot",
            "version": __version__,
            "description": "Answers, conversations, routing and advice from a knowledge base. "
            "Fields that are not known here are ignored; errors are problem+json (RFC 9457) with a "
            "stable `code`.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": _paths(keys),
        "components": {"schemas": schemas, "parameters": {"kb": _KB}},
    }
    if keys:
        described["components"]["securitySchemes"] = {
            "key": {"type": "http", "scheme": "bearer", "bearerFormat": "sb_<id>_<secret>"}
        }
    return described


@cache
def encoded(*, keys: bool) -> bytes:
    """The same as JSON."""
    return msgspec.json.encode(document(keys=keys))


_KB = {
    "name": "X-Sourcebot-KB",
    "in": "header",
    "required": False,
    "description": "Which knowledge base is asked, where there are several; a key knows its own.",
    "schema": {"type": "string"},
}
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The id that the conversation began with.",
    "schema": {"type": "string"},
}
_ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A message that is sent again with the same key counts once, and gets the same "
    "reply.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


def _paths(keys: bool) -> dict[str, Any]:
    def operation(
        id: str,
        summary: str,
        scope: Scope | None,
        answer: type | None,
        *,
        asks: type | None = None,
        example: Any = None,
        errors: Iterable[str] = (),
        parameters: Iterable[dict[str, Any]] = (),
        status: int = 200,
    ) -> dict[str, Any]:
        codes = [*errors, *(_LIMITED if asks is not None else ()), *(_ALWAYS if scope else ())]
        codes += ["unauthorized", "forbidden"] if scope and keys else []
        codes += ["not-found"] if scope and "not-found" not in codes else []
        described: dict[str, Any] = {
            "operationId": id,
            "summary": summary,
            "parameters": [
                *parameters,
                *([{"$ref": "#/components/parameters/kb"}] if scope else []),
            ],
            "responses": {
                str(status): _answered(answer),
                **{str(problems.TITLES[code][0]): _problem(code) for code in codes},
            },
        }
        if scope and keys:
            described["security"] = [{"key": []}]
            described["description"] = f"Needs a key with the scope `{scope}`."
        if asks is not None:
            described["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": _ref(asks), "example": example}},
            }
        return described

    return {
        "/v1/ask": {
            "post": operation(
                "ask", "One question, one answer", "ask", Reply, asks=wire.AskRequest,
                example={"text": "what is the diffrence between outsorcing and offshoring"},
            )
        },
        "/v1/conversations": {
            "post": operation("begin", "Begin a conversation", "ask", wire.Begun, status=201)
        },
        "/v1/conversations/{id}": {
            "parameters": [_ID],
            "get": operation("conversation", "Where a conversation stands", "ask", wire.Standing,
                             errors=("unavailable",)),
            "delete": operation("forget", "Forget a conversation", "ask", None, status=204,
                                errors=("unavailable",)),
        },
        "/v1/conversations/{id}/messages": {
            "parameters": [_ID],
            "post": operation(
                "send", "The next message of a conversation", "ask", Reply,
                asks=wire.MessageRequest, example={"text": "and why?"}, parameters=[_ONCE],
                errors=("unavailable", "conflict"),
            ),
        },
        "/v1/route": {
            "post": operation(
                "route", "What a text asks for, without an answer", "route", wire.Routed,
                asks=wire.RouteRequest, example={"text": "why ofshoring", "explain": True},
            )
        },
        "/v1/route/bulk": {
            "post": operation(
                "routeMany", "What many texts ask for", "route", wire.BulkRouted,
                asks=wire.BulkRequest, example={"texts": ["why ofshoring", "is it cheaper?"]},
            )
        },
        "/v1/advise": {
            "post": operation(
                "advise", "A recommendation for answers at hand", "ask", dict,
                asks=wire.AdviseRequest,
                example={"answers": {"core": "commodity", "current": "own-home"}},
            )
        },
        "/v1/criteria": {
            "get": operation("criteria", "The questions of the advice", "ask", wire.Criteria)
        },
        "/v1/concepts": {
            "get": operation("concepts", "Everything that can be explained", "ask", wire.Concepts)
        },
        "/healthz": {"get": operation("health", "Does the process answer?", None, wire.Health)},
        "/readyz": {"get": operation("ready", "Is all well?", None, wire.Readiness)},
    }  # fmt: skip


def _answered(answer: type | None) -> dict[str, Any]:
    if answer is None:
        return {"description": "Done"}
    schema = {"type": "object"} if answer is dict else _ref(answer)
    return {"description": "Done", "content": {"application/json": {"schema": schema}}}


def _problem(code: str) -> dict[str, Any]:
    return {
        "description": problems.TITLES[code][1],
        "content": {problems.MEDIA_TYPE: {"schema": _ref(problems.Body)}},
    }


def _ref(shape: type) -> dict[str, str]:
    return {"$ref": _REF.format(name=shape.__name__)}
