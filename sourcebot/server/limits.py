"""How many requests somebody may send: a token bucket for each key, address or conversation."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

MOST = 50_000
"""Buckets that are kept; who has not been seen for longest begins again with a full one."""
_CRUMB = 1e-6
"""Of a token, that does not count: sums of times are not exact, and who has waited as long as they
were told to is let in."""


class Buckets:
    """Token buckets by name: `burst` at once, and then `per_minute` on average."""

    def __init__(
        self,
        per_minute: int,
        burst: int,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = per_minute / 60
        self._burst = float(burst)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, tokens: float = 1.0) -> int:
        """Take tokens; 0 where there were enough, else the whole seconds until there are.

        More than the burst is taken as the whole burst: such a request has to wait for a full
        bucket, and not for ever.
        """
        return self._take(name, min(tokens, self._burst))

    def more(self, name: str, tokens: float) -> int:
        """Take tokens for a request that has taken its first one already: see `take`.

        Both together never come to more than the burst, or the request would wait for ever.
        """
        return self._take(name, min(tokens, self._burst - 1.0))

    def _take(self, name: str, tokens: float) -> int:
        now = self._clock()
        left, seen = self._buckets.get(name, (self._burst, now))
        left = min(self._burst, left + (now - seen) * self._rate)
        missing = tokens - left - _CRUMB
        wait = math.ceil(missing / self._rate) if missing > 0 else 0
        self._buckets[name] = (left - tokens if not wait else left, now)
        self._buckets.move_to_end(name)
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        return wait
