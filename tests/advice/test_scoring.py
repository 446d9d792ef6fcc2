"""Scores: what answers add up to, what they rule out, and how ties fall."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given

from sourcebot.advice.model import UNKNOWN, Model, State
from sourcebot.advice.scoring import BASE_WEIGHT, leads, score, speaks
from tests.advice.models import (
    BUY_AWAY,
    BUY_HOME,
    MIX,
    OPTIONS,
    OWN_AWAY,
    OWN_HOME,
    SMALL,
    SOME,
    answer,
    cases,
    model,
    question,
)


def test_without_answers_every_option_has_its_base_value() -> None:
    base = (0.5, 0.5, 0.25, 0.75, 0.5)

    result = score(model(base=base), State())

    assert result.scores == base
    assert result.order == (BUY_AWAY, OWN_HOME, BUY_HOME, MIX, OWN_AWAY)


def test_a_score_is_the_weighed_mean_of_base_and_answers() -> None:
    small = model(question("a", 2, answer("x", 0.5, -0.5, 0, 0, 0), answer("y")))

    result = score(small, State({"a": "x"}))

    assert result.scores[OWN_HOME] == pytest.approx(0.5 + 2 * 0.5 / (BASE_WEIGHT + 2))
    assert result.scores[BUY_HOME] == pytest.approx(0.5 - 2 * 0.5 / (BASE_WEIGHT + 2))
    assert result.scores[MIX] == 0.5


def test_a_weightier_question_moves_a_score_more() -> None:
    effect = answer("x", 0.3, 0, 0, 0, 0), answer("y")
    light, heavy = (model(question("a", weight, *effect)) for weight in (1, 3))

    gain = [score(m, State({"a": "x"})).scores[OWN_HOME] for m in (light, heavy)]

    assert 0.5 < gain[0] < gain[1]


def test_unknown_counts_as_not_answered() -> None:
    assert score(SMALL, State({"core": UNKNOWN})) == score(SMALL, State())


def test_answers_and_questions_that_the_model_does_not_have_count_for_nothing() -> None:
    assert score(SMALL, State({"core": "perhaps", "gone": "yes"})) == score(SMALL, State())


def test_what_an_answer_says_of_today_goes_to_the_option_in_place() -> None:
    known = score(SMALL, State({"place": "buy-away", "trouble": "none"}))
    unknown = score(SMALL, State({"trouble": "none"}))

    assert known.order[0] == BUY_AWAY
    assert len(set(known.scores)) == 2
    assert len(set(unknown.scores)) == 1


def test_what_is_ruled_out_is_not_in_the_order_however_good_it_is() -> None:
    result = score(SMALL, State({"spot": "needed", "price": "cheap-away"}))

    assert result.ruled_out == {OWN_AWAY, BUY_AWAY}
    assert set(result.order) == {OWN_HOME, BUY_HOME, MIX}


def test_gates_of_several_answers_add_up_until_nothing_is_left() -> None:
    small = model(
        question("a", 1, answer("x", rules_out=(0, 1)), answer("y")),
        question("b", 1, answer("x", rules_out=(1, 2, 3, 4)), answer("y")),
    )

    assert score(small, State({"a": "x"})).order == (2, 3, 4)
    assert score(small, State({"a": "x", "b": "x"})).order == ()


def test_of_equal_options_the_one_that_is_listed_first_comes_first() -> None:
    assert score(SMALL, State()).order == tuple(range(len(OPTIONS)))


def test_the_order_of_answering_changes_not_even_the_last_digit() -> None:
    told = [("place", "buy-home"), ("core", "no"), ("price", "same"), ("trouble", "bad")]

    results = {repr(score(SMALL, State(dict(order)))) for order in permutations(told)}

    assert len(results) == 1


def test_what_puts_one_option_before_another_adds_up_to_their_distance() -> None:
    state = State({"place": "own-home", "core": "yes", "price": "cheap-away", "trouble": "none"})
    scores = score(SMALL, state).scores

    told = leads(SMALL, state, OWN_HOME, BUY_AWAY)

    assert set(told) == set(state.answers)
    assert sum(told.values()) == pytest.approx(scores[OWN_HOME] - scores[BUY_AWAY])
    assert told["core"] > 0 > told["price"]


def test_what_speaks_for_an_option_adds_up_to_its_distance_from_its_base() -> None:
    state = State({"core": "yes", "price": "cheap-away"})

    told = speaks(SMALL, state, OWN_HOME)

    assert sum(told.values()) == pytest.approx(score(SMALL, state).scores[OWN_HOME] - 0.5)
    assert told["core"] > 0 > told["price"]


@SOME
@given(cases())
def test_an_option_is_either_ranked_or_ruled_out(case: tuple[Model, State]) -> None:
    made, state = case

    result = score(made, state)

    assert sorted([*result.order, *result.ruled_out]) == list(range(len(made.options)))
    best_first = [result.scores[option] for option in result.order]
    assert best_first == sorted(best_first, reverse=True)
