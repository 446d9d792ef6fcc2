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
    kind = knowledge.concepts[question.concepts[0]].kind if question.concepts else None
    if kind is not None and len(question.concepts) == 1:
        template = knowledge.kinds.questions.get(kind, {}).get(question.intent, template)
    if not question.concepts and aspect.question_alone is not None:
        template = aspect.question_alone
    names = [knowledge.said(id) for id in question.concepts]
    task = knowledge.tasks[question.task].name if question.task else ""
    if "{task}" in template and not task:
        return ""
    if "{concept}" in template and not names:
        names = [knowledge.said(knowledge.identity.main_concepts[0])]
    if "{other}" in template and len(names) < 2:
        return ""
    first = names[0] if names else ""
    if len(names) > 1 and "{other}" not in template:
        first = " and ".join(names)
    text = template.replace("{concept}", first).replace("{other}", " and ".join(names[1:]))
    return text.replace("{task}", task)


def next_questions(
    knowledge: KnowledgeBase, asked: Question, seen: tuple[str, ...], answer: str = ""
) -> tuple[str, ...]:
    """Up to four messages worth sending next; each has an answer and is not what was just asked.

    answer: the text of the answer; a term in it that the base explains is worth asking about.
    """
    known = {*asked.concepts, *seen}
    terms = (id for id in terms_in(knowledge, answer) if id not in known)
    term = next((as_message(knowledge, Question(DEFINE, (id,), None, 1.0)) for id in terms), "")
    last = [text for text in (term, _guided(knowledge, asked)) if text]
    first: list[str] = []
    for question in _worth_asking(knowledge, asked, seen):
        if len(first) == MOST - len(last):
            break
        text = as_message(knowledge, question)
        new = (question.intent, question.concepts) != (asked.intent, asked.concepts)
        if text and new and text not in (*first, *last):
            first.append(text)
    return (*first, *last)


def terms_in(knowledge: KnowledgeBase, text: str) -> list[str]:
    """The concepts that a text names, in the order of their first mention."""
    folded = text.casefold()
    places: dict[str, int] = {}
    for id, name in knowledge.names.items():
        # Capitals tell an abbreviation from a word that is written like it.
        place = _find_word(text if name.isupper() else folded, name)
        if place >= 0:
            places[id] = place
    return sorted(places, key=lambda id: places[id])


def _find_word(text: str, word: str) -> int:
    """Where a word, or its plural, stands on its own; -1 where it does not."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        end += text[end : end + 1] == "s"
        if not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum():
            return start
        start = text.find(word, start + 1)
    return -1


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
        if knowledge.aspects[aspect].takes == "nothing":
            if aspect in aspects and knowledge.entry(aspect, ()) is not None:
                yield Question(aspect, (), None, 1.0)
        elif knowledge.aspects[aspect].takes == "pair":
            contrast = knowledge.concepts[concept].contrast
            pair = asked.concepts if len(asked.concepts) > 1 else (concept, contrast or concept)
            if knowledge.entry(aspect, pair) is not None:
                yield Question(aspect, tuple(sorted(pair)), None, 1.0)
        elif knowledge.entry(aspect, (concept,)) is not None:
            yield Question(aspect, (concept,), None, 1.0)
    contrast = knowledge.concepts[concept].contrast
    if contrast and contrast not in seen:
        yield Question("define", (contrast,), None, 1.0)
