"""The index over a knowledge base: names, signs, asking phrases and scope, built once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from sourcebot.dialogue.reading import ASKED_AS, CLAIM, CONCEPT_SLOT, TASK_SLOT
from sourcebot.dialogue.scope import ScopeModel, fit_scope
from sourcebot.knowledge.cache import read_cached, write_cached
from sourcebot.knowledge.compiled import seal, unseal
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.routing.passages import Passages
from sourcebot.routing.repair import Repairer
from sourcebot.routing.router import Router
from sourcebot.routing.signs import SignReader, parse_sign
from sourcebot.routing.spotting import NamedThing, Spotter
from sourcebot.routing.text import stem, stems_of, words_of

_SLOTS = {"{concept}": CONCEPT_SLOT, "{other}": CONCEPT_SLOT, "{task}": TASK_SLOT}
_SLOT = re.compile(r"\{(concept|other|task)\}")


@dataclass(frozen=True, slots=True)
class Understanding:
    """All that reading a message needs.

    known: stems that the knowledge base explains; domain: stems of the word classes that signs
    use; origin: phrase as the router knows it -> (phrase as written, file:line); asked_about:
    concept -> the sets of other concepts that its `asked_as` phrases name; passages: the facts
    themselves, labelled with the key of their entry.
    """

    knowledge: KnowledgeBase
    router: Router
    spotter: Spotter
    senses: Spotter
    subjects: Spotter
    signs: SignReader
    repairer: Repairer
    contractions: Mapping[str, str]
    function_words: frozenset[str]
    openers: frozenset[str]
    known: frozenset[str]
    domain: frozenset[str]
    fillers: frozenset[tuple[str, ...]]
    scope: ScopeModel
    origin: Mapping[str, tuple[str, str]]
    asked_about: Mapping[str, tuple[frozenset[str], ...]]
    passages: Passages


def understand(knowledge: KnowledgeBase) -> Understanding:
    """The index of a knowledge base, from the user's cache where it is current."""
    cached = unseal(read_cached("index", knowledge.digest))
    if cached is not None:
        try:
            return _assemble(knowledge, msgspec.json.decode(cached))
        except (msgspec.DecodeError, KeyError, TypeError, ValueError, IndexError):
            pass
    learnt = _learn(knowledge)
    write_cached("index", knowledge.digest, seal(msgspec.json.encode(learnt)))
    return _assemble(knowledge, learnt)


def _learn(knowledge: KnowledgeBase) -> dict[str, Any]:
    """Everything that takes time: the router's index and the scope model's weights."""
    from sourcebot.dialogue.reader import Reader

    unlearnt: dict[str, Any] = {"scope": None, "router": None, "origin": {}, "asked_about": {}, "passages": _NO_PASSAGES}
    draft = _assemble(knowledge, unlearnt)
    reader = Reader(draft)
    examples: list[tuple[str, str]] = []
    origin: dict[str, tuple[str, str]] = {}
    for phrase, label, place in _phrases(knowledge):
        masked = reader.mask_phrase(_SLOT.sub(lambda m: _SLOTS[m.group()], phrase))
        examples.append((masked, label))
        origin.setdefault(masked, (phrase, place))
    router = Router.from_examples(examples, synonyms=_asking_classes(knowledge))
    asked_about = {
        concept.id: sorted({reader.names_in(text) for text in concept.asked_as})
        for concept in knowledge.concepts.values()
    }
    learnt = {
        "scope": None,
        "router": router.dump(),
        "origin": origin,
        "asked_about": asked_about,
        "passages": Passages.build(_facts(knowledge)).dump(),
    }
    reader = Reader(_assemble(knowledge, learnt))
    model = fit_scope(
        [reader.signals_of(text) for text in knowledge.scope.inside],
        [reader.signals_of(text) for text in knowledge.scope.outside],
    )
    return {**learnt, "scope": [list(model.weights), model.bar]}


def _phrases(knowledge: KnowledgeBase) -> Iterable[tuple[str, str, str]]:
    """(phrase, label, file:line) for everything the router learns from."""
    for phrase in knowledge.phrases:
        yield phrase.text, "+".join(phrase.aspects), str(phrase.place)
    for aspect in knowledge.aspects.values():
        yield aspect.question, aspect.id, str(aspect.place)
        if aspect.question_alone is not None:
            yield aspect.question_alone, aspect.id, str(aspect.place)
    for claim in knowledge.claims.values():
        for text in claim.phrases:
            yield text, CLAIM + claim.id, str(claim.place)
    for concept in knowledge.concepts.values():
        for text in concept.asked_as:
            yield text, ASKED_AS + concept.id, str(concept.place)


