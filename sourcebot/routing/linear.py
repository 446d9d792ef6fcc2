"""Linear weights of every feature for every label, fitted in one step.

Regularised least squares (Rifkin, Yeo and Poggio 2003, "Regularized least-squares classification")
over unit TF-IDF vectors. It is solved in its dual, so its leave-one-out scores come with it. numpy
does the fitting; scoring a text needs only the weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

RIDGE = 1.0
LARGEST = 6_000
"""With more examples the exact solution costs too much time; label centroids are used instead."""

KEPT = 12
SMALLEST = 0.02


class Linear(Struct, frozen=True):
    """Fitted weights.

    weights: feature -> (label number, weight); left_out: for examples that were asked for, the
    scores (one a label) by the weights that all other examples alone would give.
    """

    weights: dict[str, list[tuple[int, float]]]
    left_out: dict[int, list[float]]


def fit_linear(
    postings: Mapping[str, Sequence[tuple[int, float]]],
    targets: Sequence[int],
    labels: int,
    held_out: Sequence[int] = (),
) -> Linear:
    """Fit weights from postings (feature -> (example, weight)) and each example's label.

    held_out: numbers of the examples whose leave-one-out scores are wanted.
    """
    if len(targets) > LARGEST:
        return Linear(_centroids(postings, targets, labels), {})
    import numpy as np

    size = len(targets)
    kernel = np.zeros((size, size), dtype=np.float32)
    for posting in postings.values():
        numbers = np.array([number for number, _ in posting])
        weights = np.array([weight for _, weight in posting], dtype=np.float32)
        kernel[np.ix_(numbers, numbers)] += np.outer(weights, weights)
    wanted = np.zeros((size, labels), dtype=np.float32)
    wanted[np.arange(size), np.array(targets)] = 1.0
    kernel[np.diag_indices(size)] += RIDGE
    units = np.zeros((size, len(held_out)), dtype=np.float32)
    units[list(held_out), np.arange(len(held_out))] = 1.0
    solved = np.linalg.solve(kernel, np.hstack([wanted, units]))
    dual = solved[:, :labels]
    left_out = {
        number: (wanted[number] - dual[number] / solved[number, labels + column]).round(5).tolist()
        for column, number in enumerate(held_out)
    }
    fitted: dict[str, list[tuple[int, float]]] = {}
    for feature, posting in postings.items():
        numbers = np.array([number for number, _ in posting])
        weights = np.array([weight for _, weight in posting])
        row = weights @ dual[numbers]
        best = np.argsort(-np.abs(row), kind="stable")[:KEPT]
        fitted[feature] = [
            (int(label), round(float(row[label]), 3))
            for label in best
            if abs(row[label]) >= SMALLEST
        ]
    return Linear(fitted, left_out)


def _centroids(
    postings: Mapping[str, Sequence[tuple[int, float]]], targets: Sequence[int], labels: int
) -> dict[str, list[tuple[int, float]]]:
    """The mean direction of each label's examples (Rocchio 1971)."""
    sums: dict[str, dict[int, float]] = {}
    squares = [0.0] * labels
    for feature, posting in postings.items():
        total = sums.setdefault(feature, {})
        for number, weight in posting:
            total[targets[number]] = total.get(targets[number], 0.0) + weight
        for label, weight in total.items():
            squares[label] += weight * weight
    return {
        feature: [
            (label, round(weight / squares[label] ** 0.5, 4)) for label, weight in total.items()
        ]
        for feature, total in sums.items()
    }
