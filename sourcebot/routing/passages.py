"""Which passage of a collection a message speaks of: the fallback for odd wording."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

DAMPING = 1.5


class Passages(Struct, frozen=True):
    """An inverted index over stems, one label a passage.

    labels: per passage; idf: stem -> weight; postings: stem -> passage numbers.
    """

    labels: Sequence[str]
    idf: Mapping[str, float]
    postings: Mapping[str, Sequence[int]]

    @classmethod
    def build(cls, passages: Iterable[tuple[str, Collection[str]]]) -> Passages:
        """From (label, stems) pairs."""
        labels: list[str] = []
        postings: dict[str, list[int]] = {}
        for number, (label, stems) in enumerate(passages):
            labels.append(label)
            for stem in sorted(set(stems)):
                postings.setdefault(stem, []).append(number)
        total = len(labels)
        idf = {
            stem: round(math.log((1 + total) / (1 + len(numbers))), 4)
            for stem, numbers in postings.items()
        }
        return cls(labels, idf, postings)

    def search(
        self, stems: Collection[str], within: Collection[str] | None = None
    ) -> list[tuple[float, str]]:
        """(share of the stems' weight that one passage holds, 0..1; label), best first.

        within: consider only passages with these labels. Stems that no passage has weigh as much
        as the rarest.
        """
        rarest = math.log(1 + len(self.labels)) or 1.0
        weight = sum(self.idf.get(stem, rarest) for stem in stems) + DAMPING
        scores: dict[int, float] = {}
        for stem in stems:
            for number in self.postings.get(stem, ()):
                scores[number] = scores.get(number, 0.0) + self.idf[stem]
        best: dict[str, float] = {}
        for number, score in scores.items():
            label = self.labels[number]
            if within is None or label in within:
                best[label] = max(best.get(label, 0.0), score / weight)
        return sorted(
            ((score, label) for label, score in best.items()), key=lambda x: (-x[0], x[1])
        )

    def dump(self) -> dict[str, Any]:
        """As JSON-able data."""
        return {"labels": list(self.labels), "idf": dict(self.idf), "postings": dict(self.postings)}

    @classmethod
    def resume(cls, data: Mapping[str, Any]) -> Passages:
        """What `dump` described."""
        return cls(data["labels"], data["idf"], data["postings"])
