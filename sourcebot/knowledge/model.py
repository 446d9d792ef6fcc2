"""What is known, as frozen typed values. Everything else in Sourcebot reads these.

The classes that appear in YAML (`Fact`, `Row`, `Source`, ...) are described field by field, because
the JSON Schema for editors is generated from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from sourcebot.knowledge.facts import Fact, Phrase, Place, Source

if TYPE_CHECKING:
    from sourcebot.knowledge.advice_model import Advice
    from sourcebot.knowledge.course_model import Case, Course

DEFINE = "define"
"""The aspect that a bare name asks for; every knowledge base has it."""
Takes = Literal["concept", "pair", "task", "subject", "nothing"]
Verdict = Literal["true", "partly", "false"]


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a comparison table."""

    label: Annotated[str, Meta(description="What is compared, e.g. 'Who does the work'.")]
    cells: Annotated[
        dict[str, str], Meta(description="Concept id -> a few words for that concept.")
    ]
    sources: Annotated[tuple[str, ...], Meta(description="Ids from sources.yaml, at least one.")]


class Trait(Struct, frozen=True, forbid_unknown_fields=True):
    """One cell of a comparison: what holds of a concept in one respect."""

    text: Annotated[str, Meta(description="One to nine words; equal words mean equal things.")]
    sources: Annotated[tuple[str, ...], Meta(description="Ids from sources.yaml, at least one.")]


class Entry(Struct, frozen=True):
    """What is known on one aspect of one or more concepts."""

    aspect: str
    concepts: tuple[str, ...]
    summary: Fact
    points: tuple[Fact, ...]
    rows: tuple[Row, ...]
    place: Place


class Comparison(Struct, frozen=True):
    """Several concepts side by side, made from their traits.

    kinds: concept -> what kind of thing it is; related: sentences; shared, apart: the rows whose
    cells are all equal, and the others; when: concept -> what speaks for it.
    """

    concepts: tuple[str, ...]
    kinds: dict[str, str]
    same_kind: bool
    related: tuple[str, ...]
    rows: tuple[Row, ...]
    shared: tuple[Row, ...]
    apart: tuple[Row, ...]
    when: dict[str, Trait]


class Name(Struct, frozen=True):
    """A name of a concept or a task; a loose one counts only in the company of other evidence."""

    text: str
    loose: bool
    place: Place


class Concept(Struct, frozen=True):
    """A thing that can be explained."""

    id: str
    name: str
    names: tuple[Name, ...]
    signs: tuple[str, ...]
    asked_as: tuple[Phrase, ...]
    other_senses: tuple[str, ...]
    contrast: str | None
    opposite: str | None
    kind: str | None
    traits: dict[str, Trait]
    relations: dict[str, tuple[str, ...]]
    does_not_apply: dict[str, str]
    place: Place


class Kinds(Struct, frozen=True):
    """What kinds of thing concepts are, and in what respects any two of them are compared.

    names: kind -> how it ends "it is ..."; traits: trait -> label, in the order of a table;
    expected: kind -> the traits of its concepts; questions: kind -> aspect -> how it is asked of
    such a concept, where not as of any; relations: relation -> sentence with `{concept}`
    and `{other}`; telling: relations that a comparison mentions; broader: the relation that leads
    to a broader concept; when: the trait that completes "choose it when ...".
    """

    names: dict[str, str] = {}
    traits: dict[str, str] = {}
    expected: dict[str, tuple[str, ...]] = {}
    questions: dict[str, dict[str, str]] = {}
    relations: dict[str, str] = {}
    telling: tuple[str, ...] = ()
    broader: str | None = None
    when: str | None = None


class Category(Struct, frozen=True):
    """A kind of work; what makes it a good or a bad candidate holds for all its tasks."""

    id: str
    name: str
    summary: Fact
    place: Place


class Task(Struct, frozen=True):
    """A piece of work that a manager may ask about."""

    id: str
    name: str
    names: tuple[Name, ...]
    category: str
    fits: tuple[str, ...]
    points: tuple[Fact, ...]
    examples: tuple[Fact, ...]
    implies: dict[str, str]
    cautions: tuple[Fact, ...]
    decides: str | None
    also: tuple[str, ...]
    place: Place


class Claim(Struct, frozen=True):
    """Something people say that is only partly right, and how we state it."""

    id: str
    aspect: str
    concepts: tuple[str, ...]
    says: str
    phrases: tuple[Phrase, ...]
    verdict: Verdict
    summary: Fact
    points: tuple[Fact, ...]
    place: Place


