"""The index over a knowledge base: names, signs, asking phrases and scope, ready for reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec
from msgspec import Struct

from sourcebot.dialogue.scope import ScopeModel
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.routing.company import Company
from sourcebot.routing.descriptions import Descriptions
from sourcebot.routing.passages import Passages
from sourcebot.routing.repair import Repairer, listed_in
from sourcebot.routing.router import Router
from sourcebot.routing.signs import Sign, SignReader
from sourcebot.routing.spotting import Bucketed, NamedThing, Spotter
from sourcebot.routing.weights import Weights

NAME_WEIGHT = 5
"""How much a word of a name outweighs other words when typing errors are repaired."""
Phrases = frozenset[tuple[str, ...]]


class Words(Struct, frozen=True, gc=False):
    """What every message is held against, tokenised; `scope`: weights and bar of `ScopeModel`."""

    senses: list[NamedThing]
    subjects: list[NamedThing]
    smalltalk: list[NamedThing]
    signs: list[Sign]
    class_phrases: dict[str, list[tuple[str, tuple[str, ...]]]]
    frequency: dict[str, int]
    known: list[str]
    proper: list[str]
    fillers: list[tuple[str, ...]]
    shifts: list[tuple[str, ...]]
    corrections: list[tuple[str, ...]]
    plural_pronouns: list[tuple[str, ...]]
    opposites: list[tuple[str, ...]]
    asked_about: dict[str, list[tuple[str, ...]]]
    broader: dict[str, list[str]]
    scope: tuple[tuple[float, ...], float]


class Tables(Struct, frozen=True):
    """What `learn.learn` works out, ready for use or encoded until it is wanted."""

    words: Words
    names: Bucketed
    router: Router
    wording: Weights | None
    passages: Passages
    descriptions: Descriptions
    described: Sequence[str]
    encoded_company: msgspec.Raw
    origin: msgspec.Raw


class Understanding(Struct, frozen=True, dict=True):
    """All that reading a message needs.

    known: stems that the knowledge base explains; proper: stems of the names that only facts have
    (countries, companies); origin: encoded, per example of the router the phrase as written and its
    file:line; asked_about: concept -> the sets of other concepts that its `asked_as` phrases name;
    broader: concept -> all that it is a kind of; passages: the facts themselves, labelled with
    their entry's key; descriptions: concepts by what is said of them; described: per example of the
    router the concept that it describes, or "".
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
    proper: frozenset[str]
    scope: ScopeModel
    wording: Weights | None
    origin: msgspec.Raw
    asked_about: Mapping[str, tuple[frozenset[str], ...]]
    broader: Mapping[str, list[str]]
    passages: Passages
    descriptions: Descriptions
    described: Sequence[str]
    encoded_company: msgspec.Raw

    @cached_property
    def company(self) -> Company:
        """Which words stand side by side in names; wanted where a word is unknown."""
        return Company(**msgspec.json.decode(self.encoded_company))


def assemble(knowledge: KnowledgeBase, tables: Tables) -> Understanding:
    """Put the tables of `learn.learn` to work."""
    language, words = knowledge.language, tables.words
    weights, bar = words.scope
    return Understanding(
        knowledge=knowledge,
        router=tables.router,
        spotter=Spotter(tables.names, language.function_words),
        senses=Spotter(words.senses),
        subjects=Spotter(words.subjects),
        smalltalk=Spotter(words.smalltalk),
        signs=SignReader(words.signs, words.class_phrases),
        repairer=Repairer(words.frequency, listed_in(language.lexicon)),
        contractions={**language.contractions, **language.spellings},
        function_words=frozenset(language.function_words),
        openers=frozenset(language.openers),
        joiners=frozenset(language.joiners),
        empty_words=frozenset(language.empty_words),
        points_back=frozenset((*language.pronouns, *language.plural_pronouns)),
        points_back_to_both=frozenset(words.plural_pronouns),
        fillers=frozenset(words.fillers),
        shifts=frozenset(words.shifts),
        corrections=frozenset(words.corrections),
        opposites=frozenset(words.opposites),
        known=frozenset(words.known),
        proper=frozenset(words.proper),
        scope=ScopeModel(weights, bar),
        wording=tables.wording,
        origin=tables.origin,
        asked_about={
            concept: tuple(frozenset(names) for names in sets)
            for concept, sets in words.asked_about.items()
        },
        broader=words.broader,
        passages=tables.passages,
        descriptions=tables.descriptions,
        described=tables.described,
        encoded_company=tables.encoded_company,
    )
