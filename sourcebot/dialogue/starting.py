"""Whether a message asks for the guided advice."""

from __future__ import annotations

from sourcebot.dialogue.admission import SAME_PHRASE
from sourcebot.dialogue.reading import CONCEPT_SLOT, START, Label, Reading
from sourcebot.dialogue.understanding import Understanding

NEAR = 0.7
"""Half a likeness to a starting phrase is not enough to begin."""


def weighs_own_case(index: Understanding, reading: Reading) -> bool:
    """Whether a step is weighed in plain words: "should we move our call centre abroad?".

    Who names the concept by its own name asks for what is known of it.
    """
    if reading.named or not any(label.kind == "start" for label in reading.labels):
        return False
    nearest = index.router.nearest(reading.stems, START)
    return bool(nearest) and nearest[0][2] >= SAME_PHRASE


def asks_for_advice(index: Understanding, reading: Reading, label: Label) -> bool:
    """Whether the label of a start is meant, and no question about a concept that is named."""
    if reading.similarity < NEAR or label.confidence < index.router.bar:
        return False
    nearest = index.router.nearest(reading.stems, START)
    plain = bool(nearest) and CONCEPT_SLOT not in nearest[0][1]
    return plain or not reading.named
