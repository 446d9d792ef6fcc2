"""The shape of the YAML files that teaching is made of, as curators write them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from sourcebot.knowledge.course_model import Ending, Practice, Which
from sourcebot.knowledge.facts import Fact, Source

Texts = tuple[str, ...]


class CasePart(Struct, frozen=True, forbid_unknown_fields=True):
    """A documented decision, told so that somebody can decide it again."""

    name: Annotated[str, Meta(description="Who decided, on what, and when: a heading.")]
    concepts: Annotated[Texts, Meta(description="Ids of the concepts that it shows.")]
    before: Annotated[
        Fact, Meta(description="The situation as it was known before, without the decision.")
    ]
    answers: Annotated[
        dict[str, str], Meta(description="Criterion -> the answer that the situation gives.")
    ]
    chose: Annotated[str, Meta(description="The option or move that was chosen.")]
    did: Annotated[Fact, Meta(description="What was done, without the name of its concept.")]
    outcome: Annotated[Fact, Meta(description="What came of it.")]
    ended: Annotated[Ending, Meta(description="How it ended, as far as the sources tell.")]
    defensible: Annotated[
        Texts, Meta(description="Options or moves that stand up in hindsight, the best first.")
    ]
    task: Annotated[str | None, Meta(description="Id of the piece of work, if there is one.")] = (
        None
    )


class CasesFile(Struct, frozen=True, forbid_unknown_fields=True):
    """cases.yaml: documented decisions."""

    cases: dict[str, CasePart]
    sources: Annotated[
        dict[str, Source], Meta(description="New sources, as in sources.yaml; its ids are shared.")
    ] = {}


class LessonPart(Struct, frozen=True, forbid_unknown_fields=True):
    """A few minutes of a course."""

    title: Annotated[str, Meta(description="A heading of a few words.")]
    goal: Annotated[str, Meta(description="What the learner can do afterwards, in one sentence.")]
    concepts: Annotated[Texts, Meta(description="Ids of the concepts that it is about.")] = ()
    aspects: Annotated[
        Texts, Meta(description="What it tells of them, where it has no template of its own.")
    ] = ()
    tasks: Annotated[Texts, Meta(description="Pieces of work that are sorted in it.")] = ()
    categories: Annotated[Texts, Meta(description="Kinds of work that it is about.")] = ()
    claims: Annotated[Texts, Meta(description="Wrong ideas that it puts right.")] = ()
    criteria: Annotated[Texts, Meta(description="Questions of the advice that it weighs up.")] = ()
    cases: Annotated[Texts, Meta(description="Documented decisions to be decided again.")] = ()
    template: Annotated[
        str | None,
        Meta(description="content/lessons/<template>.md.j2; by default the one named as its id."),
    ] = None
    practice: Annotated[
        dict[Practice, int], Meta(description="Kind of exercise -> how many of them at most.")
    ] = {}


class CourseFile(Struct, frozen=True, forbid_unknown_fields=True):
    """course.yaml: the lessons that a new reader takes, in order."""

    title: str
    about: Annotated[str, Meta(description="One sentence: what one can do after the course.")]
    lessons: Annotated[dict[str, LessonPart], Meta(description="Lesson id -> lesson, in order.")]
    which: Annotated[
        Which | None, Meta(description="How two concepts are told apart on short scenes.")
    ] = None


class LearningLanguage(Struct, frozen=True, forbid_unknown_fields=True):
    """content/language/learning.yaml: what stands around exercises, whatever they are about."""

    words: Annotated[
        dict[str, str], Meta(description="Place -> its words, with {slots} where the text has any.")
    ] = {}
