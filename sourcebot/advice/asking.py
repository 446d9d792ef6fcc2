"""Which question comes next, how many are left, and when to stop."""

from __future__ import annotations

from msgspec import Struct

from sourcebot.advice.draws import Outlook, look_ahead
from sourcebot.advice.model import (
    UNKNOWN,
    Model,
    State,
    given,
    open_questions,
    place_today,
    possible_answers,
)
from sourcebot.advice.scoring import BASE_WEIGHT, ruled_out, score, values_of

SETTLED = 0.9
"""The first place is settled where it is first in this share of the draws."""
TELLING = 0.004
"""A question that tells less about the first place (nats) is not worth asking."""
FEWEST = 6
"""Before so many answers, a settled first place is luck more than judgement."""
OPEN = 1.8
"""The entropy of the first place (nats) in a case that nothing is known of."""
NOTHING = 1e-9
"""A lead that is no more than rounding."""
TYPICAL = 12
"""How many questions a case takes that nothing is known of; what is left shrinks with entropy."""


class Next(Struct, frozen=True):
    """The next question, or None to stop; about: how many there will be; certain: see `certain`."""

    question: str | None
    about: int
    settled: bool
    certain: bool
    outlook: Outlook


def next_question(
    model: Model, state: State, *, asked: int | None = None, most: int | None = None
) -> Next:
    """The question that tells most about what will come first, weighty ones sooner.

    Questions answered with "unknown" are not asked again, but stay open for the draws. asked: how
    many questions were put (all that have an answer, if not given); most: after how many to stop,
    settled or not (never, if not given).
    """
    outlook = look_ahead(model, state)
    sure = certain(model, state)
    asked = len(state.answers) if asked is None else asked
    enough = len(given(model, state)) >= FEWEST
    settled = sure or (enough and max(outlook.acceptability) >= SETTLED)
    worth = [
        id for id, told in outlook.information.items() if id not in state.answers and told > TELLING
    ]
    left = len(worth) if most is None else min(len(worth), most - asked)
    if settled or left <= 0:
        return Next(None, asked, settled, sure, outlook)
    best = max(worth, key=lambda id: outlook.information[id] * model.questions[id].weight)
    return Next(best, asked + _left(outlook, left), settled, sure, outlook)


def _left(outlook: Outlook, most: int) -> int:
    """About how many questions are left: fewer, the less open the first place is."""
    return max(1, min(most, round(TYPICAL * min(1.0, outlook.entropy / OPEN))))


def certain(model: Model, state: State) -> bool:
    """Whether no answer to any open question could change what comes first.

    Exact for the model's own weights: each open question is answered in the way that is worst for
    the first place, or left open, against every other option in turn.
    """
    today = place_today(model, state)
    if today is None and _depends_on_today(model, state):
        return False
    result = score(model, state)
    if not result.order:
        return False
    first, *others = result.order
    weight = BASE_WEIGHT + sum(model.questions[id].weight for id in given(model, state))
    # What is skipped because of an "unknown" may be asked after all once that is known.
    told = {id: answer for id, answer in state.answers.items() if answer != UNKNOWN}
    open_ones = [
        (question, possible_answers(question, state))
        for question in open_questions(model, State(told, state.possible))
    ]
    if any(first in answer.rules_out for _, answers in open_ones for answer in answers):
        return False
    for other in others:
        lead = (result.scores[first] - result.scores[other]) * weight
        for question, answers in open_ones:
            values = [values_of(answer, today) for answer in answers]
            worst = min(value[first] - value[other] for value in values)
            lead += question.weight * min(0.0, worst)
        if lead <= NOTHING:
            return False
    return True


def _depends_on_today(model: Model, state: State) -> bool:
    """Whether what is in place today is still open and would count."""
    answer = state.answers.get(model.today)
    question = model.questions.get(model.today)
    if question is None or (answer in question.answers):
        return False
    return any(
        answer.today_value
        for question in model.questions.values()
        for answer in question.answers.values()
    )


def gates_left(model: Model, state: State) -> frozenset[int]:
    """The positions of options that the answers so far make impossible."""
    return ruled_out(given(model, state).values())
