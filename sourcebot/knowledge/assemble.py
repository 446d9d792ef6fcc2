"""Decoded and checked files into the frozen model."""

from __future__ import annotations

import msgspec

from sourcebot.knowledge.advice_assembly import assemble_advice
from sourcebot.knowledge.course_assembly import assemble_cases, assemble_course
from sourcebot.knowledge.decode import line_of
from sourcebot.knowledge.draft import Decoded, Draft
from sourcebot.knowledge.facts import Phrase, Place, Source
from sourcebot.knowledge.files import AspectFile, ConceptFile, EntryPart, KindsFile, TaskPart
from sourcebot.knowledge.folders import RawBase
from sourcebot.knowledge.model import (
    DEFINE,
    AdviceLanguage,
    Aspect,
    Category,
    Claim,
    Concept,
    Entry,
    Kinds,
    KnowledgeBase,
    Language,
    Name,
    Scope,
    Smalltalk,
    Task,
    Transcript,
    entry_key,
)
from sourcebot.knowledge.questions_assembly import (
    question_aspects,
    question_entries,
    question_phrases,
)


def assemble(draft: Draft, raw: RawBase) -> KnowledgeBase:
    """Build the knowledge base; the draft has passed its checks."""
    return KnowledgeBase(
        identity=draft.of("kb")[0].value,
        digest=raw.digest,
        kinds=_kinds(draft),
        names={file.value.id: file.value.name for file in draft.of("concepts")},
        with_article={
            file.value.id: file.value.with_article
            for file in draft.of("concepts")
            if file.value.with_article is not None
        },
        criteria={file.value.id: file.value.question for file in draft.of("criteria")},
        concepts={file.value.id: _concept(file) for file in draft.of("concepts")},
        aspects={file.value.id: _aspect(file) for file in draft.of("aspects")}
        | question_aspects(draft),
        entries=_entries(draft) | question_entries(draft),
        categories=_categories(draft),
        tasks=_tasks(draft),
        claims=_claims(draft),
        words={name: words for part in draft.words() for name, words in part.items()},
        sources=_sources(draft),
        language=_language(draft, raw),
        templates={
            file.name: file.data.decode("utf-8", "replace")
            for file in raw.content
            if file.name.endswith(".j2")
        },
        later={
            "phrases": _later(
                [p for file in draft.of("aspects") for p in _phrases(file)]
                + question_phrases(draft)
            ),
            "advice": _later(assemble_advice(draft)),
            "scope": _later(_scope(draft)),
            "transcripts": _later(_transcripts(draft)),
            "cases": _later(assemble_cases(draft)),
            "course": _later(assemble_course(draft)),
            "learning": _later(
                {
                    p: w
                    for file in draft.of("learning-language")
                    for p, w in file.value.words.items()
                }
            ),
        },
    )


