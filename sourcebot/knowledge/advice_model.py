"""What a knowledge base knows about deciding: criteria, options, guidance; frozen typed values.

As in `model.py`, the classes that appear in YAML are described field by field, because the JSON
Schema for editors is generated from them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sourcebot.knowledge.facts import Fact, Phrase, Place

UNKNOWN = "unknown"
"""The answer that every criterion has: "I don't know"."""
TODAY = "today"
"""In the effects of an answer: the option that is in place today, whichever it is."""
GuidanceKind = Literal["form", "risk", "communications", "step", "note"]


class Term(Struct, frozen=True, forbid_unknown_fields=True):
    """A word of a question that may need explaining."""

    names: Annotated[tuple[str, ...], Meta(description="The word, as people may ask for it.")]
    meaning: Fact


class Answer(Struct, frozen=True):
    """One answer to a criterion's question.

    effects: option id, value of an axis, or `today` -> points from -3 to 3; rules_out: the same
    keys, for options that this answer makes impossible; today: the option that this answer says is
    in place; neutral: it is meant to have no effect; rare: few cases have it; at_least, below: the
    range of a number that means this answer; says: what people reply to the question; states: what
    tells it unasked.
    """

    id: str
    label: str
    because: Fact
    effects: dict[str, int]
    rules_out: tuple[str, ...]
    today: str | None
    neutral: bool
    rare: bool
    at_least: int | None
    below: int | None
    says: tuple[str, ...]
    states: tuple[str, ...]
    place: Place


class Narrowing(Struct, frozen=True, forbid_unknown_fields=True):
    """Statements that leave several answers open and rule out the others."""

    answers: Annotated[tuple[str, ...], Meta(description="Answer ids that stay possible.")]
    phrases: Annotated[
        tuple[str, ...], Meta(description="What people say; {task} stands for a piece of work.")
    ]


class Criterion(Struct, frozen=True):
    """A question whose answer speaks for or against options. weight: 1 helps, 3 decides."""

    id: str
    name: str
    weight: int
    question: str
    why: Fact
    answers: dict[str, Answer]
    terms: tuple[Term, ...]
    skip_if: dict[str, tuple[str, ...]]
    narrows: tuple[Narrowing, ...]
    place: Place


class Axis(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the independent questions that tell options apart."""

    name: Annotated[str, Meta(description="A heading, such as 'Who does it'.")]
    values: Annotated[dict[str, str], Meta(description="Value id -> how a person would say it.")]


class Option(Struct, frozen=True, forbid_unknown_fields=True):
    """A choice that can be recommended."""

    name: Annotated[str, Meta(description="The name as it stands in a sentence.")]
    means: Annotated[str, Meta(description="What to do, as a sentence that starts with a verb.")]
    form: Annotated[str, Meta(description="How it is usually done, in a few words.")]
    places: Annotated[
        dict[str, str], Meta(description="Axis id -> value; empty for a mix of several.")
    ] = {}
    concept: Annotated[str | None, Meta(description="The concept that explains it.")] = None
    base: Annotated[int, Meta(description="Points from -3 to 3 that it has before any answer.")] = 0


class Move(Struct, frozen=True, forbid_unknown_fields=True):
    """What a change along one axis is called: the name takes the place of the option's own."""

    name: str
    means: Annotated[str, Meta(description="What to do, as a sentence that starts with a verb.")]
    axis: Annotated[str, Meta(description="The axis that changes.")]
    start: Annotated[tuple[str, ...], Meta(description="Values of the axis where it begins.")]
    end: Annotated[str, Meta(description="The value of the axis where it ends.")]
    impossible: Annotated[
        str, Meta(description="Why it cannot be chosen when it does not begin there.")
    ]
    concept: Annotated[str | None, Meta(description="The concept that explains it.")] = None


class Conflict(Struct, frozen=True, forbid_unknown_fields=True):
    """Answers that cannot both hold."""

    answers: Annotated[
        dict[str, tuple[str, ...]], Meta(description="Two criteria and the answers that clash.")
    ]
    says: Annotated[str, Meta(description="Why they clash, in one sentence.")]


class Guidance(Struct, frozen=True):
    """Advice that goes with options: forms, risks with remedies, communications, steps, notes.

    options: option ids, moves or values of axes, one of which must fit; when: criterion -> answers,
    all of which must hold; changes: it is only for an option other than the one in place today.
    """

    id: str
    kind: GuidanceKind
    fact: Fact
    options: tuple[str, ...]
    when: dict[str, tuple[str, ...]]
    changes: bool
    place: Place


class Advice(Struct, frozen=True):
    """Everything that a recommendation is made of. `today` names the criterion that asks for it.

    written: option or move -> where it stands in its file.
    """

    today: str
    axes: dict[str, Axis]
    options: dict[str, Option]
    moves: dict[str, Move]
    conflicts: tuple[Conflict, ...]
    criteria: dict[str, Criterion]
    guidance: tuple[Guidance, ...]
    starts: tuple[Phrase, ...]
    written: dict[str, Place]
