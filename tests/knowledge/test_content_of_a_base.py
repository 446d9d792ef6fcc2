"""What a sound base holds once it is loaded."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sourcebot import KnowledgeBase, Problem
from sourcebot.knowledge.facts import Place
from sourcebot.knowledge.model import Concept
from tests.knowledge.tea import TeaFolder


@pytest.mark.parametrize(
    "written", ["no", "on", "yes", "off", "null", "~", "1:30", "2020-01-01", "0x1F", "1e3", "NaN"]
)
def test_every_scalar_stays_the_text_that_was_written(tea: TeaFolder, written: str) -> None:
    tea.replace("words.yaml", "[leaf, leaves]", f"[leaf, {written}]")

    base = KnowledgeBase.load(tea.root)

    assert base.words["leaf"] == ("leaf", written)


def test_every_key_stays_the_text_that_was_written(tea: TeaFolder) -> None:
    tea.append("words.yaml", "no: [a]\n1: [b]\n2020-01-01: [c]\n")

    base = KnowledgeBase.load(tea.root)

    assert [base.words[key] for key in ("no", "1", "2020-01-01")] == [("a",), ("b",), ("c",)]


def test_a_year_is_a_number_and_a_date_is_text(tea: TeaFolder) -> None:
    source = KnowledgeBase.load(tea.root).sources["leaf-book"]

    assert (source.year, source.read) == (1998, "2026-01-31")


def test_what_a_source_does_not_tell_is_none(tea: TeaFolder) -> None:
    source = KnowledgeBase.load(tea.root).sources["pot-board"]

    assert (source.year, source.url) == (None, None)


def test_an_entry_is_found_in_any_order_of_its_concepts(tea: TeaFolder) -> None:
    base = KnowledgeBase.load(tea.root)

    one = base.entry("compare", ("black-tea", "green-tea"))
    other = base.entry("compare", ("green-tea", "black-tea"))

    assert one is not None
    assert one is other
    assert base.entry("compare", ("black-tea", "oolong")) is None


def test_everything_knows_its_file_and_line(tea: TeaFolder) -> None:
    base = KnowledgeBase.load(tea.root)

    alias = base.concepts["green-tea"].names[1]
    brewing = base.entry("brewing", ("green-tea",))

    assert (alias.text, alias.place) == ("sencha", Place("concepts/green-tea.yaml", 3))
    assert brewing is not None
    assert str(brewing.place) == "concepts/green-tea.yaml:25"


def test_a_base_overrides_content_file_by_file(tea: TeaFolder) -> None:
    base = KnowledgeBase.load(tea.root)

    assert base.templates["answers/new.md.j2"] == "The kettle is on. {{ kb.about }}\n"
    assert "{{ kb.about }}" in base.templates["answers/help.md.j2"]
    assert "language/language.yaml" not in base.templates


def test_the_stamp_is_the_name_and_the_start_of_the_digest(tea: TeaFolder) -> None:
    base = KnowledgeBase.load(tea.root)

    assert len(base.digest) == 64
    assert base.stamp == f"tea@{base.digest[:8]}"


def test_where_the_folder_stands_does_not_matter(tea: TeaFolder, tmp_path: Path) -> None:
    other = TeaFolder(tmp_path / "elsewhere")

    assert KnowledgeBase.load(other.root) == KnowledgeBase.load(tea.root)


def test_a_folder_may_be_given_as_text(tea: TeaFolder) -> None:
    assert KnowledgeBase.load(str(tea.root)).identity.name == "tea"


def test_hidden_files_and_files_of_other_kinds_are_no_part_of_it(tea: TeaFolder) -> None:
    before = KnowledgeBase.load(tea.root).digest

    tea.write("README.md", "notes")
    tea.write(".hidden.yaml", "[")
    tea.write(".git/config.yaml", "[")

    assert KnowledgeBase.load(tea.root).digest == before


def test_a_loaded_base_cannot_be_changed(tea: TeaFolder) -> None:
    concept = KnowledgeBase.load(tea.root).concepts["oolong"]

    with pytest.raises(AttributeError):
        concept.name = "other"  # type: ignore[misc]

    assert isinstance(concept, Concept)
    assert msgspec.structs.asdict(concept)["name"] == "oolong"


def test_problems_sort_by_file_and_line_and_say_where(tea: TeaFolder) -> None:
    problems = [Problem("b", 1, "x"), Problem("a", 10, "x"), Problem("a", 9, "x", warning=True)]

    texts = [str(problem) for problem in sorted(problems)]

    assert texts == ["a:9: warning: x", "a:10: x", "b:1: x"]
    assert str(Problem("a", 0, "no line applies")) == "a: no line applies"


def test_the_shipped_base_is_loaded_where_no_folder_is_given() -> None:
    base = KnowledgeBase.load()

    assert {"outsourcing", "offshoring", "reshoring"} <= set(base.concepts)
    assert base.stamp.startswith("sourcing@")
