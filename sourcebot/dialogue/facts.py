"""What the facts themselves speak of, where the wording of a message decides little."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from sourcebot.dialogue.reading import Label, Reading
from sourcebot.dialogue.understanding import Understanding
from sourcebot.knowledge.model import entry_key

CLEAR_PHRASE = 0.7
"""A phrase as near as this says what is asked; the facts are not consulted."""
CLEAR_FACT = 0.45
"""A fact that holds this share of a message's content is what the message speaks of."""


def by_facts(
    index: Understanding, reading: Reading, labels: list[Label], about: Iterable[str]
) -> list[Label]:
    """The labels in a new order: those whose facts hold the message's words are lifted.

    about: the concepts whose facts are searched; where there are none, all facts are.
    """
    if reading.similarity >= CLEAR_PHRASE:
        return labels
    aspects = index.knowledge.aspects
    within = {entry_key(aspect, (concept,)) for concept in about for aspect in aspects}
    facts = index.passages.search(reading.content, within or None)
    if not facts or facts[0][0] < CLEAR_FACT:
        return labels
    share: dict[str, float] = {}
    for score, key in facts:
        share.setdefault(key.partition(":")[0], score)
    lifted = [
        replace(label, confidence=label.confidence + 0.5 * share.get(label.ids[0], 0.0))
        for label in labels
    ]
    return sorted(lifted, key=lambda label: -label.confidence)
