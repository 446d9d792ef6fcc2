"""`kb test`: what it reports, in which form, and with which exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from sourcebot.cli.reports import Findings, as_json, as_junit, as_text
from sourcebot.dialogue.measuring import Row, measure
from sourcebot.knowledge.facts import Place
from tests.cli.running import Run
from tests.knowledge.tea import TeaFolder

CARDS = "text,intent\n" + "".join(
    f"where is my {word} card,card\ni forgot my {word} pin,pin\n"
    for word in ("new", "old", "lost", "gold", "green", "black")
)


@pytest.fixture
def tea(tmp_path: Path) -> TeaFolder:
    return TeaFolder(tmp_path / "tea")


def test_a_base_is_reported_with_accuracy_intents_calibration_and_transcripts(
    sourcebot: Run, tea: TeaFolder
) -> None:
    result = sourcebot("kb", "test", "--kb", str(tea.root))

    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert re.fullmatch(
        r"the phrases of tea@\w+, each left out of what the router learnt", lines[0]
    )
    assert re.fullmatch(r"accuracy \d+\.\d % of 37 phrases", lines[2])
    assert re.search(r"^brewing +7 +\S+( %)? +\S+( %)?$", result.out, re.M)
    assert re.search(rf"^    {re.escape(str(tea.root))}/\S+\.yaml:\d+: “.+” \(0\.\d\d\)$",
                     result.out, re.M)  # fmt: skip
    assert len(re.findall(r"^[01]\.\d to [01]\.\d +\d+ ", result.out, re.M)) == 10
    assert lines[-1] == "2 of 2 transcripts as written"


def test_the_same_as_json(sourcebot: Run, tea: TeaFolder) -> None:
    document = json.loads(sourcebot("kb", "test", "--kb", str(tea.root), "--format", "json").out)

    astray = sum(len(pair["phrases"]) for pair in document["confusions"])
    assert document["phrases"] == sum(intent["phrases"] for intent in document["intents"]) == 37
    assert document["accuracy"] == (37 - astray) / 37
    assert sum(held["phrases"] for held in document["reliability"]) == 37
    assert [held["failures"] for held in document["transcripts"]] == [[], []]
    assert document["transcripts"][0]["file"] == str(tea.path("transcripts/first.yaml"))
    assert document["failed"] is False


def test_a_recall_below_the_one_asked_for_ends_with_1_and_a_lower_bar_with_0(
    sourcebot: Run, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(CARDS + "tell me a joke,fun\n", "utf-8")
    (tmp_path / "b.csv").write_text(CARDS, "utf-8")

    low = sourcebot("kb", "test", "--examples", "a.csv", "--min-recall", "0.5", folder=tmp_path)
    fine = sourcebot("kb", "test", "--examples", "b.csv", "--min-recall", "0.5", folder=tmp_path)

    assert (low.code, low.err) == (1, "")
    assert "1 intent below the recall asked for, 50.0 %\n  fun: recall 0.0 %\n" in low.out
    assert "transcripts" not in low.out
    assert (fine.code, fine.err) == (0, "")
    assert "0 intents below the recall asked for" in fine.out


def test_a_router_is_trained_on_one_file_and_tested_on_another(
    sourcebot: Run, tmp_path: Path
) -> None:
    (tmp_path / "train.csv").write_text(CARDS, "utf-8")
    (tmp_path / "test.jsonl").write_text(
        '{"text": "where is my old card", "intent": "card"}\n'
        '{"text": "where is my old card", "intent": "pin"}\n'
        '{"text": "zzyzx", "intent": "oos"}\n',
        "utf-8",
    )

    result = sourcebot(
        "kb", "test", "--examples", "train.csv", "--against", "test.jsonl", "--format", "json",
        folder=tmp_path,
    )  # fmt: skip

    document = json.loads(result.out)
    assert document["accuracy"] == 2 / 3
    assert (document["in_scope_accuracy"], document["out_of_scope_recall"]) == (0.5, 1.0)
    [pair] = document["confusions"]
    assert (pair["intent"], pair["routed_to"]) == ("pin", "card")
    [phrase] = pair["phrases"]
    assert (phrase["file"], phrase["line"]) == ("test.jsonl", 2)


def test_a_teams_own_phrases_are_asked_of_the_bot(
    sourcebot: Run, tea: TeaFolder, tmp_path: Path
) -> None:
    nlu = tmp_path / "nlu.yml"
    nlu.write_text(
        "nlu:\n- intent: brewing\n  examples: |\n    - how do i brew [oolong](tea)\n"
        "    - what is green tea\n- intent: out_of_scope\n  examples: |\n"
        "    - who won the football match\n",
        "utf-8",
    )

    result = sourcebot("kb", "test", "--kb", str(tea.root), "--phrases", str(nlu))

    assert (result.code, result.err) == (0, "")
    assert "accuracy 66.7 % of 3 phrases\nin scope 50.0 % right\n" in result.out
    assert "out of scope 100.0 % declined\n" in result.out
    assert f"  brewing → define: 1 phrase\n    {nlu}:5: “what is green tea” (" in result.out


def test_junit_has_a_case_for_each_transcript_and_intent_and_fails_what_failed(
    sourcebot: Run, tea: TeaFolder
) -> None:
    broken = tea.append(
        "transcripts/first.yaml",
        "- name: Wrong & <odd>\n  turns:\n    - {user: what is green tea, intent: reasons}\n",
    )

    result = sourcebot(
        "kb", "test", "--kb", str(tea.root), "--format", "junit", "--min-recall", "1"
    )

    assert result.code == 1
    transcripts, phrases = ET.fromstring(result.out_bytes)
    assert [case.get("name") for case in transcripts.iter("testcase")] == [
        "Follow-ups", "Out of scope", "Wrong & <odd>",
    ]  # fmt: skip
    assert (transcripts.get("tests"), transcripts.get("failures")) == ("3", "1")
    [failed] = [case for case in transcripts if case.find("failure") is not None]
    assert failed.get("classname") == "transcripts.first"
    assert (failed.get("file"), failed.get("line")) == (
        str(tea.path("transcripts/first.yaml")),
        str(broken - 2),
    )
    failure = failed.find("failure")
    assert failure is not None
    assert failure.get("message") == ("turn 1 “what is green tea”: intent is define, not reasons")
    assert int(phrases.get("failures") or 0) > 0
    assert {case.get("name") for case in phrases.iter("testcase")} >= {"define", "compare"}


def test_without_a_bar_no_intent_fails_in_junit(sourcebot: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CARDS + "tell me a joke,fun\n", "utf-8")

    result = sourcebot("kb", "test", "--examples", "a.csv", "--format", "junit", folder=tmp_path)

    assert result.code == 0
    root = ET.fromstring(result.out_bytes)
    assert (root.get("tests"), root.get("failures")) == ("3", "0")
    assert root.find("testsuite/properties/property[@name='accuracy']") is not None


def test_what_xml_and_utf_8_cannot_hold_is_left_out() -> None:
    rows = [Row("a\x00\x1b\ufffe\ud800b", "x\x07y", "z", 0.5, Place("f\x01", 1))]
    findings = Findings(
        "how\x00", measure(rows), 0.5, transcripts=(("n\x02", Place("t", 3), ("\x03bad",)),)
    )

    case = ET.fromstring(as_junit(findings)).find("testsuite[@name='phrases']/testcase")

    assert case is not None
    assert (case.get("name"), case.get("file")) == ("xy", "f")
    assert "“ab”" in (case.findtext("failure") or "")
    assert json.loads(as_json(findings))["intents"][0]["intent"] == "x\x07y"
    assert "t:3: n\x02: \x03bad" in as_text(findings)


def test_output_takes_the_report_and_one_line_says_so(sourcebot: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CARDS, "utf-8")

    result = sourcebot(
        "kb", "test", "--examples", "a.csv", "--format", "json", "--output", "r.json",
        folder=tmp_path,
    )  # fmt: skip

    assert (result.code, result.err) == (0, "")
    assert re.fullmatch(r"r\.json: accuracy \d+\.\d % of 12 phrases\n", result.out)
    assert json.loads((tmp_path / "r.json").read_bytes())["phrases"] == 12
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "r.json"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--examples", "bad.csv"), "bad.csv:2: “hi” has no label; give it one"),
        (("--phrases", "none.csv"), "none.csv: cannot be read: No such file or directory"),
        (("--examples", "a.csv", "--against", "a.xls"), "a.xls: unknown ending"),
        (("--examples", "one.csv"), "at least two different ones"),
        (("--against", "a.csv"), "--against needs --examples"),
        (("--examples", "a.csv", "--phrases", "a.csv"), "not allowed with"),
        (("--min-recall", "nan"), "`nan` is no share"),
        (("--min-recall", "80%"), "`80%` is no share"),
        (("--examples", "a.csv", "--output", "no/where.xml"), "no such folder"),
        (("--examples", "a.csv", "--output", "./a.csv"), "holds the phrases"),
        (("--kb", "nowhere"), "no such folder"),
    ],
)
def test_what_cannot_be_used_is_told_on_one_line_and_ends_with_2(
    sourcebot: Run, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    (tmp_path / "a.csv").write_text(CARDS, "utf-8")
    (tmp_path / "one.csv").write_text("text,intent\nhi,greet\n", "utf-8")
    (tmp_path / "bad.csv").write_text("text,intent\nhi,\n", "utf-8")

    result = sourcebot("kb", "test", *arguments, folder=tmp_path)

    assert (result.code, result.out) == (2, "")
    assert told in result.err
    assert result.err.count("\n") == 1
