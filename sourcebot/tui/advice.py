"""Where the guided advice stands, as its replies tell it. Read only once somebody is advised."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sourcebot.dialogue.holdings import CHOOSE
from sourcebot.tui.text import one_line

if TYPE_CHECKING:
    from sourcebot.dialogue.bot import Bot
    from sourcebot.dialogue.reply import Reply
    from sourcebot.knowledge.advice_model import Advice
    from sourcebot.knowledge.model import KnowledgeBase


@dataclass(frozen=True)
class Given:
    """An answer that was given."""

    criterion: str
    name: str
    label: str


@dataclass(frozen=True)
class Progress:
    """The answers so far, and the question that waits; stopped: it goes on when asked to."""

    given: tuple[Given, ...] = ()
    question: dict[str, Any] | None = None
    stopped: bool = False

    @property
    def waiting(self) -> str | None:
        """The criterion whose question waits."""
        return self.question["criterion"] if self.question is not None else None


def follow(before: Progress | None, reply: Reply, knowledge: KnowledgeBase) -> Progress | None:
    """Where the advice stands after a reply; None where nobody is being advised."""
    question = reply.question
    if question is not None:
        given = (Given(one["criterion"], one["name"], one["label"]) for one in question["given"])
        return Progress(tuple(given), question)
    if reply.recommendation is not None and knowledge.advice is not None:
        return Progress(_answers_in(reply.recommendation, knowledge, knowledge.advice))
    if before is None or before.question is None or _offers_its_answers(reply, before.question):
        return before
    return replace(before, question=None, stopped=reply.intent == CHOOSE)


def title_of(question: dict[str, Any], advice: Advice | None) -> str:
    """What stands above the answers to a question."""
    criterion = advice.criteria.get(question["criterion"]) if advice is not None else None
    if criterion is None or question["text"] != criterion.question:
        return one_line(question["text"])  # one that is about the answers themselves
    counted = f"Question {question['step']} of about {question['about']}"
    return f"{counted}: {one_line(criterion.name)}"


def without_choices(text: str, question: dict[str, Any]) -> str:
    """A reply's text less the numbered answers at its end, for where these are shown apart."""
    listed = "\n".join(f"{number}. {a['label']}" for number, a in enumerate(question["answers"], 1))
    before, found, after = text.rpartition(listed)
    return f"{before.rstrip()}\n{after.lstrip()}".strip() if found else text


def _answers_in(
    recommendation: dict[str, Any], knowledge: KnowledgeBase, advice: Advice
) -> tuple[Given, ...]:
    found = []
    for id, chosen in recommendation["answers"].items():
        criterion = advice.criteria[id]
        answer = criterion.answers.get(chosen)
        label = answer.label if answer is not None else knowledge.language.advice.words["unknown"]
        found.append(Given(id, criterion.name, label))
    return tuple(found)


def _offers_its_answers(reply: Reply, question: dict[str, Any]) -> bool:
    return reply.suggestions == tuple(answer["label"] for answer in question["answers"])


def name_of_waiting(progress: Progress | None, bot: Bot | None) -> str:
    """The name of the question that waits, or nothing."""
    asked = progress.waiting if progress is not None else None
    advice = bot.knowledge.advice if bot is not None else None
    criterion = advice.criteria.get(asked) if advice is not None and asked else None
    return criterion.name if criterion is not None else ""
