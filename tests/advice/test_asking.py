"""Which question comes next, when it stops, and what it calls certain."""

from __future__ import annotations

from hypothesis import given

from sourcebot.advice.asking import FEWEST, certain, next_question
from sourcebot.advice.compile import compile_model
from sourcebot.advice.draws import look_ahead
from sourcebot.advice.model import UNKNOWN, Model, State, open_questions, possible_answers
from sourcebot.advice.scoring import score
from sourcebot.knowledge.model import KnowledgeBase
from tests.advice.models import (
    CORE,
    PLACE,
    PRICE,
    SMALL,
    SOME,
    TROUBLE,
    answer,
    cases,
    completions,
    model,
    question,
)


def _asked_one_by_one(made: Model, answers: dict[str, str]) -> list[str]:
    """The questions in the order in which they come, each answered as told or with unknown."""
    state, asked = State(), []
    for _ in made.questions:
        ahead = next_question(made, state)
        if ahead.question is None:
            break
        asked.append(ahead.question)
        told = {**state.answers, ahead.question: answers.get(ahead.question, UNKNOWN)}
        state = State(told)
    return asked


def test_the_weightier_of_two_questions_that_are_alike_is_asked_first() -> None:
    light = question("light", 1, answer("x", 0.3, 0, 0, 0, 0), answer("y", 0, 0.3, 0, 0, 0))
    heavy = question("heavy", 3, answer("x", 0.3, 0, 0, 0, 0), answer("y", 0, 0.3, 0, 0, 0))

    assert next_question(model(light, heavy), State()).question == "heavy"


def test_no_question_is_asked_twice() -> None:
    asked = _asked_one_by_one(SMALL, {})

    assert len(asked) == len(set(asked)) > 1


def test_unknown_is_not_asked_again_but_stays_open() -> None:
    state = State({"core": UNKNOWN})

    ahead = next_question(SMALL, state)

    assert ahead.question not in (None, "core")
    assert "core" in {question.id for question in open_questions(SMALL, state)}
    assert "core" in ahead.outlook.information


def test_a_question_that_the_case_makes_pointless_is_not_asked() -> None:
    made = model(PLACE, TROUBLE)

    assert next_question(made, State({"place": "own-home"})).question == "trouble"
    assert next_question(made, State({"place": "nothing-yet"})).question is None


def test_a_question_that_was_narrowed_to_one_answer_is_not_asked() -> None:
    made = model(CORE, PRICE)

    assert next_question(made, State(possible={"core": ("yes",)})).question != "core"
    assert next_question(made, State({"price": "same"}, {"core": ("yes",)})).question is None


def test_a_question_that_tells_nothing_is_not_asked() -> None:
    made = model(question("idle", 3, answer("x"), answer("y")))

    assert next_question(made, State()).question is None


def test_it_stops_after_the_number_of_questions_that_a_person_bears() -> None:
    state = State({"price": UNKNOWN})

    assert next_question(SMALL, state, asked=1, most=2).question is not None
    stopped = next_question(SMALL, state, asked=2, most=2)
    assert stopped.question is None
    assert not stopped.settled


def test_it_does_not_call_settled_what_rests_on_a_few_answers() -> None:
    wins = [question(f"q{n}", 3, answer("x", 0.5, 0, 0, 0, 0), answer("y")) for n in range(3)]
    doubts = [
        question(f"d{n}", 1, answer("x", 0, 0.5, 0, 0, 0), answer("y", 0, -0.5, 0, 0, 0))
        for n in range(12)
    ]
    made = model(*wins, *doubts)
    few = State({f"q{n}": "x" for n in range(3)})
    enough = State({**few.answers, **{f"d{n}": "y" for n in range(FEWEST - 3)}})

    assert max(look_ahead(made, few).acceptability) >= 0.9
    assert not next_question(made, few).settled
    assert next_question(made, enough).settled
    assert next_question(made, enough).question is None


def test_what_is_certain_is_settled_after_however_few_answers() -> None:
    made = model(
        question("a", 3, answer("x", 0.5, 0, 0, 0, 0), answer("y")),
        question("b", 1, answer("x", 0, 0.1, 0, 0, 0), answer("y")),
    )

    ahead = next_question(made, State({"a": "x"}))

    assert (ahead.question, ahead.settled, ahead.certain) == (None, True, True)


def test_about_counts_the_questions_that_were_asked() -> None:
    first = next_question(SMALL, State())
    later = next_question(SMALL, State({"core": "yes"}), asked=4)

    assert 1 <= first.about <= len(SMALL.questions)
    assert 5 <= later.about <= 4 + len(SMALL.questions)


def test_nothing_is_certain_while_a_gate_on_the_first_place_is_open() -> None:
    gate = question("gate", 1, answer("shut", rules_out=(0,)), answer("open"))
    made = model(question("a", 3, answer("x", 0.5, 0, 0, 0, 0), answer("y")), gate)

    assert not certain(made, State({"a": "x"}))
    assert certain(made, State({"a": "x", "gate": "open"}))


def test_nothing_is_certain_while_todays_place_is_open_and_would_count() -> None:
    made = model(PLACE, question("a", 3, answer("x", 0.5, 0, 0, 0, 0), answer("y")))

    assert not certain(made, State({"a": "x"}))
    assert not certain(made, State({"a": "x", "place": UNKNOWN}))
    assert certain(made, State({"a": "x", "place": "nothing-yet"}))


def test_what_is_skipped_for_an_unknown_may_still_change_the_first_place() -> None:
    # b is not asked while a is unknown; once a is known, b decides.
    made = model(
        question("a", 1, answer("x", 0.1, 0, 0, 0, 0), answer("y", 0.1, 0, 0, 0, 0)),
        question("b", 3, answer("x", 0, 0.5, 0, 0, 0), answer("y"), skip_if={"a": (UNKNOWN,)}),
    )

    assert not certain(made, State({"a": UNKNOWN}))


def test_a_tie_is_not_certain() -> None:
    assert not certain(model(), State())


@SOME
@given(cases())
def test_what_is_certain_holds_however_the_open_questions_are_answered(
    case: tuple[Model, State],
) -> None:
    made, state = case
    if not certain(made, state):
        return
    first = score(made, state).order[0]

    for completed in completions(made, state):
        assert score(made, completed).order[0] == first


@SOME
@given(cases())
def test_the_next_question_is_open_was_not_asked_and_has_a_choice(
    case: tuple[Model, State],
) -> None:
    made, state = case

    ahead = next_question(made, state)

    if ahead.question is not None:
        asked = made.questions[ahead.question]
        assert asked.id not in state.answers
        assert len(possible_answers(asked, state)) > 1
        assert asked.id in {question.id for question in open_questions(made, state)}
        assert not ahead.settled
        assert ahead.about > len(state.answers)


def test_the_shipped_questions_come_to_an_end_whatever_is_known(shipped: KnowledgeBase) -> None:
    assert shipped.advice is not None
    made = compile_model(shipped.advice)

    asked = _asked_one_by_one(made, {})

    assert 1 <= len(asked) <= len(made.questions)
    assert len(set(asked)) == len(asked)
