"""`sourcebot advise`: from a file of answers, as every format, with errors that name the line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import Run

ANSWERS = "answers:\n  current: own-home\n  core: commodity\n  skill: cannot\n  driver: unknown\n"


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    file = tmp_path / "answers.yaml"
    file.write_text(ANSWERS, "utf-8")
    return file


def test_answers_go_in_and_json_comes_out(sourcebot: Run, answers: Path) -> None:
    result = sourcebot("advise", "--answers", str(answers), "--format", "json")

    advice = json.loads(result.out)
    assert result.code == 0
    assert advice["status"] == "recommended"
    assert advice["today"] == "in-house"
    assert advice["ranking"][0]["option"] == "domestic-outsourcing"
    assert {"for", "against", "score", "acceptability", "also", "form"} <= set(advice["ranking"][0])
    assert "driver" in advice["unknown"]


def test_a_bare_mapping_is_a_file_of_answers_too(sourcebot: Run, tmp_path: Path) -> None:
    file = tmp_path / "bare.yaml"
    file.write_text("core: core\n", "utf-8")

    assert sourcebot("advise", "--answers", str(file), "--format", "json").code == 0


def test_html_is_a_page_of_its_own(sourcebot: Run, answers: Path, tmp_path: Path) -> None:
    page = tmp_path / "brief.html"

    result = sourcebot(
        "advise", "--answers", str(answers), "--format", "html", "--output", str(page)
    )

    text = page.read_text("utf-8")
    assert result.code == 0
    assert text.startswith("<!DOCTYPE html>")
    assert '<html lang="en">' in text
    assert "<script" not in text


def test_unknown_ids_are_named_with_their_lines_and_the_nearest(
    sourcebot: Run, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("answers:\n  cor: core\n  skill: hav\n", "utf-8")

    result = sourcebot("advise", "--answers", str(file))

    assert result.code == 2
    assert "wrong.yaml:2: unknown criterion `cor`; did you mean `core`?" in result.err
    assert "wrong.yaml:3:" in result.err
    assert "`have`" in result.err


@pytest.mark.parametrize(
    "text",
    ["", "- a\n- b\n", "answers: [1]\n", "core: core\ncore: core\n", "a: &x b\nc: *x\n", "{"],
)
def test_what_is_no_file_of_answers_ends_in_one_clear_error(
    sourcebot: Run, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "hostile.yaml"
    file.write_text(text, "utf-8")

    result = sourcebot("advise", "--answers", str(file), "--format", "json")

    assert result.code == 2
    assert "hostile.yaml" in result.err
    assert "Traceback" not in result.err


def test_contradictory_answers_are_said_and_set_aside(sourcebot: Run, tmp_path: Path) -> None:
    file = tmp_path / "clash.yaml"
    file.write_text("current: not-done-yet\nquality-now: supplier\n", "utf-8")

    result = sourcebot("advise", "--answers", str(file), "--format", "json")

    assert result.code == 0
    assert len(json.loads(result.out)["set_aside"]) == 1
    assert "clash.yaml" in result.err


def test_the_list_names_every_criterion_and_its_answers(sourcebot: Run) -> None:
    criteria = json.loads(sourcebot("advise", "--list", "--json").out)["criteria"]

    assert len(criteria) >= 14
    assert all(criterion["answers"][-1]["id"] == "unknown" for criterion in criteria)
