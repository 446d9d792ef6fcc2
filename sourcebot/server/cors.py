"""Which other sites' pages may call the API: those that the configuration names, and no others."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BELOW = "/v1/"
METHODS = "GET, POST, DELETE"
HEADERS = "content-type, authorization, idempotency-key, x-sourcebot-kb"
EXPOSED = "x-request-id, x-sourcebot-turn, retry-after"
REMEMBERED = "600"
"""Seconds for which a browser need not ask again."""

_VARY = (b"vary", b"Origin")


class Cors:
    """Stands outside of everything else, so that a page can read errors as well.

    An origin is allowed when it is one of those given, letter for letter: no patterns, no
    wildcard. Cookies are never involved. What comes from elsewhere is answered as ever, without
    the headers, and the browser keeps the answer from the page.
    """

    def __init__(self, app: ASGIApp, origins: Iterable[str]) -> None:
        """`origins`: such as `https://www.example.org`, with the port where it is not the usual."""
        self._app = app
        self._origins = frozenset(origin.rstrip("/").encode("latin-1") for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not self._origins or scope["type"] != "http" or not scope["path"].startswith(BELOW):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        allowed = origin is not None and origin in self._origins
        asked = scope["method"] == "OPTIONS" and b"access-control-request-method" in headers
        if allowed and asked:
            assert origin is not None
            await _grant(origin, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = [_VARY]
                if allowed:
                    more.append((b"access-control-allow-origin", origin or b""))
                    more.append((b"access-control-expose-headers", EXPOSED.encode()))
                message["headers"] = [*message.get("headers", ()), *more]
            await send(message)

        await self._app(scope, receive, sending)


async def _grant(origin: bytes, send: Send) -> None:
    """What a browser wants to hear before it sends the request itself."""
    headers = [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-methods", METHODS.encode()),
        (b"access-control-allow-headers", HEADERS.encode()),
        (b"access-control-max-age", REMEMBERED.encode()),
        (b"vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
