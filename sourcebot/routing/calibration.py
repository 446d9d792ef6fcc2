"""How sure to be of a label, and where "not in scope" begins. `calibrating.py` learns both."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

SUREST = 12.0
LEVELS = 100


class Calibration(Struct, frozen=True):
    """What was learnt by leaving examples and labels out.

    curve: logistic weights of (bias, log-odds, known); bar: the confidence below which nothing
    is said to fit; losses: the confidence below which 0, 1, ... LEVELS hundredths of the texts that
    do fit lie.
    """

    curve: tuple[float, float, float]
    bar: float
    losses: tuple[float, ...]

    def confidence(self, odds: float, known: float) -> float:
        """How likely the best label is right, 0..1."""
        bias, by_odds, by_known = self.curve
        value = bias + by_odds * odds + by_known * known
        return round(1 / (1 + math.exp(-max(-60.0, min(60.0, value)))), 4)

    def bar_losing(self, share: float) -> float:
        """The bar under which about this share (0..1) of the texts that fit would be lost."""
        return self.losses[round(min(1.0, max(0.0, share)) * LEVELS)]


def log_odds(logits: Sequence[float], best: int) -> float:
    """Of one label against all others together, from -SUREST to SUREST; 0 where it is alone."""
    if len(logits) < 2:
        return 0.0
    top, exp = logits[best], math.exp
    far = top - 2 * SUREST  # what is farther off adds nothing that counts
    rest = sum([exp(min(60.0, value - top)) for value in logits if value > far]) - 1.0
    return min(SUREST, max(-SUREST, -math.log(max(rest, 1e-9))))
