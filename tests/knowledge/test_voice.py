"""What a machine can tell of how a base speaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcebot.knowledge.folders import read_base
from sourcebot.knowledge.loader import examine
from sourcebot.knowledge.voice import lix, sentences
from tests.knowledge.tea import TeaFolder

GREEN = "concepts/green-tea.yaml"
SUMMARY = "Green tea is made from leaves that are heated soon after picking."
POINT = "The leaves stay green because they do not oxidise."


def _warnings(tea: TeaFolder) -> list[str]:
    base, problems = examine(read_base(tea.root))
    assert base is not None
    return [problem.message for problem in problems if problem.warning]


def test_a_first_sentence_must_be_short(tea: TeaFolder) -> None:
    tea.replace(GREEN, SUMMARY, "Tea is " + "so very " * 14 + "good. It is.")

    assert _warnings(tea) == [
        "the first sentence has 31 words, at most 28: "
        "“Tea is so very so very so very so very so very so …”; split it"
    ]


def test_other_sentences_may_be_longer(tea: TeaFolder) -> None:
    tea.replace(GREEN, POINT, "Tea is " + "so very " * 14 + "good. It is.")

    assert _warnings(tea) == []


def test_words_that_sell_are_found(tea: TeaFolder) -> None:
    tea.replace(GREEN, POINT, "A Seamless cup of tea.")

    assert _warnings(tea) == ["“Seamless” is sales talk or says nothing; drop it"]


def test_an_entry_of_long_words_and_sentences_is_hard_to_read(tea: TeaFolder) -> None:
    tea.replace(
        GREEN, POINT, "Infrastructural considerations notwithstanding, evaporation " * 6 + "."
    )

    assert any(text.startswith("hard to read (LIX ") for text in _warnings(tea))


def test_a_base_may_set_its_own_voice(tea: TeaFolder) -> None:
    tea.write(
        "content/language/voice.yaml",
        "longest_first_sentence: 5\nlongest_sentence: 50\nhardest: 99\n",
    )

    assert any("at most 5" in text for text in _warnings(tea))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three?", 3),
        ("It cost 2.5 million, i.e. a lot.", 1),
        ('He said "no." Then he left.', 2),
        ("no capital. follows here", 1),
    ],
)
def test_sentences_end_where_a_new_one_begins(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_lix_is_words_a_sentence_plus_the_share_of_long_words() -> None:
    # Eight words in two sentences, two of them longer than six letters.
    assert lix("The kettle is boiling. Pour the water carefully.") == 4 + 25


@given(st.text(max_size=200))
def test_any_text_has_a_readability(text: str) -> None:
    assert lix(text) >= 0
