"""`Route`: where a text leads, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from sourcebot.routing.text import stem

if TYPE_CHECKING:
    from sourcebot.routing.router import Router


class Explanation(Struct, frozen=True):
    """Why a label was ranked.

    intent: the label; confidence: how likely it is right, 0..1; examples: its nearest ones with
    their similarity, 0..1, best first; words: those of the text that spoke for the label rather
    than for the others, the strongest first.
    """

    intent: str
    confidence: float
    examples: tuple[tuple[str, float], ...]
    words: tuple[str, ...]


class Route:
    """Where a text leads.

    text: as given; intent: the best label, or None where nothing fits; confidence: how likely the
    best label is right, 0..1. What costs time is worked out when it is asked for. Two routes are
    equal that say the same, whichever router said it.
    """

    text: str
    intent: str | None
    confidence: float

    def __init__(
        self,
        router: Router,
        text: str,
        words: Sequence[str],
        intent: str | None,
        confidence: float,
        logits: Sequence[float],
    ) -> None:
        """Made by `Router.route`. logits: one a label; empty where no word is known."""
        self.text = text
        self.intent = intent
        self.confidence = confidence
        self._router = router
        self._words = words
        self._logits = logits

    @cached_property
    def ranking(self) -> tuple[tuple[str, float], ...]:
        """(label, confidence), best first, also where intent is None; empty for a blank text."""
        labels = self._router.labels
        if not self._logits:
            return tuple((label, 0.0) for label in labels) if self.text.strip() else ()
        logits = self._logits
        order = sorted(range(len(labels)), key=logits.__getitem__, reverse=True)
        top, exp = logits[order[0]], math.exp
        scale = self.confidence * 1e4
        # Rounded to four places; of many labels most are far below that.
        far = top - 20
        near = [number for number in order if logits[number] > far]
        ranking = [(labels[n], int(scale * exp(logits[n] - top) + 0.5) / 1e4) for n in near]
        return (*ranking, *[(labels[n], 0.0) for n in order[len(near) :]])

    @cached_property
    def similarity(self) -> float:
        """How near the nearest example is, 0..1."""
        nearest = self._router.nearest([stem(word) for word in self._words])
        return nearest[0][2] if nearest else 0.0

    def explain(self) -> tuple[Explanation, ...]:
        """Which examples and which words spoke for the first and the second label."""
        if not self.text.strip() and not self._words:
            return ()
        return tuple(
            self._router.explain(self._words, label, confidence)
            for label, confidence in self.ranking[:2]
        )

    def __eq__(self, other: object) -> bool:
        """Two routes are equal that say the same, whichever router said it."""
        return isinstance(other, Route) and self._said() == other._said()

    def __hash__(self) -> int:
        """The hash of what the route says."""
        return hash(self._said())

    def __repr__(self) -> str:
        """What the route says, without its router."""
        return f"Route(text={self.text!r}, intent={self.intent!r}, confidence={self.confidence})"

    def _said(self) -> tuple[object, ...]:
        return self.text, self.intent, self.confidence, self.ranking
