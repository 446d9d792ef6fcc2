"""The chat for web pages: the file that a page loads, and a page of its own on the root."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Awaitable, Callable
from functools import wraps
from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sourcebot.errors import ServerError
from sourcebot.knowledge.folders import shipped
from sourcebot.server.bases import Served
from sourcebot.server.problems import Problem
from sourcebot.server.service import Service

FRESH = 600
"""Seconds for which a browser uses the file without asking whether there is another."""

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?/?")
_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'none'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_TITLE = "Sourcebot"
_ABOUT = "Questions are answered here for those who have an access key."
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<meta name="description" content="{about}">
<link rel="icon" href="widget.svg" type="image/svg+xml">
<script src="widget.js" data-target="#chat" data-page="true"{kb} defer></script>
</head>
<body>
<header><h1>{title}</h1></header>
<main>
<div id="chat">
<p>{about}</p>
<noscript><p>The chat on this page needs JavaScript. Programs find the API
<a href="openapi.json">described here</a>.</p></noscript>
</div>
</main>
<footer><p>Answers come from {stamp}. <a href="openapi.json">API</a></p></footer>
</body>
</html>
"""


class Asset:
    """A file as it is served: plain and compressed, each with a tag for what it holds."""

    def __init__(self, name: str, media_type: str) -> None:
        """`name`: below content/widget/. Raises ServerError where it cannot be read."""
        path = shipped("content") / "widget" / name
        try:
            self._plain = path.read_bytes()
        except OSError as error:
            raise ServerError(f"{path}: cannot be read: {error.strerror or error}") from error
        self._packed = gzip.compress(self._plain, mtime=0)
        self._tag = hashlib.sha256(self._plain).hexdigest()[:24]
        self._media_type = media_type

    async def answer(self, request: Request) -> Response:
        """The file, or 304 where the browser has it."""
        packed = "gzip" in request.headers.get("accept-encoding", "")
        tag = f'"{self._tag}-gzip"' if packed else f'"{self._tag}"'
        headers = {
            "ETag": tag,
            "Cache-Control": f"public, max-age={FRESH}",
            "Vary": "Accept-Encoding",
            # Any page may load it, also with an integrity hash, and where it isolates itself.
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        if _knows(request, tag):
            return Response(status_code=304, headers=headers)
        if packed:
            headers["Content-Encoding"] = "gzip"
        body = self._packed if packed else self._plain
        return Response(body, headers=headers, media_type=self._media_type)


class Page:
    """The page on the root."""

    def __init__(self, service: Service) -> None:
        self._service = service
        origins = [o.rstrip("/") for o in service.config.origins if _ORIGIN.fullmatch(o)]
        self._policy = _POLICY.format(ancestors=" ".join(["'self'", *origins]))

    async def answer(self, request: Request) -> Response:
        """The page of the base that `kb` names, or of the default one. Raises Problem."""
        name = request.query_params.get("kb")
        keys = self._service.keys.wanted
        served = self._service.bases.default
        if name is not None and not keys:
            served = self._named(name)
        title, about, stamp = _told(served, keys)
        html = _PAGE.format(
            title=escape(title),
            about=escape(about),
            stamp=escape(stamp),
            kb=f' data-kb="{escape(name)}"' if name is not None else "",
        )
        headers = {
            "Content-Security-Policy": self._policy,
            "Cache-Control": "no-cache",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        }
        return Response(html, headers=headers, media_type="text/html")

    def _named(self, name: str) -> Served:
        served = self._service.bases.get(name)
        if served is None:
            raise Problem("not-found", "this knowledge base is not served here")
        return served


def widget_routes(service: Service) -> list[Route]:
    """`/`, and the files that it and other pages load. Raises ServerError."""
    return [
        _route("/", Page(service).answer),
        _route("/widget.js", Asset("sourcebot.js", "text/javascript").answer),
        _route("/widget.svg", Asset("icon.svg", "image/svg+xml").answer),
    ]


def _told(served: Served, keys: bool) -> tuple[str, str, str]:
    """Title, about and stamp; of what only key holders may ask nothing is told to others."""
    if keys:
        return _TITLE, _ABOUT, "a knowledge base"
    identity = served.edition.bot.knowledge.identity
    return identity.title, " ".join(identity.about.split()), served.edition.stamp


def _knows(request: Request, tag: str) -> bool:
    """Whether the browser has this very state already."""
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    return known == ["*"] or tag in [one.removeprefix("W/") for one in known]


def _route(path: str, answer: Callable[[Request], Awaitable[Response]]) -> Route:
    @wraps(answer)
    async def named(request: Request) -> Response:
        request.state.route = path
        return await answer(request)

    return Route(path, named, methods=["GET"])
