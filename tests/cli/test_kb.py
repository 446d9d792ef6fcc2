from __future__ import annotations

import json
import re
from pathlib import Path

from sourcebot.knowledge.folders import shipped
from tests.cli.running import Run
from tests.knowledge.tea import TeaFolder


def test_the_shipped_knowledge_base_has_no_problems(sourcebot: Run) -> None:
    result = sourcebot("kb", "check")

    assert (result.code, result.err) == (0, "")
    assert re.fullmatch(r"sourcing@\w+: \d+ concepts, \d+ entries, no problems\n", result.out)


def test_no_cell_of_the_shipped_knowledge_base_is_empty(sourcebot: Run) -> None:
    document = json.loads(sourcebot("kb", "stats", "--json").out)

    assert document["empty"] == {}


def test_the_shipped_transcripts_go_as_written(sourcebot: Run) -> None:
    result = sourcebot("kb", "test")

    assert result.code == 0, result.out
    held = re.search(r"^(\d+) of \1 transcripts as written\n\Z", result.out, re.M)
    assert held
    assert int(held[1]) > 0


def test_check_names_file_and_line_of_every_error_and_ends_with_2(
    sourcebot: Run, knowledge_copy: Path
) -> None:
    identity = knowledge_copy / "kb.yaml"
    lines = identity.read_text("utf-8").count("\n")
    with identity.open("a", encoding="utf-8") as file:
        file.write("titel: again\nabuot: again\n")

    result = sourcebot("kb", "check", "--kb", str(knowledge_copy))

    assert result.code == 2
    assert f"{identity}:{lines + 1}: " in result.out
    assert f"{identity}:{lines + 2}: " in result.out
    assert result.err.startswith("sourcebot: 2 errors")


def test_check_says_of_a_missing_folder_that_it_is_missing(sourcebot: Run) -> None:
    result = sourcebot("kb", "check", "--kb", "nowhere")

    assert result.code == 2
    assert "nowhere: no such folder" in result.out


def test_stats_is_a_table_of_concepts_and_aspects_within_the_width(sourcebot: Run) -> None:
    result = sourcebot("kb", "stats", env={"COLUMNS": "60"})

    assert result.code == 0
    assert re.search(r"^ +.*\bdefine\b", result.out, re.M)
    assert re.search(r"^offshoring  +[\d.]+  +[\d.]+", result.out, re.M)
    assert [line for line in result.out.splitlines() if len(line) > 60] == []


def test_stats_as_json_counts_the_same(sourcebot: Run) -> None:
    document = json.loads(sourcebot("kb", "stats", "--json").out)

    assert set(document) == {
        *("kb", "counts", "sources", "coverage"),
        *("facts_by_source", "does_not_apply", "empty", "stale"),
    }
    assert document["counts"]["concepts"] == len(document["coverage"])
    assert document["counts"]["sources"] == sum(document["sources"].values())
    assert document["coverage"]["offshoring"]["reasons"] > 1


def test_a_transcript_that_goes_differently_is_shown_with_its_line_and_ends_with_1(
    sourcebot: Run, tmp_path: Path
) -> None:
    tea = TeaFolder(tmp_path / "our tea")
    tea.write(
        "transcripts/ours.yaml",
        "- name: hopes\n  turns:\n    - user: what is oolong\n      intent: reasons\n",
    )

    result = sourcebot("kb", "test", "--kb", str(tea.root))

    assert result.code == 1
    transcript = re.escape(str(tea.path("transcripts/ours.yaml")))
    assert re.search(rf"^{transcript}:\d+: hopes: ", result.out, re.M)


def test_another_knowledge_base_is_named_before_or_after_the_command_or_by_the_environment(
    sourcebot: Run, knowledge_copy: Path
) -> None:
    identity = knowledge_copy / "kb.yaml"
    text = re.sub(r"^name: .*$", "name: ours", identity.read_text("utf-8"), count=1, flags=re.M)
    identity.write_text(text, "utf-8")
    ours = str(knowledge_copy)

    stamps = [
        json.loads(result.out)["kb"].partition("@")[0]
        for result in (
            sourcebot("--kb", ours, "ask", "--json", "hello"),
            sourcebot("ask", "--kb", ours, "--json", "hello"),
            sourcebot("ask", "--json", "hello", env={"SOURCEBOT_KB": ours}),
            sourcebot("--kb", ours, "kb", "stats", "--json"),
            sourcebot("kb", "--kb", ours, "stats", "--json"),
            sourcebot("kb", "stats", "--json", "--kb", ours),
            sourcebot("ask", "--kb", str(shipped("kb")), "--json", "hello",
                      env={"SOURCEBOT_KB": ours}),
        )
    ]  # fmt: skip

    assert stamps[:-1] == ["ours"] * 6
    assert stamps[-1] != "ours"
