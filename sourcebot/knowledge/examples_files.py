"""Labelled examples in the formats that teams have already: Rasa NLU, CSV, JSON Lines."""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Callable, Iterator
from os import PathLike
from pathlib import Path

import msgspec
from msgspec import Struct

from sourcebot.errors import KnowledgeError, Problem
from sourcebot.knowledge.facts import Place
from sourcebot.knowledge.rasa_files import read_rasa

MAX_BYTES = 50_000_000
MAX_LINE = 100_000
MAX_PHRASE = 10_000
"""A phrase of more characters is no phrase but a file that went wrong."""
MOST_PROBLEMS = 20
_TEXT = ("text", "utterance", "phrase", "question", "sentence")
_LABEL = ("intent", "label", "category", "class")
_SHOWN = 40


class LabelledExample(Struct, frozen=True):
    """A phrase, the label that a team has given it, and where it stands."""

    text: str
    label: str
    place: Place


def read_examples(path: str | PathLike[str]) -> list[LabelledExample]:
    """Read labelled examples; the file's ending tells the format.

    path: `.yml`, `.yaml` (Rasa NLU), `.csv`, `.tsv`, `.jsonl` or `.ndjson`.
    Raises KnowledgeError with every problem of the file, at most `MOST_PROBLEMS`, each with its
    line.
    """
    file = str(path)
    read = _FORMATS.get(Path(path).suffix.casefold())
    if read is None:
        known = ", ".join(_FORMATS)
        raise KnowledgeError([Problem(file, 0, f"unknown ending; use one of {known}")])
    examples: list[LabelledExample] = []
    problems: list[Problem] = []
    for found in read(file_data(path), file):
        for fault in [found] if isinstance(found, Problem) else _faults(found, file):
            problems.append(fault)
        if not isinstance(found, Problem):
            text, label, line = found
            examples.append(LabelledExample(text.strip(), label.strip(), Place(file, line)))
        if len(problems) > MOST_PROBLEMS:
            problems[MOST_PROBLEMS:] = [Problem(file, 0, "and more of the same kind")]
            break
    if problems:
        raise KnowledgeError(problems)
    if not examples:
        raise KnowledgeError([Problem(file, 0, "no examples in it; add phrases with labels")])
    return examples


Found = tuple[str, str, int] | Problem
"""(text, label, line), or what is wrong there."""


def file_data(path: str | PathLike[str]) -> bytes:
    """A file's bytes; KnowledgeError where it cannot be read, is too large or holds nothing."""
    file = str(path)
    try:
        found = Path(path).stat()
        if not stat.S_ISREG(found.st_mode):
            raise KnowledgeError([Problem(file, 0, "is no plain file; give a file of examples")])
        if found.st_size > MAX_BYTES:
            what = f"larger than {MAX_BYTES:,} bytes; split the file"
            raise KnowledgeError([Problem(file, 0, what)])
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise KnowledgeError([Problem(file, 0, f"cannot be read: {reason}")]) from error
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise KnowledgeError([Problem(file, 0, "the file is empty; fill it with examples")])
    return data


def _faults(example: tuple[str, str, int], file: str) -> Iterator[Problem]:
    text, label, line = example
    if not text.strip():
        yield Problem(file, line, "the phrase is empty; fill it or drop the line")
    elif len(text) > MAX_PHRASE:
        yield Problem(file, line, f"a phrase of {len(text):,} characters; shorten it")
    if not label.strip():
        yield Problem(file, line, f"“{_short(text)}” has no label; give it one")
    elif len(label) > MAX_PHRASE:
        yield Problem(file, line, f"a label of {len(label):,} characters; shorten it")


def _read_csv(data: bytes, file: str, delimiters: str = ",;\t") -> Iterator[Found]:
    text = decoded_text(data, file)
    if isinstance(text, Problem):
        yield text
        return
    columns = _columns(text, delimiters)
    if columns is None:
        what = "no column for the phrase and for its label"
        yield Problem(file, 1, f"{what}; name them `text` and `intent` in the first line")
        return
    delimiter, phrase, label, header = columns
    wide = max(phrase, label) + 1
    for line, fields in csv_records(text, delimiter):
        if isinstance(fields, csv.Error):
            yield Problem(file, line, f"not valid CSV: {fields}; close the quotes, one line each")
        elif (header and line == header) or not any(field.strip() for field in fields):
            continue
        elif len(fields) < wide:
            yield Problem(file, line, f"{len(fields)} of {wide} columns; fill the line or drop it")
        elif not header and len(fields) > wide:
            yield Problem(file, line, f"{len(fields)} columns, not 2; put quotes round the phrase")
        else:
            yield fields[phrase], fields[label], line


def _read_tsv(data: bytes, file: str) -> Iterator[Found]:
    return _read_csv(data, file, "\t,;")


def _columns(text: str, delimiters: str) -> tuple[str, int, int, int] | None:
    """(delimiter, the phrase's column, the label's, line of the header or 0), if it can be told."""
    firsts = []
    for delimiter in delimiters:
        for line, fields in csv_records(text, delimiter):
            if isinstance(fields, csv.Error):
                break
            if any(field.strip() for field in fields):
                firsts.append((delimiter, line, fields))
                break
    for delimiter, line, fields in firsts:
        names = [field.strip().casefold() for field in fields]
        phrase = next((names.index(name) for name in _TEXT if name in names), None)
        label = next((names.index(name) for name in _LABEL if name in names), None)
        if phrase is not None and label is not None:
            return delimiter, phrase, label, line
    two = next((delimiter for delimiter, _, fields in firsts if len(fields) == 2), None)
    return None if two is None else (two, 0, 1, 0)


def csv_records(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Each record of a CSV: (line on which it begins, fields); a fault of the format ends them."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, error
            return
        yield line, fields


def _read_json_lines(data: bytes, file: str) -> Iterator[Found]:
    text = decoded_text(data, file)
    if isinstance(text, Problem):
        yield text
        return
    for line, row in enumerate(text.split("\n"), start=1):
        if row.strip():
            yield _json_row(row, file, line)


def _json_row(row: str, file: str, line: int) -> Found:
    try:
        value = msgspec.json.decode(row)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        return Problem(file, line, f"not valid JSON: {error}; write one object a line")
    if not isinstance(value, dict):
        return Problem(file, line, 'no JSON object; write {"text": "...", "intent": "..."}')
    values = {key.casefold(): held for key, held in value.items()}
    found = []
    for what, names in (("phrase", _TEXT), ("label", _LABEL)):
        name = next((name for name in names if name in values), None)
        if name is None:
            return Problem(file, line, f"no {what}; add `{names[0]}`")
        held = values[name]
        if isinstance(held, int) and not isinstance(held, bool):
            held = str(held)  # data sets number their labels
        if not isinstance(held, str):
            return Problem(file, line, f"`{name}` is no text; put it in quotes")
        found.append(held)
    return found[0], found[1], line


def decoded_text(data: bytes, file: str) -> str | Problem:
    """The text, if it is text in lines that a person may have written."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Problem(file, line, "not UTF-8 text; save the file as UTF-8")
    if "\0" in text:
        return Problem(file, text[: text.index("\0")].count("\n") + 1, "no text file; export it")
    for line, row in enumerate(text.split("\n"), start=1):
        if len(row) > MAX_LINE:
            return Problem(file, line, f"a line of {len(row):,} characters; write one example each")
    return text


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


_FORMATS: dict[str, Callable[[bytes, str], Iterator[Found]]] = {
    ".yml": read_rasa,
    ".yaml": read_rasa,
    ".csv": _read_csv,
    ".tsv": _read_tsv,
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
}
