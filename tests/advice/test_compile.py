"""The knowledge base's points as the engine's values."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sourcebot.advice.compile import compile_model
from sourcebot.advice.model import NEUTRAL, Model
from sourcebot.knowledge.model import KnowledgeBase


@pytest.fixture(scope="module")
def tea_model(tea: KnowledgeBase) -> Model:
    assert tea.advice is not None
    return compile_model(tea.advice)


def _values(model: Model, question: str, answer: str) -> dict[str, float]:
    return dict(zip(model.options, model.questions[question].answers[answer].values, strict=True))


def test_points_on_a_place_go_to_every_option_there(tea_model: Model) -> None:
    much = _values(tea_model, "price", "much")

    assert much["delivery"] == much["tearoom"] > much["medley"] > much["kettle"] == much["flask"]


def test_points_on_an_option_and_its_places_add_up(tea_model: Model) -> None:
    # roof: stay-a-little gives home 2 and out -1; the medley is nowhere.
    stay, roam = (_values(tea_model, "roof", id) for id in ("stay-a-little", "roam"))

    assert stay["kettle"] - roam["kettle"] == pytest.approx((2 - -2) / 6)
    assert stay["tearoom"] - roam["tearoom"] == pytest.approx((-1 - 3) / 6)
    assert stay["medley"] == roam["medley"] == NEUTRAL


def test_what_is_ruled_out_by_place_is_ruled_out_option_by_option(tea_model: Model) -> None:
    gates = tea_model.questions["roof"].answers["must-stay"].rules_out

    assert {tea_model.options[option] for option in gates} == {"flask", "tearoom"}


def test_a_rare_answer_has_a_smaller_share(tea_model: Model) -> None:
    shares = [answer.share for answer in tea_model.questions["roof"].answers.values()]

    assert shares[0] < shares[1] == shares[2] == 1


def test_a_base_of_an_option_counts_before_any_answer(tea_model: Model) -> None:
    assert tea_model.base == (0.5, 0.5, 0.5, 0.5, pytest.approx(0.5 - 1 / 6))


def test_todays_option_is_named_by_position(tea_model: Model) -> None:
    answers = tea_model.questions["now"].answers

    assert [answer.today for answer in answers.values()] == [None, 0, 2, 1, 3]
    assert answers["own-kettle"].today_value == pytest.approx(1 / 6)


@pytest.mark.parametrize("base", ["tea", "shipped"])
def test_not_to_answer_is_worth_the_mean_of_all_answers(
    base: str, request: pytest.FixtureRequest
) -> None:
    advice = request.getfixturevalue(base).advice
    model = compile_model(advice)

    for question in model.questions.values():
        answers = question.answers.values()
        total = sum(answer.share for answer in answers)
        for option in range(len(model.options)):
            mean = sum(answer.share * answer.values[option] for answer in answers) / total
            assert mean == pytest.approx(NEUTRAL), (question.id, model.options[option])


@pytest.mark.parametrize(
    ("points", "cut"),
    [
        ({"kettle": 3, "self": 3, "home": 3}, 3),
        ({"kettle": 2, "self": 1}, 3),
        ({"kettle": 1, "self": 1}, 2),
        ({"kettle": -3, "home": -2}, -3),
        ({"kettle": 3, "home": -3}, 0),
    ],
)
def test_the_points_of_one_answer_are_cut_at_three(
    tea: KnowledgeBase, points: dict[str, int], cut: int
) -> None:
    assert tea.advice is not None
    taste = tea.advice.criteria["taste"]
    plain = replace(taste.answers["plain"], effects=points)
    other = replace(taste.answers["pleasant"], effects={})
    changed = replace(taste, answers={"plain": plain, "pleasant": other})
    criteria = {**tea.advice.criteria, "taste": changed}

    values = _values(compile_model(replace(tea.advice, criteria=criteria)), "taste", "plain")

    # Centred: the other of the two answers has no points.
    assert values["kettle"] == pytest.approx(NEUTRAL + cut / 6 / 2)
