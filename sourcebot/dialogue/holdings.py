"""What the knowledge base holds on a question: the one place that says so."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from msgspec import Struct

from sourcebot.dialogue.comparing import comparison
from sourcebot.knowledge.model import DEFINE, Comparison, Entry, KnowledgeBase, Takes

CHOOSE, COMPARE, TASKS, TASK_FIT = "choose", "compare", "tasks", "task_fit"


class Holdings(Struct, frozen=True):
    """The entries that answer a question, and the concepts that none of them covers."""

    entries: tuple[Entry, ...]
    missing: tuple[str, ...]


def takes(knowledge: KnowledgeBase, aspect: str) -> Takes:
    """What a question for the aspect needs; "nothing" for one the base does not have."""
    return knowledge.aspects[aspect].takes if aspect in knowledge.aspects else "nothing"


def holdings(knowledge: KnowledgeBase, aspect: str, concepts: tuple[str, ...]) -> Holdings:
    """The entry on all the concepts together, else on each pair or each one of them."""
    together = knowledge.entry(aspect, concepts)
    if together is not None:
        return Holdings((together,), ())
    if len(concepts) > 2 and compared(knowledge, aspect, concepts) is not None:
        return Holdings((), concepts)
    groups = combinations(concepts, 2) if takes(knowledge, aspect) == "pair" else _each(concepts)
    found = [knowledge.entry(aspect, group) for group in groups]
    entries = tuple(entry for entry in found if entry is not None)
    covered = {concept for entry in entries for concept in entry.concepts}
    return Holdings(entries, tuple(concept for concept in concepts if concept not in covered))


def compared(knowledge: KnowledgeBase, aspect: str, concepts: tuple[str, ...]) -> Comparison | None:
    """The concepts side by side, where the aspect asks for that and their traits allow it."""
    if takes(knowledge, aspect) != "pair":
        return None
    return comparison(knowledge, [knowledge.concepts[concept] for concept in concepts])


def answerable(
    knowledge: KnowledgeBase, aspect: str, concepts: tuple[str, ...], task: str | None
) -> bool:
    """Whether the knowledge base holds an answer.

    Concepts without a written comparison are answered by what is known of each of them, and what
    does not apply to a concept by the reason.
    """
    needs = takes(knowledge, aspect)
    if needs == "task":
        return task is not None
    if needs == "pair" and len(concepts) < 2:
        return False
    if holdings(knowledge, aspect, concepts).entries:
        return True
    if any(aspect in knowledge.concepts[concept].does_not_apply for concept in concepts):
        return True
    return needs == "pair" and all(knowledge.entry(DEFINE, (concept,)) for concept in concepts)


def _each(concepts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return ((concept,) for concept in concepts)
