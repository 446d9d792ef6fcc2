"""The examples most like a text: TF-IDF cosine over an inverted index, re-ranked by rapidfuzz.

The cosine is Salton and Buckley's (1988); the short list is ranked again by how alike the texts are
letter by letter.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from rapidfuzz import fuzz

from sourcebot.routing.features import (
    features,
    inverse_document_frequency,
    is_compound,
    weigh,
)
from sourcebot.routing.table import Pack, Table, unpack

SHORT_LIST = 24
CANDIDATES = 150
COMMON = 25
FEW = 6
"""Candidates are looked for one by one in a row that is so many times as long."""
RERANK = 0.3
RARE = 2
"""Compound features (pairs, negated stems) of fewer examples than this are left out."""


class Index(Struct, frozen=True):
    """Postings over the examples.

    folded, targets: per example, its stems with synonyms folded, its label; classes: stem -> name
    of its synonym set; idf: feature -> weight; rows: feature -> row in `postings` (example,
    weight); unknown: the weight of a feature that no example has.
    """

    folded: Sequence[str]
    targets: Sequence[int]
    classes: Mapping[str, str]
    idf: Mapping[str, float]
    rows: Mapping[str, int]
    unknown: float
    postings: Table

    @classmethod
    def build(
        cls,
        examples: Sequence[Sequence[str]],
        targets: Sequence[int],
        classes: Mapping[str, str],
    ) -> Index:
        """Count the features of the examples, given as their stems."""
        documents = [features(stems, classes) for stems in examples]
        idf = inverse_document_frequency(documents)
        common = inverse_document_frequency_of(RARE, len(documents))
        if len(documents) > 500:
            idf = {f: w for f, w in idf.items() if w <= common or not is_compound(f)}
        unknown = math.log(1 + len(documents)) + 1.0
        postings: dict[str, list[tuple[int, float]]] = {feature: [] for feature in idf}
        for number, document in enumerate(documents):
            for feature, weight in weigh(document, idf, unknown).items():
                postings[feature].append((number, round(weight, 4)))
        return cls(
            folded=[_folded(stems, classes) for stems in examples],
            targets=array("I", targets),
            classes=classes,
            idf=idf,
            rows={feature: row for row, feature in enumerate(idf)},
            unknown=unknown,
            postings=Table.build(postings.values()),
        )

    def nearest(self, stems: Sequence[str], label: int | None = None) -> list[tuple[float, int]]:
        """The short list: (similarity 0..1, example number), best first; of one label, if given."""
        scores: dict[int, float] = {}
        # Rare features find the candidates; what nearly every example has only ranks them.
        common = len(self.folded) // COMMON
        weighted = weigh(features(stems, self.classes), self.idf, self.unknown)
        vector = {self.rows[feature]: weight for feature, weight in weighted.items()}
        for row in sorted(vector, key=self.postings.length):
            weight = vector[row]
            length = self.postings.length(row)
            enough = len(scores) >= CANDIDATES and length > common
            if enough and length > FEW * len(scores):
                for number, other in self.postings.of(row, list(scores)):
                    scores[number] += weight * other
                continue
            for number, other in self.postings.row(row):
                if number in scores:
                    scores[number] += weight * other
                elif not enough and (label is None or self.targets[number] == label):
                    scores[number] = weight * other
        folded = _folded(stems, self.classes)
        reranked = [
            (
                (1 - RERANK) * cosine + RERANK * fuzz.ratio(folded, self.folded[number]) / 100,
                number,
            )
            for cosine, number in _largest(scores)
        ]
        rounded = ((round(min(1.0, similarity), 5), number) for similarity, number in reranked)
        return sorted(rounded, key=lambda item: (-item[0], item[1]))

    def dump(self, pack: Pack) -> dict[str, Any]:
        """As JSON-able data, arrays as `pack` makes them, without labels and synonym sets."""
        return {
            "folded": "\n".join(self.folded),
            "features": "\n".join(self.idf),
            "idf": pack(array("f", self.idf.values())),
            "unknown": self.unknown,
            "postings": self.postings.dump(pack),
        }

    @classmethod
    def resume(
        cls, data: Mapping[str, Any], targets: Sequence[int], classes: Mapping[str, str]
    ) -> Index:
        """What `dump` described. Raises KeyError, TypeError or ValueError on damaged data."""
        known = data["features"].split("\n") if data["features"] else []
        index = cls(
            folded=data["folded"].split("\n"),
            targets=targets,
            classes=classes,
            idf=dict(zip(known, unpack("f", data["idf"]), strict=True)),
            rows=dict(zip(known, range(len(known)), strict=True)),
            unknown=data["unknown"],
            postings=Table.resume(data["postings"]),
        )
        fits = (
            len(index.folded) == len(targets) and len(index.postings.starts) == len(index.rows) + 1
        )
        if not fits:
            raise ValueError("the index's parts do not fit together")
        return index


def _largest(scores: Mapping[int, float]) -> list[tuple[float, int]]:
    """The SHORT_LIST best (score, number), the lower number first among equals."""
    # Floats alone sort several times as fast as pairs.
    cut = sorted(scores.values(), reverse=True)[:SHORT_LIST][-1:]
    best = [(score, number) for number, score in scores.items() if cut and score >= cut[0]]
    return sorted(best, key=lambda item: (-item[0], item[1]))[:SHORT_LIST]


def inverse_document_frequency_of(count: int, documents: int) -> float:
    """The IDF of a feature that stands in `count` of the documents."""
    return math.log((1 + documents) / (1 + count)) + 1.0


def _folded(stems: Sequence[str], classes: Mapping[str, str]) -> str:
    return " ".join(classes.get(stem, stem) for stem in stems)
