"""Which words mean much the same: a table of short vectors for English stems.

Made once by `docs/word_vectors.py`; the file's words are sorted, one a line, then follow
`DIMENSIONS` signed bytes for each (a unit vector times `UNIT`). Looking a word up needs no numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path

from msgspec import Struct

DIMENSIONS = 128
UNIT = 256
MAGIC = "sourcebot-word-vectors 1"
FILE = Path(__file__).with_name("word-vectors.bin")


class WordVectors(Struct, frozen=True, dict=True):
    """words: newline-separated stems; table: their bytes in order."""

    words: bytes
    table: memoryview

    def find(self, stem: str) -> memoryview | None:
        """The vector of a stem (DIMENSIONS signed bytes), or None where the word is unknown."""
        number = self._numbers.get(stem)
        if number is None:
            return None
        return self.table[number * DIMENSIONS : (number + 1) * DIMENSIONS]

    def __contains__(self, stem: str) -> bool:
        """Whether the table has the stem."""
        return stem in self._numbers

    def of_length(self, size: int) -> Sequence[str]:
        """The stems of so many letters."""
        return self._by_length.get(size, ())

    @cached_property
    def _by_length(self) -> dict[int, list[str]]:
        by_length: dict[int, list[str]] = {}
        for stem in self._numbers:
            by_length.setdefault(len(stem), []).append(stem)
        return by_length

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {stem: number for number, stem in enumerate(self.words.decode("ascii").split())}


@cache
def word_vectors() -> WordVectors:
    """The shipped table, read once."""
    data = FILE.read_bytes()
    head, _, rest = data.partition(b"\n")
    *_, count, dimensions = head.split()
    size = int(count) * int(dimensions)
    return WordVectors(rest[:-size], memoryview(rest[-size:]).cast("b"))
