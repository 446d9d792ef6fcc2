"""Typing errors: repaired where a known word is near, and only there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcebot.routing.repair import Repairer, listed_in

WORDS = {"outsourcing": 5, "offshoring": 5, "difference": 1, "payroll": 1, "reason": 2, "season": 1}
LEXICON = "\nprayer\nrelocating\nsourcing\ntreason\n"


@pytest.fixture(scope="module")
def repairer() -> Repairer:
    return Repairer(WORDS, listed_in(LEXICON))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("outsorcing", "outsourcing"),
        ("outsuorcing", "outsourcing"),
        ("outsourcingg", "outsourcing"),
        ("utsourcing", "outsourcing"),
        ("ofshoring", "offshoring"),
        ("offshorring", "offshoring"),
        ("diffrence", "difference"),
        ("payrol", "payroll"),
        ("paryoll", "payroll"),
        ("reeson", "reason"),
        ("outsourcing", "outsourcing"),
    ],
)
def test_a_typing_error_becomes_the_word_that_was_meant(
    repairer: Repairer, typed: str, meant: str
) -> None:
    assert repairer.repair(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("autsorsing", "outsourcing"),
        ("autsowrsin", "outsourcing"),
        ("ophshoareng", "offshoring"),
        ("difforense", "difference"),
    ],
)
def test_a_word_spelt_as_it_sounds_becomes_the_word_that_was_meant(
    repairer: Repairer, typed: str, meant: str
) -> None:
    assert repairer.repair(typed) == meant


@pytest.mark.parametrize("word", ["otserccang", "dofronss", "ryzen", "offenbach", "rayson"])
def test_sounding_a_little_alike_is_not_enough(repairer: Repairer, word: str) -> None:
    assert repairer.repair(word) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("raxes", "taxes"),  # r lies beside t
        ("paxes", None),
        ("zaure", "azure"),  # the first two swapped
        ("mzure", None),
    ],
)
def test_another_first_letter_must_be_a_slip_of_the_hand(typed: str, meant: str | None) -> None:
    assert Repairer({"taxes": 1, "azure": 1}).repair(typed) == meant


def test_of_equally_near_words_one_with_a_letter_missed_is_meant_before_another_first_letter() -> (
    None
):
    assert Repairer({"color": 1, "door": 1}).repair("dolor") == "door"


@pytest.mark.parametrize("word", ["sourcing", "prayer", "treason", "relocating"])
def test_a_word_of_the_language_is_left_alone(repairer: Repairer, word: str) -> None:
    assert repairer.repair(word) is None


@pytest.mark.parametrize("word", ["pay", "aeson1", "elephant", "outsourcing2024", "x" * 100, ""])
def test_what_is_too_short_too_far_or_a_number_is_left_alone(repairer: Repairer, word: str) -> None:
    assert repairer.repair(word) is None


def test_of_equally_near_words_the_more_frequent_one_is_meant() -> None:
    one = Repairer({"nearer": 1, "hearer": 9})
    other = Repairer({"nearer": 9, "hearer": 1})

    assert (one.repair("xearer"), other.repair("xearer")) == ("hearer", "nearer")


def test_a_part_of_a_word_of_the_language_is_no_word_of_it() -> None:
    repairer = Repairer({"payroll": 1}, listed_in("\npayrolled\n"))

    assert repairer.in_language("payrolled")
    assert not repairer.in_language("payroll")


@pytest.mark.parametrize(
    ("word", "unknown"),
    [("outsorcing", True), ("outsourcing", False), ("sourcing", False), ("24", False)],
)
def test_unknown_is_what_neither_the_vocabulary_nor_the_language_has(
    repairer: Repairer, word: str, *, unknown: bool
) -> None:
    assert repairer.unknown(word) is unknown


@given(st.text(max_size=60))
def test_any_word_is_taken_and_only_known_words_are_given(word: str) -> None:
    meant = Repairer(WORDS, listed_in(LEXICON)).repair(word)

    assert meant is None or meant in WORDS


@given(st.sets(st.text("abc", min_size=1, max_size=4), max_size=30), st.text("abc", max_size=4))
def test_a_lexicon_has_just_its_words(words: set[str], word: str) -> None:
    has = listed_in("\n" + "".join(f"{known}\n" for known in sorted(words)))

    assert all(map(has, words))
    assert has(word) == (word in words)
