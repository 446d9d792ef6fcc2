"""The advice for answers that are all at hand: nothing is heard, so no index is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sourcebot.advice.compile import compile_model
from sourcebot.advice.model import UNKNOWN, State
from sourcebot.advice.recommendation import conflicts_in, recommend
from sourcebot.advice.result import Recommendation
from sourcebot.answers.render import Answers
from sourcebot.dialogue.advising.speaking import Speaker
from sourcebot.dialogue.advising.state import Advising
from sourcebot.dialogue.reply import CitedSource
from sourcebot.knowledge.advice_model import Conflict
from sourcebot.knowledge.facts import Source
from sourcebot.knowledge.model import KnowledgeBase


class Counsel:
    """Recommends from one knowledge base that has criteria. Read-only: share it."""

    def __init__(self, base: KnowledgeBase, answers: Answers) -> None:
        advice = base.advice
        assert advice is not None, "the base has no advice"
        self.base = base
        self.advice = advice
        self.model = compile_model(advice)
        self.speaker = Speaker(base, advice, self.model, answers)

    def recommend(
        self, answers: Mapping[str, str], possible: Mapping[str, tuple[str, ...]] | None = None
    ) -> Recommendation:
        """The result for these answers; possible: criterion -> answers left open, where known."""
        return recommend(self.base, self.model, State(dict(answers), possible or {}))

    def contradictions(self, answers: Mapping[str, str]) -> list[Conflict]:
        """What cannot hold at the same time; `recommend` takes such answers for unknown."""
        return conflicts_in(self.advice, answers)

    def listing(self) -> dict[str, list[dict[str, Any]]]:
        """All criteria with their answers, as `advise --list --json` prints them."""
        return {
            "criteria": [
                {
                    "id": criterion.id,
                    "text": criterion.question,
                    "why": criterion.why.text,
                    "answers": [
                        *({"id": a.id, "label": a.label} for a in criterion.answers.values()),
                        {"id": UNKNOWN, "label": self.speaker.words["unknown"]},
                    ],
                }
                for criterion in self.advice.criteria.values()
            ]
        }

    def as_json(self, result: Recommendation) -> dict[str, Any]:
        """The result as `advise --format json` prints it."""
        return self.speaker.as_json(result)

    def as_markdown(
        self, result: Recommendation, task: str | None = None
    ) -> tuple[str, tuple[CitedSource, ...]]:
        """The result as Markdown, and the sources in the order in which it cites them."""
        return self.speaker.written(result, task)

    def as_document(self, result: Recommendation, task: str | None = None) -> str:
        """The result as a whole Markdown document, with the answers and the sources."""
        from sourcebot.answers.brief import markdown_brief  # reads Markdown; JSON does without

        text, cited = self.as_markdown(result, task)
        return markdown_brief(
            self.speaker.answers, text, self._told(result), self._publications(cited)
        )

    def as_page(self, result: Recommendation, task: str | None = None) -> str:
        """The same as an HTML page that needs nothing beside it."""
        from sourcebot.answers.brief import html_brief

        text, cited = self.as_markdown(result, task)
        return html_brief(
            self.speaker.answers,
            text,
            self._told(result),
            self._publications(cited),
            self.base.stamp,
        )

    def _told(self, result: Recommendation) -> list[dict[str, str]]:
        """The answers that the result rests on."""
        told = {id: answer for id, answer in result.answers.items() if answer != UNKNOWN}
        return self.speaker.given(Advising(answers=told))

    def _publications(self, cited: tuple[CitedSource, ...]) -> list[Source]:
        return [self.base.sources[source.id] for source in cited]