def _asking_classes(knowledge: KnowledgeBase) -> dict[str, tuple[str, ...]]:
    """The word classes that no sign uses: they say how people ask."""
    used = _classes_in_signs(knowledge)
    return {name: words for name, words in knowledge.words.items() if name not in used}


def _classes_in_signs(knowledge: KnowledgeBase) -> set[str]:
    signs = (sign for concept in knowledge.concepts.values() for sign in concept.signs)
    return {name for sign in signs for name in re.findall(r"<([^<>]+)>", sign)}


def _assemble(knowledge: KnowledgeBase, learnt: Mapping[str, Any]) -> Understanding:
    language = knowledge.language
    router = Router.resume(learnt["router"]) if learnt["router"] else _NOTHING_LEARNT
    used = _classes_in_signs(knowledge)
    domain = {
        word
        for name in sorted(used)
        for text in knowledge.words.get(name, ())
        for word in words_of(text)
    }
    asking = {
        word
        for name, texts in knowledge.words.items()
        if name not in used
        for text in texts
        for word in words_of(text)
    }
    names = list(_names(knowledge))
    name_words = {word for name in names for word in words_of(name.text)}
    phrase_words = _words_in_phrases(knowledge)
    frequency = {word: 1 for word in phrase_words | domain | asking}
    frequency |= {word: 2 for word in language.function_words}
    frequency |= {word: 5 for word in name_words}
    for word in (CONCEPT_SLOT, TASK_SLOT):
        frequency[word] = 1
    scope = learnt["scope"]
    return Understanding(
        knowledge=knowledge,
        router=router,
        spotter=Spotter(names, language.function_words),
        senses=Spotter(_senses(knowledge), ()),
        subjects=Spotter(_subjects(knowledge), ()),
        signs=SignReader(
            [parse_sign(c.id, sign) for c in knowledge.concepts.values() for sign in c.signs],
            knowledge.words,
        ),
        repairer=Repairer(frequency, language.lexicon),
        contractions={**language.contractions, **language.spellings},
        function_words=frozenset(language.function_words),
        openers=frozenset(language.openers),
        known=frozenset(stem(word) for word in phrase_words | domain | asking | name_words),
        domain=frozenset(stem(word) for word in domain),
        fillers=frozenset(tuple(words_of(text, language.contractions)) for text in language.fillers),
        scope=ScopeModel(tuple(scope[0]), scope[1]) if scope else fit_scope([], []),
        origin={key: (value[0], value[1]) for key, value in learnt["origin"].items()},
        asked_about={
            concept: tuple(frozenset(names) for names in sets)
            for concept, sets in learnt["asked_about"].items()
        },
        passages=Passages.resume(learnt["passages"]),
    )


_NO_PASSAGES: dict[str, Any] = {"labels": [], "idf": {}, "postings": {}}
_NOTHING_LEARNT = Router.from_examples([(CONCEPT_SLOT, "nothing")])


def _facts(knowledge: KnowledgeBase) -> Iterable[tuple[str, set[str]]]:
    """(entry key, content stems) of every fact of every entry."""
    dull = frozenset(stem(word) for word in knowledge.language.function_words)
    for key, entry in knowledge.entries.items():
        if not entry.concepts:
            continue
        for fact in (entry.summary, *entry.points):
            text = f"{fact.title or ''} {fact.text} {fact.remedy or ''}"
            yield key, {word for word in stems_of(text) if word not in dull}


def _words_in_phrases(knowledge: KnowledgeBase) -> set[str]:
    """Words that at least two phrases share; a word of one phrase only is no part of the subject."""
    counts: dict[str, int] = {}
    for phrase, _, _ in _phrases(knowledge):
        for word in set(words_of(_SLOT.sub(" ", phrase), knowledge.language.contractions)):
            counts[word] = counts.get(word, 0) + 1
    subjects = (word for aspect in knowledge.aspects.values() for s in aspect.subjects for word in words_of(s))
    return {word for word, count in counts.items() if count > 1} | set(subjects)


def _names(knowledge: KnowledgeBase) -> Iterable[NamedThing]:
    for concept in knowledge.concepts.values():
        for name in concept.names:
            yield NamedThing(concept.id, "concept", name.text, name.loose)
    for task in knowledge.tasks.values():
        for name in task.names:
            yield NamedThing(task.id, "task", name.text, name.loose)


def _senses(knowledge: KnowledgeBase) -> Iterable[NamedThing]:
    for concept in knowledge.concepts.values():
        for text in concept.other_senses:
            yield NamedThing(concept.id, "sense", text, False)


def _subjects(knowledge: KnowledgeBase) -> Iterable[NamedThing]:
    for aspect in knowledge.aspects.values():
        for text in aspect.subjects:
            yield NamedThing(aspect.id, "subject", text, False)
