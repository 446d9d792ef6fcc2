"""How much alike two short texts are in what they say, whatever words they say it in.

A soft cosine (Sidorov and others, Soft Similarity and Soft Cosine Measure, 2014) in the manner of
Cohen, Ravikumar and Fienberg's SoftTFIDF (2003): rare words weigh more, and a word is found in the
other text also as one that means much the same, by the base's word classes or by word vectors.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from operator import mul

from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.routing.text import stem, stems_of
from sourcebot.routing.vectors import UNIT, word_vectors

NEAR = 0.45
"""Words whose vectors have a smaller cosine have nothing to do with each other."""
CLASSED = 0.9
"""How much alike words of one class are."""
UNKNOWN = 0.8
"""The weight of a word that no fact has, as a share of the greatest weight."""
SMALL = 0.4
"""What a function word weighs beside another word as frequent."""


class Likeness:
    """Compares texts, given as stems, by what is usual in one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase, classes: Mapping[str, Sequence[str]]) -> None:
        """`classes`: name -> words that mean much the same; phrases among them do not count."""
        words = knowledge.language.function_words
        self._small = frozenset(stem(word) for word in words)
        self._class = {
            stem(word.casefold()): name
            for name, members in classes.items()
            for word in members
            if " " not in word
        }
        facts = [
            fact for entry in knowledge.entries.values() for fact in (entry.summary, *entry.points)
        ]
        counts = Counter(
            name for fact in facts for name in set(stems_of(f"{fact.title or ''} {fact.text}"))
        )
        self._most = math.log(len(facts) + 1) or 1.0
        self._idf = {name: math.log((len(facts) + 1) / (n + 1)) for name, n in counts.items()}
        self.alike = lru_cache(maxsize=200_000)(self._alike)

    def weight(self, name: str) -> float:
        """What a stem weighs: its inverse document frequency over the facts."""
        weight = self._idf.get(name, UNKNOWN * self._most)
        return weight * SMALL if name in self._small else weight

    def content(self, stems: Sequence[str]) -> tuple[str, ...]:
        """The stems without function words, each once."""
        return tuple(dict.fromkeys(name for name in stems if name not in self._small))

    def compare(self, one: Sequence[str], other: Sequence[str]) -> float:
        """How much alike two texts are, 0..1: all their words, or those with content alone."""
        contents = self._cosine(self.content(one), self.content(other))
        return max(contents, self._cosine(tuple(dict.fromkeys(one)), tuple(dict.fromkeys(other))))

    def _cosine(self, one: tuple[str, ...], other: tuple[str, ...]) -> float:
        """The geometric mean of the share of each text that is found in the other."""
        if not one or not other:
            return 0.0
        here, there = 0.0, dict.fromkeys(other, 0.0)
        for name in one:
            best = 0.0
            for found in other:
                alike = self.alike(name, found)
                best = max(best, alike)
                there[found] = max(there[found], alike)
            here += self.weight(name) * best
        back = sum(self.weight(found) * best for found, best in there.items())
        whole = sum(map(self.weight, one)) * sum(map(self.weight, other))
        return math.sqrt(here * back / whole) if whole else 0.0

    def _alike(self, one: str, other: str) -> float:
        """How much two stems mean the same, 0..1."""
        if one == other:
            return 1.0
        name = self._class.get(one)
        if name is not None and self._class.get(other) == name:
            return CLASSED
        first, second = _vector(one), _vector(other)
        if first is None or second is None:
            return 0.0
        cosine = sum(map(mul, first, second))
        return cosine if cosine >= NEAR else 0.0


@cache
def _vector(name: str) -> tuple[float, ...] | None:
    found = word_vectors().find(name)
    return None if found is None else tuple(part / UNIT for part in found)
