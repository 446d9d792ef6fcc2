"""What understanding takes from a knowledge base, worked out once and kept as JSON-able tables."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from sourcebot.dialogue.holdings import TASKS
from sourcebot.dialogue.reader import Reader
from sourcebot.dialogue.reading import ASKED_AS, CLAIM, CONCEPT_SLOT, START, TASK_SLOT
from sourcebot.dialogue.scope import DEFAULT, FEWEST, INSIDE, OUTSIDE, difference, fit_scope
from sourcebot.dialogue.smalltalk import wanting
from sourcebot.dialogue.understanding import NAME_WEIGHT, Tables, Words, assemble
from sourcebot.knowledge.facts import Phrase
from sourcebot.knowledge.model import DEFINE, KnowledgeBase
from sourcebot.routing.company import Company
from sourcebot.routing.descriptions import Descriptions
from sourcebot.routing.features import NOT
from sourcebot.routing.fitting import learn as learn_weights
from sourcebot.routing.passages import Passages
from sourcebot.routing.router import Router
from sourcebot.routing.signs import class_phrases, parse_sign
from sourcebot.routing.spotting import NamedThing, buckets, name_of
from sourcebot.routing.text import clean, stem, stems_of, tokenise, words_of

NEARNESS = 8.0
"""How much a phrase of the base counts beside what all phrases together have taught."""
UNSEEN = 5
"""Routers that each leave out a part of the messages that are phrases, too."""
FEW = 0.1
"""So small a share of all phrases is left out at once."""
_SLOTS = {"{concept}": CONCEPT_SLOT, "{other}": CONCEPT_SLOT, "{task}": TASK_SLOT}
_SLOT = re.compile(r"\{(concept|other|task)\}")


def learn(knowledge: KnowledgeBase) -> Tables:
    """Everything that takes time: names, word tables, the router's index, the scope's weights."""
    draft = _words(knowledge)
    reader = Reader(assemble(knowledge, draft))
    examples: list[tuple[str, str]] = []
    origin: dict[tuple[str, str], tuple[str, str]] = {}
    describing = {p: c.id for c in knowledge.concepts.values() for p in c.asked_as}
    described: dict[tuple[str, str], str] = {}
    for masked, label, phrase in masked_phrases(knowledge, reader):
        examples.append((masked, label))
        origin.setdefault((masked, label), (phrase.text, str(phrase.place)))
        described.setdefault((masked, label), describing.get(phrase, ""))
    draft = replace(
        draft,
        router=router_of(knowledge, examples),
        origin=_encoded(list(origin.values())),
        described=list(described.values()),
        words=replace(
            draft.words,
            asked_about={
                concept.id: sorted({tuple(reader.names_in(p.text)) for p in concept.asked_as})
                for concept in knowledge.concepts.values()
            },
        ),
    )
    return _with_scope(knowledge, Reader(assemble(knowledge, draft)), draft)


def _with_scope(knowledge: KnowledgeBase, reader: Reader, draft: Tables) -> Tables:
    """Fit the wording index and the scope's weights on the messages of scope.yaml."""
    inside, outside = knowledge.scope.inside, knowledge.scope.outside
    if min(len(inside), len(outside)) < FEWEST:
        return draft
    texts = [*inside, *outside]
    targets = [0] * len(inside) + [1] * len(outside)
    classes = {
        stem(word): name
        for name, words in _asking_classes(knowledge).items()
        for word in words
        if " " not in word
    }
    masked = [reader.masked_words(text) for text in texts]
    wording = learn_weights((INSIDE, OUTSIDE), masked, targets, (), classes, as_written=True)
    unseen = _unseen(knowledge, reader, draft, inside)
    signals = [
        unseen.get(text, reader).signals_of(text, difference(wording.left_out[number].tolist()))
        for number, text in enumerate(texts)
    ]
    model = fit_scope(signals[: len(inside)], signals[len(inside) :])
    words = replace(draft.words, scope=(tuple(model.weights), model.bar))
    return replace(draft, words=words, wording=wording.weights)


def _unseen(
    knowledge: KnowledgeBase, reader: Reader, draft: Tables, messages: Iterable[str]
) -> dict[str, Reader]:
    """For each message that is a phrase word for word, a reader that has not learnt it.

    What a reader has learnt it knows too well: the scope would be asked to be as sure of every
    message, and decline what is put in other words.
    """
    phrases = list(masked_phrases(knowledge, reader))
    known = {phrase.text for _, _, phrase in phrases}
    learnt = [text for text in dict.fromkeys(messages) if text in known]
    parts = UNSEEN if len(learnt) > FEW * len(phrases) else 1
    found: dict[str, Reader] = {}
    for part in range(parts):
        out = set(learnt[part::parts])
        rest = [(masked, label) for masked, label, phrase in phrases if phrase.text not in out]
        if out and rest:
            index = assemble(knowledge, replace(draft, router=router_of(knowledge, rest)))
            found |= dict.fromkeys(out, Reader(index))
    return found


