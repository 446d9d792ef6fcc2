"""Which of a few described things a text describes.

Two views are added: BM25 over all that is said of a thing (Robertson and Zaragoza, The
Probabilistic Relevance Framework: BM25 and Beyond, 2009, with their usual k1 and b), and the cosine
with the one sentence of it that is nearest.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from sourcebot.routing.sorted_lines import find_line
from sourcebot.routing.table import Pack, unpack

K1, B = 1.2, 0.75
GRAIN = 1_000
"""A weight of 1 as it is kept, in whole numbers."""


class Ranked(Struct, frozen=True):
    """What a text may describe.

    held: the share of what the text could weigh that the best thing's description holds, 0..1;
    labels: (label, how much speaks for it beside the best, 0..1), best first.
    """

    held: float
    labels: tuple[tuple[str, float], ...]


class Descriptions:
    """An inverted index over sentences that describe things, looked up where it lies."""

    def __init__(
        self,
        labels: Sequence[str],
        lines: str,
        things: Sequence[int],
        weights: Sequence[int],
        sentences: Sequence[int],
        owners: Sequence[int],
        sizes: Sequence[int],
    ) -> None:
        """Use `build` or `resume`.

        lines: sorted, one a stem: stem, its weight, first and end in `things` (and `weights`: what
        it speaks for each), first and end in `sentences`; owners, sizes: per sentence the number of
        its label and what its stems weigh.
        """
        self.labels = tuple(labels)
        self._lines = lines
        self._things, self._weights = things, weights
        self._sentences, self._owners, self._sizes = sentences, owners, sizes
        self._rarest = round(GRAIN * _idf(1, len(labels)))

    @classmethod
    def build(cls, documents: Mapping[str, Sequence[Iterable[str]]]) -> Descriptions:
        """From the sentences (as stems) that describe each label."""
        texts = [[frozenset(stems) for stems in units] for units in documents.values()]
        counts = [Counter(stem for unit in units for stem in unit) for units in documents.values()]
        usual = sum(count.total() for count in counts) / (len(counts) or 1) or 1.0
        weight = {
            stem: _idf(having, len(counts))
            for stem, having in Counter(stem for count in counts for stem in count).items()
        }
        owners, sizes = array("I"), array("I")
        standing: dict[str, list[int]] = {}
        for number, units in enumerate(texts):
            for unit in units:
                for stem in unit:
                    standing.setdefault(stem, []).append(len(owners))
                owners.append(number)
                sizes.append(round(GRAIN * sum(sorted(weight[stem] for stem in unit))))
        things, weights, sentences = array("I"), array("I"), array("I")
        lines = [""]
        for stem in sorted(standing):
            first, start = len(things), len(sentences)
            for number, count in enumerate(counts):
                times = count[stem]
                if times:
                    length = K1 * (1 - B + B * count.total() / usual)
                    things.append(number)
                    weights.append(
                        round(GRAIN * weight[stem] * times * (K1 + 1) / (times + length))
                    )
            sentences.extend(standing[stem])
            places = (round(GRAIN * weight[stem]), first, len(things), start, len(sentences))
            lines.append(f"{stem} {' '.join(map(str, places))}")
        text = "\n".join([*lines, ""])
        return cls(list(documents), text, things, weights, sentences, owners, sizes)

    def rank(self, stems: Collection[str]) -> Ranked:
        """What a text may describe. Stems that no sentence has weigh as much as the rarest."""
        whole: dict[int, int] = {}
        single: dict[int, int] = {}
        most = 0
        for stem in sorted(set(stems)):
            line = find_line(self._lines, stem)
            if line is None:
                most += self._rarest
                continue
            weight, first, end, start, stop = map(int, line.split(" "))
            most += weight
            for place in range(first, end):
                thing = self._things[place]
                whole[thing] = whole.get(thing, 0) + self._weights[place]
            for sentence in self._sentences[start:stop]:
                single[sentence] = single.get(sentence, 0) + weight
        if not whole:
            return Ranked(0.0, ())
        nearest: dict[int, float] = {}
        for sentence, shared in single.items():
            cosine = shared / math.sqrt(most * self._sizes[sentence])
            thing = self._owners[sentence]
            nearest[thing] = max(nearest.get(thing, 0.0), cosine)
        top, best = max(whole.values()), max(nearest.values())
        scores = {thing: whole[thing] / top + nearest[thing] / best for thing in whole}
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        first_score = ranked[0][1]
        held = whole[ranked[0][0]] / (most * (K1 + 1))
        return Ranked(
            min(1.0, held),
            tuple((self.labels[thing], score / first_score) for thing, score in ranked),
        )

    def dump(self, pack: Pack) -> dict[str, Any]:
        """As JSON-able data, arrays as `pack` makes them."""
        return {
            "labels": list(self.labels),
            "lines": self._lines,
            "things": pack(self._things),
            "weights": pack(self._weights),
            "sentences": pack(self._sentences),
            "owners": pack(self._owners),
            "sizes": pack(self._sizes),
        }

    @classmethod
    def resume(cls, data: Mapping[str, Any]) -> Descriptions:
        """What `dump` described. Raises KeyError, TypeError or ValueError on damaged data."""
        names = ("things", "weights", "sentences", "owners", "sizes")
        things, weights, sentences, owners, sizes = (unpack("I", data[name]) for name in names)
        if len(things) != len(weights) or len(owners) != len(sizes):
            raise ValueError("the descriptions do not fit together")
        return cls(data["labels"], data["lines"], things, weights, sentences, owners, sizes)


def _idf(having: int, documents: int) -> float:
    """What a stem weighs that so many of the documents have."""
    return math.log(1 + (documents - having + 0.5) / (having + 0.5))
