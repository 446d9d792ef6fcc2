"""What people type, as comparable words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcebot.routing.text import MAX_CHARACTERS, clean, stem, stems_of, tokenise, words_of

CONTRACTIONS = {"what's": "what is", "whats": "what is"}


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("off\u200bshor\u200ding\ufeff", "offshoring"),
        ("soft\u00adhyphen", "softhyphen"),
        ("\u202egnirohs\u202c", "gnirohs"),
        ("ｏｕｔｓｏｕｒｃｅ", "outsource"),
        ("ﬁnance", "finance"),
        ("①", "1"),
        ("a\x00b\x1b[31mc", "a b [31mc"),
        ("one\ttwo\u2028three", "one two three"),
        ("it’s ‘so’ “nice”", "it's 'so' \"nice\""),
        ("a–b—c‐d", "a-b-c-d"),
        ("\ud800x", "x"),
        ("e\u0301", "é"),
    ],
)
def test_what_looks_alike_becomes_alike(typed: str, cleaned: str) -> None:
    assert clean(typed) == cleaned


def test_a_huge_text_is_cut() -> None:
    cleaned = clean("x" * 50_000_000)

    assert len(cleaned) == MAX_CHARACTERS


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("What IS it?", ["what", "is", "it"]),
        ("what's up", ["what", "is", "up"]),
        ("What’s up", ["what", "is", "up"]),
        ("whats up", ["what", "is", "up"]),
        ("they're", ["they", "are"]),
        ("isn't", ["is", "not"]),
        ("we've we'll I'd I'm", ["we", "have", "we", "will", "i", "would", "i", "am"]),
        ("Apple's", ["apple"]),
        ("in-house", ["in", "house"]),
        ("a_b", ["a", "b"]),
        ("Straße", ["strasse"]),
        ("90% of 1,000", ["90", "of", "1", "000"]),
        ("مرحبا привет 你好", ["مرحبا", "привет", "你", "好"]),
        ("😀 !!! …", []),
        ("", []),
    ],
)
def test_text_is_split_into_words(typed: str, words: list[str]) -> None:
    assert [token.word for token in tokenise(clean(typed), CONTRACTIONS)] == words


def test_tokens_know_where_they_stand() -> None:
    text = "What's up, Doc?"

    spans = [text[token.start : token.end] for token in tokenise(text, CONTRACTIONS)]

    assert spans == ["What's", "What's", "up", "Doc"]


@pytest.mark.parametrize(
    ("text", "loud"),
    [("should IT do it", ["it"]), ("SHOULD IT DO IT", []), ("I do", []), ("should it do it", [])],
)
def test_capitals_count_where_not_everything_is_in_capitals(text: str, loud: list[str]) -> None:
    assert [token.word for token in tokenise(text) if token.shout] == loud


@pytest.mark.parametrize(
    "forms",
    [
        ("outsource", "outsources", "outsourced", "outsourcing"),
        ("offshore", "offshoring", "offshored"),
        ("company", "companies"),
        ("tax", "taxes"),
        ("process", "processes", "processing"),
        ("branch", "branches"),
        ("plan", "plans", "planned", "planning"),
        ("call", "calls", "called", "calling"),
        ("task", "tasks"),
        ("apply", "applies", "applied", "applying"),
    ],
)
def test_the_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("offshore", "onshore"),
        ("business", "busy"),
        ("policy", "police"),
        ("is", "i"),
        ("thing", "the"),
        ("need", "knee"),
        ("status", "state"),
    ],
)
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize("word", ["it", "gas", "你好", "naïve", "42"])
def test_short_and_foreign_words_are_their_own_stems(word: str) -> None:
    assert stem(word) == word


@given(st.text(max_size=500))
def test_any_text_is_taken_and_cleaning_twice_changes_nothing(text: str) -> None:
    cleaned = clean(text)

    assert words_of(text) == words_of(cleaned)
    assert len(words_of(text)) == len(stems_of(text))
    assert not any(ord(character) < 32 and character != "\n" for character in cleaned)


@given(st.from_regex(r"[a-z]{1,30}", fullmatch=True))
def test_a_stem_is_never_empty_nor_longer_than_the_word(word: str) -> None:
    assert 0 < len(stem(word)) <= len(word)
