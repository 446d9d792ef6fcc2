"""`sourcebot advise`: asked or from a file of answers, in every format; faults name their line."""

from __future__ import annotations

import json
import os
import re
import select
import stat
import subprocess
import sys
from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from sourcebot.cli.main import main
from tests.cli.running import Result, Run
from tests.knowledge.tea import TeaFolder
from tests.knowledge.tea_advice import AdvisingTeaFolder

ANSWERS = "answers:\n  current: own-home\n  core: commodity\n  skill: cannot\n  driver: unknown\n"
CLASH = "skill: have\ncurrent: not-done-yet\nquality-now: supplier\n"


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    return _file(tmp_path, ANSWERS)


@pytest.fixture
def tea(tmp_path: Path) -> AdvisingTeaFolder:
    return AdvisingTeaFolder(tmp_path / "tea")


@pytest.fixture
def here(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run `sourcebot ARGUMENTS` in this process: much quicker, and enough for what is refused."""

    def run(*arguments: str) -> Result:
        code = main(arguments)
        out, err = capfd.readouterr()
        return Result(code, out.encode(), err)

    return run


def _file(folder: Path, content: str | bytes, name: str = "answers.yaml") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


class _Page(HTMLParser):
    """Collects what is checked of a page, and that its elements nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.headings: list[int] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag != "meta":
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


def _refused(result: Result) -> list[str]:
    """The lines of a complaint, where there is nothing else."""
    assert (result.code, result.out) == (2, "")
    lines = result.err.splitlines()
    assert all(line.startswith("sourcebot: ") for line in lines)
    return [line.removeprefix("sourcebot: ") for line in lines]


# From a file


def test_answers_go_in_and_json_comes_out(sourcebot: Run, answers: Path) -> None:
    result = sourcebot("advise", "--answers", str(answers), "--format", "json")

    advice = json.loads(result.out)
    assert (result.code, result.err, result.out.count("\n")) == (0, "", 1)
    assert advice["status"] == "recommended"
    assert advice["today"] == "in-house"
    assert advice["ranking"][0]["option"] == "domestic-outsourcing"
    assert {"for", "against", "score", "acceptability", "also", "form"} <= set(advice["ranking"][0])
    assert "driver" in advice["unknown"]


@pytest.mark.parametrize(
    "content",
    [
        ANSWERS.replace("answers:\n", "").replace("  ", ""),
        ANSWERS.replace("\n", "\r\n"),
        "\ufeff" + ANSWERS,
        "---\n# our case\n" + ANSWERS + "...\n",
        json.dumps({"answers": {"current": "own-home", "core": "commodity", "skill": "cannot",
                                "driver": "unknown"}}),
        "{current: 'own-home', core: \"commodity\", skill: cannot, driver: unknown}",
    ],
    ids=["bare", "windows", "byte-order-mark", "document-marks", "json", "flow"],
)  # fmt: skip
def test_the_same_answers_are_read_however_they_are_written(
    sourcebot: Run, answers: Path, tmp_path: Path, content: str
) -> None:
    written = _file(tmp_path, content, "another.yaml")

    first, second = (
        sourcebot("advise", "--answers", str(file), "--format", "json")
        for file in (answers, written)
    )

    assert (second.code, second.out) == (0, first.out)


def test_a_dash_reads_the_answers_from_standard_input(sourcebot: Run, answers: Path) -> None:
    given = sourcebot("advise", "--answers", "-", "--format", "json", given=ANSWERS)

    assert given.out == sourcebot("advise", "--answers", str(answers), "--format", "json").out


@pytest.mark.parametrize("content", ["answers: {}\n", "{}", "core: unknown\n"])
def test_who_knows_nothing_is_advised_too(here: Run, tmp_path: Path, content: str) -> None:
    result = here(
        "advise", "--answers", str(_file(tmp_path, content)), "--format", "json"
    )  # fmt: skip

    advice = json.loads(result.out)
    assert result.code == 0
    assert "core" in advice["unknown"]
    assert advice["certain"] is False


def test_words_that_yaml_takes_for_truth_values_stay_words(sourcebot: Run, tmp_path: Path) -> None:
    listing = json.loads(sourcebot("advise", "--list", "--json").out)["criteria"]
    yes_or_no = [c["id"] for c in listing if {"yes", "no"} <= {a["id"] for a in c["answers"]}]
    file = _file(tmp_path, "".join(f"{id}: no\n" for id in yes_or_no))

    advice = json.loads(sourcebot("advise", "--answers", str(file), "--format", "json").out)

    assert yes_or_no
    assert advice["answers"] == dict.fromkeys(yes_or_no, "no")


def test_the_same_answers_give_the_same_bytes_every_time(sourcebot: Run, answers: Path) -> None:
    for format in ("markdown", "html", "json"):
        command = ("advise", "--answers", str(answers), "--format", format)

        assert (
            sourcebot(*command).out_bytes
            == sourcebot(*command, env={"PYTHONHASHSEED": "7"}).out_bytes
        )


# Faults in a file


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("answers:\n  cor: core\n", ":2: unknown criterion `cor`; did you mean `core`?"),
        ("# a\nskill: hav\n", ":2: unknown answer `hav` to `skill`; did you mean `have`?"),
        ("core: Core\n", ":1: unknown answer `Core` to `core`; did you mean `core`?"),
        ("core: zzz\n", ":1: unknown answer `zzz` to `core`; use one of: core, "),
        ("zzz: core\n", ":1: unknown criterion `zzz`; use one of: "),
        ("core:\n", ":1: unknown answer `` to `core`; use one of: "),
        ("core: [core]\n", ":1: the answer to `core` is a list; use one of: "),
        ("answers:\n  core: {a: b}\n", ":2: the answer to `core` is a mapping; use one of: "),
        ("answers: {core: core}\ntitle: ours\n", ":2: `title` stands beside `answers`; drop it"),
        ("answers: core\n", ":1: not `criterion: answer` but the text `core`"),
        ("- core\n- skill\n", ":1: not `criterion: answer` but a list"),
        ("42\n", ":1: not `criterion: answer` but the text `42`"),
        ("core: core\nskill: have\ncore: core\n", ":3: key `core` again (first on line 1)"),
        ("core: &a core\nskill: *a\n", ":2: YAML aliases (*name) are not allowed"),
        ("core: !!python/object/apply:os.system [id]\n", ":1: YAML tag "),
        ("core: core\n---\nskill: have\n", ":2: a second document"),
        ("core: core\n  skill: [\n", ":2: not valid YAML: "),
        ("? [core]\n: core\n", ":1: a key must be plain text"),
        ("core: core\n\x00\n", ": not valid YAML: "),
        (b"skill: have\ncore: c\xf6re\n", ":2: not UTF-8 text"),
        ("core: core\n".encode("utf-16"), ":1: not UTF-8 text"),
        ("", ": the file is empty"),
        ("# nothing yet\n", ": the file is empty"),
        ("{{7*7}}: {% x %}\n", ":1: "),
    ],
)  # fmt: skip
def test_a_fault_is_one_line_that_names_file_line_and_remedy(
    here: Run, tmp_path: Path, content: str | bytes, said: str
) -> None:
    file = _file(tmp_path, content)

    line, *_ = _refused(here("advise", "--answers", str(file), "--format", "json"))

    assert line.startswith(f"{file}{said}")
    assert len(line) < len(str(file)) + 800


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"core: core\n" + b"# long\n" * 150_000, ": larger than 100,000 bytes"),
        (b"[" * 90_000, ":1: nested deeper than 30 levels"),
        (b"core: " + b"x" * 90_000, ":1: unknown answer `xxxxxxx"),
        (b"{core: [" + b"core," * 18_000 + b"]}", ":1: the answer to `core` is a list"),
    ],
    ids=["a-megabyte", "deep", "a-long-answer", "a-long-list"],
)
def test_a_huge_file_is_refused_at_once_and_in_short(
    here: Run, tmp_path: Path, content: bytes, said: str
) -> None:
    file = _file(tmp_path, content)

    (line,) = _refused(here("advise", "--answers", str(file)))

    assert line.startswith(f"{file}{said}")
    assert len(line) < len(str(file)) + 300


