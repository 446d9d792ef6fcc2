"""The report of `sourcebot kb test` as text, as JSON, and as the JUnit XML that CI systems read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any
from xml.etree import ElementTree as ET

from msgspec import Struct

from sourcebot.dialogue.measuring import Confusion, LabelFigures, Report, Row
from sourcebot.knowledge.facts import Place

MOST_CONFUSIONS = 10
MOST_PHRASES = 3
"""Shown of each confusion in text; JSON holds all."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

TranscriptOutcome = tuple[str, Place, tuple[str, ...]]
"""A transcript's name, its place, and what went differently."""


class Findings(Struct, frozen=True):
    """All that was found out.

    how: what was measured, in words; min_recall: what each intent's recall must reach, if asked
    for; kb: the stamp of the knowledge base, if there is one; transcripts: None where none were
    held.
    """

    how: str
    report: Report
    min_recall: float | None = None
    kb: str | None = None
    transcripts: tuple[TranscriptOutcome, ...] | None = None

    @property
    def failed(self) -> bool:
        """Whether a transcript went differently or a recall is below the asked-for one."""
        return bool(self.below) or any(failures for _, _, failures in self.transcripts or ())

    @property
    def below(self) -> tuple[LabelFigures, ...]:
        """The intents whose recall is below the asked-for one."""
        return () if self.min_recall is None else self.report.below(self.min_recall)


def summary(findings: Findings) -> str:
    """One line: accuracy, intents below the bar, transcripts."""
    report = findings.report
    parts = [f"accuracy {_percent(report.accuracy)} of {_phrases(report.phrases)}"]
    if findings.below:
        parts.append(f"{len(findings.below)} below the recall asked for")
    if findings.transcripts is not None:
        parts.append(_held(findings.transcripts))
    return ", ".join(parts)


def as_text(findings: Findings) -> str:
    """The report for people; failed transcripts last, each line with its place."""
    report = findings.report
    lines = [findings.how, "", f"accuracy {_percent(report.accuracy)} of {report.phrases} phrases"]
    if report.out_of_scope_recall is not None:
        lines.append(f"in scope {_percent(report.in_scope_accuracy)} right")
        lines.append(f"out of scope {_percent(report.out_of_scope_recall)} declined")
    width = max((len(figures.label) for figures in report.labels), default=0)
    lines += ["", f"{'intent':<{width}}  phrases  precision  recall"]
    lines += [
        f"{figures.label:<{width}}  {figures.phrases:>7}  {_percent(figures.precision):>9}  "
        f"{_percent(figures.recall):>6}"
        for figures in report.labels
    ]
    lines += ["", *_confusions_text(report.confusions), *_reliability_text(report)]
    if findings.min_recall is not None:
        lines += ["", *_below_text(findings.below, findings.min_recall)]
    if findings.transcripts is not None:
        lines.append("")
        lines += [
            f"{place}: {name}: {failure}"
            for name, place, failures in findings.transcripts
            for failure in failures
        ]
        lines.append(_held(findings.transcripts))
    return "\n".join(lines) + "\n"


def _confusions_text(confusions: Iterable[Confusion]) -> Iterator[str]:
    shown = list(confusions)
    if not shown:
        return
    yield "these two intents share these phrases"
    for confusion in shown[:MOST_CONFUSIONS]:
        count = len(confusion.rows)
        yield f"  {confusion.wanted} → {confusion.got}: {_phrases(count)}"
        for row in confusion.rows[:MOST_PHRASES]:
            yield f"    {row.place}: “{_short(row.text)}” ({row.confidence:.2f})"
        if count > MOST_PHRASES:
            yield f"    and {count - MOST_PHRASES} more"
    if len(shown) > MOST_CONFUSIONS:
        yield f"  and {len(shown) - MOST_CONFUSIONS} more pairs (--format json lists all)"
    yield ""


def _reliability_text(report: Report) -> Iterator[str]:
    yield "stated confidence  phrases   right"
    for held in report.reliability:
        share = held.right / held.count if held.count else None
        span = f"{held.low:.1f} to {held.high:.1f}"
        yield f"{span:<17}  {held.count:>7}  {_percent(share):>6}"
    error = "none" if report.calibration_error is None else f"{report.calibration_error:.3f}"
    yield f"calibration error {error} (0: right as often as stated)"


def _below_text(below: Iterable[LabelFigures], bar: float) -> Iterator[str]:
    missed = [f"{figures.label}: recall {_percent(figures.recall)}" for figures in below]
    what = f"{len(missed)} intent{'s' if len(missed) != 1 else ''}"
    yield f"{what} below the recall asked for, {_percent(bar)}"
    yield from (f"  {line}" for line in missed)


