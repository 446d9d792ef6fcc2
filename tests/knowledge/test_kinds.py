"""Kinds, traits, relations, aspects that do not apply, and a concept that needs one file only."""

from __future__ import annotations

import pytest

from sourcebot import KnowledgeBase
from sourcebot.knowledge.folders import read_base
from sourcebot.knowledge.loader import examine
from tests.knowledge.conftest import Complaints
from tests.knowledge.tea import TeaFolder
from tests.knowledge.tea_kinds import with_kinds

GREEN = "concepts/green-tea.yaml"


@pytest.fixture
def kinds(tea: TeaFolder) -> TeaFolder:
    return with_kinds(tea)


def test_a_concept_with_words_and_sources_of_its_own_takes_one_file(kinds: TeaFolder) -> None:
    base, problems = examine(read_base(kinds.root))

    assert problems == []
    assert base is not None
    assert base.sources["pot-catalogue"].title == "Pots"
    assert base.words["vessel"] == ("vessel", "jug")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: leaf", "kind: leave", "unknown kind `leave`; did you mean `leaf`?"),
        ("  water: {", "  warter: {", "unknown trait `warter`; did you mean `water`?"),
        ("goes-with:", "gos-with:", "unknown relation `gos-with`; did you mean `goes-with`?"),
        ("[oolong, ", "[olong, ", "unknown concept `olong`; did you mean `oolong`?"),
        ("sources: [pot-board]}", "sources: []}", "a fact without a source; cite one or drop it"),
    ],
)
def test_what_kinds_yaml_does_not_know_is_an_error(
    kinds: TeaFolder, complaints: Complaints, old: str, new: str, said: str
) -> None:
    line = kinds.replace(GREEN, old, new)

    assert f"{GREEN}:{line}: {said}" in complaints()


def test_a_trait_that_the_kind_should_have_is_missed(kinds: TeaFolder) -> None:
    kinds.replace(GREEN, "  water: {text: 75 degrees, sources: [pot-board]}\n", "")

    base, problems = examine(read_base(kinds.root))

    assert base is not None
    assert [problem.message for problem in problems] == [
        "no trait `water`, which a leaf should have; add it"
    ]


def test_an_aspect_has_an_entry_or_a_reason_why_not_but_not_both(
    kinds: TeaFolder, complaints: Complaints
) -> None:
    line = kinds.replace(GREEN, "kind: leaf", "does_not_apply: {reasons: No.}\nkind: leaf")

    assert complaints() == [
        f"{GREEN}:{line}: `reasons` has an entry as well; drop one of them",
    ]


def test_tasks_may_stand_in_a_folder_of_files(tea: TeaFolder) -> None:
    text = tea.path("tasks.yaml").read_text("utf-8")
    head, tail = text.split("tasks:\n")
    tea.path("tasks.yaml").unlink()
    tea.write("tasks/categories.yaml", head)
    tea.write("tasks/meals.yaml", "tasks:\n" + tail)

    base = KnowledgeBase.load(tea.root)

    assert base.tasks["breakfast"].place.file == "tasks/meals.yaml"


def test_a_task_names_the_criterion_that_decides_it(tea: TeaFolder, complaints: Complaints) -> None:
    line = tea.replace(
        "tasks.yaml", "    category: meals", "    decides: hunger\n    category: meals"
    )

    assert complaints() == [
        f"tasks.yaml:{line}: unknown criterion `hunger`; add it or correct the id"
    ]