def test_every_fault_is_told_and_not_only_the_first(here: Run, tmp_path: Path) -> None:
    file = _file(tmp_path, "cor: core\nskill: hav\nskill: have\ndriver: [cost]\n")

    lines = _refused(here("advise", "--answers", str(file)))

    assert {int(line.removeprefix(f"{file}:").partition(":")[0]) for line in lines} == {1, 2, 3, 4}


@pytest.mark.parametrize("line", ["k{}: v", "core: core"], ids=["unknown-criteria", "the-same-key"])
def test_a_flood_of_faults_is_cut(here: Run, tmp_path: Path, line: str) -> None:
    file = _file(tmp_path, "".join(line.format(number) + "\n" for number in range(5_000)))

    lines = _refused(here("advise", "--answers", str(file)))

    assert len(lines) == 51
    assert lines[-1] == f"{file}: and more of the same kind"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere.yaml", "nowhere.yaml: cannot be read: No such file or directory"),
        (".", ".: cannot be read: Is a directory"),
        ("x" * 5000, "ile name too long"),
        ("two\nlines\x1b[31m.yaml", "cannot be read: No such file"),
    ],
    ids=["missing", "a-folder", "too-long", "control-characters"],
)
def test_a_file_that_cannot_be_read_is_one_line(here: Run, name: str, said: str) -> None:
    (line,) = _refused(here("advise", "--answers", name))

    assert said in line
    assert "\x1b" not in line


