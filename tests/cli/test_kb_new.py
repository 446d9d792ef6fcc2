"""`sourcebot kb new`, as a team runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.running import Run


def test_a_new_base_has_no_problems_and_its_transcripts_go_as_written(
    sourcebot: Run, tmp_path: Path
) -> None:
    folder = str(tmp_path / "our-shop")
    made = sourcebot("kb", "new", folder)
    checked = sourcebot("kb", "check", "--kb", folder)
    tested = sourcebot("kb", "test", "--kb", folder)

    assert (made.code, made.err) == (0, "")
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.startswith("our-shop@")
    assert checked.out.endswith(", no problems\n")
    assert tested.code == 0, tested.out
    assert "transcripts as written" in tested.out


def test_a_new_base_answers_and_declines_at_once(sourcebot: Run, tmp_path: Path) -> None:
    folder = str(tmp_path / "shop")
    sourcebot("kb", "new", folder, "--title", "Returns: how they go")

    replies = [
        json.loads(sourcebot("--kb", folder, "ask", "--json", text).out)
        for text in ("can i get my mony back??", "what is the exchange rate of the euro")
    ]

    assert (replies[0]["status"], replies[0]["concepts"]) == ("answered", ["return"])
    assert replies[0]["sources"]
    assert (replies[1]["status"], replies[1]["reason"]) == ("unknown", "out-of-scope")


def test_a_new_base_has_a_course(sourcebot: Run, tmp_path: Path) -> None:
    folder = str(tmp_path / "shop")
    sourcebot("kb", "new", folder)

    status = json.loads(sourcebot("--kb", folder, "learn", "status", "--json").out)

    assert [lesson["id"] for lesson in status["lessons"]] == ["ideas-1", "ideas-2", "claims"]
    assert all(lesson["items"] for lesson in status["lessons"])


def test_a_folder_with_files_is_refused_on_one_line(sourcebot: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    result = sourcebot("kb", "new", str(tmp_path))

    assert result.code == 2
    assert result.out == ""
    assert result.err.startswith(f"sourcebot: {tmp_path}: holds files already")
    assert result.err.count("\n") == 1
