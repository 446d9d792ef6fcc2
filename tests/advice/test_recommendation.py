"""The result: what it says, and the shape that others build on."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import msgspec
import pytest

from sourcebot import Bot
from sourcebot.advice.compile import compile_model
from sourcebot.advice.model import UNKNOWN, State
from sourcebot.advice.recommendation import conflicts_in, recommend
from sourcebot.advice.result import Recommendation
from sourcebot.answers.render import Answers
from sourcebot.dialogue.advising.counsel import Counsel
from sourcebot.knowledge.model import KnowledgeBase
from tests.dialogue.advice_talk import SETTLED

SHIPPED_OPTIONS = {
    "in-house",
    "domestic-outsourcing",
    "captive-offshoring",
    "offshore-outsourcing",
    "nearshore-captive",
    "nearshore-outsourcing",
    "reshoring",
    "insourcing",
    "shared-services",
    "hybrid",
}
TEA_OPTIONS = {"kettle", "delivery", "flask", "tearoom", "medley", "homebrew", "homecoming"}


def _advise(base: KnowledgeBase, answers: dict[str, str], **possible: tuple[str, ...]) -> Any:
    assert base.advice is not None
    return recommend(base, compile_model(base.advice), State(answers, possible))


def _tea(base: KnowledgeBase, **answers: str) -> Recommendation:
    result: Recommendation = _advise(base, answers)
    return result


def _names(result: Recommendation) -> list[str]:
    return [ranked.option for ranked in result.ranking]


def test_the_option_that_all_answers_speak_for_comes_first(tea: KnowledgeBase) -> None:
    result = _advise(tea, SETTLED)

    first = result.ranking[0]
    assert (first.option, result.today, first.acceptability) == ("kettle", "kettle", 1.0)
    assert result.certain
    assert result.unknown == ()


def test_a_move_takes_the_place_of_the_option_that_it_leads_to(tea: KnowledgeBase) -> None:
    result = _tea(tea, now="bought-pot", taste="signature", skill="able", roof="stay-a-little")

    first = result.ranking[0]
    assert (first.option, first.name) == ("homebrew", "brewing again")
    assert first.place == {"who": "self", "where": "home"}
    assert set(_names(result)) == TEA_OPTIONS


def test_where_both_change_the_other_name_is_told_too(tea: KnowledgeBase) -> None:
    result = _tea(
        tea, now="bought-table", taste="signature", skill="able", law="strict", roof="stay-a-little"
    )

    first = result.ranking[0]
    assert (first.option, first.also) == ("homebrew", "homecoming")
    assert first.place == {"who": "self", "where": "home"}


def test_what_cannot_be_chosen_says_why(tea: KnowledgeBase) -> None:
    result = _tea(tea, now="own-kettle", roof="must-stay")

    out = {ranked.option: ranked.ruled_out for ranked in result.ranking}
    assert out["flask"] == out["tearoom"] == "Guests who cannot travel drink at home."
    assert out["homebrew"] == "You make it yourself already."
    assert out["homecoming"] == "It is drunk at home already."
    assert out["kettle"] is out["delivery"] is out["medley"] is None
    impossible = [ranked for ranked in result.ranking if ranked.ruled_out is not None]
    assert result.ranking[-4:] == tuple(impossible)
    assert all(ranked.score == ranked.acceptability == 0 for ranked in impossible)


def test_a_reason_is_the_sentence_of_an_answer_that_speaks_for_the_option(
    tea: KnowledgeBase,
) -> None:
    result = _tea(tea, taste="signature", price="much")

    kettle = next(ranked for ranked in result.ranking if ranked.option == "kettle")
    [spoken_for] = kettle.reasons_for
    assert (spoken_for.criterion, spoken_for.answer) == ("taste", "signature")
    assert spoken_for.text == "Nobody else brews it as you do."
    assert spoken_for.points > 0
    tearoom = next(ranked for ranked in result.ranking if ranked.option == "tearoom")
    assert [reason.criterion for reason in tearoom.reasons_for] == ["price"]
    assert [reason.criterion for reason in tearoom.reasons_against] == ["taste"]


def test_what_is_in_place_is_spoken_for_by_what_is_said_of_today(tea: KnowledgeBase) -> None:
    result = _tea(tea, now="bought-table", mood="content")

    tearoom = next(ranked for ranked in result.ranking if ranked.option == "tearoom")
    assert {reason.criterion for reason in tearoom.reasons_for} == {"now", "mood"}
    assert result.ranking[0].option == "tearoom"


def test_the_form_fits_the_answers_or_is_the_options_usual_one(tea: KnowledgeBase) -> None:
    def form(**answers: str) -> str:
        ranked = _tea(tea, **answers).ranking
        return next(option.form for option in ranked if option.option == "kettle")

    assert form(taste="signature") == "two kettles and a clock"
    assert form(taste="plain") == "a kettle on the stove"


def test_guidance_goes_with_the_first_option_and_the_answers(tea: KnowledgeBase) -> None:
    stay = _advise(tea, SETTLED)
    move = _advise(tea, {**SETTLED, "now": "bought-pot", "mood": "poor-shop"})

    assert [risk.id for risk in stay.risks] == ["risk-scald"]
    assert stay.risks[0].remedy == "Use a spout with a lid."
    assert [need.id for need in stay.communications] == ["call-ahead"]
    assert [step.id for step in stay.steps] == ["step-boil"]
    assert [note.id for note in stay.notes] == ["note-law"]
    assert move.ranking[0].option == "homebrew"
    assert [step.id for step in move.steps] == ["step-pack", "step-boil"]
    assert {note.id for note in move.notes} == {"note-law", "note-homebrew"}


def test_what_decided_put_the_first_before_the_second(tea: KnowledgeBase) -> None:
    result = _tea(
        tea, taste="signature", roof="stay-a-little", price="much", law="lax", sky="rainy"
    )

    assert _names(result)[:2] == ["kettle", "delivery"]
    assert [item.criterion for item in result.decisive] == ["taste"]
    assert result.decisive[0].label == "Guests visit for its flavour"
    points = [item.points for item in result.decisive]
    assert points == sorted(points, reverse=True)
    assert all(value > 0 for value in points)


def test_a_gate_that_held_back_a_better_option_is_decisive(tea: KnowledgeBase) -> None:
    result = _tea(tea, now="bought-table", mood="content", roof="must-stay", sky="sunny")

    assert result.decisive[0].criterion == "roof"


def test_a_flip_says_which_answer_would_be_different(tea: KnowledgeBase) -> None:
    result = _tea(tea, now="own-kettle", taste="signature", skill="able")

    assert result.flips
    for flip in result.flips:
        for change in flip.changes:
            assert tea.advice is not None
            criterion = tea.advice.criteria[change.criterion]
            assert change.name == criterion.name
            assert change.label == criterion.answers[change.after].label
        assert flip.option != result.ranking[0].option


def test_no_flip_proposes_answers_that_contradict_each_other(tea: KnowledgeBase) -> None:
    answers = {"now": "own-kettle", "taste": "pleasant", "price": "little"}

    for flip in _advise(tea, answers).flips:
        changed = {change.criterion: change.after for change in flip.changes}
        assert tea.advice is not None
        assert not conflicts_in(tea.advice, {**answers, **changed})


def test_answers_that_contradict_each_other_are_set_aside(tea: KnowledgeBase) -> None:
    result = _tea(tea, now="own-kettle", mood="poor-shop", taste="signature")
    without = _tea(tea, taste="signature")

    assert result.set_aside == ("You make it yourself, so no shop can be at fault.",)
    assert (result.answers["now"], result.answers["mood"]) == (UNKNOWN, UNKNOWN)
    assert {"now", "mood"} <= set(result.unknown)
    assert [r.score for r in result.ranking] == [r.score for r in without.ranking]


def test_unknown_lists_what_is_open_and_not_what_the_case_makes_pointless(
    tea: KnowledgeBase,
) -> None:
    result = _tea(tea, now="nobody", taste="plain", skill=UNKNOWN)

    assert set(result.unknown) == {"skill", "roof", "price", "law", "sky"}


def test_without_any_answer_there_is_still_a_whole_result(tea: KnowledgeBase) -> None:
    result = _tea(tea)

    assert set(_names(result)) == TEA_OPTIONS
    assert result.today is None
    assert not result.certain
    assert result.decisive == ()


def test_what_leaves_no_option_is_said_of_each(tea: KnowledgeBase) -> None:
    from msgspec.structs import replace

    assert tea.advice is not None
    model = compile_model(tea.advice)
    lax = replace(
        model.questions["law"].answers["lax"], rules_out=frozenset(range(len(model.options)))
    )
    law = replace(model.questions["law"], answers={"lax": lax})
    shut = replace(model, questions={**model.questions, "law": law})

    result = recommend(tea, shut, State({"law": "lax"}))

    assert set(_names(result)) == TEA_OPTIONS
    assert all(ranked.score == 0 for ranked in result.ranking)
    assert not result.certain
    assert result.flips == ()


def test_the_order_of_answering_does_not_matter(shipped: KnowledgeBase) -> None:
    told = [(id, next(iter(c.answers))) for id, c in _criteria(shipped)]
    told = [pair for pair in told if pair[0] != "quality-now"]

    forwards, backwards = _advise(shipped, dict(told)), _advise(shipped, dict(told[::-1]))

    assert msgspec.structs.replace(backwards, answers=forwards.answers) == forwards


def _criteria(base: KnowledgeBase) -> list[tuple[str, Any]]:
    assert base.advice is not None
    return list(base.advice.criteria.items())


@pytest.fixture(scope="module")
def counsel(shipped: KnowledgeBase) -> Counsel:
    return Counsel(shipped, Answers(shipped))


def _some_answers(base: KnowledgeBase, seed: int) -> dict[str, str]:
    random = Random(seed)
    return {
        id: random.choice([*criterion.answers, UNKNOWN])
        for id, criterion in _criteria(base)
        if random.random() < 0.7
    }


@pytest.mark.parametrize("seed", range(12))
def test_the_shipped_result_has_the_shape_that_others_build_on(
    shipped: KnowledgeBase, counsel: Counsel, seed: int
) -> None:
    answers = _some_answers(shipped, seed)

    plain = counsel.as_json(counsel.recommend(answers))

    assert json.loads(json.dumps(plain)) == plain
    assert plain["status"] == "recommended"
    assert plain["kb"] == shipped.stamp
    assert plain["today"] is None or plain["today"] in SHIPPED_OPTIONS
    ranking = plain["ranking"]
    assert {ranked["option"] for ranked in ranking} == SHIPPED_OPTIONS
    assert len(ranking) == 10
    for ranked in ranking:
        assert ranked["also"] is None or ranked["also"] in SHIPPED_OPTIONS - {ranked["option"]}
        assert isinstance(ranked["form"], str)
        assert 0 <= ranked["score"] <= 1
        assert 0 <= ranked["acceptability"] <= 1
        for reason in (*ranked["for"], *ranked["against"]):
            assert plain["answers"][reason["criterion"]] == reason["answer"]
            assert set(reason["sources"]) <= set(shipped.sources)
            assert reason["text"]
        assert all(reason["points"] > 0 for reason in ranked["for"])
        assert all(reason["points"] < 0 for reason in ranked["against"])
    possible = [ranked["score"] for ranked in ranking if ranked["ruled_out"] is None]
    assert possible == sorted(possible, reverse=True)
    assert ranking[0]["ruled_out"] is None
    assert sum(ranked["acceptability"] for ranked in ranking) == pytest.approx(1, abs=0.02)
    assert set(plain["unknown"]) <= {id for id, _ in _criteria(shipped)}
    assert set(plain["answers"]) == set(answers)
    listed = [source["id"] for source in plain["sources"]]
    named = {
        id
        for ranked in ranking
        for reason in (*ranked["for"], *ranked["against"])
        for id in reason["sources"]
    }
    assert named <= set(listed) <= set(shipped.sources)
    assert len(listed) == len(set(listed))
    assert all({"id", "title", "publisher", "year", "url"} == set(s) for s in plain["sources"])


@pytest.mark.parametrize("seed", range(12))
def test_a_flip_of_the_shipped_result_comes_true(
    shipped: KnowledgeBase, counsel: Counsel, seed: int
) -> None:
    result = counsel.recommend(_some_answers(shipped, seed))

    for flip in result.flips:
        changed = {change.criterion: change.after for change in flip.changes}
        after = counsel.recommend({**result.answers, **changed})
        assert after.ranking[0].option == flip.option != result.ranking[0].option
        assert after.set_aside == ()


@pytest.mark.parametrize("seed", range(12))
def test_any_shipped_result_can_be_read(
    shipped: KnowledgeBase, counsel: Counsel, seed: int
) -> None:
    result = counsel.recommend(_some_answers(shipped, seed))

    text, cited = counsel.as_markdown(result)

    assert result.ranking[0].name.casefold() in text.casefold()
    assert result.ranking[0].means in text
    assert {source.id for source in cited} <= set(shipped.sources)
    assert "Undefined" not in text


def test_contradictions_are_told_before_they_are_set_aside(counsel: Counsel) -> None:
    [conflict] = counsel.contradictions({"current": "own-home", "quality-now": "supplier"})

    assert set(conflict.answers) == {"current", "quality-now"}
    assert counsel.contradictions({"current": "own-home"}) == []


def test_the_listing_names_every_criterion_with_its_answers_and_unknown(
    shipped: KnowledgeBase, counsel: Counsel
) -> None:
    listed = counsel.listing()["criteria"]

    assert [criterion["id"] for criterion in listed] == [id for id, _ in _criteria(shipped)]
    for shown, (_, criterion) in zip(listed, _criteria(shipped), strict=True):
        assert set(shown) == {"id", "text", "why", "answers"}
        ids = [answer["id"] for answer in shown["answers"]]
        assert ids == [*criterion.answers, UNKNOWN]
        assert all(answer["label"] for answer in shown["answers"])


def test_the_conversation_comes_to_the_same_result_as_answers_at_hand(tea: KnowledgeBase) -> None:
    counsel, conversation = Counsel(tea, Answers(tea)), Bot(tea).start()
    reply = conversation.send("help me decide")
    answers = {}
    while reply.question is not None:
        asked = reply.question["criterion"]
        answers[asked] = reply.question["answers"][0]["id"]
        reply = conversation.send("1")

    assert reply.recommendation == counsel.as_json(counsel.recommend(answers))