def test_faults_on_standard_input_have_lines_too(sourcebot: Run) -> None:
    (line,) = _refused(sourcebot("advise", "--answers", "-", given="skill: have\ncor: core\n"))

    assert line.startswith("standard input:2: unknown criterion `cor`")


def test_contradictory_answers_are_set_aside_with_a_warning_that_names_both_lines(
    here: Run, tmp_path: Path
) -> None:
    file = _file(tmp_path, CLASH)

    result = here("advise", "--answers", str(file), "--format", "json")

    advice = json.loads(result.out)
    assert result.code == 0
    assert len(advice["set_aside"]) == 1
    assert {"current", "quality-now"} <= set(advice["unknown"])
    assert result.err.startswith(f"sourcebot: {file}:2: warning: `current: not-done-yet` ({file}:2")
    assert f"`quality-now: supplier` ({file}:3)" in result.err
    assert advice["set_aside"][0] in result.err
    assert "Correct one of them." in result.err
    assert result.err.count("\n") == 1


# The formats


def test_markdown_is_a_document_with_numbered_sources(sourcebot: Run, answers: Path) -> None:
    result = sourcebot("advise", "--answers", str(answers), "--format", "markdown")

    text, _, sources = result.out.partition("\n## Sources\n\n")
    assert (result.code, result.err) == (0, "")
    assert text.startswith("# Domestic outsourcing\n")
    assert "\n## What speaks for it\n" in text
    assert "\n- Core work: " in text.partition("\n## The answers that it rests on\n")[2]
    cited = {int(n) for marks in re.findall(r"\[(\d+(?:, \d+)*)\]", text) for n in marks.split(",")}
    numbers = [int(line.partition(".")[0]) for line in sources.strip().split("\n")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert cited == set(numbers)


def test_a_pipe_gets_markdown_where_no_format_is_wanted(sourcebot: Run, answers: Path) -> None:
    command = ("advise", "--answers", str(answers))

    assert sourcebot(*command).out == sourcebot(*command, "--format", "markdown").out


def test_html_is_one_accessible_page_that_loads_nothing(sourcebot: Run, answers: Path) -> None:
    result = sourcebot("advise", "--answers", str(answers), "--format", "html")

    page = _Page(result.out)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("<!DOCTYPE html>\n")
    assert page.values("lang") == ["en"]
    assert "<title>Domestic outsourcing – " in result.out
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(page.headings))
    assert {"main", "ol", "pre"} <= set(page.tags)
    assert not {"script", "link", "img", "iframe", "form"} & set(page.tags)
    assert not {"src", "style", "onclick", "srcset"} & {name for name, _ in page.attributes}
    assert not re.search(r"url\(|@import", result.out)
    for part in ("prefers-color-scheme: dark", "@media print", "width=device-width"):
        assert part in result.out
    within = [link[1:] for link in page.values("href") if link.startswith("#")]
    assert within
    assert set(within) <= set(page.values("id"))
    assert all(link.startswith(("#", "http://", "https://")) for link in page.values("href"))


