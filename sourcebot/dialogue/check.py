"""What only a running bot can tell of a knowledge base: whether templates and questions work."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import get_args

from sourcebot.advice.check import check_model
from sourcebot.answers.render import Answers, Material
from sourcebot.dialogue.bot import NAME, Bot
from sourcebot.dialogue.comparing import comparison
from sourcebot.dialogue.conflicts import conflicts
from sourcebot.dialogue.phrasing import as_message
from sourcebot.dialogue.questions import Question
from sourcebot.errors import Problem, TemplateError
from sourcebot.knowledge.facts import Place
from sourcebot.knowledge.model import KnowledgeBase, Reason


def check_bot(knowledge: KnowledgeBase, root: str = "kb") -> list[Problem]:
    """Render every answer and ask every question the bot would suggest.

    root: the folder as the curator knows it, put before the files' names. A template that fails
    and an example that is not answered are errors; a suggestion that is read otherwise and a phrase
    that pulls to two intents, warnings.
    """
    problems = list(_templates(knowledge, root))
    if not problems:
        bot = Bot(knowledge)
        problems += _examples(bot, root)
        problems += _suggestions(bot, root)
        problems += _advice(bot, root)
        problems += conflicts(bot, root)
    return sorted(set(problems))


def _templates(knowledge: KnowledgeBase, root: str) -> Iterator[Problem]:
    """Names that no template is given, in every branch; then every answer, rendered."""
    answers = Answers(knowledge)
    for error in answers.undefined_names():
        yield Problem(f"{root}/content", 0, f"{error}; templates are given other names")
    for place, material in _materials(knowledge):
        try:
            answers.answer([material])
            answers.answer([material, material])
        except TemplateError as error:
            yield Problem(f"{root}/{place.file}", place.line, f"cannot be shown: {error}")
    try:
        for reason in get_args(Reason):
            for topic in ("", "a question"):
                answers.text("unknown", reason=reason, topic=topic)
        for by in ("concept", "aspect"):
            answers.text("clarify", by=by, names=("one", "two"))
        for name in ("new", "help", "nothing-to-explain"):
            answers.text(name)
    except TemplateError as error:
        yield Problem(f"{root}/content", 0, f"a reply cannot be shown: {error}")
    for kind in knowledge.language.smalltalk:
        try:
            answers.small(kind.reply, name=NAME)
        except TemplateError as error:
            yield Problem(f"{root}/content/language/smalltalk.yaml", 0, f"`{kind.id}`: {error}")


def _materials(knowledge: KnowledgeBase) -> Iterator[tuple[Place, Material]]:
    any_task = next(iter(knowledge.tasks.values()), None)
    for entry in knowledge.entries.values():
        concepts = tuple(knowledge.concepts[id] for id in entry.concepts)
        yield entry.place, Material(entry.aspect, concepts, (entry,), task=any_task)
        if len(concepts) > 1:
            yield entry.place, Material(entry.aspect, concepts, missing=concepts)
    yield from _compared(knowledge)
    for task in knowledge.tasks.values():
        fits = tuple(knowledge.concepts[id] for id in task.fits[:1])
        yield task.place, Material("task_fit", fits, task=task)
    for claim in knowledge.claims.values():
        concepts = tuple(knowledge.concepts[id] for id in claim.concepts)
        yield claim.place, Material(claim.aspect, concepts, claim=claim)


def _compared(knowledge: KnowledgeBase) -> Iterator[tuple[Place, Material]]:
    """Each concept beside the next one: a comparison that nobody wrote."""
    pairs = [aspect.id for aspect in knowledge.aspects.values() if aspect.takes == "pair"]
    for one, other in pairwise(knowledge.concepts.values()):
        side_by_side = comparison(knowledge, (one, other))
        if side_by_side is not None:
            for aspect in pairs:
                both = (one, other)
                yield one.place, Material(aspect, both, missing=both, compared=side_by_side)


def _examples(bot: Bot, root: str) -> Iterator[Problem]:
    for example in bot.knowledge.identity.examples:
        reply = bot.ask(example)
        if reply.status not in ("answered", "asking"):
            yield Problem(
                f"{root}/kb.yaml", 0, f"the example “{example}” is not answered ({reply.status})"
            )


def _advice(bot: Bot, root: str) -> Iterator[Problem]:
    """What is wrong with the decision model, and with a message that should start the advice."""
    advice = bot.knowledge.advice
    if advice is None or bot.adviser is None:
        return
    yield from check_model(advice, root)
    try:
        bot.adviser.try_templates()
    except TemplateError as error:
        yield Problem(f"{root}/content", 0, f"a turn of the advice cannot be shown: {error}")
        return
    for phrase in advice.starts:
        if "{task}" not in phrase.text and bot.ask(phrase.text).status != "asking":
            yield Problem(
                f"{root}/{phrase.place.file}",
                phrase.place.line,
                f"“{phrase.text}” does not start the advice; it is near another question",
                warning=True,
            )


def _suggestions(bot: Bot, root: str) -> Iterator[Problem]:
    base = bot.knowledge
    for entry in base.entries.values():
        if entry.aspect not in base.aspects:
            continue
        message = as_message(base, Question(entry.aspect, tuple(sorted(entry.concepts)), None, 1.0))
        if not message or (not entry.concepts and base.aspects[entry.aspect].takes != "subject"):
            continue
        reply = bot.ask(message)
        wanted = (entry.aspect, tuple(sorted(entry.concepts)))
        if (reply.intent, reply.concepts) != wanted:
            yield Problem(
                f"{root}/{entry.place.file}",
                entry.place.line,
                f"“{message}” is understood as {reply.intent} of "
                f"{', '.join(reply.concepts) or 'nothing'}; reword the aspect's question or a name",
                warning=True,
            )
