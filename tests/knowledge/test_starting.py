"""A new knowledge base: whole in its folder, or not there at all."""

from __future__ import annotations

import os
import stat
from datetime import date
from pathlib import Path

import pytest

from sourcebot import KnowledgeBase, KnowledgeError
from sourcebot.knowledge.folders import read_base
from sourcebot.knowledge.loader import examine
from sourcebot.knowledge.starting import new_folder, starter_files, title_of, write_files
from sourcebot.knowledge.written import identifier, scalar
from sourcebot.knowledge.yaml_nodes import Fields, Text, parse_yaml

DAY = date(2026, 11, 24)


def made(folder: Path, title: str) -> KnowledgeBase:
    with new_folder(folder) as beside:
        write_files(beside, starter_files(title, DAY))
    base, problems = examine(read_base(folder))
    assert problems == []
    assert base is not None
    return base


@pytest.mark.parametrize(
    "title",
    ["Returns", 'We: "sell" #1 {shoes} & $more', "- no", "yes", "靴と鞄", "2026-01-01", "[x]", "'"],
)
def test_any_title_is_loaded_as_it_was_given(tmp_path: Path, title: str) -> None:
    assert made(tmp_path / "base", title).identity.title == title


def test_a_title_of_no_letters_gets_a_name_all_the_same(tmp_path: Path) -> None:
    assert made(tmp_path / "base", "靴").identity.name == "base"


@pytest.mark.parametrize("title", ["", "  \n", "x" * 201])
def test_no_title_and_a_page_of_it_are_refused(title: str) -> None:
    with pytest.raises(KnowledgeError, match="1 to 200 characters"):
        starter_files(title, DAY)


def test_the_title_of_a_folder_is_its_name_in_words(tmp_path: Path) -> None:
    assert title_of(tmp_path / "our-help_desk") == "Our help desk"
    assert title_of("/") == "Our knowledge"


def test_every_file_of_the_starter_explains_itself() -> None:
    files = starter_files("Shop", DAY)
    explained = [name for name, text in files.items() if "#" in text]

    assert len(explained) > len(files) / 2
    assert "2026-11-24" in files["sources.yaml"]


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(KnowledgeError, match="holds files already"), new_folder(tmp_path):
        raise AssertionError("nothing may be made")

    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_and_a_missing_parent_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")

    with pytest.raises(KnowledgeError, match="is no folder"), new_folder(tmp_path / "file"):
        pass
    with (
        pytest.raises(KnowledgeError, match="no folder to make it in"),
        new_folder(tmp_path / "a" / "b"),
    ):
        pass


def test_what_fails_on_the_way_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail_half_way() -> None:
        with new_folder(tmp_path / "base") as beside:
            write_files(beside, {"kb.yaml": "name: x\n"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()

    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_stays_the_same_folder(tmp_path: Path) -> None:
    before = os.stat(tmp_path).st_ino

    made(tmp_path, "Here")

    assert os.stat(tmp_path).st_ino == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_others_may_read_what_the_umask_lets_them(tmp_path: Path) -> None:
    made(tmp_path / "base", "Here")

    assert stat.S_IMODE((tmp_path / "base").stat().st_mode) & 0o500 == 0o500
    assert stat.S_IMODE((tmp_path / "base" / "kb.yaml").stat().st_mode) & 0o400


@pytest.mark.parametrize(
    "text", ["plain", "a: b", "x #y", "-", "? a", "*a", "&a", "!a", "%a", "@a", "`a", '"', "'", "~",
             "a\\b", "\x1b[31m red", "{a}", "[a]", "null", "tab\there", "é ü \U0001f600", "a,b"]
)  # fmt: skip
def test_a_scalar_loads_as_the_text_on_one_line(text: str) -> None:
    node, problems = parse_yaml(f"key: {scalar(text)}\n".encode(), "x.yaml")

    assert problems == []
    assert isinstance(node, Fields)
    held = node.fields["key"][1]
    assert isinstance(held, Text)
    assert held.value == " ".join(text.replace("\x1b", "").split())


def test_ids_are_short_and_never_taken_twice() -> None:
    assert identifier("How do I reset my password?", "x") == "how-do-i-reset-my-password"
    assert identifier("Über größe", "x") == "uber-grosse"
    assert identifier("???", "question", {"question"}) == "question-2"
    assert len(identifier("word " * 100, "x")) <= 60
    assert identifier("card_arrival", "x") == "card_arrival"
