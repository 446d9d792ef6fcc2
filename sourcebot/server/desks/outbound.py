"""Calls to a host's API: little patience, few tries, and never a token in a log or an error."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx2
import msgspec
from msgspec import Struct

TIMEOUT = 5.0
"""Seconds of one try."""
TRIES = 3
BUDGET = 20.0
"""Seconds of all tries of one call and the waits between them."""
LONGEST_WAIT = 10.0
"""Seconds that a host's Retry-After is followed at most."""
_PAUSES = (0.5, 2.0)
_LONGEST_ANSWER = 5_000_000


class SendError(Exception):
    """A call that did not succeed. `args[0]` names path, status or kind of failure, no secrets."""


class Answer(Struct, frozen=True):
    """What a host answered: its status, and the JSON in the body, None where there is none."""

    status: int
    body: Any


class Outbound:
    """The client of one worker, shared by its desks."""

    def __init__(
        self,
        transport: httpx2.AsyncBaseTransport | None = None,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        timeout: float = TIMEOUT,
    ) -> None:
        """transport: in place of the network; sleep, clock: in place of the time, in seconds."""
        # Where nothing redirects, no token is sent to where it was not meant for.
        self._client = httpx2.AsyncClient(
            transport=transport, timeout=timeout, follow_redirects=False
        )
        self._sleep = sleep
        self._clock = clock
        self._timeout = timeout

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        params: Mapping[str, str] | None = None,
        told: str | None = None,
    ) -> Answer:
        """One call, tried again where that may help. told: what an error says in place of the path.

        Raises SendError.
        """
        end = self._clock() + BUDGET
        path = "/" + url.partition("://")[2].partition("/")[2].partition("?")[0]
        named = f"{method} {told or path}"
        for tried in range(1, TRIES + 1):
            wait = _PAUSES[min(tried, len(_PAUSES)) - 1]
            try:
                async with asyncio.timeout(self._timeout):
                    response = await self._client.request(
                        method, url, headers=dict(headers), content=content, params=params
                    )
            except (httpx2.TimeoutException, TimeoutError):
                failed = f"{named}: no answer in time"
            except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
                failed = f"{named}: {type(error).__name__}"
            else:
                status = response.status_code
                if 200 <= status < 300:
                    return Answer(status, _json(response.content))
                failed = f"{named}: status {status}"
                if status != 429 and status < 500:
                    break
                wait = _retry_after(response.headers.get("retry-after"), wait)
            if tried == TRIES or self._clock() + wait >= end:
                break
            await self._sleep(wait)
        raise SendError(failed)

    async def json(
        self, method: str, url: str, body: Any = None, *, headers: Mapping[str, str], **params: str
    ) -> Any:
        """A call with JSON in and out. Raises SendError."""
        content = None if body is None else msgspec.json.encode(body)
        typed = {"Content-Type": "application/json; charset=utf-8"} if content is not None else {}
        answer = await self.call(
            method, url, headers={**headers, **typed}, content=content, params=params or None
        )
        return answer.body

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.aclose()


def _json(content: bytes) -> Any:
    if len(content) > _LONGEST_ANSWER:
        return None
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _retry_after(written: str | None, otherwise: float) -> float:
    """Seconds; a date is not followed: two clocks would have to agree."""
    if written is None or not (written.isascii() and written.isdigit()):
        return otherwise
    return min(float(written[:6]), LONGEST_WAIT)
