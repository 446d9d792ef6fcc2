"""The YAML reader: any bytes in, nodes or problems out."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sourcebot.knowledge.yaml_nodes import Fields, Items, Node, Text, parse_yaml

_PIECES = st.sampled_from(
    [
        *("- ", "a: ", "? ", ": ", "[", "]", "{", "}", ", ", "\n", "  ", "\t", "&a ", "*a", "!!x "),
        *("|\n", ">-\n", "'", '"', "#", "---\n", "...\n", "%YAML 1.1\n", "<<: ", "\\", "é", "\x85"),
    ]
)


def _plain(node: Node | None) -> object:
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Items):
        return [_plain(item) for item in node.items]
    if isinstance(node, Fields):
        return {key: _plain(value) for key, (_, value) in node.fields.items()}
    return None


@given(st.binary(max_size=300))
@example(b"\xff\xfea\x00")
@example(b"\x00")
@example(b"a: \xe2\x80\xa8b")
@example(b"%YAML 9.9\n---\na")
@example(b"%TAG ! tag:x,2000:\n--- !a b")
@example(b"? [a, b]\n: c\n? {d: e}\n: f")
@example(b'"\\ud800"')
@example(b'"\\x00"')
def test_any_bytes_give_nodes_or_problems(data: bytes) -> None:
    node, problems = parse_yaml(data, "file.yaml")

    assert node is not None or problems
    assert all(str(problem).startswith("file.yaml") for problem in problems)
    assert all("\n" not in str(problem) for problem in problems)


@given(st.lists(_PIECES, max_size=60))
def test_any_mixture_of_yamls_marks_gives_nodes_or_problems(pieces: list[str]) -> None:
    node, problems = parse_yaml("".join(pieces).encode(), "file.yaml")

    assert node is not None or problems


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}", fullmatch=True),
        st.lists(st.from_regex(r"[a-z0-9.]{1,8}", fullmatch=True), max_size=4),
        min_size=1,
        max_size=6,
    )
)
def test_what_is_written_is_what_is_read(value: dict[str, list[str]]) -> None:
    text = "".join(f"{key}: [{', '.join(items)}]\n" for key, items in value.items())

    node, problems = parse_yaml(text.encode(), "file.yaml")

    assert problems == []
    assert _plain(node) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
        ("a: >-\n  one\n  two\n", {"a": "one two"}),
        ("a: 'it''s'\n", {"a": "it's"}),
        ('a: "\\u00e9"\n', {"a": "é"}),
        ("a: b # remark\n", {"a": "b"}),
        ("a: !!str 1\n", {"a": "1"}),
        ("a:\n", {"a": ""}),
    ],
)
def test_text_in_all_of_yamls_ways_is_read(text: str, value: object) -> None:
    node, problems = parse_yaml(text.encode(), "file.yaml")

    assert (_plain(node), problems) == (value, [])


def test_lines_are_those_of_the_file() -> None:
    node, _ = parse_yaml(b"# first\na:\n  - b\n  - c: d\n", "file.yaml")

    assert isinstance(node, Fields)
    line, items = node.fields["a"]
    assert isinstance(items, Items)
    assert (line, [item.line for item in items.items]) == (2, [3, 4])


def test_a_key_that_is_no_text_is_a_problem() -> None:
    _, problems = parse_yaml(b"? [a, b]\n: c\n", "file.yaml")

    assert [str(problem) for problem in problems] == ["file.yaml:1: a key must be plain text"]
