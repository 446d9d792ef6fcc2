"""Exercises over a base about tea: no code knows what the shipped one is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from sourcebot import KnowledgeBase
from sourcebot.knowledge.course_model import Lesson, Practice, Which
from sourcebot.knowledge.facts import Place
from sourcebot.learning.items.item import Item
from sourcebot.learning.items.making import items_for
from sourcebot.learning.proof import problems, prove
from tests.knowledge.tea import TeaFolder
from tests.knowledge.tea_advice import AdvisingTeaFolder
from tests.knowledge.tea_kinds import with_kinds

COURSE = """\
title: Tea in two steps
about: After it you can tell teas apart.
lessons:
  leaves:
    title: Leaves
    goal: You can tell three teas apart.
    concepts: [green-tea, black-tea, oolong]
    claims: [two-plants]
    tasks: [picnic]
    criteria: [taste, roof]
    practice: {definition: 6, which: 4, claim: 1, match: 2, sort: 1, case: 1}
    cases: [garden-party]
which:
  ask: Which is it?
  labels:
    green-tea: {who: [self]}
    black-tea: {where: [out]}
  both: Both
  neither: Neither
  scenes: ["For {task} somebody is at work: {who}, {where}."]
  says:
    who: {self: [your own hands], shop: [a shop]}
    where: {home: [in your kitchen], out: [in a meadow]}
"""
CASES = """\
cases:
  garden-party:
    name: A garden party, 1911
    concepts: [green-tea]
    task: picnic
    before: {text: All guests love to walk and praise the blend., sources: [leaf-book]}
    answers: {taste: signature, roof: roam, skill: able}
    chose: kettle
    did: {text: The host stayed inside., sources: [leaf-book]}
    outcome: {text: The guests left., sources: [leaf-book]}
    ended: failed
    defensible: [flask]
"""


def lesson(base: KnowledgeBase, practice: dict[Practice, int]) -> Lesson:
    ids = tuple(base.concepts)
    nothing: tuple[str, ...] = ()
    at = Place("course.yaml", 1)
    return Lesson(
        "all", "All", "All.", ids, nothing, tuple(base.tasks), tuple(base.categories),
        tuple(base.claims), tuple(base.criteria), tuple(base.cases), None, practice, at,
    )  # fmt: skip


def items(base: KnowledgeBase, kind: Practice, which: Which | None = None) -> tuple[Item, ...]:
    return items_for(base, lesson(base, {kind: 100}), which)


@pytest.fixture
def tea(tmp_path: Path, own_cache: Path) -> TeaFolder:
    return TeaFolder(tmp_path / "tea")


@pytest.fixture
def advising(tmp_path: Path, own_cache: Path) -> KnowledgeBase:
    folder = AdvisingTeaFolder(tmp_path / "tea")
    folder.write("course.yaml", COURSE)
    folder.write("cases.yaml", CASES)
    return KnowledgeBase.load(folder.root)


def test_three_teas_make_definitions_and_names_to_choose(tea: TeaFolder) -> None:
    base = KnowledgeBase.load(tea.root)

    found = {item.id: item for item in items(base, "definition")}

    assert set(found) == {f"{k}:{id}" for k in ("definition", "name") for id in base.concepts}
    assert all(prove(base, item) == [] for item in found.values())
    (ask,) = found["definition:oolong"].asks
    assert ask.best.label == "… is made from leaves that oxidise in part."


def test_a_broader_tea_is_not_offered_for_a_narrower_one(tea: TeaFolder) -> None:
    base = KnowledgeBase.load(with_kinds(tea).root)

    found = {item.id: item for item in items(base, "definition")}

    choices = {choice.id for choice in found["definition:green-tea"].asks[0].choices}
    assert choices == {"green-tea", "oolong", "pot"}
    assert all(prove(base, item) == [] for item in found.values())


def test_a_base_without_kinds_of_work_or_scenes_asks_for_neither(tea: TeaFolder) -> None:
    base = KnowledgeBase.load(tea.root)

    assert items(base, "sort") == ()
    assert items(base, "which") == ()
    assert items(base, "case") == ()


def test_points_are_matched_to_concepts_where_there_is_no_advice(tea: TeaFolder) -> None:
    for name, point in (
        ("green-tea", "It smells of cut grass."),
        ("black-tea", "Strong flavour stands up against milk."),
        ("oolong", "Rolled balls open slowly over many rounds."),
    ):
        summary = f"{{text: People like {name}., sources: [leaf-book]}}"
        points = f"[{{text: {point}, sources: [leaf-book]}}]"
        entry = f"  liking:\n    summary: {summary}\n    points: {points}\n"
        tea.append(f"concepts/{name}.yaml", entry)
    tea.write(
        "aspects/liking.yaml",
        "id: liking\nname: Liking\ntakes: concept\nquestion: Who likes {concept}?\n"
        "phrases: ['who likes {concept}', 'is {concept} liked by many']\n",
    )
    base = KnowledgeBase.load(tea.root)

    (item,) = items(base, "match")

    assert item.id == "match:liking:black-tea+green-tea+oolong"
    assert [ask.right for ask in item.asks] == ["black-tea", "green-tea", "oolong"]
    assert prove(base, item) == []


def test_scenes_are_told_in_the_words_of_the_base(advising: KnowledgeBase) -> None:
    assert advising.course is not None

    found = {item.id: item for item in items(advising, "which", advising.course.which)}

    scene = found["which:picnic:kettle"]
    assert scene.asks[0].text == "For picnic somebody is at work: your own hands, in your kitchen."
    assert scene.asks[0].right == "green-tea"
    assert "which:picnic:medley" not in found
    assert all(prove(advising, item) == [] for item in found.values())


def test_answers_are_matched_to_what_they_speak_for(advising: KnowledgeBase) -> None:
    found = {item.id: item for item in items(advising, "match")}

    rows = {ask.text: ask.right for ask in found["match:taste"].asks}
    assert rows["Guests visit for its flavour"] == "kettle"
    assert rows["It is pleasant, no more"] == "medley"
    assert all(prove(advising, item) == [] for item in found.values())


def test_a_case_offers_what_was_done_where_that_was_no_good(advising: KnowledgeBase) -> None:
    (item,) = items(advising, "case")

    (ask,) = item.asks
    assert ask.right == "flask"
    assert "kettle" in {choice.id for choice in ask.choices}
    assert "It failed." in item.why
    assert prove(advising, item) == []


def test_a_kind_that_a_lesson_gets_nothing_of_is_a_warning(advising: KnowledgeBase) -> None:
    assert advising.course is not None

    found = [str(problem) for problem in problems(advising, advising.course, "tea")]

    assert found == [
        "tea/course.yaml:4: warning: the lesson `leaves` asks for `sort` and nothing it is about "
        "gives any; name more, or drop it"
    ]
