"""Which words mean much the same: a table of short vectors for English stems.

Made once by `docs/word_vectors.py`; the file's words are sorted, one a line, then follow
`DIMENSIONS` signed bytes for each (a unit vector times `UNIT`). Looking a word up needs no numpy.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from msgspec import Struct

DIMENSIONS = 128
UNIT = 256
MAGIC = "sourcebot-word-vectors 1"
FILE = Path(__file__).with_name("word-vectors.bin")


class WordVectors(Struct, frozen=True):
    """words: newline-separated stems, with one before the first; table: their bytes in order."""

    words: bytes
    table: memoryview

    def find(self, stem: str) -> memoryview | None:
        """The vector of a stem (DIMENSIONS signed bytes), or None where the word is unknown."""
        if not stem.isascii():
            return None
        place = self.words.find(b"\n%b\n" % stem.encode("ascii"))
        if place < 0:
            return None
        start = self.words.count(b"\n", 0, place) * DIMENSIONS
        return self.table[start : start + DIMENSIONS]

    def __contains__(self, stem: str) -> bool:
        """Whether the table has the stem."""
        return stem.isascii() and b"\n%b\n" % stem.encode("ascii") in self.words


@cache
def word_vectors() -> WordVectors:
    """The shipped table, read once."""
    data = FILE.read_bytes()
    head, _, rest = data.partition(b"\n")
    *_, count, dimensions = head.split()
    size = int(count) * int(dimensions)
    return WordVectors(rest[:-size], memoryview(rest[-size:]).cast("b"))