class Aspect(Struct, frozen=True):
    """Something that can be asked about concepts, tasks or on its own."""

    id: str
    name: str
    takes: Takes
    question: str
    question_alone: str | None
    usual_concept: str | None
    subjects: tuple[str, ...]
    next: tuple[str, ...]
    fresh_for: int | None
    place: Place


SmalltalkStatus = Literal["smalltalk", "handoff"]
Status = Literal["answered", "clarify", "unknown", "smalltalk", "asking", "recommended", "handoff"]
Reason = Literal["empty", "out-of-scope", "ambiguous", "no-entry", "too-long"]


class Way(Struct, frozen=True, forbid_unknown_fields=True):
    """One of `acts` with one of `things`, in any order: to talk, to somebody."""

    acts: tuple[str, ...]
    things: tuple[str, ...]


class Wants(Struct, frozen=True, forbid_unknown_fields=True):
    """A wish that has too many wordings to list ("could you put me through to a real person").

    It is meant where a sentence has an act and a thing of one of the ways, and no word beyond
    those of all ways and `beside`.
    """

    ways: tuple[Way, ...]
    beside: tuple[str, ...] = ()

    @property
    def words(self) -> frozenset[str]:
        """All words that such a sentence may have."""
        return frozenset(self.beside).union(*(way.acts + way.things for way in self.ways))


class Smalltalk(Struct, frozen=True):
    """A turn that asks for no knowledge, and the polite reply."""

    id: str
    intent: str
    status: SmalltalkStatus
    phrases: tuple[str, ...]
    reply: str
    wants: Wants | None = None


class AdviceLanguage(Struct, frozen=True, forbid_unknown_fields=True):
    """content/language/advice.yaml: how the guided advice speaks, and how it is steered."""

    words: Annotated[dict[str, str], Meta(description="What stands on choices and offers.")] = {}
    acts: Annotated[
        dict[str, tuple[str, ...]], Meta(description="How to go on -> how people say it.")
    ] = {}


class Language(Struct, frozen=True):
    """How people write, whatever they ask about: function words, contractions, fillers, cues."""

    contractions: dict[str, str]
    spellings: dict[str, str]
    function_words: tuple[str, ...]
    fillers: tuple[str, ...]
    openers: tuple[str, ...]
    empty_words: tuple[str, ...]
    joiners: tuple[str, ...]
    auxiliaries: tuple[str, ...]
    pronouns: tuple[str, ...]
    plural_pronouns: tuple[str, ...]
    corrections: tuple[str, ...]
    shifts: tuple[str, ...]
    opposites: tuple[str, ...]
    ordinals: dict[str, int]
    advice: AdviceLanguage
    smalltalk: tuple[Smalltalk, ...]
    lexicon: str


class Scope(Struct, frozen=True):
    """Whole messages that are inside and outside of what the base is about; they set the bar."""

    inside: tuple[str, ...]
    outside: tuple[str, ...]


class TranscriptTurn(Struct, frozen=True, forbid_unknown_fields=True):
    """One message and what its reply must be; what is left out is not checked."""

    user: Annotated[str, Meta(description="What the user types.")]
    status: Annotated[Status | None, Meta(description="Expected status of the reply.")] = None
    reason: Annotated[
        Reason | None, Meta(description="Expected reason where there is no answer.")
    ] = None
    intent: Annotated[str | None, Meta(description="Expected aspect id.")] = None
    intents: Annotated[
        tuple[str, ...] | None, Meta(description="Aspect ids of a message with two questions.")
    ] = None
    concepts: Annotated[tuple[str, ...] | None, Meta(description="Expected concept ids.")] = None
    task: Annotated[str | None, Meta(description="Expected task id.")] = None
    asks: Annotated[
        str | None, Meta(description="The criterion whose question must wait after this turn.")
    ] = None
    option: Annotated[
        str | None, Meta(description="The option that must be recommended first.")
    ] = None
    says: Annotated[
        tuple[str, ...], Meta(description="Words that the reply must hold, whatever their case.")
    ] = ()


class Transcript(Struct, frozen=True):
    """A conversation that must go as written."""

    name: str
    turns: tuple[TranscriptTurn, ...]
    place: Place


class Identity(Struct, frozen=True, forbid_unknown_fields=True):
    """kb.yaml: what this knowledge base is."""

    name: Annotated[str, Meta(description="Short id, kebab-case; stamped on every reply.")]
    title: Annotated[str, Meta(description="What it is about, in a few words.")]
    about: Annotated[str, Meta(description="One sentence: what users can ask about.")]
    reviewed: Annotated[str, Meta(description="When the whole was last reviewed, YYYY-MM-DD.")]
    examples: Annotated[
        tuple[str, ...], Meta(description="Questions for the first screen; each must route.")
    ]
    main_concepts: Annotated[
        tuple[str, ...], Meta(description="Concepts offered when a question names none.")
    ]


