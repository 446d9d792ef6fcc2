"""The learned part: nearest examples, and a linear model over the same features.

`nearest` finds the most similar examples (TF-IDF cosine over an inverted index, Salton and Buckley
1988, the short list re-ranked by rapidfuzz); `linear` weighs every feature for every label. The two
err differently, so they are added; how much each is trusted is learnt by leaving examples out.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from sourcebot.routing.features import features, inverse_document_frequency, weigh
from sourcebot.routing.linear import fit_linear

SHORT_LIST = 24
RERANK = 0.3


@dataclass(frozen=True, slots=True)
class Example:
    """A training phrase: its text as given, its stems, its label (index into `labels`)."""

    text: str
    stems: tuple[str, ...]
    label: int


@dataclass(frozen=True, slots=True)
class Index:
    """Postings and centroids over the examples; everything needed to score a text.

    classes: stem -> name of its synonym set; idf: feature -> weight; unknown: the weight of a
    feature that no example has; postings: feature -> (example number, weight); weights: feature ->
    (label number, weight); left_out: per example, the linear scores without it (only after `build`).
    """

    labels: tuple[str, ...]
    examples: tuple[Example, ...]
    classes: Mapping[str, str]
    idf: Mapping[str, float]
    unknown: float
    postings: Mapping[str, Sequence[tuple[int, float]]]
    weights: Mapping[str, Sequence[tuple[int, float]]]
    left_out: Sequence[Sequence[float]] = ()

    @classmethod
    def build(
        cls, labels: tuple[str, ...], examples: tuple[Example, ...], classes: Mapping[str, str]
    ) -> Index:
        """Count the features of the examples."""
        documents = [features(example.stems, classes) for example in examples]
        idf = inverse_document_frequency(documents)
        unknown = math.log(1 + len(documents)) + 1.0
        postings: dict[str, list[tuple[int, float]]] = {}
        for number, document in enumerate(documents):
            for feature, weight in weigh(document, idf, unknown).items():
                postings.setdefault(feature, []).append((number, round(weight, 4)))
        linear = fit_linear(postings, [example.label for example in examples], len(labels))
        return cls(
            labels, examples, classes, idf, unknown, postings, linear.weights, linear.left_out
        )

    def nearest(
        self, stems: Sequence[str], without: Collection[int] = ()
    ) -> list[tuple[float, int]]:
        """The short list: (similarity 0..1, example number), best first."""
        scores: dict[int, float] = {}
        vector = weigh(features(stems, self.classes), self.idf, self.unknown)
        for feature, weight in vector.items():
            for number, other in self.postings[feature]:
                scores[number] = scores.get(number, 0.0) + weight * other
        for number in without:
            scores.pop(number, None)
        short = heapq.nlargest(SHORT_LIST, scores.items(), key=lambda item: (item[1], -item[0]))
        folded = " ".join(self.classes.get(stem, stem) for stem in stems)
        reranked = [
            (
                (1 - RERANK) * cosine + RERANK * fuzz.ratio(folded, self._folded(number)) / 100,
                number,
            )
            for number, cosine in short
        ]
        return sorted(reranked, key=lambda item: (-item[0], item[1]))

    def _folded(self, number: int) -> str:
        return " ".join(self.classes.get(stem, stem) for stem in self.examples[number].stems)

    def by_label(self, nearest: Sequence[tuple[float, int]]) -> dict[int, float]:
        """Per label: its best similarity, lifted a little by its second and third."""
        scores: dict[int, list[float]] = {}
        for similarity, number in nearest:
            scores.setdefault(self.examples[number].label, []).append(similarity)
        return {label: best[0] + 0.15 * sum(best[1:3]) / 2 for label, best in scores.items()}

    def linear(self, stems: Sequence[str]) -> list[float]:
        """Per label: the linear score, about 1 for a text much like its examples, 0 for none."""
        scores = [0.0] * len(self.labels)
        for feature, weight in weigh(
            features(stems, self.classes), self.idf, self.unknown
        ).items():
            for label, other in self.weights[feature]:
                scores[label] += weight * other
        return scores
