"""What a result is called: a move's name where today's place and the new one differ."""

from __future__ import annotations

import pytest
from hypothesis import given

from sourcebot.advice.compile import compile_model
from sourcebot.advice.model import Model, State
from sourcebot.advice.naming import Named, label, name_all
from sourcebot.advice.scoring import score
from sourcebot.knowledge.model import KnowledgeBase
from tests.advice.models import (
    BUY_AWAY,
    BUY_HOME,
    MIX,
    OPTIONS,
    OWN_AWAY,
    OWN_HOME,
    PLACE,
    SMALL,
    SOME,
    answer,
    cases,
    model,
    question,
)

EVERYTHING = sorted([*OPTIONS, "take-back", "bring-home"])


def _named(made: Model, **answers: str) -> list[Named]:
    state = State(answers)
    return name_all(made, state, score(made, state))


def _wish(*lifts: float) -> Model:
    """A model in which one answer puts the options in order."""
    return model(PLACE, question("wish", 3, answer("granted", *lifts), answer("denied")))


@pytest.mark.parametrize(
    ("today", "lifts", "option", "name"),
    [
        ("own-home", (0.5, 0, 0, 0, 0), OWN_HOME, "own-home"),
        ("buy-away", (0, 0, 0, 0.5, 0), BUY_AWAY, "buy-away"),
        ("own-home", (0, 0.5, 0, 0, 0), BUY_HOME, "buy-home"),
        ("own-home", (0, 0, 0.5, 0, 0), OWN_AWAY, "own-away"),
        ("own-home", (0, 0, 0, 0.5, 0), BUY_AWAY, "buy-away"),
        ("own-away", (0, 0, 0, 0.5, 0), BUY_AWAY, "buy-away"),
        ("buy-home", (0.5, 0, 0, 0, 0), OWN_HOME, "take-back"),
        ("buy-away", (0, 0, 0.5, 0, 0), OWN_AWAY, "take-back"),
        ("own-away", (0.5, 0, 0, 0, 0), OWN_HOME, "bring-home"),
        ("buy-away", (0, 0.5, 0, 0, 0), BUY_HOME, "bring-home"),
        ("own-away", (0, 0, 0, 0, 0.5), MIX, "mix"),
        ("nothing-yet", (0.5, 0, 0, 0, 0), OWN_HOME, "own-home"),
    ],
)
def test_a_change_along_one_axis_has_the_moves_name_and_no_change_the_options_own(
    today: str, lifts: tuple[float, ...], option: int, name: str
) -> None:
    first = _named(_wish(*lifts), place=today, wish="granted")[0]

    assert first == Named(option, name, None)


def test_where_todays_place_is_unknown_every_option_keeps_its_own_name() -> None:
    named = _named(_wish(0.5, 0, 0, 0, 0), place="unknown", wish="granted")

    assert [item.name for item in named[:5]] == list(OPTIONS)
    assert named[5:] == [Named(None, "take-back"), Named(None, "bring-home")]


def test_where_both_axes_change_the_larger_gain_gives_the_name_and_the_other_is_also_told() -> None:
    # From buy-away to own-home: against buy-home the change of hands is gained,
    # against own-away the change of country.
    hands = _named(_wish(0.5, 0.1, 0.4, 0, 0), place="buy-away", wish="granted")[0]
    country = _named(_wish(0.5, 0.4, 0.1, 0, 0), place="buy-away", wish="granted")[0]

    assert hands == Named(OWN_HOME, "take-back", "bring-home")
    assert country == Named(OWN_HOME, "bring-home", "take-back")


def test_a_move_names_the_best_option_that_it_leads_to_and_no_second_one() -> None:
    twins = Model(
        ("one", "other", "bought"),
        ({"who": "own"}, {"who": "own"}, {"who": "bought"}),
        (0.5, 0.6, 0.5),
        SMALL.moves[:1],
        {"place": question("place", 1, answer("bought", 0, 0, 0, today=2), answer("no", 0, 0, 0))},
        "place",
    )

    named = _named(twins, place="bought")

    assert named == [
        Named(1, "take-back"),
        Named(0, "one", "take-back"),
        Named(2, "bought"),
        Named(None, "other"),
    ]


def test_what_is_ruled_out_is_named_after_what_is_possible() -> None:
    named = _named(SMALL, place="buy-home", spot="needed", price="cheap-away")

    assert [item.option for item in named[:3]] == [BUY_HOME, OWN_HOME, MIX]
    assert {item.option for item in named[3:5]} == {OWN_AWAY, BUY_AWAY}


@SOME
@given(cases())
def test_every_name_stands_exactly_once_and_every_option_too(case: tuple[Model, State]) -> None:
    made, state = case

    named = name_all(made, state, score(made, state))

    names = [item.name for item in named]
    everything = [*made.options, *(move.name for move in made.moves)]
    assert sorted(names) == sorted(everything)
    meant = sorted(item.option for item in named if item.option is not None)
    assert meant == list(range(len(made.options)))
    assert all(item.also is None or item.also != item.name for item in named)


def test_results_with_different_names_have_different_labels() -> None:
    labels = {label(SMALL, today, OWN_HOME) for today in (OWN_HOME, BUY_HOME, OWN_AWAY, BUY_AWAY)}

    assert len(labels) == 4


@pytest.mark.parametrize(
    ("today", "option", "name"),
    [
        ("supplier-home", "in-house", "insourcing"),
        ("own-abroad", "in-house", "reshoring"),
        ("own-nearby", "in-house", "reshoring"),
        ("supplier-abroad", "domestic-outsourcing", "reshoring"),
        ("supplier-nearby", "nearshore-captive", "insourcing"),
        ("own-home", "offshore-outsourcing", "offshore-outsourcing"),
        ("supplier-home", "domestic-outsourcing", "domestic-outsourcing"),
        ("not-done-yet", "in-house", "in-house"),
    ],
)
def test_the_shipped_options_are_named_by_todays_place(
    shipped: KnowledgeBase, today: str, option: str, name: str
) -> None:
    assert shipped.advice is not None
    made = compile_model(shipped.advice)
    number = made.options.index(option)
    others = frozenset(range(len(made.options))) - {number}
    only = question("only", 3, answer("this", *(0.0,) * len(made.options), rules_out=tuple(others)))
    made = Model(
        made.options,
        made.places,
        made.base,
        made.moves,
        {**made.questions, "only": only},
        made.today,
    )

    named = _named(made, only="this", **{made.today: today})

    assert named[0].option == number
    assert named[0].name == name
    assert len({item.name for item in named}) == len(named) == 10
