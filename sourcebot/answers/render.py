"""One answer: which facts go to which template, and which sources they cite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from sourcebot.answers.sandbox import Sandbox, for_templates, names_used, render
from sourcebot.knowledge.facts import Fact
from sourcebot.knowledge.model import (
    Claim,
    Comparison,
    Concept,
    Entry,
    KnowledgeBase,
    Row,
    Task,
    Trait,
)

GIVEN = frozenset(
    [
        *("aspect", "concepts", "entries", "missing", "definitions", "compared", "claim", "leads"),
        *("task", "category", "decides", "neighbours"),
        *("question", "lead", "noted", "lost", "say", "again", "given"),
        *("result", "axes", "criteria", "options", "bars", "map"),
        *("text", "sources", "title", "body", "stamp"),
        *("names", "several", "kb", "cite", "parts", "reason", "topic", "by", "name"),
        *("lesson", "aspects", "entry", "concept", "case", "criterion", "option"),
        *("progress", "course", "day", "members", "mistaken"),
    ]
)
"""The names that templates are given (see `Answers.answer`, `text` and `lesson`)."""
SMALLTALK = "language/smalltalk.j2"
ENTRY_TEMPLATE, CLAIM_TEMPLATE = "answers/entry.md.j2", "answers/claim.md.j2"
COMPARED_TEMPLATE = "answers/compared.md.j2"


class Material(Struct, frozen=True):
    """What an answer is made of.

    entries: one for the concepts together, or one for each; missing: concepts without one;
    compared: the concepts side by side, where no entry compares them; leads: points that the
    question names, which the answer begins with; neighbours: how a concept stands to others.
    """

    aspect: str
    concepts: tuple[Concept, ...] = ()
    entries: tuple[Entry, ...] = ()
    missing: tuple[Concept, ...] = ()
    task: Task | None = None
    claim: Claim | None = None
    compared: Comparison | None = None
    leads: tuple[Fact, ...] = ()
    neighbours: tuple[str, ...] = ()


class _Citations(Struct):
    """Numbers sources in the order in which an answer cites them."""

    numbers: dict[str, int] = field(default_factory=dict)

    def cite(self, fact: Fact | Row | Trait) -> str:
        marks = [str(self.numbers.setdefault(id, len(self.numbers) + 1)) for id in fact.sources]
        return f" [{', '.join(marks)}]" if marks else ""


class Answers:
    """Renders answers from one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._sandbox = Sandbox(knowledge.templates)

    def answer(self, materials: Sequence[Material]) -> tuple[str, tuple[str, ...]]:
        """The Markdown of one or more answers and the source ids they cite, in order.

        Raises errors.TemplateError where a template is at fault.
        """
        citations = _Citations()
        cite = for_templates(lambda fact: citations.cite(fact))
        texts = []
        for material in materials:
            values = {
                "aspect": self._knowledge.aspects.get(material.aspect),
                "concepts": material.concepts,
                "entries": material.entries,
                "missing": material.missing,
                "task": material.task,
                "category": self._category(material.task),
                "decides": self._deciding(material.task),
                "claim": material.claim,
                "compared": material.compared,
                "leads": material.leads,
                "neighbours": material.neighbours,
                "names": self._knowledge.names,
                "definitions": self._definitions(material.missing),
                "several": len(materials) > 1,
                "kb": self._knowledge.identity,
                "cite": cite,
            }
            text = render(self._sandbox, self._template(material), values)
            texts.append(_tidy(text))
        return "\n\n".join(texts), tuple(citations.numbers)

    def cited(self, name: str, **values: object) -> tuple[str, tuple[str, ...]]:
        """Render a template that cites what has `sources`, and the source ids in order."""
        citations = _Citations()
        cite = for_templates(lambda fact: citations.cite(fact))
        return self.text(name, cite=cite, **values), tuple(citations.numbers)

    def lesson(self, name: str, **values: object) -> tuple[str, tuple[str, ...]]:
        """Render a lesson, and the source ids that it cites, in order."""
        citations = _Citations()
        cite = for_templates(lambda fact: citations.cite(fact))
        values |= {"cite": cite, "names": self._knowledge.names, "kb": self._knowledge.identity}
        text = render(self._sandbox, f"lessons/{name}.md.j2", values)
        return _tidy(text), tuple(citations.numbers)

    def text(self, name: str, **values: object) -> str:
        """Render a template that needs no facts (offers, refusals)."""
        values.setdefault("kb", self._knowledge.identity)
        return _tidy(render(self._sandbox, f"answers/{name}.md.j2", values))

    def page(self, name: str, **values: object) -> str:
        """Render an HTML template; what is not markup already is escaped."""
        values.setdefault("kb", self._knowledge.identity)
        return render(self._sandbox, f"answers/{name}.html.j2", values) + "\n"

    def small(self, reply: str, **values: object) -> str:
        """Render a reply of small talk, which is itself a template."""
        sandbox = Sandbox({SMALLTALK: reply})
        return _tidy(render(sandbox, SMALLTALK, {"kb": self._knowledge.identity, **values}))

    def undefined_names(self) -> list[str]:
        """`content/file: name` for every name that a template uses and no answer gives it."""
        return [
            f"content/{name}: `{unknown}` is undefined"
            for name, text in self._knowledge.templates.items()
            for unknown in sorted(names_used(self._sandbox, text) - GIVEN)
        ]

    def _template(self, material: Material) -> str:
        """The aspect's own template, else the one for what it takes, else the one for entries."""
        if material.claim is not None:
            return CLAIM_TEMPLATE
        if material.compared is not None and COMPARED_TEMPLATE in self._knowledge.templates:
            return COMPARED_TEMPLATE
        aspect = self._knowledge.aspects.get(material.aspect)
        names = [material.aspect, *([aspect.takes] if aspect is not None else [])]
        own = (f"answers/{name}.md.j2" for name in names)
        return next((name for name in own if name in self._knowledge.templates), ENTRY_TEMPLATE)

    def _category(self, task: Task | None) -> object:
        return self._knowledge.categories.get(task.category) if task is not None else None

    def _deciding(self, task: Task | None) -> str:
        """The question that decides most often where the task belongs, or nothing."""
        known = self._knowledge.criteria
        return known.get(task.decides or "", "") if task is not None else ""

    def _definitions(self, concepts: Iterable[Concept]) -> list[Entry]:
        found = (self._knowledge.entry("define", (concept.id,)) for concept in concepts)
        return [entry for entry in found if entry is not None]


def _tidy(text: str) -> str:
    """Templates may leave blank lines where a block printed nothing; keep one at most."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        line = line.rstrip()
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines)
