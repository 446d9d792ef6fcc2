"""Facts into Markdown, with numbered sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sourcebot import KnowledgeBase
from sourcebot.answers.render import Answers, Material
from sourcebot.errors import TemplateError
from tests.knowledge.tea import TeaFolder


@pytest.fixture
def tea(tmp_path: Path) -> TeaFolder:
    return TeaFolder(tmp_path / "tea")


def _material(base: KnowledgeBase, aspect: str, *concepts: str) -> Material:
    entry = base.entry(aspect, concepts)
    assert entry is not None
    return Material(aspect, tuple(base.concepts[id] for id in concepts), (entry,))


def test_sources_are_numbered_in_the_order_in_which_they_are_cited(tea: TeaFolder) -> None:
    base = KnowledgeBase.load(tea.root)

    text, sources = Answers(base).answer([_material(base, "define", "green-tea")])

    assert text == (
        "Green tea is made from leaves that are heated soon after picking. [1]\n\n"
        "- **Colour.** The leaves stay green because they do not oxidise. [2, 1]"
    )
    assert sources == ("leaf-book", "pot-board")


def test_numbers_go_on_from_one_part_of_an_answer_to_the_next(tea: TeaFolder) -> None:
    base = KnowledgeBase.load(tea.root)
    materials = [
        _material(base, "brewing", "oolong"),
        _material(base, "define", "oolong"),
        _material(base, "brewing", "black-tea"),
    ]

    text, sources = Answers(base).answer(materials)

    assert [line[-3:] for line in text.splitlines() if line.endswith("]")] == ["[1]", "[2]", "[1]"]
    assert sources == ("pot-board", "leaf-book")


def test_each_answer_starts_at_one(tea: TeaFolder) -> None:
    base = KnowledgeBase.load(tea.root)
    answers = Answers(base)

    first = answers.answer([_material(base, "brewing", "oolong")])
    second = answers.answer([_material(base, "define", "oolong")])

    assert first[1] == ("pot-board",)
    assert second[1] == ("leaf-book",)
    assert second[0].endswith("[1]")


def test_a_comparison_is_a_table(tea: TeaFolder) -> None:
    base = KnowledgeBase.load(tea.root)

    text, sources = Answers(base).answer([_material(base, "compare", "black-tea", "green-tea")])

    assert text.splitlines()[2:] == [
        "| | black tea | green tea |",
        "|---|---|---|",
        "| Oxidation [2] | full | none |",
    ]
    assert sources == ("leaf-book", "pot-board")


def test_an_aspect_of_the_bases_own_template_is_shown_by_it(tea: TeaFolder) -> None:
    tea.write("content/answers/brewing.md.j2", "Kettle on: {{ entries[0].summary.text }}\n")
    base = KnowledgeBase.load(tea.root)

    text, sources = Answers(base).answer([_material(base, "brewing", "oolong")])

    assert text.startswith("Kettle on: Pour water")
    assert sources == ()


def test_text_from_the_base_is_no_template(tea: TeaFolder) -> None:
    tea.replace("concepts/oolong.yaml", "oxidise in part", "oxidise {{ 7 * 7 }} {% if %}")
    base = KnowledgeBase.load(tea.root)

    text, _ = Answers(base).answer([_material(base, "define", "oolong")])

    assert "{{ 7 * 7 }} {% if %}" in text


def test_a_fault_in_a_template_names_its_file_and_line(tea: TeaFolder) -> None:
    tea.write("content/answers/define.md.j2", "\n{{ entires }}\n")
    base = KnowledgeBase.load(tea.root)

    with pytest.raises(TemplateError) as caught:
        Answers(base).answer([_material(base, "define", "oolong")])

    assert str(caught.value) == "content/answers/define.md.j2:2: 'entires' is undefined"


def test_every_entry_task_and_claim_of_the_shipped_base_can_be_shown() -> None:
    base = KnowledgeBase.load()
    answers = Answers(base)
    materials = [_material(base, e.aspect, *e.concepts) for e in base.entries.values()]
    materials += [Material("task_fit", task=task) for task in base.tasks.values()]
    materials += [Material(claim.aspect, claim=claim) for claim in base.claims.values()]

    for material in materials:
        text, sources = answers.answer([material])

        assert text
        assert sources
        assert set(sources) <= set(base.sources)
        cited = {int(n) for mark in re.findall(r"\[([\d, ]+)\]", text) for n in mark.split(", ")}
        assert cited == set(range(1, len(sources) + 1))
