"""Statements: which of four is wrong; whether this one is true, partly true or wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from msgspec import Struct

from sourcebot.knowledge.course_model import Lesson
from sourcebot.knowledge.model import Claim, KnowledgeBase, Verdict
from sourcebot.learning.items.item import Ask, Choice, Item
from sourcebot.learning.items.near import SIBLING, neighbours
from sourcebot.learning.items.texts import (
    content,
    first_sentence,
    names_in,
    overlap,
    say,
    stable,
    united,
)

OTHERS = 3
MOST_WORDS, FEWEST_WORDS = 22, 5
CLOSE = 0.3
"""Statements that share more of their content may be on the same point."""
NEAREST = 4
"""So many of the nearest concepts count as one subject."""
ALIKE = 10
"""Statements whose lengths differ by fewer words look alike."""
JUDGED = 3
"""One false claim in so many is judged on its own, so that `wrong` may be the answer there, too."""


class Statement(Struct, frozen=True):
    """Something that holds.

    id: the claim's, or the entry's key; told: what else is known of it; concepts: whom it is
    about.
    """

    id: str
    text: str
    told: str
    sources: tuple[str, ...]
    aspect: str
    concepts: tuple[str, ...]


def claim_items(knowledge: KnowledgeBase, lesson: Lesson) -> Iterator[Item]:
    """An exercise for each of the lesson's claims."""
    for id in lesson.claims:
        yield claim_item(knowledge, id)


def claim_item(knowledge: KnowledgeBase, id: str) -> Item:
    """The wrong one among four, where three that hold can stand beside it; else a verdict."""
    claim = knowledge.claims[id]
    alone = int(stable("verdict", id), 16) % JUDGED == 0
    if claim.verdict == "false" and not alone:
        return spotting_item(knowledge, id) or verdict_item(knowledge, id)
    return verdict_item(knowledge, id)


def verdict_item(knowledge: KnowledgeBase, id: str) -> Item:
    """Say whether it is true, partly true or wrong."""
    claim = knowledge.claims[id]
    verdicts: tuple[Verdict, ...] = get_args(Verdict)
    choices = tuple(Choice(one, say(knowledge, f"verdict-{one}")) for one in verdicts)
    ask = Ask(claim.says, choices, claim.verdict)
    return _item(knowledge, f"verdict:{id}", claim, say(knowledge, "verdict-ask"), ask, ())


def spotting_item(knowledge: KnowledgeBase, id: str) -> Item | None:
    """Find the false claim among three statements that hold; None where these cannot be found."""
    claim = knowledge.claims[id]
    beside = _beside(knowledge, claim)
    if claim.verdict != "false" or len(beside) < OTHERS:
        return None
    labels = {id: claim.says} | {one.id: one.text for one in beside}
    choices = tuple(Choice(one, labels[one]) for one in sorted(labels))
    wrong = {one.id: say(knowledge, "claim-holds", told=one.told).strip() for one in beside}
    prompt = say(knowledge, "claim-ask")
    sources = united(*(one.sources for one in beside))
    ask = Ask("", choices, id, wrong)
    return _item(knowledge, f"claim:{id}", claim, prompt, ask, sources)


def _item(
    knowledge: KnowledgeBase, item: str, claim: Claim, prompt: str, ask: Ask, more: tuple[str, ...]
) -> Item:
    told = [claim.summary, *claim.points[:1]]
    return Item(
        id=item,
        kind="claim",
        prompt=prompt,
        why="\n\n".join([f"“{claim.says}”", *(fact.text for fact in told)]),
        about=(claim.id, *claim.concepts),
        sources=united(*(fact.sources for fact in told), more),
        question=claim.says,
        place=claim.place,
        asks=(ask,),
    )


def statements(knowledge: KnowledgeBase, concepts: list[str]) -> Iterator[Statement]:
    """What holds of these concepts, in few words: true claims, and how entries begin.

    A sentence must name its concept, or it would not stand on its own; what somebody else claims
    does not count.
    """
    for claim in knowledge.claims.values():
        if claim.verdict == "true" and not set(concepts).isdisjoint(claim.concepts):
            fact = claim.summary
            bare = first_sentence(fact.text)
            more = fact.text.removeprefix(bare).strip() if len(bare.split()) == 1 else fact.text
            yield Statement(claim.id, claim.says, more, fact.sources, claim.aspect, claim.concepts)
    for concept in concepts:
        names = names_in(knowledge.concepts[concept])
        for aspect in knowledge.aspects:
            entry = knowledge.entry(aspect, (concept,))
            if entry is None or entry.summary.kind == "claim":
                continue
            text = first_sentence(entry.summary.text)
            if FEWEST_WORDS <= len(text.split()) <= MOST_WORDS and names.search(text):
                fact = entry.summary
                more = fact.text.removeprefix(text).strip()
                id = f"{aspect}:{concept}"
                yield Statement(id, text, more, fact.sources, aspect, entry.concepts)


def _beside(knowledge: KnowledgeBase, claim: Claim) -> list[Statement]:
    """Three statements for one that does not hold: on other points, near and short ones first.

    A short false claim among long true sentences would be found by its length, and one among
    sentences on other things by its subject.
    """
    near = [*claim.concepts]
    for concept in claim.concepts or knowledge.identity.main_concepts:
        near += [id for id in neighbours(knowledge, concept, SIBLING) if id not in near]
    names = " ".join(knowledge.names[id] for id in near)
    free = content(knowledge, names)
    against = [
        content(knowledge, text) - free
        for text in (claim.says, claim.summary.text, *(point.text for point in claim.points))
    ]
    length = len(claim.says.split())
    found: list[Statement] = []
    seen: list[frozenset[str]] = []
    about = {concept: place // NEAREST for place, concept in enumerate(near)}
    every = list(statements(knowledge, near))
    every.sort(
        key=lambda one: (
            abs(len(one.text.split()) - length) // ALIKE,
            min(about.get(concept, len(near)) for concept in one.concepts),
            stable(claim.id, one.id),
        )
    )
    for one in every:
        stems = content(knowledge, one.text) - free
        same_point = any(overlap(stems, other) > CLOSE for other in (*against, *seen))
        taken = {other.aspect for other in found}
        if stems and not same_point and one.aspect not in {claim.aspect, *taken}:
            found.append(one)
            seen.append(stems)
        if len(found) == OTHERS:
            break
    return found