def test_what_a_base_holds_cannot_bring_markup_scripts_or_other_links_into_a_page(
    sourcebot: Run, tea: AdvisingTeaFolder, tmp_path: Path
) -> None:
    hostile = (
        "<script>alert(1)</script> <img src=x onerror=alert(1)> ![p](https://evil.example/p.png) "
        "[j](javascript:alert(1)) [d](data:text/html,x) [f](file:///etc/passwd) <b>&amp;"
    )
    tea.replace("criteria/taste.yaml", "Nobody else brews it as you do.", json.dumps(hostile))
    tea.replace("criteria/taste.yaml", "Guests visit for its flavour", json.dumps(hostile))
    tea.replace("sources.yaml", "The Book of the Leaf", '"<script>x</script> & *Leaf*"')
    tea.replace("sources.yaml", "https://kettle.example/leaf", '"javascript:alert(1)//http://x"')
    file = _file(tmp_path, "taste: signature\n")
    command = ("advise", "--kb", str(tea.root), "--answers", str(file), "--format")

    html, markdown = (sourcebot(*command, format) for format in ("html", "markdown"))

    page = _Page(html.out)
    assert (html.code, html.err) == (0, "")
    assert not {"script", "img", "b"} & set(page.tags)
    assert all(link.startswith(("#", "https://")) for link in page.values("href"))
    assert "&lt;script&gt;x&lt;/script&gt; &amp; *Leaf*" in html.out
    assert r"\<script\>x\</script\> & \*Leaf\*. Kettle Press (1998)." in markdown.out
    assert "javascript:alert(1)//" not in html.out + markdown.out


def test_a_base_of_its_own_may_bring_its_own_page(
    sourcebot: Run, tea: AdvisingTeaFolder, tmp_path: Path
) -> None:
    own = tea.root / "content" / "answers" / "brief.html.j2"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("<p>{{ kb.title }} & {{ title }}: {{ '<i>' }}</p>", "utf-8")
    file = _file(tmp_path, "taste: plain\n")
    command = ("advise", "--kb", str(tea.root), "--answers", str(file), "--format", "html")

    result = sourcebot(*command)
    own.write_text("{{ nonsense }}", "utf-8")
    (line,) = _refused(sourcebot(*command))

    assert result.out.startswith("<p>Tea & ")
    assert result.out.endswith(": &lt;i&gt;</p>\n")
    assert line.startswith("content/answers/brief.html.j2:1: ")


@pytest.mark.parametrize("format", ["markdown", "html", "json"])
def test_documents_are_utf8_in_any_locale(sourcebot: Run, answers: Path, format: str) -> None:
    command = ("advise", "--answers", str(answers), "--format", format)

    outputs = {
        sourcebot(*command, env=env).out_bytes
        for env in ({"LC_ALL": "C.UTF-8"}, {"PYTHONIOENCODING": "ascii:strict"})
    }

    assert len(outputs) == 1
    outputs.pop().decode("utf-8")


# Into a file


