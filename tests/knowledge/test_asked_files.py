"""Exports of questions and answers: read as they are, or refused with the line at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from sourcebot import KnowledgeError
from sourcebot.knowledge.asked_files import Asked, read_asked
from sourcebot.knowledge.examples_files import MOST_PROBLEMS

Row = tuple[str | None, str | None, str | None, int]


def read(folder: Path, data: str | bytes, name: str = "tickets.csv") -> list[Asked]:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_asked(path)


def rows(folder: Path, data: str | bytes, name: str = "tickets.csv") -> list[Row]:
    return [(r.question, r.answer, r.label, r.place.line) for r in read(folder, data, name)]


def complaints(folder: Path, data: str | bytes, name: str = "tickets.csv") -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        read(folder, data, name)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


@pytest.mark.parametrize(
    "data",
    [
        "question,answer\nhow?,so\nwhy?,thus\n",
        "\ufeffquestion;answer\r\nhow?;so\r\nwhy?;thus\r\n",
        "Question\tAnswer\nhow?\tso\nwhy?\tthus\n",
        "ID,Answer,QUESTION\n,so,how?\n,thus,why?\n",
        'question,answer\n"how?"," so "\n"why?",thus\n',
        "question,answer,,\nhow?,so,,\nwhy?,thus,,\n",
    ],
)
def test_a_table_is_read_whatever_its_separators_and_marks(tmp_path: Path, data: str) -> None:
    assert rows(tmp_path, data) == [("how?", "so", None, 2), ("why?", "thus", None, 3)]


def test_excel_may_name_the_separator_in_a_line_of_its_own(tmp_path: Path) -> None:
    assert rows(tmp_path, "sep=;\nquestion;answer\nhow?;so, yes\n") == [
        ("how?", "so, yes", None, 3)
    ]


def test_a_quoted_cell_keeps_its_lines_and_the_row_its_first_line(tmp_path: Path) -> None:
    found = rows(tmp_path, 'question,answer\nhow?,"Open.\nClose."\n\nwhy?,thus\n')

    assert found == [("how?", "Open.\nClose.", None, 2), ("why?", "thus", None, 5)]


def test_category_aspect_and_source_may_stand_beside(tmp_path: Path) -> None:
    (row,) = read(
        tmp_path, "question,answer,category,aspect,source\nhow?,so,Mail,send-mail,Handbook\n"
    )

    assert (row.label, row.category, row.source) == ("send-mail", "Mail", "Handbook")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("question,reply_text\nhow?,so\n", "1: no column `answer` among `question`, `reply_text`"),
        ("a,b\nhow?,so\n", "1: no column `question` among `a`, `b`"),
        ("how?,so\nwhy?,thus\n", "1: no column `question` among `how?`, `so`"),
        ("question,answer\nhow?,\n", "2: the answer is empty; fill it or drop the line"),
        ("question,answer\nhow?\n", "2: the answer is empty"),
        ("question,answer\n  ,so\n", "2: the question is empty"),
        ("question,answer\n\u200b,so\n", "2: the question is empty"),
        ("question,answer\nhow?,so, and so\n", "2: 3 columns, not 2; put quotes round"),
        ('question,answer\nhow?,"so\nwhy?,thus\n', "2: not valid CSV: unexpected end of data"),
        ("question,answer,question\nhow?,so,x\n", "1: two columns are called `question`"),
        ("question,answer\nh\0w?,so\n", "2: no text file"),
        ("question,answer\n" + "x" * 1001 + ",so\n", "2: a question of 1,001 characters"),
        ("question,answer\nhow?," + "x" * 10_001 + "\n", "2: an answer of 10,001 characters"),
        ("question,answer\n", " no rows below the names"),
        ("\n \n", " the file is empty"),
        (b"question,answer\nhow?,caf\xe9\n", "2: not UTF-8 text; save the file as UTF-8"),
        (
            "question,answer\nhow?,so\n".encode("utf-16"),
            "1: UTF-16 text; save the file as CSV UTF-8",
        ),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, data: str | bytes, said: str) -> None:
    told = complaints(tmp_path, data)

    assert len(told) == 1
    assert told[0].startswith(f"tickets.csv:{said}"), told


def test_all_faults_are_told_at_once_up_to_a_number(tmp_path: Path) -> None:
    few = complaints(tmp_path, "question,answer\n,so\nhow?,\n")
    many = complaints(tmp_path, "question,answer\n" + "how?,\n" * 100)

    assert [line.partition(":")[2][:2] for line in few] == ["2:", "3:"]
    assert len(many) == MOST_PROBLEMS + 1
    assert "tickets.csv: and more of the same kind" in many


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "nowhere.csv", "cannot be read: No such file"),
        (tmp_path, "unknown ending"),
        (tmp_path / "x.xlsx", "unknown ending; use one of .yml"),
    ):
        with pytest.raises(KnowledgeError, match=said):
            read_asked(path)


def test_labelled_phrases_are_read_as_before(tmp_path: Path) -> None:
    table = rows(tmp_path, "text,intent\nwhere is it,card_arrival\n")
    lines = rows(tmp_path, '{"text": "where is it", "intent": "card_arrival"}\n', "x.jsonl")

    assert table == [("where is it", None, "card_arrival", 2)]
    assert lines == [("where is it", None, "card_arrival", 1)]


RASA = """\
version: "3.1"
nlu:
- intent: opening
  examples: |
    - when do you open
    - open on [sunday](day)
responses:
  utter_opening:
  - text: "We open at nine."
  - text: "At nine."
  action_other:
  - text: no answer to an intent
"""


def test_rasa_gives_phrases_and_the_first_text_of_each_response(tmp_path: Path) -> None:
    found = rows(tmp_path, RASA, "nlu.yml")

    assert found == [
        (None, "We open at nine.", "opening", 9),
        ("when do you open", None, "opening", 5),
        ("open on sunday", None, "opening", 6),
    ]


def test_a_rasa_domain_gives_responses_alone(tmp_path: Path) -> None:
    domain = "intents: [opening]\n" + RASA[RASA.index("responses:") :]

    assert rows(tmp_path, domain, "domain.yml") == [(None, "We open at nine.", "opening", 4)]


def test_a_response_that_says_nothing_is_told(tmp_path: Path) -> None:
    told = complaints(tmp_path, "responses:\n  utter_x:\n  - image: cat.png\n", "domain.yml")

    assert told == ["domain.yml:2: `utter_x` says nothing; write `- text: ...` below it"]
