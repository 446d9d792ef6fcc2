"""Twelve documented decisions, answered from their facts alone before any result was seen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from sourcebot import Bot
from sourcebot.dialogue.advising.adviser import Adviser

CASES: list[dict[str, Any]] = yaml.load(
    Path(__file__).with_name("cases.yaml").read_text("utf-8"), Loader=yaml.BaseLoader
)


@pytest.fixture(scope="module")
def adviser() -> Adviser:
    adviser = Bot.load().adviser
    assert adviser is not None
    return adviser


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_answer_of_a_case_exists(adviser: Adviser, case: dict[str, Any]) -> None:
    for criterion, answer in case["answers"].items():
        assert answer in (*adviser.advice.criteria[criterion].answers, "unknown")


def test_most_cases_end_in_a_defensible_option_and_no_constant_answer_comes_near(
    adviser: Adviser,
) -> None:
    firsts = [adviser.recommend(case["answers"]).ranking[0].option for case in CASES]
    right = sum(option in case["acceptable"] for option, case in zip(firsts, CASES, strict=True))
    constant = Counter(option for case in CASES for option in case["acceptable"])

    assert right >= 9
    assert right >= 2 * max(constant.values())
    assert len(set(firsts)) >= 5


def test_the_ranking_holds_every_option_once(adviser: Adviser) -> None:
    for case in CASES:
        ranking = adviser.recommend(case["answers"]).ranking
        ids = [ranked.option for ranked in ranking]
        assert sorted(ids) == sorted({*adviser.advice.options, *adviser.advice.moves})
