"""The index over a knowledge base: names, signs, asking phrases and scope, ready for reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from sourcebot.dialogue.scope import ScopeModel
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.routing.passages import Passages
from sourcebot.routing.repair import Repairer, listed_in
from sourcebot.routing.router import Router
from sourcebot.routing.signs import Sign, SignReader
from sourcebot.routing.spotting import NamedThing, Spotter
from sourcebot.routing.weights import Weights

NAME_WEIGHT = 5
"""How much a word of a name outweighs other words when typing errors are repaired."""
Phrases = frozenset[tuple[str, ...]]


class Tables(Struct, frozen=True, gc=False):
    """What `learn.learn` works out, as it is kept on disk."""

    names: list[NamedThing]
    senses: list[NamedThing]
    subjects: list[NamedThing]
    smalltalk: list[NamedThing]
    signs: list[Sign]
    class_phrases: dict[str, list[tuple[str, tuple[str, ...]]]]
    frequency: dict[str, int]
    known: list[str]
    fillers: list[tuple[str, ...]]
    shifts: list[tuple[str, ...]]
    corrections: list[tuple[str, ...]]
    plural_pronouns: list[tuple[str, ...]]
    opposites: list[tuple[str, ...]]
    router: dict[str, Any]
    scope: tuple[tuple[float, ...], float]
    wording: dict[str, Any] | None
    asked_about: dict[str, list[tuple[str, ...]]]
    passages: dict[str, Any]
    origin: msgspec.Raw


class Understanding(Struct, frozen=True):
    """All that reading a message needs.

    known: stems that the knowledge base explains; origin: encoded, per example of the router the
    phrase as written and its file:line; asked_about: concept -> the sets of other concepts that its
    `asked_as` phrases name; passages: the facts themselves, labelled with their entry's key.
    """

    knowledge: KnowledgeBase
    router: Router
    spotter: Spotter
    senses: Spotter
    subjects: Spotter
    smalltalk: Spotter
    signs: SignReader
    repairer: Repairer
    contractions: Mapping[str, str]
    function_words: frozenset[str]
    openers: frozenset[str]
    joiners: frozenset[str]
    empty_words: frozenset[str]
    points_back: frozenset[str]
    points_back_to_both: Phrases
    fillers: Phrases
    shifts: Phrases
    corrections: Phrases
    opposites: Phrases
    known: frozenset[str]
    scope: ScopeModel
    wording: Weights | None
    origin: msgspec.Raw
    asked_about: Mapping[str, tuple[frozenset[str], ...]]
    passages: Passages


def assemble(knowledge: KnowledgeBase, tables: Tables) -> Understanding:
    """Put the tables of `learn.learn` to work. Raises KeyError and the like on damaged ones."""
    language = knowledge.language
    weights, bar = tables.scope
    return Understanding(
        knowledge=knowledge,
        router=Router.resume(tables.router),
        spotter=Spotter(tables.names, language.function_words),
        senses=Spotter(tables.senses),
        subjects=Spotter(tables.subjects),
        smalltalk=Spotter(tables.smalltalk),
        signs=SignReader(tables.signs, tables.class_phrases),
        repairer=Repairer(tables.frequency, listed_in(language.lexicon)),
        contractions={**language.contractions, **language.spellings},
        function_words=frozenset(language.function_words),
        openers=frozenset(language.openers),
        joiners=frozenset(language.joiners),
        empty_words=frozenset(language.empty_words),
        points_back=frozenset((*language.pronouns, *language.plural_pronouns)),
        points_back_to_both=frozenset(tables.plural_pronouns),
        fillers=frozenset(tables.fillers),
        shifts=frozenset(tables.shifts),
        corrections=frozenset(tables.corrections),
        opposites=frozenset(tables.opposites),
        known=frozenset(tables.known),
        scope=ScopeModel(weights, bar),
        wording=Weights.resume(tables.wording) if tables.wording is not None else None,
        origin=tables.origin,
        asked_about={
            concept: tuple(frozenset(names) for names in sets)
            for concept, sets in tables.asked_about.items()
        },
        passages=Passages.resume(tables.passages),
    )
