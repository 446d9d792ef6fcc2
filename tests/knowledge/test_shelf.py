"""Values that stay encoded until somebody asks for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcebot.knowledge.shelf import Shelf, pack

Values = dict[str, list[str]]


def _shelf(values: Values, body: bytearray | None = None) -> Shelf[list[str]]:
    held = bytearray() if body is None else body
    spans = pack(values, held)
    again = {key: [*value, "again"] for key, value in values.items()}
    return Shelf(lambda first, end: bytes(held[first:end]), spans, list[str], lambda: again)


@given(st.dictionaries(st.text(), st.lists(st.text(), max_size=3), max_size=8))
def test_a_shelf_equals_what_was_packed(values: Values) -> None:
    shelf = _shelf(values)

    assert dict(shelf) == values
    assert list(shelf) == list(values)
    assert len(shelf) == len(values)


def test_a_value_is_read_once_and_only_when_asked_for() -> None:
    asked: list[tuple[int, int]] = []
    body = bytearray()
    spans = pack({"one": [1], "two": [2, 2]}, body)

    def read(first: int, end: int) -> bytes:
        asked.append((first, end))
        return bytes(body[first:end])

    shelf = Shelf(read, spans, list[int], dict)

    assert "two" in shelf
    assert shelf["one"] is shelf["one"]
    assert asked == [(0, 3)]


def test_a_damaged_value_is_made_again() -> None:
    body = bytearray()
    shelf = _shelf({"a": ["x"], "b": ["y"]}, body)
    body[2] ^= 1

    assert shelf["a"] == ["x", "again"]
    assert shelf["b"] == ["y"]


def test_a_value_that_cannot_be_read_is_made_again() -> None:
    def gone(first: int, end: int) -> bytes:
        raise FileNotFoundError

    shelf = Shelf(gone, pack({"a": [1]}, bytearray()), list[int], lambda: {"a": [1]})

    assert shelf["a"] == [1]


def test_what_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        _shelf({})["nothing"]
