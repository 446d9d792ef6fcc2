"""The learned part: nearest examples, and a linear model over the same features.

`nearest` finds the most similar examples (TF-IDF cosine over an inverted index, Salton and Buckley
1988, the short list re-ranked by rapidfuzz); `linear` weighs every feature for every label. The two
err differently, so they are added; how much each is trusted is learnt by leaving examples out.
"""

from __future__ import annotations

import heapq
import math
from array import array
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct
from rapidfuzz import fuzz

from sourcebot.routing.features import (
    features,
    inverse_document_frequency,
    is_compound,
    weigh,
)
from sourcebot.routing.linear import fit_linear
from sourcebot.routing.table import Table, pack, unpack

SHORT_LIST = 24
CANDIDATES = 150
COMMON = 10
RERANK = 0.3
ECHO = 0.15
RARE = 2
"""Compound features (pairs, negated stems) of fewer examples than this are left out."""


class Example(Struct, frozen=True):
    """A training phrase: its text as given, its stems, its label (index into the labels)."""

    text: str
    stems: tuple[str, ...]
    label: int


class Index(Struct, frozen=True):
    """Postings and weights over the examples; everything needed to score a text.

    texts, folded, targets: per example, as given, its stems with synonyms folded, its label;
    classes: stem -> name of its synonym set; idf: feature -> weight; rows: feature -> row in
    `postings` (example, weight) and `weights` (label, weight); unknown: the weight of a feature
    that no example has; left_out: example -> its linear scores without it (only after `build`).
    """

    labels: tuple[str, ...]
    texts: Sequence[str]
    folded: Sequence[str]
    targets: array[int]
    classes: Mapping[str, str]
    idf: Mapping[str, float]
    rows: Mapping[str, int]
    unknown: float
    postings: Table
    weights: Table
    left_out: Mapping[int, Sequence[float]] = {}

    @classmethod
    def build(
        cls,
        labels: tuple[str, ...],
        examples: Sequence[Example],
        classes: Mapping[str, str],
        held_out: Sequence[int] = (),
    ) -> Index:
        """Count the features of the examples and fit the linear weights.

        held_out: numbers of the examples whose leave-one-out scores go into `left_out`.
        """
        documents = [features(example.stems, classes) for example in examples]
        idf = inverse_document_frequency(documents)
        common = inverse_document_frequency_of(RARE, len(documents))
        if len(documents) > 500:
            idf = {f: w for f, w in idf.items() if w <= common or not is_compound(f)}
        unknown = math.log(1 + len(documents)) + 1.0
        postings: dict[str, list[tuple[int, float]]] = {feature: [] for feature in idf}
        for number, document in enumerate(documents):
            for feature, weight in weigh(document, idf, unknown).items():
                postings[feature].append((number, round(weight, 4)))
        targets = [example.label for example in examples]
        linear = fit_linear(postings, targets, len(labels), held_out)
        return cls(
            labels=labels,
            texts=[example.text for example in examples],
            folded=[_folded(example.stems, classes) for example in examples],
            targets=array("I", targets),
            classes=classes,
            idf=idf,
            rows={feature: row for row, feature in enumerate(idf)},
            unknown=unknown,
            postings=Table.build(postings.values()),
            weights=Table.build(linear.weights[feature] for feature in idf),
            left_out=linear.left_out,
        )

    def vector(self, stems: Sequence[str]) -> dict[int, float]:
        """Row of each known feature of a text -> its weight."""
        weighted = weigh(features(stems, self.classes), self.idf, self.unknown)
        return {self.rows[feature]: weight for feature, weight in weighted.items()}

    def nearest(
        self,
        stems: Sequence[str],
        without: Collection[int] = (),
        vector: Mapping[int, float] | None = None,
    ) -> list[tuple[float, int]]:
        """The short list: (similarity 0..1, example number), best first.

        without: examples to leave out; vector: what `vector(stems)` gave, where it is at hand.
        """
        scores: dict[int, float] = {}
        # Rare features find the candidates; what nearly every example has only ranks them.
        common = len(self.texts) // COMMON
        vector = self.vector(stems) if vector is None else vector
        for row in sorted(vector, key=self.postings.length):
            weight = vector[row]
            enough = len(scores) >= CANDIDATES and self.postings.length(row) > common
            for number, other in self.postings.row(row):
                if number in scores:
                    scores[number] += weight * other
                elif not enough:
                    scores[number] = weight * other
        for number in without:
            scores.pop(number, None)
        ranked = heapq.nlargest(SHORT_LIST, ((score, -number) for number, score in scores.items()))
        folded = _folded(stems, self.classes)
        reranked = [
            (
                (1 - RERANK) * cosine + RERANK * fuzz.ratio(folded, self.folded[number]) / 100,
                number,
            )
            for cosine, number in ((score, -minus) for score, minus in ranked)
        ]
        rounded = ((round(min(1.0, similarity), 5), number) for similarity, number in reranked)
        return sorted(rounded, key=lambda item: (-item[0], item[1]))

    def by_label(self, nearest: Sequence[tuple[float, int]]) -> dict[int, float]:
        """Per label: its best similarity, lifted a little by its second and third."""
        scores: dict[int, list[float]] = {}
        for similarity, number in nearest:
            scores.setdefault(self.targets[number], []).append(similarity)
        return {label: best[0] + ECHO * sum(best[1:3]) / 2 for label, best in scores.items()}

    def linear(
        self, stems: Sequence[str], vector: Mapping[int, float] | None = None
    ) -> list[float]:
        """Per label: the linear score, about 1 for a text much like its examples, 0 for none."""
        scores = [0.0] * len(self.labels)
        for row, weight in (self.vector(stems) if vector is None else vector).items():
            for label, other in self.weights.row(row):
                scores[label] += weight * other
        return scores

    def dump(self) -> dict[str, Any]:
        """As JSON-able data."""
        return {
            "labels": list(self.labels),
            "texts": list(self.texts),
            "folded": list(self.folded),
            "targets": pack(self.targets),
            "classes": dict(self.classes),
            "features": "\n".join(self.idf),
            "idf": pack(array("f", self.idf.values())),
            "unknown": self.unknown,
            "postings": self.postings.dump(),
            "weights": self.weights.dump(),
        }

    @classmethod
    def resume(cls, data: Mapping[str, Any]) -> Index:
        """What `dump` described. Raises KeyError, TypeError or ValueError on damaged data."""
        known = data["features"].split("\n")
        index = cls(
            labels=tuple(data["labels"]),
            texts=data["texts"],
            folded=data["folded"],
            targets=unpack("I", data["targets"]),
            classes=data["classes"],
            idf=dict(zip(known, unpack("f", data["idf"]), strict=True)),
            rows=dict(zip(known, range(len(known)), strict=True)),
            unknown=data["unknown"],
            postings=Table.resume(data["postings"]),
            weights=Table.resume(data["weights"]),
        )
        index._check()
        return index

    def _check(self) -> None:
        """Raise ValueError where the parts do not fit together."""
        examples, rows = len(self.texts), len(self.rows)
        fits = (
            len(self.folded) == len(self.targets) == examples
            and max(self.targets, default=-1) < len(self.labels)
            and len(self.postings.starts) == len(self.weights.starts) == rows + 1
            and max(self.postings.numbers, default=-1) < examples
            and max(self.weights.numbers, default=-1) < len(self.labels)
        )
        if not fits:
            raise ValueError("the index's parts do not fit together")


def inverse_document_frequency_of(count: int, documents: int) -> float:
    """The IDF of a feature that stands in `count` of the documents."""
    return math.log((1 + documents) / (1 + count)) + 1.0


def _folded(stems: Sequence[str], classes: Mapping[str, str]) -> str:
    return " ".join(classes.get(stem, stem) for stem in stems)
