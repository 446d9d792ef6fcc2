"""From readings and context to a decision: answer, ask back, or decline."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from sourcebot.dialogue.context import Context, remember
from sourcebot.dialogue.questions import Choice, Outcome, Question, Refusal, Start
from sourcebot.dialogue.reading import Reading
from sourcebot.dialogue.resolve import Resolver
from sourcebot.dialogue.understanding import Understanding
from sourcebot.routing.text import stems_of

MAX_PARTS = 3
FAINT = 0.1
"""A question with less of the surest one's confidence is no second question."""


def decide(index: Understanding, readings: Sequence[Reading], context: Context) -> Outcome:
    """Decide on a message. Questions after the first see what the ones before were about."""
    if not readings:
        return Refusal("empty")
    questions: list[Question] = []
    first_failure: Choice | Refusal | None = None
    for reading in readings:
        outcome = Resolver(index, reading, context).resolve()
        if isinstance(outcome, Start):
            return outcome
        if isinstance(outcome, (Choice, Refusal)):
            first_failure = first_failure or outcome
            continue
        for question in outcome:
            same = any(_key(question) == _key(earlier) for earlier in questions)
            if not same and len(questions) < MAX_PARTS:
                questions.append(
                    replace(question, said=reading.content, names=_names(index, reading))
                )
        context = Context(
            intent=outcome[0].intent,
            concepts=outcome[0].concepts,
            task=outcome[0].task,
            recent=remember(context.recent, outcome[0].concepts),
        )
    if questions:
        surest = max(question.confidence for question in questions)
        return [question for question in questions if question.confidence >= FAINT * surest]
    return first_failure or Refusal("out-of-scope")


def _names(index: Understanding, reading: Reading) -> tuple[str, ...]:
    """The stems of names that may single out a point: what only facts name, and other names."""
    usual = index.knowledge.names.values()
    others = (stem for name in reading.names if name not in usual for stem in stems_of(name))
    return (*reading.proper, *others)


def _key(question: Question) -> tuple[str, tuple[str, ...], str | None]:
    return question.intent, question.concepts, question.task
