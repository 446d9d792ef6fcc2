"""The advice's turns as replies: templates filled, JSON beside the text, what to say next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import json, to_builtins
from msgspec.structs import replace

from sourcebot.advice.model import Model
from sourcebot.advice.recommendation import recommend
from sourcebot.advice.result import Recommendation
from sourcebot.answers.render import Answers
from sourcebot.dialogue.advising.pictures import bars, place_map
from sourcebot.dialogue.advising.questions import given_in, label_of, question_of
from sourcebot.dialogue.advising.state import Advising
from sourcebot.dialogue.advising.steps import Step
from sourcebot.dialogue.holdings import CHOOSE, answerable
from sourcebot.dialogue.phrasing import as_message
from sourcebot.dialogue.questions import Question
from sourcebot.dialogue.reply import CitedSource, Reply
from sourcebot.knowledge.advice_model import Advice, Move, Option
from sourcebot.knowledge.facts import Fact
from sourcebot.knowledge.model import KnowledgeBase

OFFERED_ASPECTS = ("risks", "process", "communications")


class Speaker:
    """Writes the replies of one knowledge base's advice."""

    def __init__(self, base: KnowledgeBase, advice: Advice, model: Model, answers: Answers) -> None:
        self.base = base
        self.advice = advice
        self.model = model
        self.answers = answers
        self.words = base.language.advice.words

    def turn(self, step: Step, *, lead: Fact | None = None, **said: Any) -> Reply:
        """The reply to a turn after which `step` stands: a question, a contradiction, the result.

        lead: a fact to say first; said: further values for the template (`noted`, `say`, ...).
        """
        state = step.state
        if state.clash is None and not state.changing and state.question is None:
            return self.result(state, **said)
        template = (
            "clash" if state.clash is not None else "change" if state.changing else "question"
        )
        question = self.question_of(step)
        values = {**self._said(state, **said), "question": question, "lead": lead}
        text, cited = self.answers.cited(f"advice-{template}", **values)
        return self._reply(state, text, "asking", question, _labels(question), cited)

    def question_of(self, step: Step) -> dict[str, Any]:
        """The question that waits, as it stands in JSON."""
        return question_of(self.advice, self.words, step)

    def given(self, state: Advising) -> list[dict[str, str]]:
        """The answers so far, as they stand in JSON."""
        return given_in(self.advice, self.words, state)

    def so_far(self, step: Step) -> Reply:
        """What was answered so far, and the question again where one waits."""
        state = step.state
        question = self.question_of(step) if state.asking else None
        text, cited = self.answers.cited(
            "advice-so-far", given=self.given(state), question=question, **self._said(state)
        )
        if question is None:
            status = "smalltalk"
            result = recommend(self.base, self.model, state.case)
            suggestions = self._after(state, result)
        else:
            status = "asking"
            suggestions = _labels(question)
        return self._reply(state, text, status, question, suggestions, cited)

    def paused(self, state: Advising) -> Reply:
        """The advice was stopped; nothing is lost."""
        text, cited = self.answers.cited("advice-stopped", given=self.given(state))
        offers = (self.words["go-on"], *self.base.identity.examples[:3])
        return self._reply(state, text, "smalltalk", None, offers, cited)

    def result(self, state: Advising, **said: Any) -> Reply:
        """The recommendation."""
        result = recommend(self.base, self.model, state.case)
        text, cited = self.answers.cited(
            "recommendation", **{**self._said(state, **said), **self.material(result, state.task)}
        )
        reply = self._reply(state, text, "recommended", None, self._after(state, result), cited)
        return self._with_result(reply, result)

    def _with_result(self, reply: Reply, result: Recommendation) -> Reply:
        first = result.ranking[0]
        return replace(
            reply,
            concepts=self._concepts([first.option]),
            confidence=first.acceptability,
            recommendation=self.as_json(result),
        )

    def written(
        self, result: Recommendation, task: str | None = None
    ) -> tuple[str, tuple[CitedSource, ...]]:
        """A result that stands on its own, as Markdown, with the sources it cites."""
        said = {**self._said(Advising()), **self.material(result, task)}
        text, cited = self.answers.cited("recommendation", **said)
        return text, self._sources(cited)

    def why_result(self, state: Advising) -> Reply:
        """What decided, said again in short."""
        result = recommend(self.base, self.model, state.case)
        text, cited = self.answers.cited("advice-why", **self.material(result, state.task))
        reply = self._reply(state, text, "recommended", None, self._after(state, result), cited)
        return self._with_result(reply, result)

    def material(self, result: Recommendation, task: str | None) -> dict[str, Any]:
        """What the templates of the result are given."""
        return {
            "result": result,
            "axes": self.advice.axes,
            "criteria": self.advice.criteria,
            "options": {**self.advice.options, **self.advice.moves},
            "task": self.base.tasks.get(task or ""),
            "bars": bars(result),
            "map": place_map(self.advice, result),
        }

    def as_json(self, result: Recommendation) -> dict[str, Any]:
        """The result as `advise --format json` prints it."""
        plain: dict[str, Any] = {
            "status": "recommended",
            **to_builtins(result),
            "ranking": [ranked.to_dict() for ranked in result.ranking],
            "sources": self._sources(result.sources),
            "kb": self.base.stamp,
        }
        read: dict[str, Any] = json.decode(json.encode(plain))  # lists, as whoever reads it has
        return read

    def beside(self, reply: Reply, step: Step) -> Reply:
        """A reply to something in between, with the question that still waits under it."""
        question = self.question_of(step)
        again, _ = self.answers.cited(
            "advice-question", question=question, lead=None, **self._said(step.state, again=True)
        )
        text = f"{reply.text}\n\n{again}"
        return replace(reply, text=text, question=question, suggestions=_labels(question))

    def _said(self, state: Advising, **said: Any) -> dict[str, Any]:
        """What every template of the advice may say first."""
        noted = [
            (self.advice.criteria[id].name, label_of(self.advice, self.words, id, answer))
            for id, answer in said.pop("noted", {}).items()
        ]
        names = {id: criterion.name for id, criterion in self.advice.criteria.items()}
        lost = [names.get(id, id) for id in state.lost]
        defaults = {"say": None, "again": False, "task": self.base.tasks.get(state.task or "")}
        return {**defaults, "noted": noted, "lost": lost, **said}

    def _after(self, state: Advising, result: Recommendation) -> tuple[str, ...]:
        """What to say after the result."""
        concepts = self._concepts([result.ranking[0].option])
        asks = [
            as_message(self.base, Question(aspect, concepts, None, 1.0))
            for aspect in OFFERED_ASPECTS
            if concepts
            and aspect in self.base.aspects
            and answerable(self.base, aspect, concepts, None)
        ]
        more = [self.words["more"]] if result.unknown else []
        return (*asks[:1], *more, self.words["change-one"], self.words["over"])

    def _concepts(self, options: Iterable[str]) -> tuple[str, ...]:
        shown: dict[str, Option | Move] = {**self.advice.options, **self.advice.moves}
        return tuple(concept for id in options if (concept := shown[id].concept) is not None)

    def _sources(self, ids: Sequence[str]) -> tuple[CitedSource, ...]:
        return tuple(
            CitedSource(id, source.title, source.publisher, source.year, source.url)
            for id in ids
            if (source := self.base.sources.get(id)) is not None
        )

    def _reply(
        self,
        state: Advising,
        text: str,
        status: Any,
        question: dict[str, Any] | None,
        suggestions: tuple[str, ...],
        cited: Sequence[str],
    ) -> Reply:
        return Reply(
            text=text,
            status=status,
            intent=CHOOSE,
            task=state.task,
            confidence=1.0,
            question=question,
            suggestions=suggestions,
            sources=self._sources(cited),
            kb=self.base.stamp,
        )


def _labels(question: dict[str, Any]) -> tuple[str, ...]:
    return tuple(answer["label"] for answer in question["answers"])
