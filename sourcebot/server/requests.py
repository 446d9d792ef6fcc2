"""What an endpoint learns of a request: who asks, of which base, and what the body says."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from starlette.requests import ClientDisconnect, Request

from sourcebot.server.bases import Served
from sourcebot.server.keys import ApiKey, Scope, utc_now
from sourcebot.server.problems import Problem
from sourcebot.server.service import Service

KB_HEADER = "x-sourcebot-kb"
_LONGEST_KEY = 255
Body = TypeVar("Body", bound=Struct)


class Caller(Struct, frozen=True):
    """Who asks: a key, or an address where no keys are needed; and the base that they ask."""

    name: str
    key: ApiKey | None
    served: Served


def note(request: Request, **fields: object) -> None:
    """Add to the line that the log holds on this request."""
    request.state.noted = {**getattr(request.state, "noted", {}), **fields}


def caller(request: Request, service: Service, scope: Scope) -> Caller:
    """Who asks, if they may. Raises Problem: 401, 403, 404 or 429."""
    wanted = request.headers.get(KB_HEADER) or request.query_params.get("kb")
    if service.keys.wanted:
        key = service.keys.find(_bearer(request), utc_now())
        if key is None:
            raise Problem(
                "unauthorized",
                "send a valid key as `Authorization: Bearer sb_...`",
                {"WWW-Authenticate": "Bearer"},
            )
        if scope not in key.scopes:
            raise Problem("forbidden", f"this key has no scope `{scope}`")
        if wanted is not None and wanted != key.kb:
            raise Problem("forbidden", "this key is for another knowledge base")
        name, wanted = f"key:{key.id}", key.kb
    else:
        key, name = None, f"address:{address(request, service)}"
    served = service.bases.get(wanted) if wanted is not None else service.bases.default
    if served is None:
        raise Problem("not-found", "this knowledge base is not served here")
    note(request, caller=name if key is not None else None, kb=served.edition.stamp)
    limit(service.buckets.take(name))
    return Caller(name, key, served)


def limit(wait: int) -> None:
    """Go on where there is nothing to wait for. Raises Problem."""
    if wait:
        raise Problem("too-many", f"try again in {wait} seconds", {"Retry-After": str(wait)})


def address(request: Request, service: Service) -> str:
    """The address of the client; that which a proxy names, where the proxy is trusted."""
    peer = request.client.host if request.client is not None else "unknown"
    if peer in service.config.trust_proxy:
        forwarded = request.headers.get("x-forwarded-for", "").split(",")
        return forwarded[-1].strip()[:64] or peer
    return peer


async def raw_body(request: Request, service: Service) -> bytes:
    """The bytes of the body. Raises Problem where there are too many, or they take too long."""
    limits = service.config.limits
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told[:18]) > limits.body_bytes:
        raise _too_large(limits.body_bytes)
    pieces = bytearray()
    try:
        async with asyncio.timeout(limits.body_seconds):
            async for piece in request.stream():
                pieces += piece
                if len(pieces) > limits.body_bytes:
                    raise _too_large(limits.body_bytes)
    except TimeoutError as error:
        raise Problem("slow-body", "send the body faster, or a smaller one") from error
    except ClientDisconnect as error:
        raise Problem("bad-request", "the body ended before its end") from error
    return bytes(pieces)


async def body(request: Request, service: Service, shape: type[Body]) -> Body:
    """The body as a value of a shape. Raises Problem."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip()
    if kind.casefold() not in ("application/json", ""):
        raise Problem("unsupported-type", "send JSON, as `Content-Type: application/json`")
    value: Body = decoded(await raw_body(request, service), shape)
    return value


def decoded(data: bytes, shape: Any) -> Any:
    """JSON as a value of a shape. Raises Problem: 400 for no JSON, 422 for another shape."""
    try:
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError as error:
        raise Problem("invalid", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem("bad-request", f"the body is no JSON: {error}") from error
    except RecursionError as error:
        raise Problem("bad-request", "the body is nested too deeply") from error


def idempotency_key(request: Request) -> str | None:
    """The key under which a message counts once, if it has one. Raises Problem."""
    key = request.headers.get("idempotency-key")
    if key is not None and not (1 <= len(key) <= _LONGEST_KEY and key.isprintable()):
        raise Problem("invalid", f"an Idempotency-Key has 1 to {_LONGEST_KEY} printable characters")
    return key


def _bearer(request: Request) -> str:
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    return rest.strip() if scheme.casefold() == "bearer" else ""


def _too_large(most: int) -> Problem:
    return Problem("too-large", f"a body may have {most:,} bytes", {"Connection": "close"})
