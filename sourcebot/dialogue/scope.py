"""Is a message about what the knowledge base is about? A small logistic model, learnt from it.

The signals are counts of what the base explains of the message and of what it does not; their
weights are fitted on the whole messages in `scope.yaml`, inside and outside. Nothing here is tuned
by hand: another base with its own examples gets its own weights and its own bar.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

SIGNALS = (
    "named",  # a concept is named by a name that means nothing else
    "loose",  # ... or by one that may mean something else
    "sign",  # plain words hint at a concept
    "task",  # a piece of work is named
    "subject",  # a subject that needs no concept is named, and asked about
    "similarity",  # of the nearest asking phrase
    "confidence",  # that the router understood what is asked
    "foreign",  # content words that nothing explains, up to four
    "proper",  # names of people and places among them, up to two
    "share",  # their share of all content words
    "sense",  # a name stands in a phrase that gives it another sense
    "wording",  # how much its words are those of messages inside rather than outside
    "fact",  # how much of the content one single fact holds
)


class ScopeModel(Struct, frozen=True):
    """Logistic weights over SIGNALS (the first is the bias) and the bar that separates best."""

    weights: tuple[float, ...]
    bar: float

    def chance(self, signals: Sequence[float]) -> float:
        """How likely the message is inside, 0..1."""
        return _logistic(self.weights[0] + _dot(self.weights[1:], signals))


DEFAULT = ScopeModel(
    (-1.5, 4.0, 0.8, 1.5, 1.0, 1.5, 1.0, 1.0, -1.2, 0.5, -2.0, -4.0, 2.0, 1.0), 0.5
)
"""For a base that brings no scope.yaml: names count for, foreign words against."""


FEWEST = 10
INSIDE, OUTSIDE = "inside", "outside"


def difference(scores: Sequence[float]) -> float:
    """The "wording" signal, -1..1, from the logits of (inside, outside)."""
    return 2 * _logistic(scores[0] - scores[1]) - 1


def fit_scope(inside: Sequence[Sequence[float]], outside: Sequence[Sequence[float]]) -> ScopeModel:
    """Fit by gradient ascent with a ridge towards DEFAULT, on at least FEWEST messages of each."""
    weights = list(DEFAULT.weights)
    rows = [(signals, 1.0, 0.5 / len(inside)) for signals in inside]
    rows += [(signals, 0.0, 0.5 / len(outside)) for signals in outside]
    for step in range(400):
        gradient = [
            0.004 * (start - now) for start, now in zip(DEFAULT.weights, weights, strict=True)
        ]
        for signals, target, share in rows:
            error = target - _logistic(weights[0] + _dot(weights[1:], signals))
            gradient[0] += error * share
            for position, signal in enumerate(signals, start=1):
                gradient[position] += error * share * signal
        rate = 8.0 / (1 + step / 150)
        weights = [weight + rate * slope for weight, slope in zip(weights, gradient, strict=True)]
    rounded = tuple(round(weight, 4) for weight in weights)
    return ScopeModel(rounded, _best_bar(ScopeModel(rounded, 0.5), inside, outside))


def _best_bar(
    model: ScopeModel, inside: Sequence[Sequence[float]], outside: Sequence[Sequence[float]]
) -> float:
    """The bar with the best balanced accuracy; of equally good ones the middle."""
    kept = sorted(model.chance(signals) for signals in inside)
    refused = sorted(model.chance(signals) for signals in outside)
    bars = [step / 100 for step in range(5, 96)]
    scores = [
        sum(chance >= bar for chance in kept) / len(kept)
        + sum(chance < bar for chance in refused) / len(refused)
        for bar in bars
    ]
    best = max(scores)
    good = [bar for bar, score in zip(bars, scores, strict=True) if score >= best - 1e-9]
    return good[len(good) // 2]


def _dot(weights: Sequence[float], signals: Sequence[float]) -> float:
    return sum(weight * signal for weight, signal in zip(weights, signals, strict=True))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))