@pytest.mark.parametrize(
    ("name", "arguments", "start"),
    [
        ("brief.md", (), "# "),
        ("brief.txt", (), "# "),
        ("brief", (), "# "),
        ("brief.HTML", (), "<!DOCTYPE"),
        ("brief.json", (), '{"status"'),
        ("brief.json", ("--format", "html"), "<!DOCTYPE"),
    ],
)
def test_a_file_gets_the_format_wanted_or_the_one_of_its_name(
    monkeypatch: pytest.MonkeyPatch,
    here: Run,
    answers: Path,
    tmp_path: Path,
    name: str,
    arguments: Sequence[str],
    start: str,
) -> None:
    monkeypatch.chdir(tmp_path)

    result = here("advise", "--answers", str(answers), "--output", name, *arguments)

    assert (result.code, result.out) == (0, "")
    assert result.err == f"sourcebot: the recommendation is in {name}\n"
    assert (tmp_path / name).read_text("utf-8").startswith(start)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["answers.yaml", name])


def test_a_dash_as_output_is_standard_output(here: Run, answers: Path) -> None:
    command = ("advise", "--answers", str(answers))

    assert here(*command, "--output", "-").out == here(*command).out


def test_a_file_that_is_there_keeps_its_permissions_and_a_link_stays_one(
    sourcebot: Run, answers: Path, tmp_path: Path
) -> None:
    kept = _file(tmp_path, "old", "kept.md")
    kept.chmod(0o600)
    link = tmp_path / "link.md"
    link.symlink_to(kept)

    sourcebot("advise", "--answers", str(answers), "--output", str(link))

    assert link.is_symlink()
    assert kept.read_text("utf-8").startswith("# ")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="there is no /dev/null here")
