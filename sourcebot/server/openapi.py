"""The API as OpenAPI 3.1: schemas from the shapes in `wire.py`, examples that are tested."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from sourcebot._version import __version__
from sourcebot.dialogue.reply import Reply
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.server import problems, wire
from sourcebot.server.keys import Scope

_REF = "#/components/schemas/{name}"
RASA_PATH = "/webhooks/rest/webhook"
_SHAPES = (
    wire.AskRequest,
    wire.MessageRequest,
    wire.RouteRequest,
    wire.BulkRequest,
    wire.AdviseRequest,
    wire.RasaMessage,
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
_LIMITED = (
    "bad-request", "slow-body", "too-large", "unsupported-type", "invalid", "unavailable"
)  # fmt: skip
_ALWAYS = ("too-many", "internal", "timeout")
_SIMPLE: dict[type, dict[str, Any]] = {
    dict: {"type": "object"},
    str: {"type": "string"},
    list: {"type": "array", "items": {"type": "object"}},
}
_HTML, _PLAIN, _SCRIPT, _IMAGE = "text/html", "text/plain", "text/javascript", "image/svg+xml"


class Examples(Struct, frozen=True):
    """What the examples ask; as they stand here they suit any knowledge base. answers: criterion
    and answer of the advice.
    """  # noqa: D205

    question: str = "What can you do?"
    another: str = "Tell me more."
    answers: tuple[tuple[str, str], ...] = ()


def examples_of(base: KnowledgeBase) -> Examples:
    """What may be asked of a base, from what it says of itself."""
    questions = base.identity.examples
    criteria = list(base.advice.criteria.values())[:2] if base.advice is not None else []
    return Examples(
        questions[0] if questions else Examples().question,
        questions[-1] if questions else Examples().another,
        tuple((criterion.id, next(iter(criterion.answers))) for criterion in criteria),
    )


def document(
    *, keys: bool, desks: bool = False, rasa: bool = True, examples: Examples | None = None
) -> dict[str, Any]:
    """The whole description.

    keys: whether requests need an API key; desks: whether help desks are served; rasa: whether
    Rasa's channel is; examples: what is asked in them.
    """
    paths = _paths(keys, examples or Examples())
    if not rasa:
        del paths[RASA_PATH]
    if desks:
        paths |= _DESKS
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
        "paths": paths,
        "components": {"schemas": schemas, "parameters": {"kb": _KB}},
    }
    if keys:
        described["components"]["securitySchemes"] = {
            "key": {"type": "http", "scheme": "bearer", "bearerFormat": "sb_<id>_<secret>"}
        }
    return described


@lru_cache(maxsize=16)
def encoded(
    *, keys: bool, desks: bool = False, rasa: bool = True, examples: Examples | None = None
) -> bytes:
    """The same as JSON."""
    return msgspec.json.encode(document(keys=keys, desks=desks, rasa=rasa, examples=examples))


_KB = {
    "name": "X-Sourcebot-KB",
    "in": "header",
    "required": False,
    "description": "Which knowledge base is asked, where there are several; a key knows its own.",
    "schema": {"type": "string"},
}
_PAGE_KB = {
    "name": "kb",
    "in": "query",
    "required": False,
    "description": "Which knowledge base the page asks, where there are several.",
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
    # The printable characters of a header, which is Latin-1.
    "schema": {"type": "string", "pattern": "^[ -~\u00a1-\u00ac\u00ae-\u00ff]{1,255}$"},
}


def _paths(keys: bool, shown: Examples) -> dict[str, Any]:
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
        media: str = "application/json",
    ) -> dict[str, Any]:
        codes = [*errors, *(_LIMITED if asks is not None else ()), *(_ALWAYS if scope else ())]
        codes += (["unauthorized", "forbidden"] if keys else ["misdirected"]) if scope else []
        codes += ["not-found"] if scope and "not-found" not in codes else []
        described: dict[str, Any] = {
            "operationId": id,
            "summary": summary,
            "parameters": [
                *parameters,
                *([{"$ref": "#/components/parameters/kb"}] if scope else []),
            ],
            "responses": {
                str(status): _answered(answer, media),
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
                example={"text": shown.question},
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
                asks=wire.MessageRequest, example={"text": shown.another}, parameters=[_ONCE],
                errors=("unavailable", "conflict"),
            ),
        },
        "/v1/route": {
            "post": operation(
                "route", "What a text asks for, without an answer", "route", wire.Routed,
                asks=wire.RouteRequest, example={"text": shown.question, "explain": True},
            )
        },
        "/v1/route/bulk": {
            "post": operation(
                "routeMany", "What many texts ask for", "route", wire.BulkRouted,
                asks=wire.BulkRequest, example={"texts": [shown.question, shown.another]},
            )
        },
        "/v1/advise": {
            "post": operation(
                "advise", "A recommendation for answers at hand", "ask", dict,
                asks=wire.AdviseRequest,
                example={"answers": dict(shown.answers)},
            )
        },
        "/v1/criteria": {
            "get": operation("criteria", "The questions of the advice", "ask", wire.Criteria)
        },
        "/v1/concepts": {
            "get": operation("concepts", "Everything that can be explained", "ask", wire.Concepts)
        },
        RASA_PATH: {
            "post": operation(
                "rasa", "A message as Rasa's REST channel takes them", "ask", list,
                asks=wire.RasaMessage,
                example={"sender": "visitor-1", "message": shown.question},
            )
        },
        "/healthz": {"get": operation("health", "Does the process answer?", None, wire.Health)},
        "/readyz": {"get": _also(
            operation("ready", "Is all well?", None, wire.Readiness), 503, wire.Readiness,
            "Conversations cannot be kept at the moment",
        )},
        "/metrics": {
            "get": operation("metrics", "Counts for Prometheus", "metrics" if keys else None, str,
                             media=_PLAIN)
        },
        "/openapi.json": {"get": operation("describe", "This description", None, dict)},
        "/": {
            "parameters": [_PAGE_KB],
            "get": operation("page", "A page with the chat", None, str, errors=("not-found",),
                             media=_HTML),
        },
        "/widget.js": {
            "get": operation("widget", "The chat for web pages", None, str, media=_SCRIPT)
        },
        "/widget.svg": {"get": operation("icon", "Its icon", None, str, media=_IMAGE)},
    }  # fmt: skip


def _also(operation: dict[str, Any], status: int, answer: type, says: str) -> dict[str, Any]:
    """The same with another status that has an answer of its own, and is no problem's."""
    operation["responses"][str(status)] = _answered(answer) | {"description": says}
    return operation


