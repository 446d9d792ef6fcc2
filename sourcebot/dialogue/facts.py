"""What the facts themselves speak of, where the wording of a message decides little."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from sourcebot.dialogue.focus import cases_in, names_in
from sourcebot.dialogue.reading import Label, Reading
from sourcebot.dialogue.understanding import Understanding
from sourcebot.knowledge.model import entry_key

CLEAR_PHRASE = 0.7
"""A phrase as near as this says what is asked; the facts are not consulted."""
CLEAR_CASE = 0.5
"""A fact that holds this share of a message's content tells of the case that it names; half
of it will do where two rare names meet."""
RARE = 0.004
"""A name in a larger share of the facts is a country or the like, and no case."""
ALIKE = 0.8
"""Facts with this share of the best one's score tell as much; the wording decides between them."""
CLEAR_FACT = 0.45
"""A fact that holds this share of a message's content is what the message speaks of."""


def by_case(index: Understanding, reading: Reading) -> tuple[str, tuple[str, ...]] | None:
    """Aspect and concepts of the entry that tells of a case the message names, or None.

    "What happened at Otis?" has no word of the subject: the facts know the name.
    """
    rare = {name for name in reading.proper if index.passages.share(name) <= RARE}
    if not rare:
        return None
    found = index.passages.search(reading.content)
    if not found or found[0][0] < (CLEAR_CASE if len(rare) == 1 else CLEAR_CASE / 2):
        return None
    asked = [aspect for label in reading.labels for aspect in label.ids]
    close = (index.knowledge.entries[key] for score, key in found if score >= ALIKE * found[0][0])
    cases = [entry for entry in close if not cases_in(entry).isdisjoint(rare)]
    if not cases:
        return None
    told = min(cases, key=lambda e: asked.index(e.aspect) if e.aspect in asked else len(asked))
    return told.aspect, told.concepts


def where_named(
    index: Understanding, reading: Reading, aspect: str, concepts: tuple[str, ...]
) -> tuple[str, ...]:
    """The concepts whose entry on the aspect tells of the names in a message.

    concepts: what the message seems to be about without its saying so; they stay where theirs
    tells of as many names.
    """
    names = reading.proper
    if not names:
        return concepts
    base = index.knowledge
    own = base.entry(aspect, concepts) if concepts else None
    most, best = len(names & names_in(own)) if own is not None else 0, concepts
    for _, key in index.passages.search(sorted(names)):
        entry = base.entries[key]
        told = len(names & names_in(entry)) if entry.aspect == aspect else 0
        if told > most:
            most, best = told, entry.concepts
    return best


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
