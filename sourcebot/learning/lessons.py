"""The pages of a lesson: a template over the knowledge base, so that it changes with its facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from sourcebot.answers.render import Answers
from sourcebot.answers.sandbox import for_templates
from sourcebot.dialogue.comparing import comparison
from sourcebot.errors import TemplateError
from sourcebot.knowledge.course_model import Lesson
from sourcebot.knowledge.decode import nearest
from sourcebot.knowledge.model import KnowledgeBase, entry_key

ANY = "lesson"
"""The template that can tell any lesson."""
PAGE_BREAK = "---"


class Told(Struct, frozen=True):
    """A lesson as it is read. pages: Markdown, one screen each; sources: ids, in order of `[1]`."""

    pages: tuple[str, ...]
    sources: tuple[str, ...]


class Lessons:
    """Tells the lessons of one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase, answers: Answers) -> None:
        self._knowledge = knowledge
        self._answers = answers
        self._functions = _functions(knowledge)

    def tell(self, lesson: Lesson) -> Told:
        """The lesson's pages.

        Raises errors.TemplateError, with the template's file and line, where it is at fault, be it
        that it names what the base does not hold.
        """
        base = self._knowledge
        held = (base.entry(aspect, (id,)) for id in lesson.concepts for aspect in lesson.aspects)
        side_by_side = [base.concepts[id] for id in lesson.concepts]
        text, sources = self._answers.lesson(
            self.template(lesson),
            lesson=lesson,
            aspects=base.aspects,
            entries=[entry for entry in held if entry is not None],
            compared=comparison(base, side_by_side) if len(side_by_side) > 1 else None,
            **self._functions,
        )
        pages = [page.strip() for page in f"\n{text}\n".split(f"\n{PAGE_BREAK}\n")]
        return Told(tuple(page for page in pages if page), sources)

    def template(self, lesson: Lesson) -> str:
        """The lesson's own template where there is one, else the one for any lesson.

        Raises errors.TemplateError where the lesson names one that does not exist.
        """
        known = self._knowledge.templates
        if lesson.template is not None:
            if f"lessons/{lesson.template}.md.j2" not in known:
                there = [n.removeprefix("lessons/").removesuffix(".md.j2") for n in known]
                hint = nearest(lesson.template, there)
                missing = f"content/lessons/{lesson.template}.md.j2: no such template{hint}"
                raise TemplateError(f"{missing}; the lesson `{lesson.id}` names it")
            return lesson.template
        return lesson.id if f"lessons/{lesson.id}.md.j2" in known else ANY


def _functions(knowledge: KnowledgeBase) -> dict[str, Callable[..., Any]]:
    """What a template calls to get at things by their ids; what does not exist is an error."""
    advice = knowledge.advice
    criteria = advice.criteria if advice is not None else {}
    options: Mapping[str, Any] = {**advice.options, **advice.moves} if advice is not None else {}

    def entry(aspect: str, *concepts: str) -> Any:
        return _found("entry", knowledge.entries, entry_key(aspect, concepts))

    def getter(kind: str, things: Mapping[str, Any]) -> Callable[[str], Any]:
        return lambda id: _found(kind, things, id)

    found: dict[str, Callable[..., Any]] = {
        "entry": entry,
        "concept": getter("concept", knowledge.concepts),
        "task": getter("task", knowledge.tasks),
        "category": getter("category", knowledge.categories),
        "claim": getter("claim", knowledge.claims),
        "case": getter("case", knowledge.cases),
        "criterion": getter("criterion", criteria),
        "option": getter("option", options),
    }
    return {name: for_templates(function) for name, function in found.items()}


def _found(kind: str, things: Mapping[str, Any], id: str) -> Any:
    if id in things:
        return things[id]
    raise LookupError(f"the knowledge base has no {kind} `{id}`{nearest(id, list(things))}")
