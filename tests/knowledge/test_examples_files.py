"""Other people's files of examples: read as they are, or refused with the line at fault."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sourcebot import KnowledgeError
from sourcebot.knowledge.examples_files import MAX_BYTES, MOST_PROBLEMS, read_examples

Found = list[tuple[str, str, int]]


@pytest.fixture
def read(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Write a file and read it: (text, label, line) of each example."""

    def write_and_read(name: str, data: str | bytes) -> Found:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        found = read_examples(path)
        assert {example.place.file for example in found} == {str(path)}
        return [(example.text, example.label, example.place.line) for example in found]

    return write_and_read


@pytest.fixture
def complaints(read, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Write a file that must be refused; its problems as lines, with the bare file name."""

    def write_and_fail(name: str, data: str | bytes) -> list[str]:
        with pytest.raises(KnowledgeError) as caught:
            read(name, data)
        said = [str(problem).replace(f"{tmp_path}/", "") for problem in caught.value.problems]
        assert not [line for line in said if "\n" in line or len(line) > 400]
        return said

    return write_and_fail


RASA = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hey
    - good morning

    -   hello there
- synonym: credit
  examples: |
    - credit card account
- regex: zip
  examples: |
    - \\d{5}
- lookup: banks
  examples: |
    - JBank
- intent: faq/ask_hours
  examples:
  - text: when are you open
    metadata: {sentiment: neutral}
  - text: |
      - opening [hours](time)
- intent: book
  examples: |
    - a flight from [Berlin]{"entity": "city", "value": "BER"} to [New York](city)
    - [Rome][{"entity": "city"}, {"entity": "x"}] [as is] (no mark)
"""


def test_rasa_intents_are_read_with_the_line_of_each_phrase(read) -> None:  # type: ignore[no-untyped-def]
    assert read("nlu.yml", RASA) == [
        ("hey", "greet", 5),
        ("good morning", "greet", 6),
        ("hello there", "greet", 8),
        ("when are you open", "faq/ask_hours", 20),
        ("opening hours", "faq/ask_hours", 22),
        ("a flight from Berlin to New York", "book", 26),
        ("Rome [as is] (no mark)", "book", 27),
    ]


def test_everything_wrong_with_a_rasa_file_is_told_at_once(complaints) -> None:  # type: ignore[no-untyped-def]
    said = complaints(
        "nlu.yaml",
        "nlu:\n- intent: greet\n  examples: |\n    - hi\n    hello\n- story: x\n- intent: empty\n"
        "- just text\n- intent: bye\n  examples: {text: ciao}\n- intent: [a]\n",
    )

    assert [line.partition(" ")[0] for line in said] == [
        "nlu.yaml:5:",
        "nlu.yaml:6:",
        "nlu.yaml:7:",
        "nlu.yaml:8:",
        "nlu.yaml:10:",
        "nlu.yaml:11:",
    ]
    assert "“hello” is no example; begin the line with `- `" in said[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("version: '3.1'\nstories: []\n", "no `nlu:` list"),
        ("- a\n- b\n", "no `nlu:` list"),
        ("nlu: later\n", "`nlu` is no list"),
        ("nlu: []\n", "no examples in it"),
        ("nlu:\n- intent: a\n  examples: &x |\n    - b\n- intent: c\n  examples: *x\n", "aliases"),
        ("nlu:\n- intent: a\n  examples: !!python/object:os.system x\n", "not allowed"),
        ('nlu:\n- intent: "a\n', "not valid YAML"),
        ("nlu:\n- intent: ''\n  examples: |\n    - b\n", "has no name"),
    ],
)
def test_a_yaml_file_that_is_none_of_rasas_is_refused(complaints, text: str, told: str) -> None:  # type: ignore[no-untyped-def]
    assert told in complaints("nlu.yml", text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "text,intent\nhi there,greet\n\nbye,leave\n",
        "\ufeffid;Label;Utterance\n1;greet;hi there\n\n2;leave;bye\n",
        "CATEGORY\tquestion\r\ngreet\thi there\r\n\r\nleave\tbye\r\n",
        '"Phrase","class"\n"hi there","greet"\n,\n"bye","leave"\n',
        'sentence , intent\n"hi there",greet\n\nbye, leave\n',
    ],
)
def test_csv_columns_are_found_by_name_whatever_parts_them(read, text: str) -> None:  # type: ignore[no-untyped-def]
    assert read("tickets.csv", text) == [("hi there", "greet", 2), ("bye", "leave", 4)]


def test_two_columns_without_names_are_text_and_label(read) -> None:  # type: ignore[no-untyped-def]
    assert read("a.csv", "hi,greet\nbye,leave\n") == [("hi", "greet", 1), ("bye", "leave", 2)]
    assert read("a.tsv", "hi, you\tgreet\nno, bye\tleave\n")[0] == ("hi, you", "greet", 1)


def test_a_quoted_phrase_over_two_lines_keeps_the_lines_after_it_right(read) -> None:  # type: ignore[no-untyped-def]
    found = read("a.csv", 'text,intent\n"hi, ""you""\nthere",greet\nbye,leave\n')

    assert found == [('hi, "you"\nthere', "greet", 2), ("bye", "leave", 4)]