def test_a_device_is_written_to_and_not_replaced(sourcebot: Run, answers: Path) -> None:
    result = sourcebot("advise", "--answers", str(answers), "--output", "/dev/null")

    assert result.code == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("nowhere/brief.md", "nowhere/brief.md: cannot be written: no such folder"),
        (".", ".: cannot be written: is a folder"),
        ("", "--output is empty"),
        ("answers.yaml", "answers.yaml: cannot be written: holds the answers"),
        ("x" * 5000, "cannot be written: "),
        ("answers.yaml/brief.md", "cannot be written: no such folder"),
    ],
)
def test_a_file_that_cannot_be_written_is_one_line_and_nothing_is_left_behind(
    monkeypatch: pytest.MonkeyPatch,
    here: Run,
    answers: Path,
    tmp_path: Path,
    output: str,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ("advise", "--answers", "answers.yaml", "--output", output)

    (line,) = _refused(here(*command))

    assert said in line
    assert [path.name for path in tmp_path.iterdir()] == ["answers.yaml"]
    assert answers.read_text("utf-8") == ANSWERS


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_full_disk_is_one_line(here: Run, answers: Path) -> None:
    command = ("advise", "--answers", str(answers), "--output", "/dev/full")

    assert _refused(here(*command)) == ["/dev/full: cannot be written: No space left on device"]


# The list


def test_the_list_names_every_criterion_and_its_answers(sourcebot: Run) -> None:
    result = sourcebot("advise", "--list", "--json")

    criteria = json.loads(result.out)["criteria"]
    assert (result.code, result.err, result.out.count("\n")) == (0, "", 1)
    assert list(json.loads(result.out)) == ["criteria"]
    assert len(criteria) >= 14
    for criterion in criteria:
        assert list(criterion) == ["id", "text", "why", "answers"]
        assert all(list(answer) == ["id", "label"] for answer in criterion["answers"])
        assert criterion["answers"][-1]["id"] == "unknown"


def test_the_plain_list_says_the_same_within_the_width(sourcebot: Run) -> None:
    criteria = json.loads(sourcebot("advise", "--list", "--json").out)["criteria"]

    text = sourcebot("advise", "--list", env={"COLUMNS": "60"}).out

    said = " ".join(text.split())
    assert [line for line in text.splitlines() if len(line) > 60] == []
    for criterion in criteria:
        assert f"{criterion['id']} {criterion['text']}" in said
        assert all(f"{a['id']} {a['label']}" in said for a in criterion["answers"])


def test_what_the_list_names_is_legal_in_a_file(sourcebot: Run) -> None:
    criteria = json.loads(sourcebot("advise", "--list", "--json").out)["criteria"]
    for choose in (0, -1):
        given = "".join(f"{c['id']}: {c['answers'][choose]['id']}\n" for c in criteria)

        result = sourcebot("advise", "--answers", "-", "--format", "json", given=given)

        assert result.code == 0
        assert json.loads(result.out)["status"] == "recommended"


# Asked line by line


def test_answers_line_by_line_lead_to_a_recommendation(
    sourcebot: Run, tea: AdvisingTeaFolder
) -> None:
    result = sourcebot("advise", "--kb", str(tea.root), given="1\n" * 30)

    assert (result.code, result.err) == (0, "")
    assert "Question 1 of about " in result.out
    assert "\nWHAT WOULD CHANGE IT\n" in result.out
    assert "\nSources:\n  [1] " in result.out
    assert "You could ask next" not in result.out
    assert not any(mark in result.out for mark in ("**", "### ", "\x1b"))


def test_knowledge_questions_why_and_going_back_work_in_between(
    sourcebot: Run, tea: AdvisingTeaFolder
) -> None:
    lines = ["1", "why do you ask?", "what is green tea?", "my answers", "go back", "2", "result"]

    result = sourcebot("advise", "--kb", str(tea.root), given="\n".join(lines) + "\n")

    assert result.code == 0
    assert "leaves that are heated soon after picking" in " ".join(result.out.split())
    assert "Your answers so far:" in result.out
    assert "WHAT WOULD CHANGE IT" in result.out


def test_the_result_of_being_asked_is_that_of_the_same_answers_in_a_file(
    sourcebot: Run, tea: AdvisingTeaFolder, tmp_path: Path
) -> None:
    command = ("advise", "--kb", str(tea.root))
    asked = sourcebot(*command, "--format", "json", given="1\n" * 30)
    advice = json.loads(asked.out)
    file = _file(tmp_path, "".join(f"{k}: {v}\n" for k, v in advice["answers"].items()))

    from_file = sourcebot(*command, "--answers", str(file), "--format", "json")

    assert advice["answers"]
    assert json.loads(from_file.out)["ranking"] == advice["ranking"]


@pytest.mark.parametrize("format", ["markdown", "html", "json"])
def test_with_a_format_the_questions_stay_off_standard_output(
    sourcebot: Run, tea: AdvisingTeaFolder, format: str
) -> None:
    result = sourcebot("advise", "--kb", str(tea.root), "--format", format, given="1\n" * 30)

    assert result.code == 0
    assert "Question 1 of about " in result.err
    assert "Question 1 of about " not in result.out
    assert result.out.startswith({"markdown": "# ", "html": "<!DOC", "json": "{"}[format])


def test_with_a_file_the_questions_are_on_standard_output(
    sourcebot: Run, tea: AdvisingTeaFolder, tmp_path: Path
) -> None:
    page = tmp_path / "brief.html"

    result = sourcebot("advise", "--kb", str(tea.root), "--output", str(page), given="1\n" * 30)

    assert (result.code, result.err) == (0, f"sourcebot: the recommendation is in {page}\n")
    assert "Question 1 of about " in result.out
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("end", ["/quit\n1\n", "", "/EXIT"])
def test_who_leaves_early_gets_the_answers_back_as_a_file(
    sourcebot: Run, tea: AdvisingTeaFolder, end: str
) -> None:
    command = ("advise", "--kb", str(tea.root))

    left = sourcebot(*command, given="1\n" + end)
    kept = left.out[left.out.index("\nanswers:\n") :]
    resumed = sourcebot(*command, "--answers", "-", "--format", "json", given=kept)

    assert left.code == 1
    assert left.err.startswith("sourcebot: no recommendation was reached; ")
    assert left.err.count("\n") == 1
    assert resumed.code == 0
    assert len(json.loads(resumed.out)["answers"]) == 1


@pytest.mark.parametrize("given", ["", "/quit\n"])
def test_who_leaves_at_once_is_told_that_there_is_no_recommendation(
    sourcebot: Run, tea: AdvisingTeaFolder, given: str, tmp_path: Path
) -> None:
    output = tmp_path / "brief.md"

    result = sourcebot("advise", "--kb", str(tea.root), "--output", str(output), given=given)

    assert (result.code, result.err) == (1, "sourcebot: no recommendation was reached\n")
    assert "answers:" not in result.out
    assert not output.exists()


def test_new_begins_again(sourcebot: Run, tea: AdvisingTeaFolder) -> None:
    result = sourcebot("advise", "--kb", str(tea.root), given="1\n/new\n")

    assert result.code == 1
    assert result.out.count("Question 1 of about ") == 2
    assert result.err == "sourcebot: no recommendation was reached\n"


def test_hostile_lines_lose_nothing_and_reach_no_terminal_as_commands(
    sourcebot: Run, tea: AdvisingTeaFolder
) -> None:
    hostile = (
        b"\x1b[31m\n\x00\xff\n{{12345679*9}}\n" + b"why " * 250_000 + b"\n\n999999\n-1\n/nonsense\n"
    )

    result = sourcebot("advise", "--kb", str(tea.root), given=b"1\n" + hostile + b"result\n")

    assert result.code == 0
    assert "111111111" not in result.out
    assert {c for c in result.out if ord(c) < 32 or 127 <= ord(c) < 160} == {"\n"}
    assert "WHAT WOULD CHANGE IT" in result.out


def test_an_interrupt_ends_with_130_and_hands_the_answers_back(tea: AdvisingTeaFolder) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "sourcebot", "advise", "--kb", str(tea.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"1\n")
    process.stdin.flush()
    screen = b""
    while b"Question 2 of" not in screen:
        assert select.select([process.stdout], [], [], 60)[0]
        screen += os.read(process.stdout.fileno(), 65536)

    process.send_signal(2)
    rest, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert b"\nanswers:\n  " in rest
    assert err.startswith(b"sourcebot: no recommendation was reached; ")
    assert b"Traceback" not in err


# Usage


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "pdf"),
        ("--json",),
        ("--list", "--answers", "x"),
        ("--list", "--format", "json"),
        ("--list", "--output", "x"),
        ("--answers",),
    ],
)
def test_wrong_usage_is_one_line_that_points_to_the_help(
    here: Run, arguments: Sequence[str]
) -> None:
    (line,) = _refused(here("advise", *arguments))

    assert "(see `sourcebot advise --help`)" in line


def test_help_shows_examples_and_exit_codes(sourcebot: Run) -> None:
    text = sourcebot("advise", "--help").out

    for part in ("examples:", "exit codes:", "--answers FILE", "{markdown,html,json}", "/quit"):
        assert part in text


@pytest.mark.parametrize("arguments", [(), ("--list",), ("--answers", "-")])
def test_a_base_without_criteria_cannot_advise_and_says_so(
    sourcebot: Run, tmp_path: Path, arguments: Sequence[str]
) -> None:
    tea = TeaFolder(tmp_path / "tea")

    (line,) = _refused(sourcebot("advise", "--kb", str(tea.root), *arguments))

    assert "has no criteria" in line


def test_completion_offers_the_command_and_its_files(sourcebot: Run) -> None:
    script = sourcebot("completion", "bash").out

    assert "advise" in script
    assert "__advise___answers_COMPGEN=_shtab_compgen_files" in script.replace("sourcebot_", "_")
