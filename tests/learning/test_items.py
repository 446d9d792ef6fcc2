"""Exercises over the shipped base: one best answer each, and nothing gives it away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sourcebot import KnowledgeBase
from sourcebot.knowledge.course_model import Lesson, Practice
from sourcebot.knowledge.facts import Place
from sourcebot.learning.items.item import Item
from sourcebot.learning.items.making import items_for
from sourcebot.learning.items.near import broader
from sourcebot.learning.items.texts import BLANK, masked, say
from sourcebot.learning.proof import prove

KINDS: tuple[Practice, ...] = ("definition", "sort", "which", "match", "claim", "case")
MANY = 10_000


@pytest.fixture(scope="module")
def base(shared_cache: Path) -> Iterator[KnowledgeBase]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        yield KnowledgeBase.load()


def everything(base: KnowledgeBase, *kinds: Practice) -> Lesson:
    """A lesson about all that the base knows."""
    return Lesson(
        id="everything",
        title="Everything",
        goal="You know it all.",
        concepts=tuple(base.concepts),
        aspects=(),
        tasks=tuple(base.tasks),
        categories=tuple(base.categories),
        claims=tuple(base.claims),
        criteria=tuple(base.criteria),
        cases=tuple(base.cases),
        template=None,
        practice=dict.fromkeys(kinds or KINDS, MANY),
        place=Place("course.yaml", 1),
    )


def made(base: KnowledgeBase, *kinds: Practice) -> tuple[Item, ...]:
    which = base.course.which if base.course is not None else None
    return items_for(base, everything(base, *kinds), which)


@pytest.mark.parametrize("kind", KINDS)
def test_every_exercise_of_the_shipped_base_has_one_best_answer(
    base: KnowledgeBase, kind: Practice
) -> None:
    doubts = {item.id: found for item in made(base, kind) if (found := prove(base, item))}

    assert doubts == {}


def test_every_concept_claim_and_piece_of_work_can_be_practised(base: KnowledgeBase) -> None:
    ids = {item.id for item in made(base)}

    assert {f"definition:{id}" for id in base.concepts} <= ids
    assert {f"sort:{id}" for id in base.tasks if not base.tasks[id].also} <= ids
    assert all({f"claim:{id}", f"verdict:{id}"} & ids for id in base.claims)


def test_ids_are_told_apart_and_texts_have_no_open_slots(base: KnowledgeBase) -> None:
    items = made(base)

    assert len({item.id for item in items}) == len(items)
    for item in items:
        texts = [item.prompt, item.why, *(ask.text for ask in item.asks)]
        texts += [choice.label for ask in item.asks for choice in ask.choices]
        texts += [told for ask in item.asks for told in ask.wrong.values()]
        assert not any(re.search(r"\{\w+\}|\[\d+\]", text) for text in texts), item.id
        assert item.why, item.id
        assert item.question, item.id
        assert item.place.line, item.id
        assert set(item.sources) <= set(base.sources), item.id


def test_the_right_definition_does_not_name_its_concept(base: KnowledgeBase) -> None:
    for item in made(base, "definition"):
        if item.id.startswith("definition:"):
            (ask,) = item.asks
            name = base.names[ask.right]
            assert name.casefold() not in ask.best.label.casefold()
            assert ask.best.label.startswith(BLANK)


def test_no_definition_is_told_by_the_number_of_its_verb(base: KnowledgeBase) -> None:
    for item in made(base, "definition"):
        labels = [choice.label for ask in item.asks for choice in ask.choices]
        verbs = {label.split()[1] for label in labels if label.startswith(f"{BLANK} ")}
        assert not {"is", "are"} <= verbs, item.id
    (named,) = [item for item in made(base, "definition") if item.id == "name:hidden-costs"]
    assert f"{BLANK} are" not in named.prompt


def test_what_was_learnt_of_a_definition_does_not_hang_on_what_stands_beside_it(
    base: KnowledgeBase,
) -> None:
    found = {item.id: item for item in made(base, "definition")}

    assert found["definition:hidden-costs"].asks[0].best.label.startswith(f"{BLANK}: ")
    assert found["definition:hidden-costs"].answer.startswith(f"{BLANK} are ")


@pytest.mark.parametrize(
    ("concept", "beside"),
    [("insourcing", "reshoring"), ("in-house", "outsourcing"), ("msa", "sow"), ("msa", "sla")],
)
def test_a_definition_stands_beside_those_that_it_is_taken_for(
    base: KnowledgeBase, concept: str, beside: str
) -> None:
    found = {item.id: item for item in made(base, "definition")}

    for id in (f"definition:{concept}", f"name:{concept}"):
        assert beside in {choice.id for choice in found[id].asks[0].choices}


def test_a_false_claim_stands_among_statements_on_what_is_near_it(base: KnowledgeBase) -> None:
    found = {item.id: item for item in made(base, "claim")}
    (ask,) = found["claim:captive-is-outsourcing"].asks

    others = " ".join(choice.label for choice in ask.choices if choice.id != ask.right)

    assert others.count("utsourcing") >= 2, others


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("kodak-data-centres", "puts domestic outsourcing first, too"),
        ("army-recruiting", "In hindsight, in-house work would have been the better choice"),
        ("steiff-toys", "puts an offshore captive centre ahead of in-house work"),
    ],
)
def test_a_case_says_why_its_answer_is_best_where_something_else_was_done_or_advised(
    base: KnowledgeBase, case: str, told: str
) -> None:
    found = {item.id: item for item in made(base, "case")}

    assert told in found[f"case:{case}"].why


def test_no_definition_that_also_holds_of_the_concept_stands_beside_its_own(
    base: KnowledgeBase,
) -> None:
    for item in made(base, "definition"):
        (ask,) = item.asks
        assert broader(base, ask.right).isdisjoint(choice.id for choice in ask.choices)


def test_work_that_must_be_done_on_the_spot_is_never_done_abroad(base: KnowledgeBase) -> None:
    for item in made(base, "which"):
        _, task, *option = item.id.split(":")
        if option and base.tasks[task].implies.get("presence") == "always":
            (ask,) = item.asks
            assert ask.right not in ("offshoring", "both"), ask.text


def test_scenes_have_each_of_the_four_answers_in_turn(base: KnowledgeBase) -> None:
    assert base.course is not None
    lesson = replace(everything(base), cases=(), practice={"which": 8})

    items = items_for(base, lesson, base.course.which)

    assert set(Counter(item.asks[0].right for item in items).values()) == {2}


def test_a_false_claim_stands_among_statements_of_other_aspects(base: KnowledgeBase) -> None:
    found = [item for item in made(base, "claim") if item.id.startswith("claim:")]

    assert len(found) > len(base.claims) // 3
    for item in found:
        (ask,) = item.asks
        aspect = base.claims[ask.right].aspect
        others = [choice.id for choice in ask.choices if choice.id != ask.right]
        assert not any(other.startswith(f"{aspect}:") for other in others)
        assert all(ask.wrong[other] for other in others)


def test_all_verdicts_come_up_as_the_answer(base: KnowledgeBase) -> None:
    verdicts = {item.asks[0].right for item in made(base, "claim") if item.id[:8] == "verdict:"}

    assert verdicts == {"true", "partly", "false"}


def test_an_exercise_is_the_same_in_every_lesson(base: KnowledgeBase) -> None:
    assert base.course is not None
    whole = {item.id: item for item in made(base)}
    for lesson in base.course.lessons:
        for item in items_for(base, lesson, base.course.which):
            assert item == whole.get(item.id, item)


def test_a_lesson_gets_no_more_than_it_asks_for_the_easy_kinds_first(base: KnowledgeBase) -> None:
    practice: dict[Practice, int] = {"case": 2, "claim": 3, "definition": 4}
    lesson = replace(everything(base), practice=practice)

    kinds = [item.kind for item in items_for(base, lesson, None)]

    assert Counter(kinds) == {k: n for k, n in practice.items() if k != "case" or base.cases}
    assert kinds[0] == "definition"
    assert kinds.index("claim") < len(kinds) - 1 - kinds[::-1].index("definition")


@given(seed=st.randoms(use_true_random=False))
def test_what_is_made_depends_neither_on_the_order_nor_on_the_number_of_the_rest(
    base: KnowledgeBase, seed: object
) -> None:
    import random

    assert isinstance(seed, random.Random)
    concepts = seed.sample(sorted(base.concepts), 3)
    lesson = replace(everything(base, "definition"), concepts=tuple(concepts))

    first = {item.id: item for item in items_for(base, lesson, None)}
    again = {
        item.id: item
        for item in items_for(base, replace(lesson, concepts=tuple(reversed(concepts))), None)
    }

    assert first == again


@given(text=st.text(max_size=60))
def test_any_text_can_be_masked(base: KnowledgeBase, text: str) -> None:
    for before in ("An SLA, or service-level agreement, ", "SLA ", ""):
        found = masked(base.concepts["sla"], before + text)
        assert found is None or found.startswith(BLANK)


def test_a_place_without_words_says_what_it_is_for(base: KnowledgeBase) -> None:
    assert say(base, "no-such-place", concept="an SLA") == "no-such-place: an SLA"
    assert say(base, "no-such-place") == "no-such-place"
