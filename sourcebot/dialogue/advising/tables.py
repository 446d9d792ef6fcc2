"""What is learnt for hearing answers: replies to each question, statements, and steering acts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from sourcebot.knowledge.advice_model import Advice
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.routing.router import Router
from sourcebot.routing.spotting import NamedThing, Spotter, name_of
from sourcebot.routing.text import clean, tokenise

TASK_SLOT = "taskslot"
TERM_SLOT = "termslot"
IS, LEAVES, ALSO = "=", "~", "+"
"""Labels of statements: `criterion=answer`, or `criterion~answer+answer` for what they leave."""


class AdviceTables(Struct, frozen=True):
    """As it is kept on disk: routers' dumps and the names of terms."""

    replies: dict[str, dict[str, Any]]
    statements: dict[str, Any]
    acts: dict[str, Any]
    terms: list[NamedThing]


class Hearing(Struct, frozen=True, dict=True):
    """Ready for use. replies: criterion -> a router over the answers to its question."""

    replies: dict[str, Router]
    statements: Router
    acts: Router
    terms: Spotter


def learn_hearing(knowledge: KnowledgeBase, advice: Advice) -> dict[str, Any]:
    """Everything that hearing takes, for `resume_hearing`."""
    statements = list(_statements(advice)) or [("nothing", "nothing")]
    acts = [
        (_slotted(text), act)
        for act, texts in knowledge.language.advice.acts.items()
        for text in texts
    ]
    return {
        "replies": {
            criterion.id: _dumped(
                (_slotted(text), answer.id)
                for answer in criterion.answers.values()
                for text in (answer.label, *answer.says, *answer.states)
            )
            for criterion in advice.criteria.values()
        },
        "statements": _dumped(statements),
        "acts": _dumped(acts or [("nothing", "nothing")]),
        "terms": [
            name_of(f"{criterion.id}:{number}", "term", name)
            for criterion in advice.criteria.values()
            for number, term in enumerate(criterion.terms)
            for name in term.names
        ],
    }


def resume_hearing(encoded: bytes) -> Hearing:
    """The tables of `learn_hearing` at work.

    Raises msgspec.DecodeError, KeyError and the like on damaged ones.
    """
    tables = msgspec.json.decode(encoded, type=AdviceTables)
    return Hearing(
        replies={id: Router.resume(dump) for id, dump in tables.replies.items()},
        statements=Router.resume(tables.statements),
        acts=Router.resume(tables.acts),
        terms=Spotter(tables.terms),
    )


def _dumped(examples: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return Router.from_examples(examples, as_written=True).dump(with_index=True)


def _statements(advice: Advice) -> Iterable[tuple[str, str]]:
    for criterion in advice.criteria.values():
        for answer in criterion.answers.values():
            for text in answer.states:
                yield _slotted(text), f"{criterion.id}{IS}{answer.id}"
        for narrowing in criterion.narrows:
            label = f"{criterion.id}{LEAVES}{ALSO.join(narrowing.answers)}"
            for text in narrowing.phrases:
                yield _slotted(text), label


def _slotted(text: str) -> str:
    return re.sub(r"\{term\}", TERM_SLOT, re.sub(r"\{task\}", TASK_SLOT, text))


def with_slot(text: str, spotter: Spotter, kinds: frozenset[str], slot: str) -> tuple[str, str]:
    """The text with the first name of these kinds as a slot, and whose name it is ("" for none)."""
    cleaned = clean(text)
    tokens = tokenise(cleaned)
    for spot in spotter.spot(tokens):
        if spot.kind in kinds:
            start, end = tokens[spot.first].start, tokens[spot.last].end
            return f"{cleaned[:start]}{slot}{cleaned[end:]}", spot.owner
    return cleaned, ""