def test_everything_wrong_with_a_csv_file_is_told_at_once(complaints) -> None:  # type: ignore[no-untyped-def]
    said = complaints("a.csv", 'text,intent\nhi\n,greet\nbye,\n"never closed,x\nand so on,y\n')

    assert said == [
        "a.csv:2: 1 of 2 columns; fill the line or drop it",
        "a.csv:3: the phrase is empty; fill it or drop the line",
        "a.csv:4: “bye” has no label; give it one",
        "a.csv:5: not valid CSV: unexpected end of data; close the quotes, one line each",
    ]


def test_a_csv_file_whose_columns_mean_nothing_is_told_what_to_name_them(complaints) -> None:  # type: ignore[no-untyped-def]
    [said] = complaints("a.csv", "a,b,c\n1,2,3\n")

    assert said == (
        "a.csv:1: no column for the phrase and for its label; "
        "name them `text` and `intent` in the first line"
    )


def test_json_lines_are_read_by_the_same_names(read) -> None:  # type: ignore[no-untyped-def]
    found = read("a.jsonl", '{"text": "hi", "intent": "a"}\n\n{"Label": 3, "UTTERANCE": "yo"}')

    assert found == [("hi", "a", 1), ("yo", "3", 3)]


def test_everything_wrong_with_json_lines_is_told_at_once(complaints) -> None:  # type: ignore[no-untyped-def]
    deep = "[" * 100_000
    said = complaints(
        "a.ndjson",
        f'{{"text": "hi"}}\n{{"intent": "x"}}\n["hi", "x"]\n{{"text": null, "intent": "x"}}\n'
        f'{deep[:9000]}\n{{"text": "hi", "inte',
    )

    assert [line.split(": ")[1].partition(";")[0] for line in said[:4]] == [
        "no label",
        "no phrase",
        "no JSON object",
        "`text` is no text",
    ]
    assert [line.partition(": ")[0] for line in said[4:]] == ["a.ndjson:5", "a.ndjson:6"]
    assert "not valid JSON" in said[5]


def test_the_list_of_problems_ends_somewhere(complaints) -> None:  # type: ignore[no-untyped-def]
    said = complaints("a.jsonl", "{}\n" * 10_000)

    assert len(said) == MOST_PROBLEMS + 1
    assert "a.jsonl: and more of the same kind" in said


@pytest.mark.parametrize("ending", [".yml", ".csv", ".tsv", ".jsonl"])
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        ("text,intent\nhi,ä\n".encode("utf-16"), "UTF-8"),
        (b"\x7fELF\x00\x00\x01\x00text,intent", ""),
        (b"x" * 1_000_000, ""),
        (b"text,intent\nnlu:\n- intent: \xff\xfe", "UTF-8"),
    ],
)
def test_what_is_no_file_of_examples_gives_clear_lines(  # type: ignore[no-untyped-def]
    complaints, ending: str, data: bytes, told: str
) -> None:
    said = complaints(f"a{ending}", data)

    assert len(said) == 1
    assert told in said[0]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"text,intent\nhi,a\n" + b"x" * 1_000_000 + b",b\n"),
        ("a.jsonl", b'{"text":"hi","intent":"a"}\n{"text":"' + b"x" * 1_000_000 + b'"}\n'),
        ("a.yml", b"nlu:\n- intent: a\n  examples: |\n    - " + b"x" * 1_000_000 + b"\n"),
    ],
)
def test_a_million_characters_on_one_line_are_named(complaints, name: str, data: bytes) -> None:  # type: ignore[no-untyped-def]
    [said] = complaints(name, data)

    assert "1,000,0" in said
    assert "characters" in said


@pytest.mark.parametrize("ending", [".yml", ".csv", ".jsonl"])
def test_a_file_of_a_hundred_megabytes_is_not_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"huge{ending}"
    with path.open("wb") as file:
        file.truncate(100_000_000)

    with pytest.raises(KnowledgeError, match=f"larger than {MAX_BYTES:,} bytes"):
        read_examples(path)


def test_an_unknown_ending_is_told_which_there_are(complaints) -> None:  # type: ignore[no-untyped-def]
    assert complaints("a.xlsx", "x") == [
        "a.xlsx: unknown ending; use one of .yml, .yaml, .csv, .tsv, .jsonl, .ndjson"
    ]


def test_what_is_missing_a_folder_or_a_pipe_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")

    for name, told in (
        ("none.csv", "No such file"),
        ("folder.csv", "no plain file"),
        ("pipe.csv", "no plain file"),
        ("a\0b.csv", "cannot be read"),
    ):
        with pytest.raises(KnowledgeError, match=told):
            read_examples(str(tmp_path / name))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.binary(), st.text(alphabet="a,;\t\n\r\"'-|:[]{}&*!\\ textin", max_size=80)),
    st.sampled_from([".yml", ".csv", ".tsv", ".jsonl"]),
)
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes | str, ending: str) -> None:
    path = tmp_path / f"any{ending}"
    path.write_bytes(data.encode() if isinstance(data, str) else data)

    with contextlib.suppress(KnowledgeError):
        assert all(example.text and example.label for example in read_examples(path))
