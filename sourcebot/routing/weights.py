"""The linear model at work: whole numbers only, so that it says the same on any machine.

Each known word, stem and compound has a row of one signed byte a label, and a power of two that
scales the row. A text's logits are the sum of its rows, each times how much it weighs. A sum of
whole numbers does not depend on its order, so numpy (where it is loaded already) and plain Python
agree to the last digit.
"""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from sourcebot.routing.features import STEM, compounds
from sourcebot.routing.table import Pack, unpack
from sourcebot.routing.text import stem
from sourcebot.routing.vectors import DIMENSIONS, UNIT, word_vectors

if TYPE_CHECKING:
    import numpy as np

GRAIN = 1 << 16
"""A weight of 1 as a whole number."""
_LANE, _LIFT = 8, 128
"""Bytes that a label has in a sum; what is added to a signed byte, and taken off again."""
_MOST = 1 << 54
"""Factors of at most so much in all keep each label's sum inside its lane."""
_KEPT = 4_096
COMPOUND = 1.0
"""What the compounds of a text weigh against its words."""


class Scores(Struct, frozen=True):
    """What the model makes of a text.

    logits: one a label; known: the share of the text's weight that stands on words of the
    examples, 0..1; kin: the same, with words of the same stem or of a known meaning.
    """

    logits: Sequence[float]
    known: float
    kin: float


