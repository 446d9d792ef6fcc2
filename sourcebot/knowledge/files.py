"""The shape of each YAML file, as curators write it; the JSON Schema for editors comes of it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from sourcebot.knowledge.advice_files import AdviceFile, CriterionFile, GuidancePart
from sourcebot.knowledge.course_files import CasesFile, CourseFile, LearningLanguage
from sourcebot.knowledge.facts import Fact, Source
from sourcebot.knowledge.model import (
    AdviceLanguage,
    Identity,
    Row,
    SmalltalkStatus,
    Takes,
    Trait,
    TranscriptTurn,
    Verdict,
    Wants,
)

Texts = tuple[str, ...]


class EntryPart(Struct, frozen=True, forbid_unknown_fields=True):
    """What is known on one aspect."""

    summary: Annotated[Fact, Meta(description="The first sentence of the answer.")]
    points: Annotated[tuple[Fact, ...], Meta(description="The details, one point each.")] = ()
    rows: Annotated[tuple[Row, ...], Meta(description="A comparison, point by point.")] = ()


class ConceptFile(Struct, frozen=True, forbid_unknown_fields=True):
    """concepts/<id>.yaml: a concept, its names, and what is known of it."""

    id: Annotated[str, Meta(description="Kebab-case id, the same as the file's name.")]
    name: Annotated[str, Meta(description="The name as it stands in a list or a table.")]
    entries: Annotated[dict[str, EntryPart], Meta(description="Aspect id -> what is known.")]
    with_article: Annotated[
        str | None, Meta(description="As it is said in a sentence, if not as `name`: 'an SLA'.")
    ] = None
    aliases: Annotated[Texts, Meta(description="Other names that mean this and nothing else.")] = ()
    loose: Annotated[
        Texts, Meta(description="Names that mean this only in the company of related words.")
    ] = ()
    signs: Annotated[
        Texts,
        Meta(description="Plain-language hints: words and <classes> of words.yaml, all needed."),
    ] = ()
    asked_as: Annotated[
        Texts, Meta(description="Whole questions that mean this concept without naming it.")
    ] = ()
    other_senses: Annotated[
        Texts, Meta(description="Phrases in which the names mean something else.")
    ] = ()
    contrast: Annotated[
        str | None, Meta(description="The concept it is most often compared with.")
    ] = None
    opposite: Annotated[str | None, Meta(description="The concept that undoes this one.")] = None
    kind: Annotated[str | None, Meta(description="Id of a kind of thing in kinds.yaml.")] = None
    traits: Annotated[
        dict[str, Trait], Meta(description="Trait of kinds.yaml -> its cell in a comparison.")
    ] = {}
    relations: Annotated[
        dict[str, Texts], Meta(description="Relation of kinds.yaml -> ids of its neighbours.")
    ] = {}
    does_not_apply: Annotated[
        dict[str, str],
        Meta(description="Aspect id -> why nobody can ask it of this, in one sentence."),
    ] = {}
    words: Annotated[
        dict[str, Texts], Meta(description="Word classes for its signs, as in words.yaml.")
    ] = {}
    sources: Annotated[
        dict[str, Source], Meta(description="New sources, as in sources.yaml; its ids are shared.")
    ] = {}


class KindPart(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of thing that concepts are."""

    name: Annotated[str, Meta(description="Ends the sentence 'It is ...', with its article.")]
    traits: Annotated[Texts, Meta(description="Traits that every concept of the kind should have.")]
    questions: Annotated[
        dict[str, str],
        Meta(description="Aspect -> its question for this kind, where it is asked otherwise."),
    ] = {}


class KindsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """kinds.yaml: what kinds of thing the concepts are, and how any two of them are compared."""

    kinds: dict[str, KindPart]
    traits: Annotated[dict[str, str], Meta(description="Trait -> its label, in table order.")]
    relations: Annotated[
        dict[str, str], Meta(description="Relation -> a sentence with {concept} and {other}.")
    ]
    telling: Annotated[Texts, Meta(description="The relations that a comparison mentions.")] = ()
    broader: Annotated[
        str | None, Meta(description="The relation that leads to a broader concept.")
    ] = None
    when: Annotated[
        str | None, Meta(description="The trait that completes 'Choose it when ...'.")
    ] = None


