"""Typing errors: an unknown word becomes the nearest known one, where one is near enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

_NEIGHBOURS = 12


class Repairer:
    """Repairs words against a vocabulary. `frequency` breaks ties between equally near words."""

    def __init__(
        self, frequency: Mapping[str, int], in_language: Callable[[str], bool] = lambda word: False
    ) -> None:
        """`in_language`: whether the language has a word, which is then never repaired."""
        self._frequency = frequency
        self.in_language = in_language
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(frequency):
            self._by_length.setdefault(len(word), []).append(word)
        self._of_about = cache(self._of_about_length)
        self._nearest = lru_cache(maxsize=4_096)(self._search)

    def known(self, word: str) -> bool:
        """Whether the word stands in the vocabulary itself."""
        return word in self._frequency

    def repair(self, word: str, at_least: int = 0) -> str | None:
        """The known word that was probably meant, or None; known words give themselves.

        at_least: accept only words of this frequency (for what may be somebody's name).
        """
        if word in self._frequency:
            return word
        found = self._nearest(word)
        return found if found is not None and self._frequency[found] >= at_least else None

    def _search(self, word: str) -> str | None:
        size = len(word)
        if size < 4 or size > 40 or any(character.isdigit() for character in word):
            return None
        if self.in_language(word):
            return None
        reach = allowed_edits(size)
        candidates = self._of_about(size, reach)
        found = process.extract(
            word, candidates, scorer=OSA.distance, score_cutoff=reach, limit=_NEIGHBOURS
        )
        best = min(
            (self._cost(word, known, distance) for known, distance, _ in found), default=None
        )
        return best[-1] if best is not None and best[0] <= reach else None

    def _of_about_length(self, size: int, reach: int) -> list[str]:
        lengths = range(size - reach, size + reach + 1)
        return [known for length in lengths for known in self._by_length.get(length, ())]

    def _cost(self, word: str, known: str, distance: float) -> tuple[float, int, str]:
        dropped = known[1:] == word or word[1:] == known
        cost = distance + 0.9 * (word[0] != known[0] and not dropped)
        if len(known) > len(word):
            cost -= 0.1  # letters are left out more often than mistaken
        if len(word) == 6 and distance > 1 and word[:3] != known[:3]:
            cost += 1.0
        return cost, -self._frequency[known], known


def allowed_edits(size: int) -> int:
    """How many edits a word of this many letters may be away from the one that was meant."""
    if size < 4:
        return 0
    return 1 if size < 6 else 2 if size < 12 else 3


def listed_in(lexicon: str) -> Callable[[str], bool]:
    """Whether a word stands in newline-separated words (one newline before the first, too)."""
    return lambda word: f"\n{word}\n" in lexicon
