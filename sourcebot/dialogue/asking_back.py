"""Asking back: what is asked is clear, of which concept is not."""

from __future__ import annotations

from collections.abc import Sequence

from sourcebot.dialogue.holdings import takes
from sourcebot.dialogue.questions import Choice, Question, Refusal
from sourcebot.knowledge.model import KnowledgeBase


def between_concepts(
    knowledge: KnowledgeBase, aspect: str, task: str | None, confidence: float
) -> Choice | Refusal:
    """A choice between the base's main concepts, or between each and what it is compared with."""
    mains = knowledge.identity.main_concepts
    groups: list[tuple[str, ...]] = [(concept,) for concept in mains]
    if takes(knowledge, aspect) == "pair":
        pairs = ((concept, knowledge.concepts[concept].contrast) for concept in mains)
        groups = [tuple(sorted((one, other))) for one, other in pairs if other is not None]
    options = tuple(
        Question(aspect, group, task, confidence)
        for group in dict.fromkeys(groups)
        if knowledge.entry(aspect, group) is not None
    )
    return Choice(options, "concept") if options else Refusal("no-entry")


def between_aspects(knowledge: KnowledgeBase, questions: Sequence[Question]) -> Choice | None:
    """A choice between up to three different questions that have an answer, if there are two."""
    options: dict[tuple[str, tuple[str, ...]], Question] = {}
    for question in questions:
        if knowledge.entry(question.intent, question.concepts) is not None:
            options.setdefault((question.intent, question.concepts), question)
    return Choice(tuple(options.values())[:3], "aspect") if len(options) > 1 else None
