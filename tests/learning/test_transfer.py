"""Exports: everything goes out and comes back, and two of them are put together without loss."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcebot.errors import LearningError
from sourcebot.learning.exports import LARGEST, decoded
from sourcebot.learning.memory import Grade, after
from sourcebot.learning.records import Attended, Kept, Learner, Review, Shown
from sourcebot.learning.store import Store
from sourcebot.learning.transfer import (
    Copy,
    Document,
    Learnt,
    document_of,
    encoded,
    merged,
    take_over,
    together,
)

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
NOW = START + timedelta(days=400)
_GRADES: tuple[Grade, ...] = ("again", "hard", "good")


def _learnt(answers: Iterable[tuple[int, str, Grade, bool]], mark: str = "") -> Learnt:
    """What a machine has after these answers: (hours from the start, item, grade, anew)."""
    reviews: dict[tuple[datetime, str], Review] = {}
    cards: dict[str, Kept] = {}
    for hours, item, grade, anew in sorted(answers):
        at = START + timedelta(hours=hours)
        if (at, item) in reviews:
            continue
        kept = cards.get(item)
        memory = after(None if kept is None or anew else kept.memory, grade, at)
        reviews[at, item] = Review(item, at, grade, (item,), anew=anew)
        cards[item] = Kept(memory, f"{item}{mark}", Shown("?", f"{item}{mark}"))
    lessons = {
        item: Attended(kept.memory.last, kept.memory.last if len(item) > 1 else None)
        for item, kept in cards.items()
    }
    return Learnt(tuple(reviews[key] for key in sorted(reviews)), lessons, cards)


_ANSWERS = st.lists(
    st.tuples(
        st.integers(0, 2000), st.sampled_from(["a", "b", "cc"]), st.sampled_from(_GRADES),
        st.booleans(),
    ),
    max_size=12,
)  # fmt: skip


@given(_ANSWERS, _ANSWERS)
def test_putting_together_is_the_same_either_way_and_done_once(
    one: list[tuple[int, str, Grade, bool]], other: list[tuple[int, str, Grade, bool]]
) -> None:
    first, second = _learnt(one, "1"), _learnt(other, "2")

    both = merged(first, second)

    assert both == merged(second, first)
    assert merged(both, first) == merged(both, second) == merged(both, both) == both
    assert merged(first, Learnt()) == merged(first, first) == first


@given(_ANSWERS, _ANSWERS)
def test_what_is_remembered_follows_from_the_answers_of_both(
    one: list[tuple[int, str, Grade, bool]], other: list[tuple[int, str, Grade, bool]]
) -> None:
    taken = {(hours, item) for hours, item, *_ in one}
    apart = [answer for answer in other if answer[:2] not in taken]

    both = merged(_learnt(one), _learnt(apart))

    everything = _learnt([*one, *apart])
    assert both.reviews == everything.reviews
    assert both.cards == everything.cards


@given(_ANSWERS)
def test_a_document_says_the_same_after_it_was_written_and_read(
    answers: list[tuple[int, str, Grade, bool]],
) -> None:
    document = _document(_learnt(answers))

    assert decoded(encoded(document), "it", NOW) == document


def _document(learnt: Learnt, name: str = "Ann") -> Document:
    document = {
        "format": "sourcebot-learning",
        "version": 1,
        "learner": {"name": name, "since": START},
        "bases": {"tea": learnt},
    }
    return msgspec.convert(msgspec.to_builtins(document), Document)


_SOME: tuple[tuple[int, str, Grade, bool], ...] = (
    (0, "a", "good", False),
    (1, "b", "again", False),
    (90, "a", "hard", False),
)


def _taught(folder: Path) -> tuple[Store, Learner]:
    store = Store(folder / "learners.sqlite3")
    return store, take_over(store, _document(_learnt(_SOME)), NOW)


def test_what_is_forgotten_comes_back_from_the_export(tmp_path: Path) -> None:
    store, ann = _taught(tmp_path)
    before = document_of(store, ann)
    store.forget(ann)
    assert store.learners() == ()

    again = take_over(store, decoded(encoded(before), "it", NOW), NOW)

    assert document_of(store, again) == before
    assert again.since == START


def test_a_second_import_changes_nothing(tmp_path: Path) -> None:
    store, ann = _taught(tmp_path)
    before = store.path.read_bytes()

    take_over(store, document_of(store, ann), NOW)

    assert store.path.read_bytes() == before


def test_an_import_adds_to_another_learner_where_one_is_named(tmp_path: Path) -> None:
    store, _ = _taught(tmp_path)
    later = ((700, "b", "good", False),)

    bob = take_over(store, _document(_learnt(later)), NOW, "Bob")

    assert [one.name for one in store.learners()] == ["Ann", "Bob"]
    assert [review.item for review in store.reviews(bob, "tea")] == ["b"]


def test_answers_from_two_machines_count_once(tmp_path: Path) -> None:
    store, ann = _taught(tmp_path)
    elsewhere = _document(_learnt([*_SOME, (500, "a", "good", False)]))

    take_over(store, elsewhere, NOW)
    take_over(store, elsewhere, NOW)

    assert len(store.reviews(ann, "tea")) == 4
    assert store.kept(ann, "tea")["a"].memory.last == START + timedelta(hours=500)


def test_the_digest_is_that_of_the_last_answer(tmp_path: Path) -> None:
    older, newer = _learnt([(0, "a", "good", False)], "1"), _learnt([(9, "a", "good", True)], "2")

    both = merged(newer, older)

    assert both.cards["a"].digest == "a2"
    assert both.cards["a"] == newer.cards["a"], "learnt anew, it does not build on the older one"


def test_a_document_can_be_read_like_a_store() -> None:
    learnt = _learnt(_SOME)
    copy, nobody = Copy(_document(learnt)), Learner(0, "Ann", START)

    assert copy.kept(nobody, "tea") == learnt.cards
    assert copy.reviews(nobody, "tea") == learnt.reviews
    assert copy.attended(nobody, "tea") == learnt.lessons
    assert copy.kept(nobody, "coffee") == {}


def test_documents_of_one_learner_are_put_together() -> None:
    one = _document(_learnt(_SOME[:1]))
    other = msgspec.structs.replace(_document(_learnt(_SOME[1:])), bases={"coffee": _learnt(_SOME)})

    both = together(one, other)

    assert set(both.bases) == {"tea", "coffee"}


def _spoilt(**changes: Any) -> bytes:
    document = msgspec.to_builtins(_document(_learnt(_SOME)))
    for path, value in changes.items():
        *way, last = path.split("__")
        place = document
        for step in way:
            place = place[int(step) if step.isdigit() else step]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return msgspec.json.encode(document)


_LATE = "2031-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "damaged, or no JSON"),
        (b"\xff\xfe{", "damaged, or no JSON"),
        (b'{"format": "sourcebot-learning", "vers', "damaged, or no JSON"),
        (b'{"format":"sourcebot-learning","version":1,"x":' + b"[" * 90_000, "damaged"),
        (b"[]", "Expected `object`, got `array`"),
        (b'{"answers": {}}', "missing required field `format`"),
        (_spoilt(format="anki"), "its format is `anki`"),
        (_spoilt(version=2), "written by a newer Sourcebot (its version is 2"),
        (_spoilt(version=0), "there is no version 0"),
        (_spoilt(learner__name=5), "at `$.learner.name`"),
        (_spoilt(learner__since=_LATE), "`$.learner.since` lies in the future"),
        (_spoilt(bases__tea__reviews__0__at=_LATE), "`$.bases.tea.reviews[0].at` lies in the"),
        (_spoilt(bases__tea__reviews__0__at="2026-03-01T09:00:00"), "with its zone"),
        (_spoilt(bases__tea__reviews__0__at="0001-01-01T00:00:00+14:00"), "with its zone"),
        (_spoilt(bases__tea__reviews__0__grade="easy"), "at `$.bases[...].reviews[0].grade`"),
        (_spoilt(bases__tea__lessons__a__begun=_LATE), "`$.bases.tea.lessons.a` lies in the"),
        (_spoilt(bases__tea__cards__a__memory__last="2026-02-01T09:00:00Z"), "does not follow"),
        (_spoilt(bases__tea__cards__a__memory__due=_LATE), "does not follow"),
        (_spoilt(bases__tea__cards__a__memory__stability=-1.0), "does not follow"),
        (_spoilt(bases__tea__cards__a__memory__phase=9), "does not follow"),
        (_spoilt(bases__tea__cards__a=None), "`$.bases.tea.cards.a` is missing"),
    ],
    ids=range(21),
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place_and_nothing_is_taken(data: bytes, told: str) -> None:
    with pytest.raises(LearningError) as raised:
        decoded(data, "ann.json", NOW)

    assert str(raised.value).startswith("ann.json: ")
    assert told in str(raised.value)


def test_what_is_too_large_is_not_even_read() -> None:
    with pytest.raises(LearningError, match="larger than 50 MB"):
        decoded(b" " * (LARGEST + 1), "ann.json", NOW)


def test_a_mark_at_the_start_and_a_clock_that_is_an_hour_ahead_do_no_harm() -> None:
    data = b"\xef\xbb\xbf" + _spoilt(learner__since="2026-03-01T10:00:00+01:00")

    assert decoded(data, "it", START + timedelta(hours=89)).learner.since == START
