"""The learned part: nearest examples and centres of labels.

Two unlike scorers see the same features. `nearest` finds the most similar examples (TF-IDF cosine
over an inverted index, Salton and Buckley 1988, the short list re-ranked by rapidfuzz), and
`central` compares with each label as a whole (Rocchio 1971). Both can leave examples out, which is
how their weights and the bar are set without test data.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from sourcebot.routing.features import features, inverse_document_frequency, weigh

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
    feature that no example has; postings: feature -> (example number, weight); centroids:
    feature -> (label number, weight); lengths: per label, the length its centroid had.
    """

    labels: tuple[str, ...]
    examples: tuple[Example, ...]
    classes: Mapping[str, str]
    idf: Mapping[str, float]
    unknown: float
    postings: Mapping[str, Sequence[tuple[int, float]]]
    centroids: Mapping[str, Sequence[tuple[int, float]]]
    lengths: Sequence[float]

    @classmethod
    def build(
        cls, labels: tuple[str, ...], examples: tuple[Example, ...], classes: Mapping[str, str]
    ) -> Index:
        """Count the features of the examples."""
        documents = [features(example.stems, classes) for example in examples]
        idf = inverse_document_frequency(documents)
        unknown = math.log(1 + len(documents)) + 1.0
        postings: dict[str, list[tuple[int, float]]] = {}
        sums: list[dict[str, float]] = [{} for _ in labels]
        for number, (example, document) in enumerate(zip(examples, documents, strict=True)):
            total = sums[example.label]
            for feature, weight in weigh(document, idf, unknown).items():
                postings.setdefault(feature, []).append((number, round(weight, 5)))
                total[feature] = total.get(feature, 0.0) + weight
        lengths = [
            math.sqrt(sum(weight * weight for weight in total.values())) or 1.0 for total in sums
        ]
        centroids: dict[str, list[tuple[int, float]]] = {}
        for label, total in enumerate(sums):
            for feature, weight in total.items():
                centroids.setdefault(feature, []).append((label, round(weight / lengths[label], 5)))
        return cls(labels, examples, classes, idf, unknown, postings, centroids, lengths)

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

    def central(self, stems: Sequence[str], without: Collection[int] = ()) -> list[float]:
        """Per label: the similarity (0..1) to the label as a whole, its centroid."""
        vector = weigh(features(stems, self.classes), self.idf, self.unknown)
        scores = [0.0] * len(self.labels)
        for feature, weight in vector.items():
            for label, other in self.centroids[feature]:
                scores[label] += weight * other
        for number in without:
            example = self.examples[number]
            own = weigh(features(example.stems, self.classes), self.idf, self.unknown)
            overlap = sum(weight * own.get(feature, 0.0) for feature, weight in vector.items())
            scores[example.label] -= overlap / self.lengths[example.label]
        return scores
