from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.cli.running import Run


def _replies(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.split("\n")[:-1]]


def test_json_chat_answers_every_line_with_one_line_and_remembers(sourcebot: Run) -> None:
    result = sourcebot("chat", "--json", given="what is offshoring\nand why?\n\n  \nthanks")

    replies = _replies(result.out)
    assert (result.code, result.err) == (0, "")
    assert [reply["status"] for reply in replies] == [
        "answered", "answered", "unknown", "unknown", "smalltalk",
    ]  # fmt: skip
    assert (replies[1]["intent"], replies[1]["concepts"]) == ("reasons", ["offshoring"])
    assert replies[2]["reason"] == replies[3]["reason"] == "empty"


def test_new_forgets_what_was_said(sourcebot: Run) -> None:
    result = sourcebot("chat", "--json", given="what is offshoring\n/new\nand why?\n")

    replies = _replies(result.out)
    assert replies[1]["status"] == "smalltalk"
    assert "offshoring" not in replies[2]["concepts"]


def test_json_chat_answers_at_once_and_not_when_the_input_ends() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "sourcebot", "chat", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for question in (b"what is offshoring\n", b"and why?\n"):
            process.stdin.write(question)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["status"] == "answered"
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_json_chat_survives_a_line_of_a_megabyte(sourcebot: Run) -> None:
    result = sourcebot("chat", "--json", given=b"why " * 250_000 + b"\nwhat is offshoring\n")

    replies = _replies(result.out)
    assert [reply["reason"] for reply in replies] == ["too-long", None]


def test_a_line_too_long_to_keep_is_still_one_line(sourcebot: Run) -> None:
    result = sourcebot("chat", "--json", given=b"a" * 9_000_000 + b"\nwhat is offshoring")

    assert [reply["reason"] for reply in _replies(result.out)] == ["too-long", None]


def test_json_chat_is_utf8_in_any_locale(sourcebot: Run) -> None:
    question = "qu’est-ce que l’offshoring ? 离岸 \N{ROCKET}\n"

    outputs = {
        sourcebot("chat", "--json", given=question, env=env).out_bytes
        for env in (
            {"LC_ALL": "C.UTF-8"},
            {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
            {"PYTHONIOENCODING": "latin-1"},
            {"PYTHONIOENCODING": "ascii:strict"},
        )
    }

    assert len(outputs) == 1
    json.loads(outputs.pop().decode("utf-8"))


def test_plain_chat_holds_a_conversation_without_prompt_or_cursor_movement(
    sourcebot: Run,
) -> None:
    result = sourcebot("chat", given="what is offshoring\nand why?\n")

    assert (result.code, result.err) == (0, "")
    assert "\x1b" not in result.out
    assert "\n> " not in result.out
    assert result.out.count("Sources:") == 2


def test_the_number_of_a_suggestion_sends_it(sourcebot: Run) -> None:
    first = _replies(sourcebot("chat", "--json", given="what is offshoring\n").out)[0]

    result = sourcebot("chat", given="what is offshoring\n1\n")

    assert f"  1. {first['suggestions'][0]}"[:40] in result.out
    assert f"\n> {first['suggestions'][0]}\n" in result.out


def test_a_number_that_belongs_to_no_suggestion_is_a_message(sourcebot: Run) -> None:
    result = sourcebot("chat", given="77\n0\n")

    assert result.code == 0
    assert "> " not in result.out


def test_quit_leaves_the_plain_chat(sourcebot: Run) -> None:
    result = sourcebot("chat", given="/quit\nwhat is offshoring\n")

    assert (result.code, result.out) == (0, "")
