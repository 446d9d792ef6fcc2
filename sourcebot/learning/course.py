"""The course of a knowledge base: as its curators wrote it, or made from what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sourcebot.knowledge.course_model import Course, Lesson, Practice
from sourcebot.knowledge.facts import Place
from sourcebot.knowledge.model import DEFINE, KnowledgeBase
from sourcebot.learning.words import say

TOGETHER = 3
"""Concepts that one made lesson explains."""
MOST = 6
"""Made lessons on concepts beyond the main ones."""
TOLD = 3
"""Aspects that a made lesson tells of each concept."""
SORTED, REFUTED, WEIGHED, DECIDED = 10, 6, 6, 3
_CONCEPTS: dict[Practice, int] = {"definition": 4, "match": 1, "free": 2}
_WORK: dict[Practice, int] = {"sort": 6}
_CLAIMS: dict[Practice, int] = {"claim": 6}
_DECISIONS: dict[Practice, int] = {"match": 4, "case": 3}


def course_of(base: KnowledgeBase) -> Course:
    """The written course, or a made one: main ideas first, then their relatives, then use of them.

    The main concepts and what they are most often compared with come first, then the concepts of
    which the base knows most; kinds of work, wrong ideas and decisions follow where it has any.
    """
    if base.course is not None:
        return base.course
    words = base.learning_words
    return Course(
        title=say(words, "course", title=base.identity.title) or base.identity.title,
        about=base.identity.about,
        lessons=tuple(_lessons(base)),
        which=None,
    )


def _lessons(base: KnowledgeBase) -> Iterator[Lesson]:
    main = _unique(
        id
        for concept in base.identity.main_concepts
        for id in (concept, base.concepts[concept].contrast)
        if id is not None
    )
    others = sorted(
        (id for id in base.concepts if id not in main), key=lambda id: -_known(base, id)
    )
    for number, together in enumerate((*_groups(main), *list(_groups(others))[:MOST]), 1):
        yield _lesson(
            base,
            f"ideas-{number}",
            ", ".join(base.names[id] for id in together),
            say(base.learning_words, "goal-ideas"),
            concepts=together,
            aspects=_told(base, together),
            practice=_CONCEPTS,
        )
    yield from _uses(base)


def _uses(base: KnowledgeBase) -> Iterator[Lesson]:
    words = base.learning_words
    if len(base.categories) > 1:
        yield _lesson(
            base,
            "work",
            say(words, "title-work"),
            say(words, "goal-work"),
            categories=tuple(base.categories),
            tasks=tuple(base.tasks)[:SORTED],
            practice=_WORK,
        )
    if base.claims:
        yield _lesson(
            base,
            "claims",
            say(words, "title-claims"),
            say(words, "goal-claims"),
            claims=tuple(base.claims)[:REFUTED],
            practice=_CLAIMS,
        )
    if base.can_advise:
        weighty = (
            sorted(base.advice.criteria.values(), key=lambda c: -c.weight) if base.advice else []
        )
        yield _lesson(
            base,
            "decide",
            say(words, "title-decide"),
            say(words, "goal-decide"),
            criteria=tuple(criterion.id for criterion in weighty[:WEIGHED]),
            cases=tuple(base.cases)[:DECIDED],
            practice=_DECISIONS,
        )


def _lesson(
    base: KnowledgeBase,
    id: str,
    title: str,
    goal: str,
    *,
    concepts: tuple[str, ...] = (),
    aspects: tuple[str, ...] = (),
    tasks: tuple[str, ...] = (),
    categories: tuple[str, ...] = (),
    claims: tuple[str, ...] = (),
    criteria: tuple[str, ...] = (),
    cases: tuple[str, ...] = (),
    practice: dict[Practice, int],
) -> Lesson:
    # What is made has no place of its own; the base as a whole is where it comes from.
    place = Place("kb.yaml", 1)
    return Lesson(
        id, title or id, goal, concepts, aspects, tasks, categories, claims, criteria, cases,
        None, practice, place,
    )  # fmt: skip


def _told(base: KnowledgeBase, concepts: Sequence[str]) -> tuple[str, ...]:
    """The definition, and the aspects of which most of the concepts have an entry."""
    counted = {
        id: sum(base.entry(id, (concept,)) is not None for concept in concepts)
        for id, aspect in base.aspects.items()
        if id != DEFINE and aspect.takes == "concept"
    }
    best = sorted((id for id in counted if counted[id]), key=lambda id: -counted[id])
    return (DEFINE, *best[: TOLD - 1])


def _known(base: KnowledgeBase, concept: str) -> int:
    return sum(base.entry(aspect, (concept,)) is not None for aspect in base.aspects)


def _groups(ids: Iterable[str]) -> Iterator[tuple[str, ...]]:
    left = iter(ids)
    while group := tuple(islice(left, TOGETHER)):
        yield group


def _unique(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
