"""What a server counts, in the text format of Prometheus (version 0.0.4).

Names of knowledge bases, paths and statuses are labels; nothing that anybody wrote is.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator, Mapping

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: the upper bounds of the histogram's buckets."""

_HELP = {
    "sourcebot_requests_total": ("counter", "Requests by route and status."),
    "sourcebot_replies_total": ("counter", "Replies by knowledge base, status and intent."),
    "sourcebot_deliveries_total": ("counter", "Deliveries of help desks by what became of them."),
    "sourcebot_reloads_total": ("counter", "Looks at edited knowledge bases that found a change."),
    "sourcebot_request_seconds": ("histogram", "Time from the first byte to the last, by route."),
    "sourcebot_in_flight": ("gauge", "Requests that are being answered."),
}

Labels = tuple[tuple[str, str], ...]


class Counter:
    """One series of a counter or a gauge."""

    __slots__ = ("_lock", "value")

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self.value: float = 0

    def add(self, amount: float = 1) -> None:
        """Add to it."""
        with self._lock:
            self.value += amount


class Times:
    """One series of a histogram: a number for each bucket, and the sum of all seconds."""

    __slots__ = ("_lock", "row")

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self.row = [0.0] * (len(BOUNDS) + 2)

    def add(self, seconds: float) -> None:
        """Put a request into its bucket."""
        with self._lock:
            self.row[bisect_left(BOUNDS, seconds)] += 1
            self.row[-1] += seconds


class Metrics:
    """The counts of one process."""

    def __init__(self, process: str | None = None) -> None:
        """process: a label on everything, where several of them answer at one address: their
        counts would otherwise be taken for each other's, and seem to jump.
        """  # noqa: D205
        self._lock = threading.Lock()
        self._common: Labels = (("process", process),) if process is not None else ()
        self._counters: dict[tuple[str, Labels], Counter] = {}
        self._times: dict[Labels, Times] = {}

    def counter(self, name: str, **labels: str) -> Counter:
        """A series, to be kept by who adds to it often."""
        key = name, tuple(sorted(labels.items()))
        with self._lock:
            found = self._counters.get(key)
            if found is None:
                found = self._counters[key] = Counter(self._lock)
            return found

    def times(self, **labels: str) -> Times:
        """A series of the histogram of requests."""
        key = tuple(sorted(labels.items()))
        with self._lock:
            found = self._times.get(key)
            if found is None:
                found = self._times[key] = Times(self._lock)
            return found

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter, or move a gauge."""
        self.counter(name, **labels).add(amount)

    def text(self, gauges: Mapping[str, float]) -> str:
        """Everything, as Prometheus reads it. gauges: name -> value of what is known only now."""
        with self._lock:
            common = self._common
            counts = {
                (name, (*common, *labels)): counter.value
                for (name, labels), counter in self._counters.items()
            }
            times = {(*common, *key): list(series.row) for key, series in self._times.items()}
        return "\n".join(_lines(counts, times, gauges)) + "\n"


def _lines(
    counts: Mapping[tuple[str, Labels], float],
    times: Mapping[Labels, list[float]],
    gauges: Mapping[str, float],
) -> Iterator[str]:
    for name, (kind, meaning) in _HELP.items():
        yield f"# HELP {name} {meaning}"
        yield f"# TYPE {name} {kind}"
        for (counted, labels), value in sorted(counts.items()):
            if counted == name:
                yield f"{name}{_labels(labels)} {_number(value)}"
        if kind == "histogram":
            for labels, row in sorted(times.items()):
                yield from _histogram(name, labels, row)
    for name, value in gauges.items():
        yield f"# TYPE {name} gauge"
        yield f"{name} {_number(value)}"


def _histogram(name: str, labels: Labels, row: list[float]) -> Iterator[str]:
    total = 0.0
    for bound, number in zip((*(f"{bound:g}" for bound in BOUNDS), "+Inf"), row, strict=False):
        total += number
        yield f"{name}_bucket{_labels((*labels, ('le', bound)))} {_number(total)}"
    yield f"{name}_sum{_labels(labels)} {row[-1]:.6f}"
    yield f"{name}_count{_labels(labels)} {_number(total)}"


def _number(value: float) -> str:
    """All its digits: a counter that is rounded stands still, and then jumps."""
    return str(int(value)) if value == int(value) else repr(value)


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