class KnowledgeBase(Struct, frozen=True, dict=True):
    """Everything that is known, read-only. Safe to share between threads and conversations.

    It stays as it was loaded, whatever becomes of its files; load it anew to see an edit. Only
    where the files were edited and its compiled form was damaged under it, a reader may meet a
    KnowledgeError.

    identity: what kb.yaml says: name, title, about, reviewed, examples, main_concepts; digest: 64
    hex digits over every file it was made from, templates included; names: id of a concept -> its
    name; criteria: id of a criterion of the advice -> its question.
    """

    # with_article: concept -> its name with its article, where it has one. later: what is encoded
    # until it is wanted; a single question needs a few entries, and neither the advice nor the
    # phrases that its index was learnt from.
    identity: Identity
    digest: str
    kinds: Kinds
    names: dict[str, str]
    with_article: dict[str, str]
    criteria: dict[str, str]
    aspects: dict[str, Aspect]
    language: Language
    concepts: Mapping[str, Concept]
    entries: Mapping[str, Entry]
    categories: Mapping[str, Category]
    tasks: Mapping[str, Task]
    claims: Mapping[str, Claim]
    sources: Mapping[str, Source]
    templates: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    later: Mapping[str, msgspec.Raw]

    @cached_property
    def phrases(self) -> tuple[Phrase, ...]:
        """How people ask, aspect by aspect: what the index is learnt from."""
        return msgspec.json.decode(self.later["phrases"], type=tuple[Phrase, ...])

    @cached_property
    def advice(self) -> Advice | None:
        """Criteria, options and guidance, or None where the base has none."""
        from sourcebot.knowledge.advice_model import Advice

        return msgspec.json.decode(self.later["advice"], type=Advice | None)

    @cached_property
    def scope(self) -> Scope:
        """What is inside and outside."""
        return msgspec.json.decode(self.later["scope"], type=Scope)

    @cached_property
    def transcripts(self) -> tuple[Transcript, ...]:
        """The conversations that must go as written."""
        return msgspec.json.decode(self.later["transcripts"], type=tuple[Transcript, ...])

    @cached_property
    def cases(self) -> dict[str, Case]:
        """Documented decisions, told so that somebody can decide them again."""
        from sourcebot.knowledge.course_model import Case

        return msgspec.json.decode(self.later["cases"], type=dict[str, Case])

    @cached_property
    def course(self) -> Course | None:
        """The lessons that the curators wrote, or None where they wrote none."""
        from sourcebot.knowledge.course_model import Course

        return msgspec.json.decode(self.later["course"], type=Course | None)

    @cached_property
    def learning_words(self) -> dict[str, str]:
        """What stands around exercises, whatever they are about."""
        return msgspec.json.decode(self.later["learning"], type=dict[str, str])

    @property
    def can_advise(self) -> bool:
        """Whether the base has criteria; asking costs nothing."""
        return bool(self.criteria)

    @property
    def stamp(self) -> str:
        """Name and short digest, as replies carry them: `sourcing@3f9c2a1b`."""
        return f"{self.identity.name}@{self.digest[:8]}"

    def said(self, concept: str) -> str:
        """A concept's name as it is said in a sentence: "an SLA", "offshoring"."""
        return self.with_article.get(concept) or self.names[concept]

    def entry(self, aspect: str, concepts: tuple[str, ...]) -> Entry | None:
        """The entry on an aspect of exactly these concepts (in any order), if there is one."""
        return self.entries.get(entry_key(aspect, concepts))

    @classmethod
    def load(cls, folder: str | PathLike[str] | None = None) -> KnowledgeBase:
        """Load a folder shaped like `kb/`, or the shipped knowledge base.

        Reads the compiled form from the user's cache where it is current, else parses the YAML and
        keeps its compiled form there (`SOURCEBOT_CACHE` names another folder; where nothing can be
        written, it does without). Raises KnowledgeError, with every problem found, when the folder
        cannot be used.
        """
        from sourcebot.knowledge.compiled import load_compiled

        return load_compiled(folder)


def entry_key(aspect: str, concepts: tuple[str, ...]) -> str:
    """The key of an entry in `KnowledgeBase.entries`."""
    return f"{aspect}:{'+'.join(sorted(concepts))}"
