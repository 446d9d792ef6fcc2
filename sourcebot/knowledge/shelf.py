"""Many values kept encoded until one of them is wanted: a question needs a handful of thousands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

import msgspec

Value = TypeVar("Value")
Span = tuple[int, int]
"""Where a value's JSON stands: its first byte, and the one after its last."""


class Shelf(Mapping[str, Value]):
    """A read-only mapping over JSON that is decoded value by value, each when first asked for.

    It is as safe between threads as a dict: two that ask at once decode the same value twice.
    """

    def __init__(
        self, data: bytes | memoryview, spans: Mapping[str, Span], kind: type[Value]
    ) -> None:
        self._data = memoryview(data)
        self._spans = spans
        self._kind = kind
        self._decoded: dict[str, Value] = {}

    def __getitem__(self, key: str) -> Value:
        value = self._decoded.get(key)
        if value is None:
            first, end = self._spans[key]
            value = msgspec.json.decode(self._data[first:end], type=self._kind)
            self._decoded[key] = value
        return value

    def __contains__(self, key: object) -> bool:
        return key in self._spans

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)


def pack(values: Mapping[str, object], into: bytearray) -> dict[str, Span]:
    """Append the values' JSON to `into`; where each of them stands."""
    spans: dict[str, Span] = {}
    for key, value in values.items():
        first = len(into)
        into += msgspec.json.encode(value)
        spans[key] = (first, len(into))
    return spans
