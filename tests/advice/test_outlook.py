"""The draws: how settled the first place is, and what each open question would tell."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import permutations

import pytest
from hypothesis import given

from sourcebot.advice.draws import look_ahead
from sourcebot.advice.model import UNKNOWN, Model, State
from sourcebot.advice.scoring import score
from tests.advice.models import (
    BUY_AWAY,
    OWN_AWAY,
    OWN_HOME,
    SMALL,
    SOME,
    answer,
    cases,
    model,
    question,
)


def test_the_same_case_gives_the_same_figures() -> None:
    state = State({"core": "no"})

    assert look_ahead(SMALL, state) == look_ahead(SMALL, State({"core": "no"}))


def test_the_order_of_answering_changes_no_figure() -> None:
    told = [("place", "buy-home"), ("core", "no"), ("price", "same")]

    outlooks = {repr(look_ahead(SMALL, State(dict(order)))) for order in permutations(told)}

    assert len(outlooks) == 1


def test_another_process_draws_the_same() -> None:
    code = (
        "from tests.advice.models import SMALL\n"
        "from sourcebot.advice.draws import look_ahead\n"
        "from sourcebot.advice.model import State\n"
        "print(repr(look_ahead(SMALL, State({'core': 'no'}))))\n"
    )

    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            timeout=60,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert outputs == {repr(look_ahead(SMALL, State({"core": "no"}))) + "\n"}


def test_with_nothing_open_only_the_weights_are_drawn() -> None:
    state = State({"place": "own-home", "core": "yes", "spot": "needed", "price": "same"})

    outlook = look_ahead(SMALL, State({**state.answers, "trouble": "none"}))

    assert outlook.acceptability[OWN_HOME] == 1.0
    assert outlook.information == {}
    assert outlook.entropy == 0.0


def test_what_is_ruled_out_is_never_first() -> None:
    outlook = look_ahead(SMALL, State({"spot": "needed", "price": "cheap-away"}))

    assert outlook.acceptability[OWN_AWAY] == outlook.acceptability[BUY_AWAY] == 0.0


def test_an_open_gate_counts_in_the_draws_in_which_it_closes() -> None:
    wins = answer("win", 0, 0, 0, 0.5, 0)
    gate = question("gate", 1, answer("shut", rules_out=(BUY_AWAY,)), answer("open"))
    made = model(question("a", 3, wins, answer("no")), gate)

    outlook = look_ahead(made, State({"a": "win"}))

    assert outlook.acceptability[BUY_AWAY] == pytest.approx(0.5, abs=0.1)


def test_a_rare_answer_is_drawn_less_often() -> None:
    def shut(share: float) -> Model:
        gate = answer("shut", rules_out=(OWN_HOME,), share=share)
        wins = answer("win", 0.5, 0, 0, 0, 0)
        return model(question("a", 3, wins, answer("no")), question("g", 1, gate, answer("open")))

    often, rare = (look_ahead(shut(share), State({"a": "win"})) for share in (1.0, 0.2))

    assert often.acceptability[OWN_HOME] < rare.acceptability[OWN_HOME] < 1


def test_a_question_that_changes_nothing_tells_nothing() -> None:
    idle = question("idle", 3, answer("x"), answer("y"))
    made = model(*SMALL.questions.values(), idle)

    outlook = look_ahead(made, State())

    assert outlook.information["idle"] < min(
        outlook.information["core"], outlook.information["price"]
    )
    assert outlook.information["idle"] == pytest.approx(0, abs=0.02)


def test_a_question_that_was_narrowed_to_one_answer_tells_nothing() -> None:
    outlook = look_ahead(SMALL, State(possible={"core": ("yes",)}))

    assert outlook.information["core"] == 0.0


def test_what_was_ruled_out_by_a_statement_is_not_drawn() -> None:
    outlook = look_ahead(SMALL, State(possible={"spot": ("needed",)}))

    assert outlook.acceptability[OWN_AWAY] == outlook.acceptability[BUY_AWAY] == 0.0


def test_where_all_is_ruled_out_nothing_comes_first() -> None:
    everything = answer("x", rules_out=(0, 1, 2, 3, 4))
    made = model(question("a", 1, everything, answer("y")), *SMALL.questions.values())

    outlook = look_ahead(made, State({"a": "x"}))

    assert outlook.acceptability == (0.0,) * 5
    assert outlook.information == {}


@SOME
@given(cases())
def test_shares_add_up_and_information_is_never_negative(case: tuple[Model, State]) -> None:
    made, state = case

    outlook = look_ahead(made, state)

    assert sum(outlook.acceptability) == pytest.approx(1.0) or not any(outlook.acceptability)
    assert all(0 <= share <= 1 for share in outlook.acceptability)
    assert all(told >= 0 for told in outlook.information.values())
    assert outlook.entropy >= 0


@SOME
@given(cases())
def test_only_open_questions_are_told_about(case: tuple[Model, State]) -> None:
    made, state = case

    told = look_ahead(made, state).information

    assert all(state.answers.get(id, UNKNOWN) == UNKNOWN for id in told)
    ruled_out = score(made, state).ruled_out
    assert all(look_ahead(made, state).acceptability[option] == 0 for option in ruled_out)
