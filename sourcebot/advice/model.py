"""What the engine computes with: options, axes, moves, and questions whose answers give points."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

NEUTRAL = 0.5
"""The value, on a scale from 0 to 1, that an option has by an answer that says nothing about it."""
UNKNOWN = "unknown"
"""The answer that every question has: "I don't know"."""


class Answer(Struct, frozen=True):
    """What one answer does.

    values: for each option how well the answer speaks for it (about 0..1; 0.5 is as much as not to
    know the answer); today_value: what it adds to the option in place today; rules_out: positions
    of options it makes impossible; today: position of the option that it says is in place; share:
    how often it is the answer, compared with the question's other answers.
    """

    id: str
    values: tuple[float, ...]
    today_value: float = 0.0
    rules_out: frozenset[int] = frozenset()
    today: int | None = None
    share: float = 1.0


class Question(Struct, frozen=True):
    """A criterion. skip_if: question id -> answers after which it is not asked."""

    id: str
    weight: float
    answers: dict[str, Answer]
    skip_if: dict[str, frozenset[str]] = {}


class Move(Struct, frozen=True):
    """The name of a change along one axis, from one of several values to another."""

    name: str
    axis: str
    start: frozenset[str]
    end: str


class Model(Struct, frozen=True):
    """A whole decision model.

    options: ids; places: for each option axis -> value (empty for a mix); base: for each option its
    value before any answer, 0..1; today: the question that asks what is in place.
    """

    options: tuple[str, ...]
    places: tuple[dict[str, str], ...]
    base: tuple[float, ...]
    moves: tuple[Move, ...]
    questions: dict[str, Question]
    today: str


class State(Struct, frozen=True):
    """What is known of one case.

    answers: question -> answer, also `unknown`; possible: question -> answers that what was said
    leaves open, where it is not all of them.
    """

    answers: Mapping[str, str] = {}
    possible: Mapping[str, tuple[str, ...]] = {}


def given(model: Model, state: State) -> dict[str, Answer]:
    """The answers that say something: those of known questions that are not "unknown".

    In the model's order, so that sums and ties do not depend on the order of answering.
    """
    return {
        id: question.answers[answer]
        for id, question in model.questions.items()
        if (answer := state.answers.get(id)) in question.answers and answer is not None
    }


def open_questions(model: Model, state: State) -> list[Question]:
    """The questions without a telling answer that this case does not make pointless."""
    known = given(model, state)
    return [
        question
        for question in model.questions.values()
        if question.id not in known
        and not any(state.answers.get(id) in ids for id, ids in question.skip_if.items())
    ]


def possible_answers(question: Question, state: State) -> list[Answer]:
    """The answers that what was said leaves open."""
    left = state.possible.get(question.id)
    found = [a for a in question.answers.values() if left is None or a.id in left]
    return found or list(question.answers.values())


def place_today(model: Model, state: State) -> int | None:
    """The position of the option in place today, where that is known."""
    question = model.questions.get(model.today)
    answer = state.answers.get(model.today)
    if question is None or answer is None or answer not in question.answers:
        return None
    return question.answers[answer].today
