"""Errors as `application/problem+json` (RFC 9457): what went wrong, for programs and people."""

from __future__ import annotations

import msgspec
from msgspec import Struct
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"

TITLES = {
    "bad-request": (400, "The request cannot be read"),
    "unauthorized": (401, "A valid key or signature is needed"),
    "forbidden": (403, "The API key does not allow this"),
    "not-found": (404, "There is no such thing"),
    "method-not-allowed": (405, "Not with this method"),
    "slow-body": (408, "The body took too long to arrive"),
    "conflict": (409, "Somebody else was faster"),
    "too-large": (413, "The body is too large"),
    "unsupported-type": (415, "The body is not of a type that is read here"),
    "misdirected": (421, "This server is not called so"),
    "invalid": (422, "The request does not say what is needed"),
    "too-many": (429, "Too many requests"),
    "internal": (500, "This is a fault of the server"),
    "unavailable": (503, "Not available at the moment"),
    "timeout": (504, "The answer took too long"),
}
"""Code -> status and title. Codes are stable: programs may rely on them."""


class Problem(Exception):
    """A request that ends without what was asked for.

    code: a key of TITLES; detail: what is wrong with this one, in a sentence; headers: to go with
    the response.
    """

    def __init__(self, code: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.headers = headers or {}

    @property
    def status(self) -> int:
        """The HTTP status."""
        return TITLES[self.code][0]


class Body(Struct, frozen=True, omit_defaults=True):
    """The body of a problem. code: stable, for programs; instance: the id of the request."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str | None = None


def response(problem: Problem, request_id: str | None = None) -> Response:
    """The problem as a response."""
    status, title = TITLES[problem.code]
    body = Body("about:blank", title, status, problem.code, problem.detail, request_id)
    return Response(msgspec.json.encode(body), status, problem.headers, MEDIA_TYPE)