def _answered(answer: type | None, media: str = "application/json") -> dict[str, Any]:
    if answer is None:
        return {"description": "Done"}
    schema = _SIMPLE[answer] if answer in _SIMPLE else _ref(answer)
    return {"description": "Done", "content": {media: {"schema": schema}}}


def _problem(code: str) -> dict[str, Any]:
    return {
        "description": problems.TITLES[code][1],
        "content": {problems.MEDIA_TYPE: {"schema": _ref(problems.Body)}},
    }


def _ref(shape: type) -> dict[str, str]:
    return {"$ref": _REF.format(name=shape.__name__)}


def _delivery(id: str, summary: str) -> dict[str, Any]:
    """What takes bodies of whatever form a desk has."""
    codes = (
        "bad-request", "unauthorized", "forbidden", "not-found", "slow-body", "too-large",
        "invalid", *_ALWAYS, "unavailable",
    )  # fmt: skip
    return {
        "operationId": id,
        "summary": summary,
        "requestBody": {"required": True, "content": {"*/*": {"schema": {}}}},
        "responses": {
            "200": {"description": "Taken; what else it says depends on the kind of desk"},
            **{str(problems.TITLES[code][0]): _problem(code) for code in codes},
        },
    }


_DESK = {
    "name": "desk",
    "in": "path",
    "required": True,
    "description": "The name of the desk in the configuration.",
    "schema": {"type": "string"},
}
_DESKS: dict[str, Any] = {
    "/hooks/{desk}": {
        "parameters": [_DESK],
        "post": _delivery("deliver", "A delivery of a help desk, signed as its kind signs them"),
    },
}
"""Paths that are there only where the configuration has desks."""
