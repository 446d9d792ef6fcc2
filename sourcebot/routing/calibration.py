"""Weights, confidence and the bar for "not in scope", learnt by leaving examples out.

Each example is scored without itself (is it still routed rightly?) and without its whole label
(what do scores look like when nothing fits?). Confidence is a logistic curve over best score and
margin (Platt 1999); the bar is where Matthews' correlation of "answer it" is highest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from sourcebot.routing.index import Example, Index

SAMPLE = 240
NEARLY_SAME = 0.75
SURE = 4.0
FEW = 60
EXPECTED = (
    *[(1.0, 0.6, True)] * 4,
    *[(0.5, 0.3, True)] * 2,
    *[(0.15, 0.05, False)] * 2,
    *[(0.0, 0.0, False)] * 4,
)
"""(score, margin, right) as they usually are: a dozen points for fewer examples to lean on."""
TRUST = (0.5, 1.0, 2.0, 4.0, 8.0)


class Calibration(Struct, frozen=True):
    """What was learnt by leaving examples out.

    trust: weight of the linear score against the nearest examples; curve: logistic weights of
    (bias, score, margin); bar: the confidence below which nothing is said to fit.
    """

    trust: float
    curve: tuple[float, float, float]
    bar: float

    def confidence(self, score: float, margin: float) -> float:
        """How likely the best label is right, 0..1."""
        bias, by_score, by_margin = self.curve
        return _logistic(bias + by_score * score + by_margin * margin)


class _Trial(Struct, frozen=True):
    nearest: dict[int, float]
    linear: Sequence[float]
    label: int | None


def combine(
    nearest: dict[int, float], linear: Sequence[float], trust: float
) -> list[tuple[float, int]]:
    """(score, label) for each label with any similar example, best first."""
    scored = [
        ((similarity + _surplus(similarity) + trust * linear[label]) / (1.15 + trust), label)
        for label, similarity in nearest.items()
    ]
    return sorted(scored, key=lambda item: (-item[0], item[1]))


def _surplus(similarity: float) -> float:
    """A text that is nearly an example means what the example means, whatever its words weigh."""
    return SURE * max(0.0, similarity - NEARLY_SAME)


def sample(examples: int) -> range:
    """The examples, evenly spread, that are left out to learn from."""
    return range(0, examples, max(1, examples // SAMPLE))


def calibrate(
    index: Index, examples: Sequence[Example], out_of_scope: Sequence[Sequence[str]] = ()
) -> Calibration:
    """Learn from the examples alone, and from labelled out-of-scope texts where there are some."""
    twins: dict[str, list[int]] = {}
    members: dict[int, list[int]] = {}
    for number, folded in enumerate(index.folded):
        twins.setdefault(folded, []).append(number)
        members.setdefault(index.targets[number], []).append(number)
    inside, outside = [], []
    for number in sample(len(examples)):
        example = examples[number]
        scores = index.left_out[number] if number in index.left_out else index.linear(example.stems)
        nearest = index.by_label(index.nearest(example.stems, twins[index.folded[number]]))
        inside.append(_Trial(nearest, scores, example.label))
        if len(index.labels) > 1:
            others = index.by_label(index.nearest(example.stems, members[example.label]))
            outside.append(_Trial(others, scores, None))
    for stems in out_of_scope:
        nearest = index.by_label(index.nearest(stems))
        outside.append(_Trial(nearest, index.linear(stems), None))
    trust = max(TRUST, key=lambda weight: (_right(inside, weight), -weight))
    return _fit(inside, outside, trust)


def _right(trials: Sequence[_Trial], trust: float) -> int:
    ranked = ((combine(trial.nearest, trial.linear, trust), trial.label) for trial in trials)
    return sum(1 for ranking, label in ranked if ranking and ranking[0][1] == label)


def margin_of(ranking: Sequence[tuple[float, int]]) -> float:
    """How far the best score is ahead of the second."""
    if not ranking:
        return 0.0
    return ranking[0][0] - (ranking[1][0] if len(ranking) > 1 else 0.0)


def _fit(inside: Sequence[_Trial], outside: Sequence[_Trial], trust: float) -> Calibration:
    points: list[tuple[float, float, bool]] = []
    for trial in (*inside, *outside):
        ranking = combine(trial.nearest, trial.linear, trust)
        if ranking:
            right = trial.label is not None and ranking[0][1] == trial.label
            points.append((ranking[0][0], margin_of(ranking), right))
    if len(points) < FEW or len({right for *_, right in points}) < 2:
        points += EXPECTED
    curve = _rising(points)
    trained = Calibration(trust, curve, 0.5)
    scored = sorted((trained.confidence(score, margin), right) for score, margin, right in points)
    return Calibration(trust, curve, _best_bar(scored))


def _rising(points: Sequence[tuple[float, float, bool]]) -> tuple[float, float, float]:
    """A curve that never falls with score or margin: few examples can make it look as if it did."""
    bias, by_score, by_margin = _logistic_regression(points)
    if by_margin < 0:
        flat = [(score, 0.0, right) for score, _, right in points]
        bias, by_score, _ = _logistic_regression(flat)
        by_margin = 0.0
    if by_score < 0:
        return (-4.0, 8.0, 2.0)
    return bias, by_score, by_margin


def _best_bar(scored: Sequence[tuple[float, bool]]) -> float:
    """The confidence at which "answer" agrees best with "right" (Matthews 1975)."""
    positives = sum(right for _, right in scored)
    negatives = len(scored) - positives
    below_right = below_wrong = 0
    best, bar, before = -2.0, 0.5, 0.0
    for position, (confidence, right) in enumerate(scored):
        kept_right = positives - below_right
        kept_wrong = negatives - below_wrong
        spread = math.sqrt(
            max(1, kept_right + kept_wrong) * positives * negatives * max(1, position)
        )
        agreement = (kept_right * below_wrong - kept_wrong * below_right) / spread
        if agreement > best + 1e-9:
            best, bar = agreement, (before + confidence) / 2
        before = confidence
        below_right += right
        below_wrong += not right
    return bar


def _logistic_regression(points: Sequence[tuple[float, float, bool]]) -> tuple[float, float, float]:
    """Newton's method with a small ridge; three weights, a few hundred points."""
    weights = [0.0, 0.0, 0.0]
    for _ in range(25):
        gradient = [-1e-3 * weight for weight in weights]
        hessian = [[1e-3 if i == j else 0.0 for j in range(3)] for i in range(3)]
        for score, margin, right in points:
            row = (1.0, score, margin)
            chance = _logistic(sum(w * x for w, x in zip(weights, row, strict=True)))
            slope = max(chance * (1 - chance), 1e-9)
            for i in range(3):
                gradient[i] += (right - chance) * row[i]
                for j in range(3):
                    hessian[i][j] += slope * row[i] * row[j]
        step = _solve(hessian, gradient)
        weights = [weight + change for weight, change in zip(weights, step, strict=True)]
        if max(abs(change) for change in step) < 1e-8:
            break
    return weights[0], weights[1], weights[2]


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gaussian elimination with pivoting."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, size):
            factor = rows[r][i] / rows[i][i]
            rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    solution = [0.0] * size
    for i in reversed(range(size)):
        known = sum(rows[i][j] * solution[j] for j in range(i + 1, size))
        solution[i] = (rows[i][size] - known) / rows[i][i]
    return solution


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))
