"""`sourcebot learn` as users run it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Run

_ENV = {"SOURCEBOT_LEARNER": "Ann Lee"}
_LESSON = "\n" * 12 + "?\n" * 40


def test_progress_of_somebody_new_is_told_and_nothing_is_written(
    sourcebot: Run, tmp_path: Path
) -> None:
    env = {**_ENV, "SOURCEBOT_HOME": str(tmp_path / "home")}

    status = sourcebot("learn", "status", "--json", env=env)
    due = sourcebot("learn", "--learner", "Bob", "due", "--json", env=env)
    lessons = sourcebot("learn", "lessons", env=env)
    plain = sourcebot("learn", given="/quit\n", env=env)

    assert (status.code, status.err) == (0, "")
    told = json.loads(status.out)
    assert (told["learner"], told["learnt"], told["due"]) == ("Ann Lee", 0, 0)
    assert told["now"].endswith("Z")
    assert json.loads(due.out) == {"kb": told["kb"], "learner": "Bob", "due": []}
    assert "1. Two questions (new)" in lessons.out
    assert plain.code == 0
    assert "Type a lesson's number" in plain.out
    assert not (tmp_path / "home").exists()


def _lasting(status: dict[str, Any]) -> dict[str, Any]:
    """What does not fade from one moment to the next."""
    lessons = [{**lesson, "recall": None} for lesson in status["lessons"]]
    kept = ("answers", "learnt", "due", "changed", "gone", "forecast")
    return {"lessons": lessons, **{name: status[name] for name in kept}}


def test_a_lesson_a_copy_and_back_again(sourcebot: Run, tmp_path: Path) -> None:
    env = {**_ENV, "SOURCEBOT_HOME": str(tmp_path)}
    left = sourcebot("learn", "lesson", "1", given="\n", env=env)
    taken = sourcebot("learn", "lesson", "who-and-where", given=_LESSON, env=env)
    assert (left.code, taken.code) == (1, 0), taken.err
    assert "Exercise, once more" in taken.out
    before = json.loads(sourcebot("learn", "status", "--json", env=env).out)
    assert before["lessons"][0]["state"] == "done"

    export = str(tmp_path / "ann.json")
    assert sourcebot("learn", "export", "--output", export, env=env).code == 0
    unsure = sourcebot("learn", "forget", env=env)
    assert (unsure.code, "--yes" in unsure.err) == (2, True)
    assert sourcebot("learn", "forget", "--yes", env=env).code == 0
    assert sourcebot("learn", "forget", "--yes", env=env).code == 1
    assert b"ann" not in (tmp_path / "learners.sqlite3").read_bytes().lower()
    assert sourcebot("learn", "import", export, env=env).code == 0
    after = json.loads(sourcebot("learn", "status", "--json", env=env).out)

    assert _lasting(after) == _lasting(before)
    team = sourcebot("learn", "team", export, "--format", "csv", env=env)
    assert team.out.count("\nlearner,") == 1, "one learner, here and in the export"
    page = str(tmp_path / "page.html")
    assert sourcebot("learn", "page", "--output", page, env=env).code == 0
    assert "<h1>Ann Lee: " in Path(page).read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("status", "--learner", " "), "a learner's name has 1 to 80 characters"),
        (("status", "--learner", "a\nb\x1b"), "a learner's name has 1 to 80 characters"),
        (("lesson", "11"), "there is no lesson `11`; they are numbered 1 to 10"),
        (("lesson", "who-and-were"), "did you mean `who-and-where`"),
        (("export",), "nothing is kept of `Ann Lee`"),
        (("import", "nowhere.json"), "nowhere.json: cannot be read: No such file or directory"),
        (("import", "-"), "standard input: is damaged, or no JSON"),
        (("page", "--output", "/nowhere/page.html"), "cannot be written: no such folder"),
        (("team", "nowhere.json"), "nowhere.json: cannot be read"),
        (("study",), "invalid choice: 'study'"),
    ],
)
def test_what_is_wrong_takes_one_line(
    sourcebot: Run, arguments: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    result = sourcebot("learn", *arguments, env={**_ENV, "SOURCEBOT_HOME": str(tmp_path / "home")})

    assert (result.code, result.out) == (2, "")
    assert told in result.err
    assert result.err.count("\n") == 1
    assert not (tmp_path / "home").exists()


def test_a_chat_leads_to_the_lessons_and_back(sourcebot: Run, tmp_path: Path) -> None:
    result = sourcebot(
        "chat",
        given="what is offshoring\n/learn\n/quit\nand why?\n",
        env={**_ENV, "SOURCEBOT_HOME": str(tmp_path)},
    )

    lessons = result.out.index("Sourcing in ten short lessons")
    back = result.out.index("Back to the conversation.")
    assert result.code == 0
    assert result.out.index("Offshoring means") < lessons < back
    assert "offshoring" in result.out[back:]
    assert os.listdir(tmp_path) == []


def test_a_learner_can_be_told_from_the_help(sourcebot: Run) -> None:
    text = sourcebot("learn", "--help").out

    for part in ("status", "export", "import", "forget", "team", "examples:", "exit codes:"):
        assert part in text