def _later(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _scope(draft: Draft) -> Scope:
    parts = [file.value for file in draft.of("scope")]
    return Scope(
        tuple(text for part in parts for text in part.inside),
        tuple(text for part in parts for text in part.outside),
    )


def _transcripts(draft: Draft) -> list[Transcript]:
    return [
        Transcript(part.name, part.turns, Place(file.name, line_of(file.node, index)))
        for file in draft.of("transcripts")
        for index, part in enumerate(file.value)
    ]


def _concept(file: Decoded) -> Concept:
    part: ConceptFile = file.value
    return Concept(
        id=part.id,
        name=part.name,
        names=(
            Name(part.name, False, Place(file.name, line_of(file.node, "name"))),
            *_names(file, ("aliases",), part.aliases, loose=False),
            *_names(file, ("loose",), part.loose, loose=True),
        ),
        signs=part.signs,
        asked_as=_placed(file, part.asked_as, DEFINE, "asked_as"),
        other_senses=part.other_senses,
        contrast=part.contrast,
        opposite=part.opposite,
        kind=part.kind,
        traits=part.traits,
        relations=part.relations,
        does_not_apply=part.does_not_apply,
        place=Place(file.name, 1),
    )


def _kinds(draft: Draft) -> Kinds:
    for file in draft.of("kinds"):
        part: KindsFile = file.value
        return Kinds(
            names={id: kind.name for id, kind in part.kinds.items()},
            traits=part.traits,
            expected={id: kind.traits for id, kind in part.kinds.items()},
            questions={id: kind.questions for id, kind in part.kinds.items()},
            relations=part.relations,
            telling=part.telling,
            broader=part.broader,
            when=part.when,
        )
    return Kinds()


def _placed(file: Decoded, texts: tuple[str, ...], aspect: str, *path: str) -> tuple[Phrase, ...]:
    """Phrases with the lines they stand on."""
    return tuple(
        Phrase(text, (aspect,), Place(file.name, line_of(file.node, *path, index)))
        for index, text in enumerate(texts)
    )


def _names(
    file: Decoded, path: tuple[str, ...], texts: tuple[str, ...], *, loose: bool
) -> tuple[Name, ...]:
    return tuple(
        Name(text, loose, Place(file.name, line_of(file.node, *path, index)))
        for index, text in enumerate(texts)
    )


def _entries(draft: Draft) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for file in (*draft.of("concepts"), *draft.of("entries")):
        part = file.value
        concepts = (part.id,) if isinstance(part, ConceptFile) else part.concepts
        for aspect, entry in part.entries.items():
            place = Place(file.name, line_of(file.node, "entries", aspect))
            entries[entry_key(aspect, concepts)] = _entry(aspect, concepts, entry, place)
    return entries


def _entry(aspect: str, concepts: tuple[str, ...], part: EntryPart, place: Place) -> Entry:
    return Entry(
        aspect=aspect,
        concepts=concepts,
        summary=part.summary,
        points=part.points,
        rows=part.rows,
        place=place,
    )


def _categories(draft: Draft) -> dict[str, Category]:
    return {
        id: Category(
            id,
            part.name,
            part.summary,
            Place(file.name, line_of(file.node, "categories", id)),
        )
        for file in draft.of("tasks")
        for id, part in file.value.categories.items()
    }


def _tasks(draft: Draft) -> dict[str, Task]:
    return {
        id: _task(file, id, part)
        for file in draft.of("tasks")
        for id, part in file.value.tasks.items()
    }


def _task(file: Decoded, id: str, part: TaskPart) -> Task:
    at = ("tasks", id)
    return Task(
        id=id,
        name=part.name,
        names=(
            Name(part.name, False, Place(file.name, line_of(file.node, *at, "name"))),
            *_names(file, (*at, "aliases"), part.aliases, loose=False),
            *_names(file, (*at, "loose"), part.loose, loose=True),
        ),
        category=part.category,
        fits=part.fits,
        points=part.points,
        examples=part.examples,
        implies=part.implies,
        cautions=part.cautions,
        decides=part.decides,
        also=part.also,
        place=Place(file.name, line_of(file.node, *at)),
    )


def _claims(draft: Draft) -> dict[str, Claim]:
    return {
        id: Claim(
            id=id,
            aspect=part.aspect,
            concepts=part.concepts,
            says=part.says,
            phrases=_placed(file, part.phrases, part.aspect, id, "phrases"),
            verdict=part.verdict,
            summary=part.summary,
            points=part.points,
            place=Place(file.name, line_of(file.node, id)),
        )
        for file in draft.of("claims")
        for id, part in file.value.items()
    }


def _aspect(file: Decoded) -> Aspect:
    part: AspectFile = file.value
    return Aspect(
        id=part.id,
        name=part.name,
        takes=part.takes,
        question=part.question,
        question_alone=part.question_alone,
        usual_concept=part.usual_concept,
        subjects=part.subjects,
        next=part.next,
        fresh_for=part.fresh_for,
        place=Place(file.name, 1),
    )


def _phrases(file: Decoded) -> list[Phrase]:
    part: AspectFile = file.value
    phrases = [
        Phrase(text, (part.id,), Place(file.name, line_of(file.node, "phrases", index)))
        for index, text in enumerate(part.phrases)
    ]
    for number, both in enumerate(part.together):
        for index, text in enumerate(both.phrases):
            line = line_of(file.node, "together", number, "phrases", index)
            phrases.append(Phrase(text, both.aspects, Place(file.name, line)))
    return phrases


def _sources(draft: Draft) -> dict[str, Source]:
    return {id: source for part in draft.sources() for id, source in part.items()}


def _language(draft: Draft, raw: RawBase) -> Language:
    part = draft.of("language")[0].value
    lexicon = next((file.data for file in raw.content if file.name == "language/lexicon.txt"), b"")
    words = (
        line.strip()
        for line in lexicon.decode("utf-8", "replace").splitlines()
        if not line.startswith("#")
    )
    return Language(
        contractions=part.contractions,
        spellings=part.spellings,
        function_words=part.function_words,
        fillers=part.fillers,
        openers=part.openers,
        empty_words=part.empty_words,
        joiners=part.joiners,
        auxiliaries=part.auxiliaries,
        pronouns=part.pronouns,
        plural_pronouns=part.plural_pronouns,
        corrections=part.corrections,
        shifts=part.shifts,
        opposites=part.opposites,
        ordinals=part.ordinals,
        advice=next((file.value for file in draft.of("advice-language")), AdviceLanguage()),
        smalltalk=tuple(
            Smalltalk(id, item.intent, item.status, item.phrases, item.reply, item.wants)
            for file in draft.of("smalltalk")
            for id, item in file.value.items()
        ),
        lexicon="\n" + "\n".join(sorted(set(words))) + "\n",
    )
