"""What a server counts, in the text format of Prometheus (version 0.0.4).

Names of knowledge bases, paths and statuses are labels; nothing that anybody wrote is.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import defaultdict
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


class Metrics:
    """The counts of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, Labels], float] = defaultdict(float)
        self._times: dict[Labels, list[float]] = {}

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter, or move a gauge."""
        with self._lock:
            self._counts[name, tuple(sorted(labels.items()))] += amount

    def time(self, seconds: float, **labels: str) -> None:
        """Put a request into the histogram."""
        key = tuple(sorted(labels.items()))
        with self._lock:
            row = self._times.get(key)
            if row is None:
                row = self._times[key] = [0.0] * (len(BOUNDS) + 2)
            row[bisect_left(BOUNDS, seconds)] += 1
            row[-1] += seconds

    def text(self, gauges: Mapping[str, float]) -> str:
        """Everything, as Prometheus reads it. gauges: name -> value of what is known only now."""
        with self._lock:
            counts, times = dict(self._counts), {key: list(row) for key, row in self._times.items()}
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
                yield f"{name}{_labels(labels)} {value:g}"
        if kind == "histogram":
            for labels, row in sorted(times.items()):
                yield from _histogram(name, labels, row)
    for name, value in gauges.items():
        yield f"# TYPE {name} gauge"
        yield f"{name} {value:g}"


def _histogram(name: str, labels: Labels, row: list[float]) -> Iterator[str]:
    total = 0.0
    for bound, number in zip((*(f"{bound:g}" for bound in BOUNDS), "+Inf"), row, strict=False):
        total += number
        yield f"{name}_bucket{_labels((*labels, ('le', bound)))} {total:g}"
    yield f"{name}_sum{_labels(labels)} {row[-1]:.6f}"
    yield f"{name}_count{_labels(labels)} {total:g}"


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
