from __future__ import annotations

import json

import pytest

from tests.cli.running import Run

QUESTION = "what is the diffrence between outsorcing and offshoring"


def test_a_question_is_answered_as_plain_text_with_sources_and_next_questions(
    sourcebot: Run,
) -> None:
    result = sourcebot("ask", QUESTION)

    assert (result.code, result.err) == (0, "")
    assert "offshoring" in result.out.lower()
    assert "\nSources:\n  [1] " in result.out
    assert "\nYou could ask next:\n  - " in result.out


def test_plain_text_holds_no_markup_and_keeps_to_eighty_columns(sourcebot: Run) -> None:
    text = sourcebot("ask", QUESTION).out

    assert not any(mark in text for mark in ("**", "|--", "| --", "\x1b", "](http"))
    assert [line for line in text.splitlines() if len(line) > 80 and "://" not in line] == []


def test_a_narrow_terminal_gets_narrow_lines(sourcebot: Run) -> None:
    text = sourcebot("ask", "what is offshoring", env={"COLUMNS": "40"}).out

    assert [line for line in text.splitlines() if len(line) > 40 and "://" not in line] == []


def test_words_need_no_quotes(sourcebot: Run) -> None:
    assert (
        sourcebot("ask", "what", "is", "offshoring").out
        == sourcebot("ask", "what is offshoring").out
    )


def test_json_is_one_compact_line_with_the_fields_of_a_reply(sourcebot: Run) -> None:
    result = sourcebot("ask", "--json", QUESTION)

    assert (result.code, result.err, result.out.count("\n")) == (0, "", 1)
    reply = json.loads(result.out)
    assert list(reply) == [
        "text", "status", "reason", "intent", "concepts", "task", "confidence", "alternatives",
        "parts", "question", "recommendation", "suggestions", "sources", "kb",
    ]  # fmt: skip
    assert reply["status"] == "answered"
    assert reply["concepts"] == ["offshoring", "outsourcing"]


@pytest.mark.parametrize("question", ["xyzzy plugh frobnicate", "", "   "])
def test_what_is_not_understood_ends_with_exit_code_1(sourcebot: Run, question: str) -> None:
    result = sourcebot("ask", question)

    assert (result.code, result.err) == (1, "")
    assert result.out.strip()


def test_a_dash_answers_each_line_of_standard_input_on_its_own(sourcebot: Run) -> None:
    questions = "what is offshoring\nand why?\r\n\nwhat is reshoring"

    result = sourcebot("ask", "-", "--json", given=questions)

    replies = [json.loads(line) for line in result.out.splitlines()]
    assert len(replies) == 4
    assert replies[0]["concepts"] == ["offshoring"]
    assert "offshoring" not in replies[1]["concepts"]
    assert replies[2]["reason"] == "empty"
    assert replies[3]["concepts"] == ["reshoring"]
    assert result.code == 1


def test_a_dash_as_plain_text_shows_each_question_above_its_answer(sourcebot: Run) -> None:
    result = sourcebot("ask", "-", given="what is offshoring\nwhat is reshoring\n")

    first, second = (
        result.out.index("> what is offshoring\n"),
        result.out.index("> what is reshoring\n"),
    )
    assert first < result.out.index("Sources:") < second
    assert result.code == 0


def test_a_dash_with_no_lines_answers_nothing(sourcebot: Run) -> None:
    result = sourcebot("ask", "-", given="")

    assert (result.code, result.out, result.err) == (0, "", "")


def test_the_same_question_gets_the_same_bytes_every_time(sourcebot: Run) -> None:
    assert (
        sourcebot("ask", "--json", QUESTION).out_bytes
        == sourcebot("ask", "--json", QUESTION, env={"PYTHONHASHSEED": "7"}).out_bytes
    )
