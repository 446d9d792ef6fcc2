"""Learning confidence and bar from what models said of examples that they had not seen.

Confidence is a logistic curve (Platt 1999) over the log-odds of the best label and the share of the
text that the examples know. The bar is the confidence under which to refuse so that answers and
refusals together agree best with the truth, over trials inside and outside.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sourcebot.routing.calibration import LEVELS, SUREST, Calibration

Array = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

FEW = 60
OUTSIDE = 0.15
"""The share of messages outside that a stated confidence reckons with."""
STRANGERS, MOST_STRANGERS = 0.25, 0.5
"""The same for the bar, which guards against more of them: the more, the less of a left-out example
the others know, for what the examples have not met yet they will go on meeting."""


USUAL_BAR, USUAL_WEIGHT = 0.5, 20
"""What the bar leans on where few trials tell, and for how many of them that counts."""


class Trials(NamedTuple):
    """One row a text, judged by a model that had not seen it.

    signals: (log-odds of the best label, known; see `Scores`); right: whether the best label was
    the text's; inside: whether the text's label was there to be found.
    """

    signals: Array
    right: Truths
    inside: Truths


EXPECTED = Trials(
    np.array(
        [
            *[(4.0, 1.0)] * 4,
            *[(1.5, 0.8)] * 4,
            *[(-1.0, 0.6)] * 2,
            *[(-1.5, 0.4)] * 4,
            *[(-2.0, 0.0)] * 4,
        ]
    ),
    np.arange(18) < 8,
    np.arange(18) < 10,
)
"""Trials as they usually go: a few, for a handful of examples to lean on."""


def odds(logits: Array, best: npt.NDArray[np.intp]) -> Array:
    """`calibration.log_odds` of many texts, a row each."""
    if logits.shape[1] < 2:
        return np.zeros(len(logits))
    top = logits[np.arange(len(logits)), best][:, None]
    rest = np.exp(np.minimum(60.0, logits - top)).sum(axis=1) - 1.0
    clipped: Array = np.clip(-np.log(np.maximum(rest, 1e-9)), -SUREST, SUREST)
    return clipped


def joined(*parts: Trials) -> Trials:
    """All trials as one."""
    return Trials(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def calibrate(trials: Trials, labels: int) -> Calibration:
    """Learn curve and bar from trials; from those expected, too, where they are few."""
    if len(trials.right) < FEW or trials.right.all() or not trials.right.any():
        trials = joined(trials, EXPECTED)
    curve = _curve(trials, _weights(trials.inside, OUTSIDE), labels)
    stated = _logistic(curve[0] + trials.signals @ np.array(curve[1:]))
    told = int(trials.inside.sum())
    bar = (told * _best_bar(stated, trials, labels) + USUAL_WEIGHT * USUAL_BAR) / (
        told + USUAL_WEIGHT
    )
    levels = np.quantile(stated[trials.inside], np.arange(LEVELS) / LEVELS)
    losses = (0.0, *(round(float(level), 4) for level in levels[1:]), 1.01)
    return Calibration(curve, round(bar, 4), losses)


def _weights(inside: Truths, outside: float) -> Array:
    """Per trial: such that those outside are this share of all."""
    strangers = int((~inside).sum())
    if strangers in (0, len(inside)):
        return np.ones(len(inside))
    mine = (1 - outside) * len(inside) / (len(inside) - strangers)
    return np.where(inside, mine, outside * len(inside) / strangers)


def _curve(trials: Trials, weights: Array, labels: int) -> tuple[float, float, float]:
    """A curve that never falls with any signal: few examples can make it look as if it did."""
    used = [labels > 1, True]  # one label alone has no odds
    while True:
        slopes = _logistic_regression(trials.signals * used, trials.right, weights)
        falling = [n for n in range(2) if used[n] and slopes[n + 1] < 0]
        if not falling:
            bias, *rest = (round(float(slope), 6) for slope in slopes)
            by_odds, by_known = (s if u else 0.0 for s, u in zip(rest, used, strict=True))
            return bias, by_odds, by_known
        used[falling[0]] = False


def _logistic_regression(signals: Array, right: Truths, weights: Array) -> Array:
    """Newton's method with a small ridge."""
    rows = np.c_[np.ones(len(signals)), signals]
    slopes = np.zeros(rows.shape[1])
    for _ in range(30):
        chance = _logistic(rows @ slopes)
        bend = np.maximum(chance * (1 - chance), 1e-9) * weights
        gradient = rows.T @ ((right - chance) * weights) - 1e-2 * slopes
        step = np.linalg.solve((rows * bend[:, None]).T @ rows + 1e-2 * np.eye(3), gradient)
        slopes = slopes + np.clip(step, -4, 4)
        if np.abs(step).max() < 1e-7:
            break
    return slopes


def _best_bar(stated: Array, trials: Trials, labels: int) -> float:
    """Where Matthews' correlation is best over all labels and "nothing fits" (Gorodkin 2004).

    The labels are taken to be equally common, among the trials' texts and among the answers.
    """
    order = np.argsort(stated, kind="stable")
    novel = 1 - float(trials.signals[trials.inside, 1].mean())
    weights = _weights(trials.inside, min(MOST_STRANGERS, STRANGERS + novel))[order]
    weights /= weights.sum()
    stated, right, inside = stated[order], trials.right[order], trials.inside[order]
    refused = np.r_[0.0, np.cumsum(weights)[:-1]]
    kept_right = (weights * right).sum() - np.r_[0.0, np.cumsum(weights * right)[:-1]]
    refused_rightly = np.r_[0.0, np.cumsum(weights * ~inside)[:-1]]
    fitting = float((weights * inside).sum())
    strange = 1 - fitting
    agreement = kept_right + refused_rightly - refused * strange - (1 - refused) * fitting / labels
    spread = (1 - refused**2 - (1 - refused) ** 2 / labels) * (1 - strange**2 - fitting**2 / labels)
    quality = agreement / np.sqrt(np.maximum(spread, 1e-9))
    before = np.r_[0.0, stated[:-1]]
    quality[stated <= before + 1e-9] = -2.0
    best = int(np.argmax(np.round(quality, 9)))
    return round(float(before[best] + stated[best]) / 2, 4)


def _logistic(values: Array) -> Array:
    chances: Array = 1 / (1 + np.exp(-np.clip(values, -60, 60)))
    return chances
