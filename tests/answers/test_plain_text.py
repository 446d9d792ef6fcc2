"""Markdown as plain text: for pipes, screen readers and dumb terminals."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sourcebot import KnowledgeBase
from sourcebot.answers.plain import plain_text
from sourcebot.answers.render import Answers, Material
from tests.knowledge.tea import TeaFolder

_MARKS = re.compile(r"\*\*|^#|^\||\|---|`", re.M)


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("", ""),
        ("one", "one"),
        ("one\ntwo", "one two"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("**one** *two* `three`", "one two three"),
        ("[one](https://one.example)", "one"),
        ("2 \\* 3 &amp; 4", "2 * 3 & 4"),
        ("a fact [1, 2]", "a fact [1, 2]"),
        ("# one", "ONE"),
        ("### One\n\ntwo", "ONE\n\ntwo"),
        ("- one\n- two", "- one\n- two"),
        ("* one\n* two", "- one\n- two"),
        ("- one\n  - two\n- three", "- one\n  - two\n- three"),
        ("1. one\n2. two", "1. one\n2. two"),
        ("> one", "one"),
        ("```\none  two\n```", "    one  two"),
        ("{{ 7 * 7 }} [/oops]", "{{ 7 * 7 }} [/oops]"),
    ],
)
def test_markdown_reads_as_plain_text(markdown: str, plain: str) -> None:
    assert plain_text(markdown) == plain


def test_a_list_follows_its_paragraph_and_a_paragraph_follows_a_list_apart() -> None:
    assert plain_text("Hello:\n\n- one\n- two\n\nBye.") == "Hello:\n- one\n- two\n\nBye."


def test_a_second_paragraph_of_an_item_stands_under_the_first() -> None:
    assert "  two" in plain_text("- one\n\n  two\n- three").splitlines()


def test_lines_are_wrapped_at_the_width() -> None:
    assert plain_text("aaaa bbbb cccc dddd eeee ffff", 20) == "aaaa bbbb cccc dddd\neeee ffff"


def test_wrapped_items_hang_under_their_text() -> None:
    text = plain_text("- aaaa bbbb cccc dddd eeee ffff gggg hhhh", 24)

    assert text == "- aaaa bbbb cccc dddd\n  eeee ffff gggg hhhh"


def test_a_long_word_is_not_torn() -> None:
    url = "https://www.example.org/" + "x" * 60

    assert url in plain_text(f"see {url} there", 40)


def test_a_table_becomes_labelled_lines() -> None:
    markdown = "| | tea | coffee |\n|---|---|---|\n| Taste [1] | mild | strong |\n| Cost | low | |"

    assert plain_text(markdown) == (
        "Taste [1]:\n  tea: mild\n  coffee: strong\nCost:\n  tea: low\n  coffee:"
    )


def test_a_table_stands_apart_from_its_surroundings() -> None:
    text = plain_text("before\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nafter")

    assert text == "before\n\n1:\n  b: 2\n\nafter"


def test_html_is_read_as_its_text_and_nothing_is_lost() -> None:
    assert "kept" in plain_text("<b>kept</b>")
    assert "kept" in plain_text("<div>kept</div>")


def test_every_answer_of_the_tea_base_is_free_of_marks_and_40_columns_wide(
    tmp_path: Path,
) -> None:
    base = KnowledgeBase.load(TeaFolder(tmp_path / "tea").root)
    answers = Answers(base)

    for entry in base.entries.values():
        concepts = tuple(base.concepts[id] for id in entry.concepts)
        text = plain_text(answers.answer([Material(entry.aspect, concepts, (entry,))])[0], 40)

        assert not _MARKS.search(text), text
        assert max(map(len, text.splitlines())) <= 40


def test_every_answer_of_the_shipped_base_is_free_of_marks_and_40_columns_wide() -> None:
    base = KnowledgeBase.load()
    answers = Answers(base)

    for entry in base.entries.values():
        concepts = tuple(base.concepts[id] for id in entry.concepts)
        text = plain_text(answers.answer([Material(entry.aspect, concepts, (entry,))])[0], 40)

        assert not _MARKS.search(text), text
        assert max(map(len, text.splitlines())) <= 40, text


_BLOCKS = st.sampled_from(
    [
        *("# ", "- ", "  - ", "1. ", "> ", "| a | b |\n|---|---|\n", "| 1 |", "```\n", "    "),
        *("\n", "\n\n", "**", "_", "`", "[a](b)", "![a](b)", "<b>", "<!--", "&#0;", "***\n", "\\"),
        *("word ", "two words ", "é", "مرحبا", "\u200b", "\x00", "\t", "[1]", "===\n", "[a]: b\n"),
    ]
)


@given(st.text(max_size=300), st.integers(-5, 200))
@example("[a](\ud800)", 40)
@example("\ud800", 40)
@example("|a|\n|-|\n||", 40)
@example("- " * 200, 40)
@example("> " * 200, 1)
def test_any_text_is_taken(markdown: str, width: int) -> None:
    assert isinstance(plain_text(markdown, width), str)


@given(st.lists(_BLOCKS, max_size=50), st.integers(1, 120))
def test_any_mixture_of_marks_is_taken(blocks: list[str], width: int) -> None:
    assert isinstance(plain_text("".join(blocks), width), str)


@given(
    st.lists(st.from_regex(r"[a-z]{1,12}", fullmatch=True), min_size=1, max_size=60),
    st.sampled_from(["", "- ", "1. ", "# ", "> ", "- - "]),
)
def test_no_line_is_wider_than_asked_and_no_word_is_lost(words: list[str], mark: str) -> None:
    text = plain_text(mark + " ".join(words), 40)

    assert max(map(len, text.splitlines())) <= 40
    assert re.findall(r"[a-z]+", text.lower()) == words