def as_json(findings: Findings) -> bytes:
    """The whole report as one line of JSON."""
    report = findings.report
    held = findings.transcripts
    document = {
        "measured": findings.how,
        "kb": findings.kb,
        "failed": findings.failed,
        "phrases": report.phrases,
        "accuracy": report.accuracy,
        "in_scope_accuracy": report.in_scope_accuracy,
        "out_of_scope_recall": report.out_of_scope_recall,
        "min_recall": findings.min_recall,
        "below_min_recall": [figures.label for figures in findings.below],
        "intents": [
            {
                "intent": figures.label,
                "phrases": figures.phrases,
                "precision": figures.precision,
                "recall": figures.recall,
            }
            for figures in report.labels
        ],
        "confusions": [
            {
                "intent": confusion.wanted,
                "routed_to": confusion.got,
                "phrases": [_row_json(row) for row in confusion.rows],
            }
            for confusion in report.confusions
        ],
        "reliability": [
            {
                "from": held.low,
                "to": held.high,
                "stated": held.stated,
                "phrases": held.count,
                "right": held.right,
            }
            for held in report.reliability
        ],
        "calibration_error": report.calibration_error,
        "transcripts": None if held is None else [_transcript_json(*outcome) for outcome in held],
    }
    text = json.dumps(document, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "text": row.text,
        "confidence": row.confidence,
        "file": row.place.file,
        "line": row.place.line,
    }


def _transcript_json(name: str, place: Place, failures: tuple[str, ...]) -> dict[str, Any]:
    return {"name": name, "file": place.file, "line": place.line, "failures": [*failures]}


def as_junit(findings: Findings) -> bytes:
    """JUnit XML: a suite of the transcripts and one of the intents, a case each."""
    root = ET.Element("testsuites", name="sourcebot kb test")
    if findings.transcripts is not None:
        suite = ET.SubElement(root, "testsuite", name="transcripts")
        for name, place, failures in findings.transcripts:
            _case(suite, f"transcripts.{PurePath(place.file).stem}", name, place, failures)
    report = findings.report
    suite = ET.SubElement(root, "testsuite", name="phrases")
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("accuracy", report.accuracy),
        ("in_scope_accuracy", report.in_scope_accuracy),
        ("out_of_scope_recall", report.out_of_scope_recall),
        ("calibration_error", report.calibration_error),
    ):
        if value is not None:
            ET.SubElement(properties, "property", name=name, value=f"{value:.4f}")
    below = {figures.label for figures in findings.below}
    for figures in report.labels:
        if figures.phrases:
            astray = _astray(report, figures.label)
            first = astray[0][0].place if astray else None
            missed = [_missed(figures, findings.min_recall, astray)]
            _case(suite, "phrases", figures.label, first, missed if figures.label in below else ())
    for element in (*root, root):
        cases = list(element.iter("testcase"))
        element.set("tests", str(len(cases)))
        element.set("failures", str(sum(case.find("failure") is not None for case in cases)))
        element.set("errors", "0")
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _case(
    suite: ET.Element, group: str, name: str, place: Place | None, failures: Iterable[str]
) -> None:
    case = ET.SubElement(suite, "testcase", classname=_xml(group), name=_xml(name))
    if place is not None:
        case.set("file", _xml(place.file))
        case.set("line", str(place.line))
    told = [_xml(failure) for failure in failures]
    if told:
        where = f"{place}\n" if place is not None else ""
        failure = ET.SubElement(case, "failure", message=told[0].partition("\n")[0])
        failure.text = _xml(where) + "\n".join(told)


def _astray(report: Report, label: str) -> list[tuple[Row, str]]:
    return [
        (row, confusion.got)
        for confusion in report.confusions
        if confusion.wanted == label
        for row in confusion.rows
    ]


def _missed(figures: LabelFigures, bar: float | None, astray: list[tuple[Row, str]]) -> str:
    head = f"recall {_percent(figures.recall)} is below {_percent(bar)}"
    return "\n".join([head, *(f"{row.place}: “{row.text}” went to {got}" for row, got in astray)])


def _xml(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _NOT_XML.sub("", text)


def _held(transcripts: tuple[TranscriptOutcome, ...]) -> str:
    well = sum(not failures for _, _, failures in transcripts)
    return f"{well} of {len(transcripts)} transcripts as written"


def _phrases(count: int) -> str:
    return f"{count} phrase{'s' if count != 1 else ''}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}".replace("%", " %")


def _short(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:100]}…"
