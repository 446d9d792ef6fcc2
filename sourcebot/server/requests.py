"""What an endpoint learns of a request: who asks, of which base, and what the body says."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from starlette.requests import ClientDisconnect, Request

from sourcebot.server.bases import Served
from sourcebot.server.hostnames import may_be_called
from sourcebot.server.keys import ApiKey, Scope, utc_now
from sourcebot.server.problems import Problem
from sourcebot.server.service import Service

KB_HEADER = "x-sourcebot-kb"
LINGER = 16
"""How many times the bytes that a body may have are read and thrown away: who is still sending
would not read the refusal, but find the connection broken."""
MOST_HELD = 256_000_000
"""Bytes of bodies that a worker holds while it reads them; anybody can send some to a help desk."""
_KB = KB_HEADER.encode()
_LONGEST_KEY = 255
_JSON = (b"application/json", b"")
Body = TypeVar("Body", bound=Struct)


class Caller(Struct, frozen=True):
    """Who asks: a key, or an address where no keys are needed; and the base that they ask."""

    name: str
    key: ApiKey | None
    served: Served


def note(request: Request, **fields: object) -> None:
    """Add to the line that the log holds on this request."""
    state = request.scope["state"]
    noted = state.get("noted")
    if noted is None:
        state["noted"] = fields
    else:
        noted.update(fields)


def caller(request: Request, service: Service, scope: Scope) -> Caller:
    """Who asks, if they may. Raises Problem: 401, 403, 404, 421 or 429."""
    headers = _headers(request)
    wanted: str | None = headers.get(_KB, b"").decode("latin-1") or None
    if wanted is None and request.scope["query_string"]:
        wanted = request.query_params.get("kb") or None
    key: ApiKey | None = None
    if service.keys.wanted:
        key = service.keys.find(_bearer(headers), utc_now())
        if key is None:
            # Also those who guess have so many tries; with a valid key nobody has to do with it.
            limit(service.buckets.take(f"guess:{address(request, service)}"))
            raise Problem(
                "unauthorized",
                "send a valid key as `Authorization: Bearer sb_...`",
                {"WWW-Authenticate": "Bearer"},
            )
        name = f"key:{key.id}"
        note(request, caller=name)
        if scope not in key.scopes:
            raise Problem("forbidden", f"this key has no scope `{scope}`")
        if wanted is not None and wanted != key.kb:
            raise Problem("forbidden", "this key is for another knowledge base")
        wanted = key.kb
    else:
        if not may_be_called(headers.get(b"host", b"").decode("latin-1"), service.config):
            raise Problem(
                "misdirected",
                "without keys this server answers to names of this machine and of `origins`; "
                "behind a proxy, name it in `trust_proxy`",
            )
        name = f"address:{address(request, service)}"
    served = service.bases.get(wanted) if wanted is not None else service.bases.default
    if served is None:
        raise Problem("not-found", "this knowledge base is not served here")
    note(request, kb=served.edition.stamp)
    limit(service.buckets.take(name))
    return Caller(name, key, served)


def limit(wait: int) -> None:
    """Go on where there is nothing to wait for. Raises Problem."""
    if wait:
        raise Problem("too-many", f"try again in {wait} seconds", {"Retry-After": str(wait)})


def address(request: Request, service: Service) -> str:
    """The address of the client; that which a proxy names, where the proxy is trusted.

    Every proxy adds whom it was called by at the end. What stands before the last address that is
    not one of ours was written by the client, who can write anything.
    """
    client = request.scope.get("client")
    peer: str = client[0] if client else "unknown"
    trusted = service.config.trust_proxy
    if peer not in trusted:
        return peer
    named: list[str] = [
        one.strip()
        for name, value in request.scope["headers"]
        if name == b"x-forwarded-for"
        for one in value.decode("latin-1").split(",")
    ]
    for one in reversed(named):
        if one and one not in trusted:
            return one[:64]
    return peer


async def raw_body(request: Request, service: Service) -> bytes:
    """The bytes of the body. Raises Problem where there are too many, or they take too long."""
    limits, headers = service.config.limits, _headers(request)
    most = limits.body_bytes
    told = headers.get(b"content-length", b"")
    declared = int(told[:18]) if told.isdigit() else 0
    # Who waits to be told to go on has sent nothing yet, and is not told to.
    if declared > most and (declared > LINGER * most or b"expect" in headers):
        raise _too_large(most)
    pieces, length, held = bytearray(), 0, service.held
    try:
        async with asyncio.timeout(limits.body_seconds):
            async for piece in request.stream():
                length += len(piece)
                if length <= most:
                    held.add(len(piece))
                    pieces += piece
                    if held.value > max(MOST_HELD, most):
                        raise _too_much()
                elif length > LINGER * most:
                    break
    except TimeoutError as error:
        if length > most:
            raise _too_large(most) from error
        raise Problem(
            "slow-body", "send the body faster, or a smaller one", {"Connection": "close"}
        ) from error
    except ClientDisconnect as error:
        raise Problem("bad-request", "the body ended before its end") from error
    finally:
        held.add(-len(pieces))
    if length > most:
        raise _too_large(most)
    return bytes(pieces)


async def body(request: Request, service: Service, shape: type[Body]) -> Body:
    """The body as a value of a shape. Raises Problem."""
    headers = _headers(request)
    kind = headers.get(b"content-type", b"")
    if kind not in _JSON and kind.partition(b";")[0].strip().lower() not in _JSON:
        raise Problem("unsupported-type", "send JSON, as `Content-Type: application/json`")
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise Problem("unsupported-type", "send the body as it is, without a Content-Encoding")
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
    found = _headers(request).get(b"idempotency-key")
    if found is None:
        return None
    key = found.decode("latin-1")
    if not (1 <= len(key) <= _LONGEST_KEY and key.isprintable()):
        raise Problem("invalid", f"an Idempotency-Key has 1 to {_LONGEST_KEY} printable characters")
    return key


def _headers(request: Request) -> dict[bytes, bytes]:
    """The headers by name, the last one of a name; made once for a request."""
    state = request.scope["state"]
    found: dict[bytes, bytes] | None = state.get("headers")
    if found is None:
        found = state["headers"] = dict(request.scope["headers"])
    return found


def _bearer(headers: dict[bytes, bytes]) -> str:
    scheme, _, rest = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return rest.strip() if scheme.casefold() == "bearer" else ""


def _too_much() -> Problem:
    told = {"Connection": "close", "Retry-After": "5"}
    return Problem("unavailable", "too many large bodies arrive at once", told)


def _too_large(most: int) -> Problem:
    return Problem("too-large", f"a body may have {most:,} bytes", {"Connection": "close"})
