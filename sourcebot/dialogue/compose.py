"""From a decision to a reply: facts gathered, rendered, cited, and what to ask next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from sourcebot.answers.render import Answers, Material
from sourcebot.dialogue.comparing import neighbours
from sourcebot.dialogue.focus import in_focus
from sourcebot.dialogue.holdings import answerable, compared, holdings, takes
from sourcebot.dialogue.phrasing import as_message, next_questions
from sourcebot.dialogue.questions import Choice, Question, Refusal
from sourcebot.dialogue.reply import Alternative, CitedSource, Part, Reply
from sourcebot.knowledge.model import DEFINE, KnowledgeBase


class Composer:
    """Composes replies from one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self.knowledge = knowledge
        self.answers = Answers(knowledge)

    def answer(self, questions: Sequence[Question], seen: tuple[str, ...]) -> Reply:
        """Answer one or more questions; those the base has nothing on are said so."""
        base = self.knowledge
        open_ones = [q for q in questions if not self._has_answer(q)]
        answered = [q for q in questions if q not in open_ones]
        if not answered:
            return self.refuse(Refusal("no-entry", question=questions[0]))
        text, cited = self.answers.answer([self._material(question) for question in answered])
        for question in open_ones:
            note = self.answers.text("unknown", reason="no-entry", topic=as_message(base, question))
            text += f"\n\n{note}"
        first = questions[0]
        parts: tuple[Part, ...] = ()
        if len(questions) > 1:
            parts = tuple(Part(q.intent, q.concepts, q.task, q.confidence) for q in questions)
        return Reply(
            text=text,
            status="answered",
            intent=first.intent,
            concepts=tuple(sorted({concept for q in answered for concept in q.concepts})),
            task=next((q.task for q in questions if q.task), None),
            confidence=first.confidence,
            alternatives=first.others,
            parts=parts,
            suggestions=next_questions(base, questions[-1], seen, text),
            sources=tuple(self._cited(cited)),
            kb=base.stamp,
        )

    def clarify(self, choice: Choice) -> Reply:
        """Ask which of several readings is meant."""
        messages = tuple(as_message(self.knowledge, option) for option in choice.options)
        first = choice.options[0]
        return Reply(
            text=self.answers.text("clarify", by=choice.by, names=self._choices(choice)),
            status="clarify",
            reason="ambiguous",
            intent=first.intent,
            concepts=first.concepts if choice.by == "aspect" else (),
            task=first.task,
            confidence=first.confidence,
            alternatives=tuple(
                Alternative(option.intent, option.concepts, option.task, option.confidence)
                for option in choice.options
            ),
            suggestions=messages,
            kb=self.knowledge.stamp,
        )

    def refuse(self, refusal: Refusal) -> Reply:
        """Say that there is no answer, and offer what there is."""
        base, question = self.knowledge, refusal.question
        options = base.identity.examples
        topic = ""
        if question is not None:
            topic = as_message(base, question)
            options = next_questions(base, question, ()) or options
        text = self.answers.text("unknown", reason=refusal.reason, topic=topic)
        return Reply(
            text=text,
            status="unknown",
            reason=refusal.reason,
            intent=question.intent if question else None,
            concepts=question.concepts if question else (),
            task=question.task if question else None,
            confidence=question.confidence if question else 0.0,
            suggestions=options,
            kb=base.stamp,
        )

    def _choices(self, choice: Choice) -> tuple[str, ...]:
        """What tells the readings apart: names of concepts, or of aspects."""
        base = self.knowledge
        if choice.by == "aspect":
            return tuple(base.aspects[option.intent].name.lower() for option in choice.options)
        return tuple(
            " and ".join(base.names[id] for id in option.concepts) for option in choice.options
        )

    def _has_answer(self, question: Question) -> bool:
        return question.claim is not None or answerable(
            self.knowledge, question.intent, question.concepts, question.task
        )

    def _material(self, question: Question) -> Material:
        base = self.knowledge
        concepts = tuple(base.concepts[id] for id in question.concepts)
        task = base.tasks[question.task] if question.task else None
        if question.claim is not None:
            return Material(question.intent, concepts, claim=base.claims[question.claim])
        held = holdings(base, question.intent, question.concepts)
        missing = tuple(base.concepts[id] for id in held.missing)
        side_by_side = None
        if takes(base, question.intent) == "pair":
            if held.entries:
                missing = ()
            else:
                side_by_side = compared(base, question.intent, question.concepts)
        found = [in_focus(entry, question.said, question.names) for entry in held.entries]
        if question.intent == DEFINE:
            # What it is comes first, whatever else was named.
            found = [((), replace(rest, points=(*leads, *rest.points))) for leads, rest in found]
        return Material(
            question.intent,
            concepts,
            entries=tuple(entry for _, entry in found),
            missing=missing,
            task=task,
            compared=side_by_side,
            leads=tuple(fact for leads, _ in found for fact in leads),
            neighbours=neighbours(base, concepts[0]) if _defines_one(question) else (),
        )

    def _cited(self, ids: Iterable[str]) -> Iterable[CitedSource]:
        for id in ids:
            source = self.knowledge.sources[id]
            yield CitedSource(id, source.title, source.publisher, source.year, source.url)


def _defines_one(question: Question) -> bool:
    return question.intent == DEFINE and len(question.concepts) == 1
