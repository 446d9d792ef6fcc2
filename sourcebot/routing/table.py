"""Compact rows of (number, weight) pairs: quick to load, without numpy, the same on any machine."""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct


class Table(Struct, frozen=True):
    """Row i is `zip(numbers[s:e], weights[s:e])` with s, e = starts[i], starts[i + 1]."""

    starts: array[int]
    numbers: array[int]
    weights: array[float]

    @classmethod
    def build(cls, rows: Iterable[Sequence[tuple[int, float]]]) -> Table:
        """From rows of pairs."""
        starts, numbers, weights = array("I", [0]), array("I"), array("f")
        for row in rows:
            for number, weight in row:
                numbers.append(number)
                weights.append(weight)
            starts.append(len(numbers))
        return cls(starts, numbers, weights)

    def row(self, index: int) -> Iterator[tuple[int, float]]:
        """The pairs of one row."""
        start, end = self.starts[index], self.starts[index + 1]
        return zip(self.numbers[start:end], self.weights[start:end], strict=True)

    def length(self, index: int) -> int:
        """How many pairs a row has."""
        return self.starts[index + 1] - self.starts[index]

    def dump(self) -> dict[str, str]:
        """As JSON-able data."""
        return {
            "starts": pack(self.starts),
            "numbers": pack(self.numbers),
            "weights": pack(self.weights),
        }

    @classmethod
    def resume(cls, data: Mapping[str, Any]) -> Table:
        """What `dump` described. Raises ValueError where it does not fit together."""
        table = cls(
            unpack("I", data["starts"]), unpack("I", data["numbers"]), unpack("f", data["weights"])
        )
        if not len(table.numbers) == len(table.weights) == table.starts[-1]:
            raise ValueError("the table's columns differ in length")
        return table


def pack(values: array[Any]) -> str:
    """An array as text: little-endian, base 64."""
    if sys.byteorder == "big":
        values = array(values.typecode, values)
        values.byteswap()
    return b64encode(values.tobytes()).decode("ascii")


def unpack(typecode: str, text: str) -> array[Any]:
    """The array that `pack` wrote. Raises ValueError."""
    values: array[Any] = array(typecode)
    values.frombytes(b64decode(text, validate=True))
    if sys.byteorder == "big":
        values.byteswap()
    return values
