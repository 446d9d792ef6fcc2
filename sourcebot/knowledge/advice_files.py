"""The shape of the YAML files that advice is made of, as curators write them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from sourcebot.knowledge.advice_model import (
    Axis,
    Conflict,
    GuidanceKind,
    Move,
    Narrowing,
    Option,
    Term,
)
from sourcebot.knowledge.facts import Fact

Texts = tuple[str, ...]


class AnswerPart(Struct, frozen=True, forbid_unknown_fields=True):
    """One answer to a criterion's question."""

    label: Annotated[str, Meta(description="The answer as a person would give it.")]
    because: Annotated[Fact, Meta(description="Why it speaks for or against options.")]
    effects: Annotated[
        dict[str, int],
        Meta(description="Option id, value of an axis, or `today` -> points from -3 to 3."),
    ] = {}
    rules_out: Annotated[
        Texts, Meta(description="Options, or values of axes, that it makes impossible.")
    ] = ()
    today: Annotated[
        str | None, Meta(description="The option that this answer says is in place today.")
    ] = None
    neutral: Annotated[bool, Meta(description="True where it is meant to have no effect.")] = False
    rare: Annotated[
        bool, Meta(description="True where few cases have it; open questions count it less.")
    ] = False
    at_least: Annotated[
        int | None, Meta(description="A number from this on means this answer.")
    ] = None
    below: Annotated[int | None, Meta(description="... and up to, not including, this one.")] = None
    says: Annotated[
        Texts, Meta(description="What people reply to the question, also in a word or two.")
    ] = ()
    states: Annotated[
        Texts, Meta(description="Whole statements that tell it without having been asked.")
    ] = ()


class CriterionFile(Struct, frozen=True, forbid_unknown_fields=True):
    """criteria/<id>.yaml: a question whose answer speaks for or against options."""

    id: Annotated[str, Meta(description="Kebab-case id, the same as the file's name.")]
    name: Annotated[str, Meta(description="A heading of one to four words.")]
    weight: Annotated[int, Meta(description="1 helps, 2 is strong, 3 decides.")]
    question: Annotated[str, Meta(description="The question in plain words.")]
    why: Annotated[Fact, Meta(description="Why it is asked.")]
    answers: Annotated[dict[str, AnswerPart], Meta(description="Answer id -> answer, in order.")]
    terms: Annotated[
        tuple[Term, ...], Meta(description="Words of the question that may need explaining.")
    ] = ()
    skip_if: Annotated[
        dict[str, Texts], Meta(description="Criterion -> answers after which it is not asked.")
    ] = {}
    narrows: Annotated[
        tuple[Narrowing, ...], Meta(description="Statements that leave only some answers open.")
    ] = ()


class AdviceFile(Struct, frozen=True, forbid_unknown_fields=True):
    """advice.yaml: the options that can be recommended, and what tells them apart."""

    today: Annotated[str, Meta(description="The criterion that asks what is in place today.")]
    axes: Annotated[dict[str, Axis], Meta(description="Axis id -> axis; rows first, then columns.")]
    options: Annotated[dict[str, Option], Meta(description="Option id -> option.")]
    moves: Annotated[
        dict[str, Move], Meta(description="Option id -> the change that it is the name of.")
    ] = {}
    conflicts: Annotated[
        tuple[Conflict, ...], Meta(description="Answers that cannot both hold.")
    ] = ()
    starts: Annotated[
        Texts, Meta(description="Messages that ask for advice; {task} stands for a piece of work.")
    ] = ()


class GuidancePart(Struct, frozen=True, forbid_unknown_fields=True):
    """guidance.yaml: advice that goes with options."""

    kind: Annotated[GuidanceKind, Meta(description="Where it stands in the recommendation.")]
    fact: Annotated[Fact, Meta(description="The advice; for a risk with a remedy.")]
    options: Annotated[
        Texts, Meta(description="Options, moves or values of axes that it goes with; empty: all.")
    ] = ()
    when: Annotated[
        dict[str, Texts], Meta(description="Criterion -> answers that must have been given.")
    ] = {}
    changes: Annotated[
        bool, Meta(description="True where it is only for an option other than today's.")
    ] = False
