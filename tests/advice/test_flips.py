"""What would put another option first: real, and no larger than it must be."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given

from sourcebot.advice.flips import MOST_CHANGES, Change, Flip, flips
from sourcebot.advice.model import UNKNOWN, Model, State
from sourcebot.advice.naming import Named, name_all
from sourcebot.advice.scoring import score
from tests.advice.models import (
    BUY_AWAY,
    OWN_HOME,
    PLACE,
    SMALL,
    SOME,
    answer,
    cases,
    model,
    question,
)

KEPT = State({"place": "own-home", "core": "yes", "price": "same", "trouble": "none"})


def _after(state: State, flip: Flip) -> State:
    told = {change.question: change.after for change in flip.changes}
    return State({**state.answers, **told}, state.possible)


def _first(made: Model, state: State) -> Named:
    scores = score(made, state)
    return name_all(made, state, scores)[0] if scores.order else Named(None, "")


def _singles(made: Model, state: State) -> list[State]:
    """The case with one answer changed, in every way that is possible but for today's place."""
    return [
        State({**state.answers, asked.id: other}, state.possible)
        for asked in made.questions.values()
        if asked.id != made.today
        and not any(state.answers.get(id) in ids for id, ids in asked.skip_if.items())
        for other in asked.answers
        if other != state.answers.get(asked.id)
    ]


def test_one_answer_that_would_change_the_first_place_is_named() -> None:
    made = model(
        question("a", 2, answer("x", 0.3, 0, 0, 0, 0), answer("y", 0, 0, 0, 0.4, 0)),
        question("b", 1, answer("x", 0.1, 0, 0, 0, 0), answer("y")),
    )

    found = flips(made, State({"a": "x", "b": "x"}))

    assert [flip.option for flip in found] == [BUY_AWAY]
    assert found[0].changes == (Change("a", "x", "y"),)
    assert found[0].lead > 0


def test_an_answer_to_an_open_question_has_nothing_before_it() -> None:
    made = model(question("a", 2, answer("x", 0, 0, 0, 0.4, 0), answer("y", 0.3, 0, 0, 0, 0)))

    assert flips(made, State())[0].changes == (Change("a", None, "x"),)
    assert flips(made, State({"a": UNKNOWN}))[0].changes == (Change("a", None, "x"),)


def test_todays_place_is_a_fact_and_is_not_varied() -> None:
    for flip in flips(SMALL, KEPT):
        assert all(change.question != "place" for change in flip.changes)


def test_where_one_answer_is_not_enough_several_are_named() -> None:
    first = answer("x", 0.3, 0, 0, 0, 0)
    made = model(*(question(id, 1, first, answer("y", 0, 0.2, 0, 0, 0)) for id in "abcde"))
    state = State(dict.fromkeys("abcde", "x"))

    found = flips(made, state)

    assert found
    assert {len(flip.changes) for flip in found} == {4}
    assert score(made, _after(state, found[0])).order[0] == found[0].option


def test_a_place_that_no_few_answers_overturn_has_no_flips() -> None:
    first = answer("x", 0.5, 0, 0, 0, 0)
    made = model(*(question(str(n), 1, first, answer("y")) for n in range(2 * MOST_CHANGES)))

    assert flips(made, State({str(n): "x" for n in range(2 * MOST_CHANGES)})) == []


def test_a_flip_has_the_name_that_the_result_would_have() -> None:
    made = model(
        PLACE,
        question("a", 3, answer("x", 0, 0.4, 0, 0, 0), answer("y", 0.4, 0, 0, 0, 0)),
    )

    [back] = flips(made, State({"place": "buy-home", "a": "x"}))

    assert (back.option, back.name) == (OWN_HOME, "take-back")


def test_answers_that_cannot_hold_together_are_not_proposed() -> None:
    made = model(
        question("a", 2, answer("x", 0.3, 0, 0, 0, 0), answer("y", 0, 0, 0, 0.4, 0)),
        question("b", 2, answer("x", 0.1, 0, 0, 0, 0), answer("y", 0, 0.5, 0, 0, 0)),
    )
    state = State({"a": "x", "b": "x"})

    def allowed(answers: Mapping[str, str]) -> bool:
        return answers["a"] != "y"

    assert {flip.changes[0].question for flip in flips(made, state)} == {"a", "b"}
    assert {
        change.question for flip in flips(made, state, allowed=allowed) for change in flip.changes
    } == {"b"}


def test_no_more_are_named_than_asked_for() -> None:
    assert len(flips(SMALL, State(), most=1)) == 1
    assert flips(SMALL, State(), most=0) == []


def test_where_all_is_ruled_out_nothing_flips() -> None:
    made = model(question("a", 1, answer("x", rules_out=(0, 1, 2, 3, 4)), answer("y")))

    assert flips(made, State({"a": "x"})) == []


@SOME
@given(cases())
def test_the_changes_of_a_flip_really_put_its_option_first(case: tuple[Model, State]) -> None:
    made, state = case
    first = score(made, state).order[:1]

    for flip in flips(made, state):
        assert score(made, _after(state, flip)).order[0] == flip.option
        assert flip.option not in first
        assert flip.name == _first(made, _after(state, flip)).name != _first(made, state).name
        assert 1 <= len(flip.changes) <= MOST_CHANGES
        assert len({change.question for change in flip.changes}) == len(flip.changes)
        for change in flip.changes:
            assert change.after != change.before
            told = state.answers.get(change.question, UNKNOWN)
            assert change.before == (None if told == UNKNOWN else told)


@SOME
@given(cases())
def test_several_changes_are_named_only_where_no_single_one_is_enough(
    case: tuple[Model, State],
) -> None:
    made, state = case
    order = score(made, state).order
    found = flips(made, state)
    if not order:
        return

    today = _first(made, state)
    changed = [_first(made, single) for single in _singles(made, state)]

    enough = any(
        first.option not in (None, today.option) and first.name != today.name for first in changed
    )
    assert enough == bool(found and len(found[0].changes) == 1)


@SOME
@given(cases())
def test_no_flip_is_named_twice(case: tuple[Model, State]) -> None:
    found = [(flip.option, frozenset(c.question for c in flip.changes)) for flip in flips(*case)]

    assert len(found) == len(set(found))


def test_the_first_place_of_the_small_model_hangs_on_core() -> None:
    found = flips(SMALL, KEPT)

    assert score(SMALL, KEPT).order[0] == OWN_HOME
    assert all(flip.option != OWN_HOME for flip in found)
