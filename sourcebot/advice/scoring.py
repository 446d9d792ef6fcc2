"""Additive scores: each option's value by each answer, weighed and averaged.

The additive value model of multi-criteria decision analysis (Keeney and Raiffa, Decisions with
Multiple Objectives, 1976), with gates that rule options out.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from sourcebot.advice.model import NEUTRAL, Answer, Model, State, given, place_today

BASE_WEIGHT = 6.0
"""How much an option's value before any answer weighs: as much as two decisive criteria."""


class Scores(Struct, frozen=True):
    """Each option's score, 0..1, and the positions of the options that are possible, best first."""

    scores: tuple[float, ...]
    order: tuple[int, ...]
    ruled_out: frozenset[int]


def score(model: Model, state: State) -> Scores:
    """Score all options by what is known. Ties go to the option that is listed first."""
    known = given(model, state)
    today = place_today(model, state)
    totals = [BASE_WEIGHT * value for value in model.base]
    weight = BASE_WEIGHT
    for id, answer in known.items():
        own = model.questions[id].weight
        weight += own
        for option, value in enumerate(values_of(answer, today)):
            totals[option] += own * value
    out = ruled_out(known.values())
    scores = tuple(total / weight for total in totals)
    left = [option for option in range(len(scores)) if option not in out]
    left.sort(key=lambda option: -scores[option])
    return Scores(scores, tuple(left), out)


def values_of(answer: Answer, today: int | None) -> tuple[float, ...]:
    """An answer's value for each option, what it says of today's included."""
    if today is None or not answer.today_value:
        return answer.values
    values = list(answer.values)
    values[today] += answer.today_value
    return tuple(values)


def ruled_out(answers: Iterable[Answer]) -> frozenset[int]:
    """The positions of all options that the answers make impossible."""
    return frozenset(option for answer in answers for option in answer.rules_out)


def leads(model: Model, state: State, first: int, second: int) -> dict[str, float]:
    """For each answered question, how much it puts one option before another (score points)."""
    today = place_today(model, state)
    known = given(model, state)
    weight = BASE_WEIGHT + sum(model.questions[id].weight for id in known)
    found = {}
    for id, answer in known.items():
        values = values_of(answer, today)
        found[id] = model.questions[id].weight * (values[first] - values[second]) / weight
    return found


def speaks(model: Model, state: State, option: int) -> dict[str, float]:
    """For each answered question, how much it speaks for (+) or against (-) an option."""
    today = place_today(model, state)
    known = given(model, state)
    weight = BASE_WEIGHT + sum(model.questions[id].weight for id in known)
    return {
        id: model.questions[id].weight * (values_of(answer, today)[option] - NEUTRAL) / weight
        for id, answer in known.items()
    }
