"""Which of a few described things a text describes: BM25 over one document a thing.

The weighting is that of Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and
Beyond, 2009, with their usual k1 and b.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sourcebot.routing.sorted_lines import find_line
from sourcebot.routing.table import Pack, unpack

K1, B = 1.2, 0.75
GRAIN = 1_000
"""A weight of 1 as it is kept, in whole numbers."""


class Descriptions:
    """An inverted index over documents, looked up where it lies."""

    def __init__(
        self, labels: Sequence[str], lines: str, numbers: Sequence[int], weights: Sequence[int]
    ) -> None:
        """Use `build` or `resume`.

        lines: sorted, one a stem: stem, most it can weigh, first and end in `numbers` (documents)
        and `weights` (what the stem speaks for each).
        """
        self.labels = tuple(labels)
        self._lines = lines
        self._numbers = numbers
        self._weights = weights
        self._rarest = round(GRAIN * _idf(1, len(labels)) * (K1 + 1))

    @classmethod
    def build(cls, documents: Mapping[str, Iterable[str]]) -> Descriptions:
        """From the stems of each label's document."""
        counts = {label: Counter(stems) for label, stems in documents.items()}
        sizes = [count.total() for count in counts.values()]
        usual = sum(sizes) / len(sizes) if sizes else 1.0
        holding: dict[str, list[tuple[int, int]]] = {}
        for number, count in enumerate(counts.values()):
            for stem, times in count.items():
                holding.setdefault(stem, []).append((number, times))
        numbers, weights = array("I"), array("I")
        lines = [""]
        for stem in sorted(holding):
            having = len(holding[stem])
            idf = _idf(having, len(sizes))
            first = len(numbers)
            for number, times in holding[stem]:
                length = K1 * (1 - B + B * sizes[number] / usual)
                numbers.append(number)
                weights.append(round(GRAIN * idf * times * (K1 + 1) / (times + length)))
            most = round(GRAIN * idf * (K1 + 1))
            lines.append(f"{stem} {most} {first} {len(numbers)}")
        return cls(list(counts), "\n".join([*lines, ""]), numbers, weights)

    def rank(self, stems: Collection[str]) -> list[tuple[float, str]]:
        """(share of the most that the stems could weigh, 0..1; label), best first.

        Stems that no document has could weigh as much as the rarest.
        """
        most = 0
        scores: dict[int, int] = {}
        for stem in sorted(set(stems)):
            line = find_line(self._lines, stem)
            if line is None:
                most += self._rarest
                continue
            weight, first, end = map(int, line.split(" "))
            most += weight
            for place in range(first, end):
                number = self._numbers[place]
                scores[number] = scores.get(number, 0) + self._weights[place]
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        return [(score / most, self.labels[number]) for number, score in ranked]

    def dump(self, pack: Pack) -> dict[str, Any]:
        """As JSON-able data, arrays as `pack` makes them."""
        return {
            "labels": list(self.labels),
            "lines": self._lines,
            "numbers": pack(self._numbers),
            "weights": pack(self._weights),
        }

    @classmethod
    def resume(cls, data: Mapping[str, Any]) -> Descriptions:
        """What `dump` described. Raises KeyError, TypeError or ValueError on damaged data."""
        numbers, weights = unpack("I", data["numbers"]), unpack("I", data["weights"])
        if len(numbers) != len(weights):
            raise ValueError("the descriptions do not fit together")
        return cls(data["labels"], data["lines"], numbers, weights)


def _idf(having: int, documents: int) -> float:
    """What a stem weighs that so many of the documents have."""
    return math.log(1 + (documents - having + 0.5) / (having + 0.5))
