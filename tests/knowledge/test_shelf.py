"""Values that stay encoded until somebody asks for them."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcebot.knowledge.shelf import Shelf, pack

Values = dict[str, list[str]]


def _shelf(values: Values) -> Shelf[list[str]]:
    body = bytearray()
    spans = pack(values, body)
    return Shelf(bytes(body), spans, list[str])


@given(st.dictionaries(st.text(), st.lists(st.text(), max_size=3), max_size=8))
def test_a_shelf_equals_what_was_packed(values: Values) -> None:
    shelf = _shelf(values)

    assert dict(shelf) == values
    assert list(shelf) == list(values)
    assert len(shelf) == len(values)


def test_a_value_is_decoded_once_and_only_when_asked_for() -> None:
    shelf = Shelf(b"[1]broken", {"good": (0, 3), "bad": (3, 9)}, list[int])

    assert shelf["good"] is shelf["good"]
    assert "bad" in shelf
    with pytest.raises(msgspec.DecodeError):
        shelf["bad"]


def test_what_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        _shelf({})["nothing"]
