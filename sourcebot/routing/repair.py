"""Typing errors: an unknown word becomes the nearest known one, where one is near enough."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, cached_property, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from sourcebot.routing.sorted_lines import find_line
from sourcebot.routing.sound import sound, syllables
from sourcebot.routing.text import stem
from sourcebot.routing.vectors import word_vectors

_NEIGHBOURS = 12
SHORTEST_SLIP = 5
"""A shorter stem is one edit away from too many others."""
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
FEWEST_SOUNDS = 4
"""Words of fewer sounds are like too many others."""


class Repairer:
    """Repairs words against a vocabulary. `frequency` breaks ties between equally near words."""

    def __init__(
        self, frequency: Mapping[str, int], in_language: Callable[[str], bool] = lambda word: False
    ) -> None:
        """`in_language`: whether the language has a word, which is then never repaired."""
        self._frequency = frequency
        self.in_language = lru_cache(maxsize=4_096)(in_language)
        self._of_about = cache(self._of_about_length)
        self.nearest = lru_cache(maxsize=4_096)(self._search)

    def known(self, word: str) -> bool:
        """Whether the word stands in the vocabulary itself."""
        return word in self._frequency

    def unknown(self, word: str) -> bool:
        """Whether neither the vocabulary nor the language has the word."""
        return word not in self._frequency and word.isalpha() and not self.in_language(word)

    def repair(self, word: str, at_least: int = 0) -> str | None:
        """The known word that was probably meant, or None; known words give themselves.

        at_least: accept only words of this frequency (for what may be somebody's name).
        """
        if word in self._frequency:
            return word
        found = self.nearest(word)
        if found is None or self._frequency[found[1]] < at_least:
            return None
        return found[1]

    def _search(self, word: str) -> tuple[float, str] | None:
        """The nearest known word and its distance."""
        size = len(word)
        if size < 4 or size > 40 or any(character.isdigit() for character in word):
            return None
        if self.in_language(word):
            return None
        reach = allowed_edits(size)
        costs = (
            self._cost(word, known, distance)
            for known, distance in self._within(word, reach, _NEIGHBOURS)
        )
        cost, *_, known = min(costs, default=(reach + 1.0, ""))
        return (cost, known) if cost <= reach else self._sounding_like(word)

    def _sounding_like(self, word: str) -> tuple[float, str] | None:
        """The known word that is spelt otherwise and sounds the same."""
        sounds = sound(word)
        if len(sounds) < FEWEST_SOUNDS:
            return None
        many = len(sounds) > FEWEST_SOUNDS
        reach = allowed_edits(len(word)) + 1 + many
        alike = (
            (distance, -self._frequency[known], known)
            for known, distance in self._within(word, reach)
            if sound(known) == sounds and abs(syllables(word) - syllables(known)) <= many
        )
        distance, *_, known = min(alike, default=(0.0, ""))
        return (distance, known) if known else None

    def _within(
        self, word: str, reach: int, most: int | None = None
    ) -> Iterator[tuple[str, float]]:
        """Known words so many edits away, the nearest first."""
        about = self._of_about(len(word), reach)
        near = process.extract(word, about, scorer=OSA.distance, score_cutoff=reach, limit=most)
        return ((known, distance) for known, distance, _ in near)

    @cached_property
    def _by_length(self) -> dict[int, list[str]]:
        by_length: dict[int, list[str]] = {}
        for word in sorted(self._frequency):
            by_length.setdefault(len(word), []).append(word)
        return by_length

    def _of_about_length(self, size: int, reach: int) -> list[str]:
        lengths = range(size - reach, size + reach + 1)
        return [known for length in lengths for known in self._by_length.get(length, ())]

    def _cost(self, word: str, known: str, distance: float) -> tuple[float, int, bool, str]:
        cost = distance
        if word[0] != known[0] and not _begins_alike(word, known):
            cost += 0.9
        if len(known) > len(word):
            cost -= 0.1  # letters are left out more often than mistaken
        if len(word) == 6 and distance > 1 and word[:3] != known[:3]:
            cost += 1.0
        replaced = word[0] != known[0] and word[1:] == known[1:]
        return cost, -self._frequency[known], replaced, known


def _begins_alike(word: str, known: str) -> bool:
    """Whether another first letter is a slip: it was dropped, added, swapped or sounds the same."""
    return (
        known[1:] == word
        or word[1:] == known
        or (word[1::-1] == known[:2] and word[2:] == known[2:])
        or (len(word) > 4 and word[1:] == known[1:] and (word[0], known[0]) in _side_by_side())
        or sound(word) == sound(known)
    )


def distance_in_name(word: str, known: str, beside: int = 0) -> float | None:
    """How far a word is from one that its neighbours lead to expect; None: too far.

    beside: how many letters of the same word are right beyond doubt.
    """
    size = len(word)
    reach = 1 if size == 3 and beside >= 3 else allowed_edits(size)
    if abs(size - len(known)) > reach + 1:
        return None
    distance = float(OSA.distance(word, known, score_cutoff=reach))
    if distance > reach:
        sounds = sound(word)
        alike = len(sounds) > (1 if beside else 2) and sounds == sound(known)
        return reach + 0.5 if alike and reach else None
    distance -= 0.1 * (len(known) > size)
    if word[0] != known[0] and size < 6 and not _begins_alike(word, known):
        distance += 0.9
    return distance if distance <= reach else None


@cache
def _side_by_side() -> Collection[tuple[str, str]]:
    """Pairs of letters whose keys touch; each row stands a third of a key to the right."""
    place = {key: (3 * x + y, y) for y, row in enumerate(_KEYS) for x, key in enumerate(row)}
    return {
        (one, other)
        for one, (x, y) in place.items()
        for other, (across, down) in place.items()
        if one != other and abs(x - across) <= 3 and abs(y - down) <= 1
    }


def allowed_edits(size: int) -> int:
    """How many edits a word of this many letters may be away from the one that was meant."""
    if size < 4:
        return 0
    return 1 if size < 6 else 2 if size < 12 else 3


def listed_in(lexicon: str) -> Callable[[str], bool]:
    """Whether a word stands in sorted words, each between newlines."""
    return lambda word: find_line(lexicon, word) == ""


@lru_cache(maxsize=4_096)
def one_slip_away(word: str) -> str | None:
    """The stem of the language that a long word misses by one edit; None for its own words."""
    vectors = word_vectors()
    name = stem(word)
    if len(name) < SHORTEST_SLIP or not name.isalpha() or name in vectors:
        return None
    about = [known for size in range(-1, 2) for known in vectors.of_length(len(name) + size)]
    found = process.extract(name, about, scorer=OSA.distance, score_cutoff=1, limit=_NEIGHBOURS)
    return min((known for known, *_ in found if known[0] == name[0]), default=None)
