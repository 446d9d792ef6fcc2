"""Which passage of a collection a message speaks of: the fallback for odd wording."""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from sourcebot.routing.sorted_lines import find_line
from sourcebot.routing.table import Pack, unpack

DAMPING = 1.5
KEPT = 4_096
"""Stems whose place is remembered; messages bring new ones without end."""


class Posting(Struct, frozen=True):
    """A stem's weight, and where in `Passages.numbers` its passages stand."""

    idf: float
    first: int
    end: int


class Passages:
    """An inverted index over stems, one label a passage.

    It is looked up where it lies, a stem by halving a sorted text: reading all of it would take
    longer than every question of a process.
    """

    def __init__(
        self, labels: Sequence[str], owners: Sequence[int], lines: str, numbers: Sequence[int]
    ) -> None:
        """Use `build` or `resume`.

        labels: each once; owners: per passage, its label's number; lines: sorted, one a stem, with
        a newline before and after each: stem, weight, first and end in `numbers`; numbers: the
        passages of each stem.
        """
        self._labels = labels
        self._owners = owners
        self._lines = lines
        self._numbers = numbers
        self._posting = lru_cache(maxsize=KEPT)(self._look_up)

    @classmethod
    def build(cls, passages: Iterable[tuple[str, Collection[str]]]) -> Passages:
        """From (label, stems) pairs."""
        labels: dict[str, int] = {}
        owners = array("I")
        postings: dict[str, list[int]] = {}
        for number, (label, stems) in enumerate(passages):
            owners.append(labels.setdefault(label, len(labels)))
            for stem in set(stems):
                postings.setdefault(stem, []).append(number)
        numbers = array("I")
        lines = [""]
        for stem in sorted(postings):
            first = len(numbers)
            numbers.extend(postings[stem])
            idf = math.log((1 + len(owners)) / (1 + len(postings[stem])))
            lines.append(f"{stem} {round(idf, 4)} {first} {len(numbers)}")
        return cls(list(labels), owners, "\n".join([*lines, ""]), numbers)

    def knows(self, stem: str) -> bool:
        """Whether any passage has the stem."""
        return self._posting(stem) is not None

    def share(self, stem: str) -> float:
        """The share of the passages that have the stem, 0..1."""
        posting = self._posting(stem)
        return 0.0 if posting is None else (posting.end - posting.first) / len(self._owners)

    def search(
        self, stems: Collection[str], within: Collection[str] | None = None
    ) -> list[tuple[float, str]]:
        """(share of the stems' weight that one passage holds, 0..1; label), best first.

        within: consider only passages with these labels. Stems that no passage has weigh as much
        as the rarest.
        """
        rarest = math.log(1 + len(self._owners)) or 1.0
        weight = DAMPING
        scores: dict[int, float] = {}
        for stem in stems:
            posting = self._posting(stem)
            weight += rarest if posting is None else posting.idf
            if posting is not None:
                for number in self._numbers[posting.first : posting.end]:
                    scores[number] = scores.get(number, 0.0) + posting.idf
        best: dict[str, float] = {}
        for number, score in scores.items():
            label = self._labels[self._owners[number]]
            if within is None or label in within:
                best[label] = max(best.get(label, 0.0), score / weight)
        return sorted(
            ((score, label) for label, score in best.items()), key=lambda x: (-x[0], x[1])
        )

    def dump(self, pack: Pack) -> dict[str, Any]:
        """As JSON-able data, arrays as `pack` makes them."""
        return {
            "labels": list(self._labels),
            "owners": pack(self._owners),
            "lines": self._lines,
            "numbers": pack(self._numbers),
        }

    @classmethod
    def resume(cls, data: Mapping[str, Any]) -> Passages:
        """What `dump` described. Raises KeyError, TypeError or ValueError on damaged data."""
        owners, numbers = unpack("I", data["owners"]), unpack("I", data["numbers"])
        return cls(data["labels"], owners, data["lines"], numbers)

    def _look_up(self, stem: str) -> Posting | None:
        line = find_line(self._lines, stem)
        if line is None:
            return None
        idf, first, end = line.split(" ")
        return Posting(float(idf), int(first), int(end))
