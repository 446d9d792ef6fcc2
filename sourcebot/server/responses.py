"""Responses whose bytes are there already."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

_TYPE = (b"content-type", b"application/json")
_encode = msgspec.json.Encoder().encode


class Json(Response):
    """Encoded JSON. Starlette's own response works its headers out anew each time."""

    media_type = "application/json"

    def __init__(
        self, content: bytes, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status_code = status
        self.background = None
        self.body = content
        self.raw_headers = [(b"content-length", b"%d" % len(content)), _TYPE]
        if headers:
            self.raw_headers += [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in headers.items()
            ]


def json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Json:
    """A value as JSON."""
    return Json(_encode(value), status, headers)
