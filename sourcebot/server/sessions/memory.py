"""Sessions in the memory of one process: they are gone when it ends."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from sourcebot.server.sessions.contract import Saved

MOST = 100_000
"""States that are kept at most; the longest silent one makes room."""
MOST_BYTES = 256_000_000
"""Bytes of states that are kept at most, so that long replies cannot fill the memory either."""


class MemorySessions:
    """The default store. All its work is done between two awaits, so that nothing can interfere."""

    def __init__(
        self,
        seconds: float,
        *,
        most: int = MOST,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """seconds: how long a state lives after it was last written; clock: seconds that pass."""
        self._seconds = seconds
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._clock = clock
        self._states: OrderedDict[tuple[str, str], tuple[float, Saved]] = OrderedDict()
        self._claims: OrderedDict[str, float] = OrderedDict()

    async def read(self, kb: str, id: str) -> Saved | None:
        """See Sessions."""
        self._expire()
        found = self._states.get((kb, id))
        return found[1] if found is not None else None

    async def write(self, kb: str, id: str, state: bytes, *, after: int) -> bool:
        """See Sessions."""
        self._expire()
        found = self._states.get((kb, id))
        if (found[1].version if found is not None else 0) != after:
            return False
        self._forget((kb, id))
        self._states[kb, id] = (self._clock() + self._seconds, Saved(after + 1, state))
        self._bytes += len(state)
        while len(self._states) > self._most or (
            self._bytes > self._most_bytes and len(self._states) > 1
        ):
            self._forget(next(iter(self._states)))
        return True

    async def drop(self, kb: str, id: str) -> bool:
        """See Sessions."""
        self._expire()
        return self._forget((kb, id))

    async def claim(self, name: str, seconds: float) -> bool:
        """See Sessions."""
        now = self._clock()
        until = self._claims.get(name)
        if until is not None and until > now:
            return False
        self._claims[name] = now + seconds
        self._claims.move_to_end(name)
        if len(self._claims) > self._most:
            self._claims.popitem(last=False)
        return True

    async def release(self, name: str) -> None:
        """See Sessions."""
        self._claims.pop(name, None)

    async def ping(self) -> None:
        """See Sessions."""

    async def close(self) -> None:
        """See Sessions."""

    def _expire(self) -> None:
        """States are in the order in which they were written, so that the first expire first."""
        now = self._clock()
        while self._states:
            key, (until, _) = next(iter(self._states.items()))
            if until > now:
                return
            self._forget(key)

    def _forget(self, key: tuple[str, str]) -> bool:
        found = self._states.pop(key, None)
        if found is None:
            return False
        self._bytes -= len(found[1].state)
        return True