class Weights(Struct, frozen=True, dict=True):
    """A fitted model.

    width: labels, and one more where texts out of scope were given; classes: stem -> name of its
    synonym set; rows: word, STEM + stem or compound -> its row in `table` (`width` signed bytes)
    and in `shifts` (the row's power of two); the first DIMENSIONS rows place words by meaning and
    have no key; idf: per row what a word weighs in a text (0 for all else); unknown: what a word
    weighs that no example has; bias: a label's; unit: the logit of one whole unit.
    """

    width: int
    classes: Mapping[str, str]
    rows: Mapping[str, int]
    table: Sequence[int]
    shifts: Sequence[int]
    idf: Sequence[float]
    unknown: float
    bias: Sequence[int]
    unit: float

    def scores(self, words: Sequence[str]) -> Scores:
        """Score a text, given as its words."""
        numbers, factors, known, kin = self._weigh(words)
        fast = "numpy" in sys.modules
        sums = self._sums_by_numpy(numbers, factors) if fast else self._sums(numbers, factors)
        return Scores(sums, known, kin)

    def contributions(self, words: Sequence[str], label: int) -> dict[str, float]:
        """How much each word, alone, speaks for a label more than for others."""
        amounts: dict[str, float] = {}
        table, width = self.table, self.width
        for word in dict.fromkeys(words):
            numbers, factors, _, _ = self._weigh([word])
            amount = 0.0
            for number, factor in zip(numbers, factors, strict=True):
                row = table[number * width : (number + 1) * width]
                amount += factor * (row[label] - sum(row) / width)
            amounts[word] = amount * self.unit / GRAIN
        return amounts

    def _weigh(self, words: Sequence[str]) -> tuple[list[int], list[int], float, float]:
        """Rows of a text and their whole factors; how much of its weight is known, or kin."""
        rows, idf, shifts = self.rows, self.idf, self.shifts
        places = {word: rows.get(word, -1) for word in words}
        weights = [idf[row] if row >= 0 else self.unknown for row in places.values()]
        square = sum([weight * weight for weight in weights]) or 1.0
        size = GRAIN / math.sqrt(square)
        numbers: list[int] = []
        factors: list[int] = []
        known = kin = 0.0
        for (word, row), weight in zip(places.items(), weights, strict=True):
            if row >= 0:
                numbers.append(row)
                factors.append(round(weight * size) << shifts[row])
                known += weight * weight
                continue
            before = len(numbers)
            for number, share in self._places_of_unknown(word):
                numbers.append(number)
                factors.append(round(weight * size * share) << shifts[number])
            kin += weight * weight * (len(numbers) > before)
        pairs = [(rows.get(key, -1), weight) for key, weight in self._compounds(words, places)]
        size = COMPOUND * GRAIN / math.sqrt(sum([w * w for _, w in pairs]) or 1.0)
        for row, weight in pairs:
            if row >= 0:
                numbers.append(row)
                factors.append(round(weight * size) << shifts[row])
        return numbers, factors, known / square, (known + kin) / square

    def _compounds(
        self, words: Sequence[str], places: Mapping[str, int]
    ) -> Iterator[tuple[str, float]]:
        """Each compound with its weight, the geometric mean of its words'."""
        idf, unknown = self.idf, self.unknown
        stems = [stem(word) for word in words]
        weights = [idf[places[w]] if places[w] >= 0 else unknown for w in words]
        return compounds(stems, self.classes, weights)

    def _places_of_unknown(self, word: str) -> list[tuple[int, float]]:
        """Rows that place a word which no example has: its stem's, and by its meaning."""
        name = stem(word)
        by_stem = self.rows.get(STEM + name)
        found = [] if by_stem is None else [(by_stem, 1.0)]
        vector = word_vectors().find(name)
        if vector is not None:
            found += [(number, value / UNIT) for number, value in enumerate(vector) if value]
        return found

    def _sums(self, numbers: Sequence[int], factors: Sequence[int]) -> Sequence[float]:
        # A row is one whole number with 64 bits a label, so that Python adds all labels at once.
        up = sum([factor for factor in factors if factor > 0])
        down = sum(factors) - up
        if up - down > _MOST:
            raise ValueError("the model's factors are too large")
        above = below = 0
        for number, factor in zip(numbers, factors, strict=True):
            if factor > 0:
                above += factor * self._lanes(number)
            else:
                below -= factor * self._lanes(number)
        size = _LANE * self.width
        sums = memoryview(above.to_bytes(size, sys.byteorder)).cast("Q").tolist()
        if below:
            under = memoryview(below.to_bytes(size, sys.byteorder)).cast("Q")
            sums = [value - less for value, less in zip(sums, under, strict=True)]
        lift = _LIFT * (up + down)
        scale = self.unit / GRAIN
        return [
            (value - lift + bias * GRAIN) * scale
            for value, bias in zip(sums, self.bias, strict=True)
        ]

    def _lanes(self, number: int) -> int:
        """A row as one whole number; each label's byte is lifted above 0."""
        lanes = self._known_lanes.get(number)
        if lanes is None:
            width = self.width
            row = self.table[number * width : (number + 1) * width]
            lifted = array("Q", [value + _LIFT for value in row])
            lanes = int.from_bytes(lifted.tobytes(), sys.byteorder)
            if len(self._known_lanes) >= _KEPT:
                self._known_lanes.clear()
            self._known_lanes[number] = lanes
        return lanes

    @cached_property
    def _known_lanes(self) -> dict[int, int]:
        return {}

    def _sums_by_numpy(self, numbers: Sequence[int], factors: Sequence[int]) -> Sequence[float]:
        # Whole numbers below 2 ** 53 are exact as floats, in whatever order they are summed.
        matrix, bias = self._matrix
        sums = factors @ matrix[numbers].astype("f8") + bias if numbers else bias
        logits: list[float] = (sums * (self.unit / GRAIN)).tolist()
        return logits

    @cached_property
    def _matrix(self) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        flat = np.frombuffer(self.table, dtype=np.int8)  # type: ignore[call-overload]
        table = flat.reshape(-1, self.width)
        return table, np.array(self.bias, dtype=np.float64) * GRAIN

    def dump(self, pack: Pack) -> dict[str, Any]:
        """As JSON-able data, arrays as `pack` makes them."""
        return {
            "width": self.width,
            "classes": dict(self.classes),
            "rows": "\n".join(self.rows),
            "table": pack(self.table),
            "shifts": pack(self.shifts),
            "idf": pack(self.idf),
            "unknown": self.unknown,
            "bias": list(self.bias),
            "unit": self.unit,
        }

    @classmethod
    def resume(cls, data: Mapping[str, Any]) -> Weights:
        """What `dump` described. Raises KeyError, TypeError or ValueError on damaged data."""
        names = data["rows"].split("\n") if data["rows"] else []
        weights = cls(
            width=int(data["width"]),
            classes=dict(data["classes"]),
            rows=dict(zip(names, range(DIMENSIONS, DIMENSIONS + len(names)), strict=True)),
            table=unpack("b", data["table"]),
            shifts=unpack("B", data["shifts"]),
            idf=unpack("d", data["idf"]),
            unknown=float(data["unknown"]),
            bias=[int(value) for value in data["bias"]],
            unit=float(data["unit"]),
        )
        size = DIMENSIONS + len(weights.rows)
        fits = (
            len(weights.rows) == len(names)
            and len(weights.shifts) == len(weights.idf) == size
            and len(weights.table) == size * weights.width
            and len(weights.bias) == weights.width
        )
        if not fits:
            raise ValueError("the model's parts do not fit together")
        return weights
