"""Compact rows of (number, weight) pairs: quick to load, without numpy, the same on any machine."""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode, b64encode
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct


class Table(Struct, frozen=True):
    """Row i is `zip(numbers[s:e], weights[s:e])` with s, e = starts[i], starts[i + 1]."""

    starts: Sequence[int]
    numbers: Sequence[int]
    weights: Sequence[float]

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

    def of(self, index: int, wanted: Iterable[int]) -> Iterator[tuple[int, float]]:
        """The pairs of one row with these numbers; a row's numbers must ascend."""
        numbers, weights = self.numbers, self.weights
        start, end = self.starts[index], self.starts[index + 1]
        for number in wanted:
            place = bisect_left(numbers, number, start, end)
            if place < end and numbers[place] == number:
                yield number, weights[place]

    def length(self, index: int) -> int:
        """How many pairs a row has."""
        return self.starts[index + 1] - self.starts[index]

    def dump(self, pack: Pack) -> dict[str, Any]:
        """As JSON-able data, arrays as `pack` makes them."""
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


def as_bytes(values: Sequence[Any]) -> bytes:
    """An array (or what `unpack` made of one) as little-endian bytes."""
    if sys.byteorder == "big":
        swapped = array(_typecode(values), values)
        swapped.byteswap()
        return swapped.tobytes()
    return memoryview(values).tobytes()  # type: ignore[arg-type]


def as_text(values: Sequence[Any]) -> str:
    """The same as text in base 64, for JSON."""
    return b64encode(as_bytes(values)).decode("ascii")


Pack = Callable[[Sequence[Any]], Any]
"""What becomes of an array when a model is dumped: `as_text`, or a place in a file of bytes."""


def unpack(typecode: str, packed: str | memoryview) -> Sequence[Any]:
    """The numbers of `as_text` or `as_bytes`, without a copy where they are bytes already.

    Raises ValueError or TypeError.
    """
    data = memoryview(b64decode(packed, validate=True)) if isinstance(packed, str) else packed
    if sys.byteorder == "big":
        values = array(typecode, data.tobytes())
        values.byteswap()
        return values
    return data.cast(typecode)  # type: ignore[call-overload,no-any-return]


def _typecode(values: Any) -> str:
    return str(values.typecode if isinstance(values, array) else values.format)
