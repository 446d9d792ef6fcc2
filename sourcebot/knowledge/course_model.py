"""What a knowledge base knows about teaching: documented cases, and the lessons of its course.

As in `model.py`, the classes that appear in YAML are described field by field, because the JSON
Schema for editors is generated from them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sourcebot.knowledge.facts import Fact, Place

Ending = Literal["worked", "mixed", "failed"]
Practice = Literal["definition", "sort", "which", "match", "claim", "free", "case"]
"""The kinds of exercise that practice is made of."""


class Case(Struct, frozen=True):
    """A documented decision, told so that somebody can decide it again.

    before: the situation, as it was known before; answers: criterion -> what the situation says;
    chose: the option or move that was chosen; did: what was done; outcome: what came of it;
    defensible: options that stand up in hindsight, the best first.
    """

    id: str
    name: str
    concepts: tuple[str, ...]
    task: str | None
    before: Fact
    answers: dict[str, str]
    chose: str
    did: Fact
    outcome: Fact
    ended: Ending
    defensible: tuple[str, ...]
    place: Place


class Lesson(Struct, frozen=True):
    """A few minutes of a course: what it is about, the template that tells it, and its practice.

    template: the name below content/lessons/, None for the one that can tell any lesson; practice:
    kind of exercise -> how many at most.
    """

    id: str
    title: str
    goal: str
    concepts: tuple[str, ...]
    aspects: tuple[str, ...]
    tasks: tuple[str, ...]
    categories: tuple[str, ...]
    claims: tuple[str, ...]
    criteria: tuple[str, ...]
    cases: tuple[str, ...]
    template: str | None
    practice: dict[Practice, int]
    place: Place


class Which(Struct, frozen=True, forbid_unknown_fields=True):
    """How "which is it?" is asked: two concepts that are told apart by the axes of the advice."""

    ask: Annotated[str, Meta(description="The question below each scene.")]
    labels: Annotated[
        dict[str, dict[str, tuple[str, ...]]],
        Meta(description="Two concepts -> axis -> the values that make it this concept."),
    ]
    both: Annotated[str, Meta(description="What stands for both concepts at once.")]
    neither: Annotated[str, Meta(description="What stands for none of the two.")]
    scenes: Annotated[
        tuple[str, ...],
        Meta(description="Sentences with {task}, and with {axis} for each axis of the advice."),
    ]
    says: Annotated[
        dict[str, dict[str, tuple[str, ...]]],
        Meta(description="Axis -> value -> the words that tell it in a scene."),
    ]


class Course(Struct, frozen=True):
    """The lessons in the order in which they are taken."""

    title: str
    about: str
    lessons: tuple[Lesson, ...]
    which: Which | None
