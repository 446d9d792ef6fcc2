"""What a router is taught with: checked (phrase, label) pairs, and phrases known word for word."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zlib import adler32, crc32

from msgspec import Struct

from sourcebot.errors import SourcebotError
from sourcebot.routing.table import Pack, unpack
from sourcebot.routing.text import words_of


class ExamplesError(SourcebotError, ValueError):
    """Examples that no router can be made from."""


def checked(examples: Iterable[Any]) -> tuple[list[str], list[str], list[list[str]]]:
    """Phrases, their labels and their words, without repetitions and without wordless phrases.

    Raises ExamplesError, which names the first pair that is none.
    """
    pairs: dict[tuple[str, str], list[str]] = {}
    for position, pair in enumerate(examples, start=1):
        # Whoever reads examples from a file may hand over anything.
        parts: tuple[object, ...] = tuple(pair) if isinstance(pair, (tuple, list)) else ()
        if len(parts) != 2 or not all(isinstance(part, str) for part in parts):
            raise ExamplesError(
                f"example {position}: phrase and label must be text; got {pair!r:.80}"
            )
        text, label = pair
        if not label.strip():
            raise ExamplesError(f"example {position}: the label of `{text[:40]}` is empty")
        if (text, label) not in pairs:
            words = words_of(text)
            if words:
                pairs[text, label] = words
    if not pairs:
        raise ExamplesError("no examples; give at least one (phrase, label) pair")
    return [text for text, _ in pairs], [label for _, label in pairs], list(pairs.values())


class KnownPhrases(Struct, frozen=True):
    """Phrases that only one label has: hashes of their words, ascending, and the label of each."""

    hashes: Sequence[int]
    labels: Sequence[int]

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]], targets: Iterable[int]) -> KnownPhrases:
        """From texts, given as their words, and their labels."""
        found: dict[int, int] = {}
        shared = set()
        for words, label in zip(texts, targets, strict=True):
            key = _hash(words)
            if found.setdefault(key, label) != label:
                shared.add(key)
        alone = sorted(key for key in found if key not in shared)
        return cls(array("Q", alone), array("I", (found[key] for key in alone)))

    def label(self, words: Sequence[str]) -> int | None:
        """The label that has just these words as a phrase, or None."""
        key = _hash(words)
        place = bisect_left(self.hashes, key)
        known = place < len(self.hashes) and self.hashes[place] == key
        return self.labels[place] if known else None

    def dump(self, pack: Pack) -> dict[str, Any]:
        """As JSON-able data, arrays as `pack` makes them."""
        return {"hashes": pack(self.hashes), "labels": pack(self.labels)}

    @classmethod
    def resume(cls, data: Mapping[str, Any]) -> KnownPhrases:
        """What `dump` described. Raises ValueError where it does not fit together."""
        known = cls(unpack("Q", data["hashes"]), unpack("I", data["labels"]))
        if len(known.hashes) != len(known.labels):
            raise ValueError("the known phrases do not fit together")
        return known


def _hash(words: Sequence[str]) -> int:
    # Quick to load and to compute, and for two texts of a size seldom the same at once.
    joined = " ".join(words).encode("utf-8", "surrogatepass")
    return crc32(joined) << 32 | adler32(joined)
