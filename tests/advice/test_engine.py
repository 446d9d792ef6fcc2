"""What holds of the engine on the shipped base, whatever is answered there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sourcebot import KnowledgeBase
from sourcebot.advice.asking import certain, next_question
from sourcebot.advice.compile import compile_model
from sourcebot.advice.draws import look_ahead
from sourcebot.advice.flips import flips
from sourcebot.advice.model import UNKNOWN, Model, State, open_questions
from sourcebot.advice.model import given as told
from sourcebot.advice.naming import name_all
from sourcebot.advice.scoring import ruled_out, score

_FEW = settings(max_examples=20, deadline=None)
"""To look ahead over the shipped base takes time."""


@pytest.fixture(scope="module")
def made(shipped: KnowledgeBase) -> Model:
    """The model of the shipped base."""
    assert shipped.advice is not None
    return compile_model(shipped.advice)


def _state(made: Model, data: Any, *, open_too: bool = True) -> State:
    """Any case: each question answered, unknown or, where that may be, open."""
    answers = {}
    for asked in made.questions.values():
        picked = data.draw(st.sampled_from([*asked.answers, UNKNOWN, *[None] * open_too]))
        if picked is not None:
            answers[asked.id] = picked
    return State(answers)


@_FEW
@given(st.data())
def test_what_the_answers_rule_out_is_not_ranked_and_all_else_is(made: Model, data: Any) -> None:
    state = _state(made, data)

    out = ruled_out(told(made, state).values())

    assert set(score(made, state).order) == set(range(len(made.options))) - out


@_FEW
@given(st.data())
def test_every_shipped_name_stands_once(made: Model, data: Any) -> None:
    state = _state(made, data)

    names = [item.name for item in name_all(made, state, score(made, state))]

    assert len(set(names)) == len(names) == 10


@_FEW
@given(st.data())
def test_looking_ahead_twice_shows_the_same(made: Model, data: Any) -> None:
    state = _state(made, data)

    assert look_ahead(made, state) == look_ahead(made, state)


@_FEW
@given(st.data())
def test_the_next_shipped_question_is_open_and_was_not_asked(made: Model, data: Any) -> None:
    state = _state(made, data)

    ahead = next_question(made, state)

    if ahead.question is not None:
        assert ahead.question in {asked.id for asked in open_questions(made, state)}
        assert ahead.question not in state.answers


@_FEW
@given(st.data())
def test_what_is_certain_on_the_shipped_base_holds_however_the_rest_is_answered(
    made: Model, data: Any
) -> None:
    whole = _state(made, data, open_too=False)
    ids = data.draw(st.permutations(list(made.questions)))
    state = State({})
    for id in ids:
        if certain(made, state):
            break
        state = State({**state.answers, id: whole.answers[id]})
    before = score(made, state).order[:1]

    if certain(made, state):
        rest = {
            asked.id: data.draw(st.sampled_from([*asked.answers, UNKNOWN]))
            for asked in open_questions(made, state)
        }
        assert score(made, State({**state.answers, **rest})).order[:1] == before


@_FEW
@given(st.data())
def test_the_changes_of_a_shipped_flip_put_its_option_first(made: Model, data: Any) -> None:
    state = _state(made, data)

    for flip in flips(made, state):
        changed = {change.question: change.after for change in flip.changes}
        assert score(made, State({**state.answers, **changed})).order[0] == flip.option