def _encoded(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def router_of(knowledge: KnowledgeBase, examples: Iterable[tuple[str, str]]) -> Router:
    """A router from (masked phrase, label) pairs, with the base's words for asking.

    Raises ExamplesError where there is none.
    """
    return Router.from_examples(
        examples, synonyms=_asking_classes(knowledge), as_written=True, nearness=NEARNESS
    )


def masked_phrases(knowledge: KnowledgeBase, reader: Reader) -> Iterable[tuple[str, str, Phrase]]:
    """(text as the router sees it, label, the phrase as written) for all it learns from."""
    for text, label, phrase in phrases_of(knowledge):
        yield reader.mask_phrase(with_slots(text)), label, phrase


def with_slots(text: str) -> str:
    """A phrase with the words that stand for names in place of `{concept}` and its like."""
    return _SLOT.sub(lambda found: _SLOTS[found.group()], text)


def phrases_of(knowledge: KnowledgeBase) -> Iterable[tuple[str, str, Phrase]]:
    """(text, label, the phrase as written) for everything the router learns from."""
    for phrase in knowledge.phrases:
        yield phrase.text, "+".join(phrase.aspects), phrase
    for aspect in knowledge.aspects.values():
        for text in (aspect.question, aspect.question_alone):
            if text is not None:
                yield text, aspect.id, Phrase(text, (aspect.id,), aspect.place)
    for claim in knowledge.claims.values():
        for phrase in claim.phrases:
            yield phrase.text, CLAIM + claim.id, phrase
            first, _, rest = phrase.text.partition(" ")
            asked = first.casefold() in knowledge.language.auxiliaries
            if asked and rest.split()[:1] != [NOT]:
                # "Isn't it always abroad?" asks what "is it always abroad?" asks.
                yield f"{first} {NOT} {rest}", CLAIM + claim.id, phrase
    for concept in knowledge.concepts.values():
        for phrase in concept.asked_as:
            yield phrase.text, ASKED_AS, phrase
    if knowledge.advice is not None:
        for phrase in knowledge.advice.starts:
            yield phrase.text, START, phrase


def _words(knowledge: KnowledgeBase) -> Tables:
    """Names, signs and words, tokenised; nothing learnt yet."""
    language = knowledge.language
    used = _classes_in_signs(knowledge)
    domain = _class_words(knowledge, used)
    asking = _class_words(knowledge, set(knowledge.words) - used)
    names = list(_names(knowledge))
    smalltalk = list(_smalltalk(knowledge))
    name_words = {word for name in names for word in name.words}
    phrase_words = _words_in_phrases(knowledge)
    frequency = {word: 1 for word in phrase_words | domain | asking}
    chat = {word for name in smalltalk for word in name.words} | set(wanting(knowledge.language))
    frequency |= {word: 1 for word in chat if word not in frequency}
    frequency |= {word: 2 for word in language.function_words}
    frequency |= {word: NAME_WEIGHT for word in name_words}
    frequency |= {CONCEPT_SLOT: 1, TASK_SLOT: 1}
    signs = [parse_sign(c.id, sign) for c in knowledge.concepts.values() for sign in c.signs]
    known = phrase_words | domain | asking | name_words

    def phrases(texts: Iterable[str]) -> list[tuple[str, ...]]:
        return sorted({tuple(words_of(text, language.contractions)) for text in texts})

    return Tables(
        words=Words(
            senses=list(_senses(knowledge)),
            subjects=list(_subjects(knowledge)),
            smalltalk=smalltalk,
            signs=signs,
            class_phrases=class_phrases(signs, knowledge.words),
            frequency=dict(sorted(frequency.items())),
            known=sorted({stem(word) for word in known}),
            proper=sorted(_proper(knowledge) - {stem(word) for word in name_words}),
            fillers=phrases(language.fillers),
            shifts=phrases(language.shifts),
            corrections=phrases(language.corrections),
            plural_pronouns=phrases(language.plural_pronouns),
            opposites=phrases(language.opposites),
            asked_about={},
            broader=_broader(knowledge),
            scope=(tuple(DEFAULT.weights), DEFAULT.bar),
        ),
        names=buckets(names),
        router=Router.from_examples([(CONCEPT_SLOT, "nothing")], as_written=True),
        wording=None,
        encoded_company=_encoded(Company.of(name.words for name in names).dump()),
        passages=Passages.build(_facts(knowledge)),
        descriptions=Descriptions.build(_descriptions(knowledge)),
        described=[],
        origin=_encoded([]),
    )


def _class_words(knowledge: KnowledgeBase, names: set[str]) -> set[str]:
    texts = (text for name in names for text in knowledge.words.get(name, ()))
    return {word for text in texts for word in words_of(text)}


def _asking_classes(knowledge: KnowledgeBase) -> dict[str, tuple[str, ...]]:
    """The word classes that no sign uses: they say how people ask."""
    used = _classes_in_signs(knowledge)
    return {name: words for name, words in knowledge.words.items() if name not in used}


def _classes_in_signs(knowledge: KnowledgeBase) -> set[str]:
    signs = (sign for concept in knowledge.concepts.values() for sign in concept.signs)
    return {name for sign in signs for name in re.findall(r"<([^<>]+)>", sign)}


def _facts(knowledge: KnowledgeBase) -> Iterable[tuple[str, set[str]]]:
    """(entry key, content stems) of every fact of every entry."""
    dull = frozenset(stem(word) for word in knowledge.language.function_words)
    for key, entry in knowledge.entries.items():
        if not entry.concepts:
            continue
        for fact in (entry.summary, *entry.points):
            text = f"{fact.title or ''} {fact.text} {fact.remedy or ''}"
            yield key, {word for word in stems_of(text) if word not in dull}


def _broader(knowledge: KnowledgeBase) -> dict[str, list[str]]:
    """Concept -> the concepts that it is a kind of, however far up."""
    relation = knowledge.kinds.broader
    found: dict[str, list[str]] = {}
    for id in knowledge.concepts if relation is not None else ():
        above: dict[str, None] = {}
        ways = [id]
        while ways:
            for other in knowledge.concepts[ways.pop()].relations.get(relation or "", ()):
                if other not in above and other != id:
                    above[other] = None
                    ways.append(other)
        if above:
            found[id] = sorted(above)
    return found


def _proper(knowledge: KnowledgeBase) -> set[str]:
    """Stems that facts always write with a capital, and at least once inside a sentence."""
    capital: set[str] = set()
    small: set[str] = set()
    for entry in knowledge.entries.values():
        for fact in (entry.summary, *entry.points):
            for text in (fact.title or "", fact.text, fact.remedy or ""):
                cleaned = clean(text)
                for token in tokenise(cleaned):
                    if token.proper:
                        capital.add(token.stem)
                    elif not cleaned[token.start].isupper():
                        small.add(token.stem)
    return {stem for stem in capital - small if len(stem) > 1}


def _descriptions(knowledge: KnowledgeBase) -> dict[str, list[list[str]]]:
    """Per concept, sentence by sentence, the content stems of what is said of it."""
    dull = frozenset(stem(word) for word in knowledge.language.function_words)
    found: dict[str, list[list[str]]] = {}
    for concept in knowledge.concepts.values():
        texts = [phrase.text for phrase in concept.asked_as]
        texts += [name.text for name in concept.names]
        texts += [trait.text for trait in concept.traits.values()] * 2
        for aspect in (DEFINE, TASKS):
            entry = knowledge.entry(aspect, (concept.id,))
            facts = (entry.summary, *entry.points) if entry is not None else ()
            texts += [f"{fact.title or ''} {fact.text}" for fact in facts]
        units = ([word for word in stems_of(text) if word not in dull] for text in texts)
        found[concept.id] = [unit for unit in units if unit]
    return found


def _words_in_phrases(knowledge: KnowledgeBase) -> set[str]:
    """Words that two phrases share; what only one phrase says is no part of the subject."""
    counts: dict[str, int] = {}
    for text, _, _ in phrases_of(knowledge):
        for word in set(words_of(_SLOT.sub(" ", text), knowledge.language.contractions)):
            counts[word] = counts.get(word, 0) + 1
    subjects = (name for aspect in knowledge.aspects.values() for name in aspect.subjects)
    own = {word for name in subjects for word in words_of(name)}
    return {word for word, count in counts.items() if count > 1} | own


def _names(knowledge: KnowledgeBase) -> Iterable[NamedThing]:
    ordinary = frozenset(knowledge.language.function_words)
    for kind, things in (
        ("concept", knowledge.concepts.values()),
        ("task", knowledge.tasks.values()),
    ):
        for thing in things:
            for name in thing.names:
                yield name_of(thing.id, kind, name.text, loose=name.loose, ordinary=ordinary)


def _senses(knowledge: KnowledgeBase) -> Iterable[NamedThing]:
    for concept in knowledge.concepts.values():
        for text in concept.other_senses:
            yield name_of(concept.id, "sense", text)


def _subjects(knowledge: KnowledgeBase) -> Iterable[NamedThing]:
    for aspect in knowledge.aspects.values():
        for text in aspect.subjects:
            yield name_of(aspect.id, "subject", text)


def _smalltalk(knowledge: KnowledgeBase) -> Iterable[NamedThing]:
    for kind in knowledge.language.smalltalk:
        for text in kind.phrases:
            yield name_of(kind.id, "smalltalk", text)
    for text in knowledge.language.fillers:
        yield name_of("", "filler", text)