class EntriesFile(Struct, frozen=True, forbid_unknown_fields=True):
    """entries/*.yaml: what is known of several concepts together, or of none in particular."""

    concepts: Annotated[Texts, Meta(description="Two concept ids, or an empty list.")]
    entries: Annotated[dict[str, EntryPart], Meta(description="Aspect id -> what is known.")]
    sources: Annotated[
        dict[str, Source], Meta(description="New sources, as in sources.yaml; its ids are shared.")
    ] = {}


class CategoryPart(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of work."""

    name: str
    summary: Annotated[Fact, Meta(description="Why such work is a good or a bad candidate.")]


class TaskPart(Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of work."""

    name: str
    category: Annotated[str, Meta(description="Id of a category in this file.")]
    fits: Annotated[Texts, Meta(description="Concept ids that usually fit.")]
    points: Annotated[tuple[Fact, ...], Meta(description="What speaks for or against it.")]
    aliases: Texts = ()
    loose: Texts = ()
    examples: tuple[Fact, ...] = ()
    implies: Annotated[
        dict[str, str],
        Meta(description="Criterion -> the answer that such work nearly always has."),
    ] = {}
    cautions: Annotated[
        tuple[Fact, ...], Meta(description="What to take care of: data, licences, presence.")
    ] = ()
    decides: Annotated[
        str | None, Meta(description="The criterion whose question decides it most often.")
    ] = None
    also: Annotated[
        Texts, Meta(description="Other categories it may be put in: no wrong answers in practice.")
    ] = ()


class TasksFile(Struct, frozen=True, forbid_unknown_fields=True):
    """tasks.yaml: kinds of work, and pieces of work."""

    categories: dict[str, CategoryPart] = {}
    tasks: dict[str, TaskPart] = {}


class ClaimPart(Struct, frozen=True, forbid_unknown_fields=True):
    """Something people say that is only partly right."""

    says: Annotated[str, Meta(description="The claim, in one sentence.")]
    verdict: Verdict
    aspect: Annotated[str, Meta(description="The aspect that a question about it asks for.")]
    concepts: Texts
    phrases: Annotated[Texts, Meta(description="How people say it or ask about it.")]
    summary: Fact
    points: tuple[Fact, ...] = ()


class TogetherPart(Struct, frozen=True, forbid_unknown_fields=True):
    """Phrases that ask for this aspect and for others at once ('pros and cons')."""

    aspects: Annotated[Texts, Meta(description="All aspects that are asked for, in order.")]
    phrases: Texts


class AspectFile(Struct, frozen=True, forbid_unknown_fields=True):
    """aspects/<id>.yaml: something that can be asked, and how people ask it."""

    id: str
    name: Annotated[str, Meta(description="A heading of one to three words.")]
    takes: Annotated[Takes, Meta(description="What the question needs to be answered.")]
    question: Annotated[
        str, Meta(description="A message that asks it, with {concept}, {other} or {task}.")
    ]
    phrases: Annotated[
        Texts, Meta(description="How people ask; {concept} and {task} stand for names.")
    ]
    usual_concept: Annotated[
        str | None, Meta(description="The concept that is meant where a whole question names none.")
    ] = None
    question_alone: Annotated[
        str | None, Meta(description="A message that asks it of nothing in particular.")
    ] = None
    subjects: Annotated[
        Texts, Meta(description="Names of what it is about, where it needs no concept.")
    ] = ()
    next: Annotated[Texts, Meta(description="Aspects to suggest afterwards, best first.")] = ()
    together: tuple[TogetherPart, ...] = ()
    fresh_for: Annotated[
        int | None, Meta(description="Months after which its facts are to be looked at again.")
    ] = None


class QuestionPart(Struct, frozen=True, forbid_unknown_fields=True):
    """A question that stands on its own, and its answer.

    Without an answer: more ways to ask what is answered elsewhere under the same id.
    """

    phrases: Annotated[Texts, Meta(description="How people ask it, the clearest first.")]
    summary: Annotated[Fact | None, Meta(description="The answer, or its first sentence.")] = None
    points: Annotated[tuple[Fact, ...], Meta(description="The rest of it, one point each.")] = ()


class ScopeFile(Struct, frozen=True, forbid_unknown_fields=True):
    """scope.yaml: whole messages that the base is about, and messages that it is not."""

    inside: Texts
    outside: Texts


class TranscriptPart(Struct, frozen=True, forbid_unknown_fields=True):
    """transcripts/*.yaml: a conversation and what must come of it."""

    name: str
    turns: tuple[TranscriptTurn, ...]


class SmalltalkPart(Struct, frozen=True, forbid_unknown_fields=True):
    """A turn that asks for no knowledge."""

    phrases: Texts
    reply: Annotated[str, Meta(description="Markdown; a Jinja2 template that may use `kb`.")]
    intent: str = "smalltalk"
    status: SmalltalkStatus = "smalltalk"
    wants: Annotated[
        Wants | None,
        Meta(description="A wish in more wordings than `phrases` can list."),
    ] = None


class LanguageFile(Struct, frozen=True, forbid_unknown_fields=True):
    """content/language/language.yaml: how people write, whatever they ask about."""

    contractions: Annotated[dict[str, str], Meta(description="Short form -> full words.")]
    spellings: Annotated[dict[str, str], Meta(description="Chat spelling -> usual word.")]
    function_words: Annotated[Texts, Meta(description="Words that carry no topic.")]
    fillers: Annotated[Texts, Meta(description="Phrases to drop before reading a message.")]
    openers: Annotated[Texts, Meta(description="Words that start a question of its own.")]
    empty_words: Annotated[Texts, Meta(description="Words that add nothing to a bare name.")]
    joiners: Annotated[Texts, Meta(description="Words that join two questions.")]
    auxiliaries: Annotated[Texts, Meta(description="Verbs that open a yes-or-no question.")]
    pronouns: Annotated[Texts, Meta(description="Words that point back to one thing.")]
    plural_pronouns: Annotated[Texts, Meta(description="Words that point back to two things.")]
    corrections: Annotated[Texts, Meta(description="'no, I meant' and its like.")]
    shifts: Annotated[Texts, Meta(description="'what about', 'and': same question, other thing.")]
    opposites: Annotated[Texts, Meta(description="'the opposite of', 'the reverse'.")]
    ordinals: Annotated[dict[str, int], Meta(description="'the second one' -> 2.")]


class VoiceFile(Struct, frozen=True, forbid_unknown_fields=True):
    """content/language/voice.yaml: how answers are to sound, as far as `kb check` can tell."""

    longest_first_sentence: Annotated[int, Meta(description="Words of an answer's first sentence.")]
    longest_sentence: Annotated[int, Meta(description="Words of any other sentence.")]
    hardest: Annotated[int, Meta(description="The highest LIX of an entry.")]
    forbidden: Annotated[Texts, Meta(description="Words and phrases that no answer holds.")] = ()


SHAPES: dict[str, object] = {
    "kb": Identity,
    "sources": dict[str, Source],
    "concepts": ConceptFile,
    "kinds": KindsFile,
    "entries": EntriesFile,
    "tasks": TasksFile,
    "claims": dict[str, ClaimPart],
    "aspects": AspectFile,
    "questions": dict[str, QuestionPart],
    "words": dict[str, Texts],
    "scope": ScopeFile,
    "transcripts": tuple[TranscriptPart, ...],
    "advice": AdviceFile,
    "criteria": CriterionFile,
    "guidance": dict[str, GuidancePart],
    "cases": CasesFile,
    "course": CourseFile,
    "language": LanguageFile,
    "voice": VoiceFile,
    "advice-language": AdviceLanguage,
    "learning-language": LearningLanguage,
    "smalltalk": dict[str, SmalltalkPart],
}
"""Which shape a file has: by the name of its folder, or its own stem at the top level."""
