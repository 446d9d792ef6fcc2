"""What people asked, and what they were told, in the files that a team exports."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path

from msgspec import Struct

from sourcebot.errors import KnowledgeError, Problem
from sourcebot.knowledge.examples_files import (
    MAX_PHRASE,
    MOST_PROBLEMS,
    csv_records,
    decoded_text,
    file_data,
    read_examples,
)
from sourcebot.knowledge.facts import Place
from sourcebot.knowledge.rasa_files import holds_examples, read_responses
from sourcebot.knowledge.written import one_line

LONGEST_QUESTION = 1000
COLUMNS: dict[str, tuple[str, ...]] = {
    "question": ("question", "text", "utterance", "phrase", "sentence", "subject"),
    "answer": ("answer", "response", "reply", "solution"),
    "category": ("category", "topic", "group", "folder"),
    "aspect": ("aspect", "intent", "label", "id"),
    "source": ("source", "url", "link"),
}
"""What a column holds -> what it may be called; the first is the name that is told."""
_NEEDED = ("question", "answer")
_LABELS = {"aspect", "category", "class"}
"""What names the label where a table has no answers."""
_TABLES = {".csv": ",;\t", ".tsv": "\t,;"}
_YAML = (".yml", ".yaml")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Asked(Struct, frozen=True):
    """A row of an export: a question, and what is known of its answer.

    question: None where a file gives the answer to a label alone; answer: None where it gives a
    label alone; label: the id that a team has given the answer; the texts are as they were written.
    """

    question: str | None
    answer: str | None
    label: str | None
    category: str | None
    source: str | None
    place: Place


def read_asked(path: str | PathLike[str]) -> list[Asked]:
    """Read an export; the file's ending tells the format.

    path: a table with the columns `question` and `answer` (`.csv`, `.tsv`; optional: `category`,
    `aspect`, `source`), or labelled phrases as `read_examples` takes them, Rasa NLU with its
    `responses` if the file has them. Raises KnowledgeError with every problem of the file, at most
    `MOST_PROBLEMS`, each with its line.
    """
    file, ending = str(path), Path(path).suffix.casefold()
    if ending in _TABLES:
        data = file_data(path)
        table = _Table.of(data, file, _TABLES[ending])
        if table is not None:
            return _whole(table.rows(), file)
    if ending in _YAML:
        data = file_data(path)
        told = _whole(_responses(data, file), file, may_be_none=True)
        if told and not holds_examples(data, file):
            return told
        return [*told, *_labelled(path)]
    return _labelled(path)


def _labelled(path: str | PathLike[str]) -> list[Asked]:
    return [
        Asked(example.text, None, example.label, None, None, example.place)
        for example in read_examples(path)
    ]


def _responses(data: bytes, file: str) -> Iterator[Asked | Problem]:
    for found in read_responses(data, file):
        if isinstance(found, Problem):
            yield found
        else:
            label, text, line = found
            yield Asked(None, text, label, None, None, Place(file, line))


def _whole(
    found: Iterator[Asked | Problem], file: str, *, may_be_none: bool = False
) -> list[Asked]:
    """All rows, if there is nothing wrong with any of them."""
    rows: list[Asked] = []
    problems: list[Problem] = []
    for one in found:
        if isinstance(one, Asked):
            rows.append(one)
            continue
        problems.append(one)
        if len(problems) > MOST_PROBLEMS:
            problems[MOST_PROBLEMS:] = [Problem(file, 0, "and more of the same kind")]
            break
    if problems:
        raise KnowledgeError(problems)
    if not rows and not may_be_none:
        raise KnowledgeError([Problem(file, 0, "no rows below the names of the columns; add some")])
    return rows


class _Table(Struct, frozen=True):
    """A table whose columns are known."""

    file: str
    text: str
    delimiter: str
    header: int
    width: int
    columns: dict[str, int]

    @classmethod
    def of(cls, data: bytes, file: str, delimiters: str) -> _Table | None:
        """The table, or None where it holds labelled phrases; raises KnowledgeError."""
        if data.startswith(_UTF_16):
            raise KnowledgeError([Problem(file, 1, "UTF-16 text; save the file as CSV UTF-8")])
        text = decoded_text(data, file)
        if isinstance(text, Problem):
            raise KnowledgeError([text])
        names: Sequence[str] = ()
        for delimiter in delimiters:
            header, names_here = _header(text, delimiter)
            columns = _columns(names_here)
            if all(name in columns for name in _NEEDED):
                twice = [name for name in names_here if name and names_here.count(name) > 1]
                if twice:
                    told = f"two columns are called `{twice[0]}`; rename one"
                    raise KnowledgeError([Problem(file, header, told)])
                return cls(file, text, delimiter, header, len(names_here), columns)
            if "question" in columns and (columns.keys() | set(names_here)) & _LABELS:
                return None
            names = max(names, names_here, key=len)
        header, _ = _header(text, ",")
        lacking = [name for name in _NEEDED if name not in _columns(names)]
        shown = ", ".join(f"`{name[:30]}`" for name in names[:8]) or "nothing"
        told = f"no column `{lacking[0]}` among {shown}; name the columns `question` and `answer`"
        raise KnowledgeError([Problem(file, header or 1, told)])

    def rows(self) -> Iterator[Asked | Problem]:
        """Each row, or what is wrong with it."""
        for line, fields in csv_records(self.text, self.delimiter):
            if isinstance(fields, csv.Error):
                yield Problem(self.file, line, f"not valid CSV: {fields}; close its quotes")
            elif line > self.header and any(field.strip() for field in fields):
                yield self._row(line, fields)

    def _row(self, line: int, fields: list[str]) -> Asked | Problem:
        cells = {name: self._cell(fields, name) for name in self.columns}
        question, answer = cells["question"], cells["answer"]
        fault = None
        if len(fields) > self.width and any(field.strip() for field in fields[self.width :]):
            more = f"{len(fields)} columns, not {self.width}"
            fault = f"{more}; put quotes round a text that holds `{self.delimiter}`"
        elif not one_line(question) or not one_line(answer):
            what = "answer" if one_line(question) else "question"
            fault = f"the {what} is empty; fill it or drop the line"
        elif len(question) > LONGEST_QUESTION:
            fault = f"a question of {len(question):,} characters; keep what was asked"
        elif len(answer) > MAX_PHRASE:
            fault = f"an answer of {len(answer):,} characters; shorten it"
        if fault is not None:
            return Problem(self.file, line, fault)
        return Asked(
            question, answer, cells.get("aspect") or None, cells.get("category") or None,
            cells.get("source") or None, Place(self.file, line),
        )  # fmt: skip

    def _cell(self, fields: list[str], name: str) -> str:
        column = self.columns[name]
        return fields[column].strip() if column < len(fields) else ""


def _header(text: str, delimiter: str) -> tuple[int, list[str]]:
    """(line, names of the columns); Excel's line `sep=;` is none."""
    for line, fields in csv_records(text, delimiter):
        if isinstance(fields, csv.Error):
            break
        if any(field.strip() for field in fields) and not fields[0].startswith("sep="):
            return line, [field.strip().casefold() for field in fields]
    return 0, []


def _columns(names: Sequence[str]) -> dict[str, int]:
    found = {}
    for column, known in COLUMNS.items():
        name = next((name for name in known if name in names), None)
        if name is not None:
            found[column] = names.index(name)
    return found
