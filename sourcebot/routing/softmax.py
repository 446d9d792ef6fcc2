"""Fitting: multinomial logistic regression over what words are made of.

A text's logits are the weighted sum of its words' rows and its compounds' rows; a word's row is a
sum over what it shares with other words (stem, synonym set, spelling, meaning) and what is its own.
All weights are learnt at once, from the texts' labels alone (ridge-regularised maximum likelihood;
L-BFGS after Nocedal 1980). As texts share words and words share features, a step costs little.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sourcebot.routing.design import Design, Floats, Numbers, inverse_frequencies, weighted
from sourcebot.routing.vectors import DIMENSIONS
from sourcebot.routing.weights import COMPOUND

TRUST = 10.0
"""How much the examples count against the ridge (the inverse of its strength)."""
STEPS = 40
MEMORY = 3
ENOUGH = 1e-4
"""Fitting stops where a step betters the objective by less than this share."""


class Fit(NamedTuple):
    """Fitted weights, one column a label.

    own, spelt, meaning, joined: per feature of the design; bias: per label; idf: per word;
    unknown: the weight of a word in no text.
    """

    own: Floats
    spelt: Floats
    meaning: Floats
    joined: Floats
    bias: Floats
    idf: npt.NDArray[np.float64]
    unknown: float

    def rows(self, design: Design, known: npt.NDArray[np.bool_] | None = None) -> Floats:
        """Each word's row; of words that are not `known`, without what only examples can tell."""
        spelling = design.spelt @ self.spelt
        if known is not None:
            spelling[~known] = 0
        rows: Floats = design.own @ self.own + spelling + design.meaning @ self.meaning
        return rows


def fit(
    design: Design,
    targets: Numbers,
    importance: Floats,
    width: int,
    texts: Numbers | None = None,
    start: Floats | None = None,
    enough: float = ENOUGH,
) -> tuple[Fit, Floats]:
    """Fit to some of the design's texts (all where `texts` is None).

    targets, importance: per text of the design its label (below `width`) and its weight; start:
    flat weights to begin with, overwritten; enough: see ENOUGH. Gives the fit and its flat weights.
    """
    chosen = np.arange(len(targets)) if texts is None else texts
    has = design.has[chosen]
    idf, unknown = inverse_frequencies(has)
    words = weighted(has, idf)
    joined = design.joined[chosen] * np.float32(COMPOUND)
    labels, weight = targets[chosen], importance[chosen] * np.float32(TRUST)
    absent = np.bincount(labels, minlength=width) == 0
    sizes = [design.own.shape[1], design.spelt.shape[1], DIMENSIONS, joined.shape[1], 1]
    parts = _Parts(sizes, width)
    turned = [m.T.tocsr() for m in (words, joined, design.own, design.spelt)]
    here = np.arange(len(labels))

    def objective(flat: Floats, gradient: Floats) -> float:
        own, spelt, meaning, pairs, bias = parts.of(flat)
        rows = design.own @ own + design.spelt @ spelt + design.meaning @ meaning
        logits = words @ rows + joined @ pairs + bias
        logits[:, absent] = -1e9
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= logits.sum(axis=1, keepdims=True)
        chance = np.maximum(logits[here, labels], 1e-12)
        loss = float(-(weight * np.log(chance)).sum(dtype=np.float64))
        logits[here, labels] -= 1
        logits *= weight[:, None]
        by_word = turned[0] @ logits
        slopes = parts.of(gradient)
        slopes[0][:] = turned[2] @ by_word
        slopes[1][:] = turned[3] @ by_word
        slopes[2][:] = design.meaning.T @ by_word
        slopes[3][:] = turned[1] @ logits
        slopes[4][:] = logits.sum(axis=0)
        gradient += flat
        return loss + 0.5 * float(np.dot(flat, flat))

    begin = np.zeros(sum(sizes) * width, dtype=np.float32) if start is None else start
    flat = _minimise(objective, begin, enough)
    own, spelt, meaning, pairs, bias = parts.of(flat)
    return Fit(own, spelt, meaning, pairs * np.float32(COMPOUND), bias[0], idf, unknown), flat


class _Parts(NamedTuple):
    sizes: list[int]
    width: int

    def of(self, flat: Floats) -> list[Floats]:
        """Views of the blocks of a flat vector."""
        ends = np.cumsum(self.sizes)[:-1] * self.width
        return [part.reshape(-1, self.width) for part in np.split(flat, ends)]


def _minimise(objective: Callable[[Floats, Floats], float], at: Floats, enough: float) -> Floats:
    """Minimise from `at`, which is overwritten; few vectors of its size are held at a time."""
    slope, there, new_slope = np.empty_like(at), np.empty_like(at), np.empty_like(at)
    value = objective(at, slope)
    steps: list[tuple[Floats, Floats, float]] = []
    for count in range(STEPS):
        direction = _two_loops(slope, steps)
        rise = float(np.dot(direction, slope))
        length = 1.0 if steps else min(1.0, 100.0 / (float(np.abs(slope).sum()) or 1.0))
        for _ in range(20):
            np.multiply(direction, np.float32(length), out=there)
            there += at
            new_value = objective(there, new_slope)
            if new_value <= value + 1e-4 * length * rise:
                break
            length /= 3
        else:
            break
        moved, turned = steps.pop(0)[:2] if len(steps) == MEMORY else (direction, np.empty_like(at))
        np.subtract(there, at, out=moved)
        np.subtract(new_slope, slope, out=turned)
        curvature = float(np.dot(moved, turned))
        if curvature > 0:
            steps.append((moved, turned, 1.0 / curvature))
        gain = (value - new_value) / max(1.0, abs(new_value))
        at, there = there, at
        slope, new_slope = new_slope, slope
        value = new_value
        if gain < enough and count > 2:
            break
    return at


def _two_loops(slope: Floats, steps: list[tuple[Floats, Floats, float]]) -> Floats:
    """Minus the approximate inverse Hessian times the slope (Nocedal 1980)."""
    direction = -slope
    shares = []
    for moved, turned, scale in reversed(steps):
        share = scale * float(np.dot(moved, direction))
        direction -= np.float32(share) * turned
        shares.append(share)
    if steps:
        moved, turned, scale = steps[-1]
        direction *= np.float32(1.0 / (scale * float(np.dot(turned, turned))))
    for (moved, turned, scale), share in zip(steps, reversed(shares), strict=True):
        back = scale * float(np.dot(turned, direction))
        direction += np.float32(share - back) * moved
    return direction
