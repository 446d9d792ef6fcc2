"""Questions as messages: what a suggestion says, in words that route."""

from __future__ import annotations

from collections.abc import Iterator

from sourcebot.dialogue.holdings import CHOOSE, COMPARE, TASK_FIT, answerable
from sourcebot.dialogue.questions import Question
from sourcebot.knowledge.model import DEFINE, KnowledgeBase

MOST = 4


def as_message(knowledge: KnowledgeBase, question: Question) -> str:
    """A message that asks the question."""
    aspect = knowledge.aspects[question.intent]
    template = aspect.question
    if not question.concepts and aspect.question_alone is not None:
        template = aspect.question_alone
    names = [knowledge.names[id] for id in question.concepts]
    task = knowledge.tasks[question.task].name if question.task else ""
    if "{task}" in template and not task:
        return ""
    if "{concept}" in template and not names:
        names = [knowledge.names[knowledge.identity.main_concepts[0]]]
    if "{other}" in template and len(names) < 2:
        return ""
    first = names[0] if names else ""
    if len(names) > 1 and "{other}" not in template:
        first = " and ".join(names)
    text = template.replace("{concept}", first).replace("{other}", " and ".join(names[1:]))
    return text.replace("{task}", task)


def next_questions(
    knowledge: KnowledgeBase, asked: Question, seen: tuple[str, ...]
) -> tuple[str, ...]:
    """Up to four messages worth sending next; each has an answer and is not what was just asked."""
    found: dict[str, None] = {}
    offer = _guided(knowledge, asked)
    for question in _worth_asking(knowledge, asked, seen):
        text = as_message(knowledge, question)
        if text and (question.intent, question.concepts) != (asked.intent, asked.concepts):
            found.setdefault(text)
    if offer:
        return (*tuple(found)[: MOST - 1], offer)
    return tuple(found)[:MOST]


def _guided(knowledge: KnowledgeBase, asked: Question) -> str:
    """The message that starts the guided advice, after a question that weighs something up."""
    weighs = asked.intent in (CHOOSE, TASK_FIT, COMPARE)
    if not weighs or not knowledge.can_advise:
        return ""
    words = knowledge.language.advice.words
    if asked.task is not None:
        return words.get("help-task", "").replace("{task}", knowledge.tasks[asked.task].name)
    return words.get("help", "")


def _worth_asking(
    knowledge: KnowledgeBase, asked: Question, seen: tuple[str, ...]
) -> Iterator[Question]:
    for other in asked.others:
        if 0.5 * asked.confidence <= other.confidence and answerable(
            knowledge, other.intent, other.concepts, other.task
        ):
            yield Question(other.intent, other.concepts, other.task, other.confidence)
    concept = asked.concepts[0] if asked.concepts else None
    if concept is None and asked.task:
        concept = next(iter(knowledge.tasks[asked.task].fits), None)
    if concept is None:
        concept = knowledge.identity.main_concepts[0]
    aspects = knowledge.aspects[asked.intent].next if asked.intent in knowledge.aspects else ()
    for aspect in (*aspects, DEFINE, *knowledge.aspects):
        if aspect not in knowledge.aspects:
            continue
        if knowledge.aspects[aspect].takes == "pair":
            contrast = knowledge.concepts[concept].contrast
            pair = asked.concepts if len(asked.concepts) > 1 else (concept, contrast or concept)
            if knowledge.entry(aspect, pair) is not None:
                yield Question(aspect, tuple(sorted(pair)), None, 1.0)
        elif knowledge.entry(aspect, (concept,)) is not None:
            yield Question(aspect, (concept,), None, 1.0)
    contrast = knowledge.concepts[concept].contrast
    if contrast and contrast not in seen:
        yield Question("define", (contrast,), None, 1.0)
