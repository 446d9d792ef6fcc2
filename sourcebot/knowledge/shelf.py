"""Many values kept encoded until one of them is wanted: a question needs a handful of thousands."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import msgspec

Value = TypeVar("Value")
Span = tuple[int, int, int]
"""Where a value's JSON stands: its first byte, the one after its last, and its checksum."""


class Shelf(Mapping[str, Value]):
    """A read-only mapping over JSON that is read and decoded value by value, when first asked for.

    It is as safe between threads as a dict: two that ask at once decode the same value twice. What
    cannot be read or is damaged is taken from `again`, which makes all of it anew.
    """

    def __init__(
        self,
        read: Callable[[int, int], bytes | memoryview],
        spans: Mapping[str, Span],
        kind: type[Value],
        again: Callable[[], Mapping[str, Value]],
    ) -> None:
        """`read`: the bytes from one place to another; it may raise OSError."""
        self._read = read
        self._spans = spans
        self._kind = kind
        self._again = again
        self._decoded: dict[str, Value] = {}

    def __getitem__(self, key: str) -> Value:
        value = self._decoded.get(key)
        if value is None:
            value = self._decoded[key] = self._decode(key, self._spans[key])
        return value

    def _decode(self, key: str, span: Span) -> Value:
        first, end, checksum = span
        try:
            data = self._read(first, end)
            if zlib.crc32(data) == checksum:
                return msgspec.json.decode(data, type=self._kind)
        except (OSError, msgspec.DecodeError):
            pass
        return self._again()[key]

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
        encoded = msgspec.json.encode(value)
        into += encoded
        spans[key] = (first, len(into), zlib.crc32(encoded))
    return spans
