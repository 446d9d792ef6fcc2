"""What a curator is told: the file, the line, what is wrong, and what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sourcebot import Bot, KnowledgeBase, KnowledgeError
from sourcebot.knowledge import folders
from sourcebot.knowledge.folders import read_base
from sourcebot.knowledge.loader import examine
from tests.knowledge.conftest import Complaints
from tests.knowledge.tea import TeaFolder

GREEN = "concepts/green-tea.yaml"


def test_the_tea_base_is_sound(tea: TeaFolder) -> None:
    base, problems = examine(read_base(tea.root))

    assert problems == []
    assert base is not None
    assert base.identity.name == "tea"


def test_an_unknown_key_names_the_nearest_known_one(tea: TeaFolder, complaints: Complaints) -> None:
    line = tea.replace(GREEN, "aliases:", "alliases:")

    assert complaints() == [f"{GREEN}:{line}: unknown key `alliases`; did you mean `aliases`?"]


def test_an_unknown_key_like_no_other_lists_the_known_ones(
    tea: TeaFolder, complaints: Complaints
) -> None:
    line = tea.append("sources.yaml", "x-press:\n  title: X\n  publisher: X\n  kind: press\n")
    line = tea.append("sources.yaml", "  read: 2026-01-31\n  zzz: 1\n")

    assert complaints() == [
        f"sources.yaml:{line}: unknown key `zzz`; "
        "known here: title, publisher, kind, read, year, url"
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            GREEN,
            "contrast: black-tea",
            "contrast: blak-tea",
            "unknown concept `blak-tea`; did you mean `black-tea`?",
        ),
        (
            "entries/black-tea-green-tea.yaml",
            "[black-tea, green-tea]",
            "[black-tea, grean-tea]",
            "unknown concept `grean-tea`; did you mean `green-tea`?",
        ),
        (
            "kb.yaml",
            "[green-tea, black-tea]",
            "[green-tea, coffee]",
            "unknown concept `coffee`; add it or correct the id",
        ),
        (
            "claims.yaml",
            "[black-tea, green-tea]",
            "[black-tea, grean-tea]",
            "unknown concept `grean-tea`; did you mean `green-tea`?",
        ),
        (
            "tasks.yaml",
            "fits: [black-tea]",
            "fits: [blacktea]",
            "unknown concept `blacktea`; did you mean `black-tea`?",
        ),
        (
            "transcripts/first.yaml",
            "intent: define, concepts: [green-tea]",
            "intent: define, concepts: [greentea]",
            "unknown concept `greentea`; did you mean `green-tea`?",
        ),
        (GREEN, "  brewing:\n", "  brewng:\n", "unknown aspect `brewng`; did you mean `brewing`?"),
        (
            "aspects/define.yaml",
            "next: [reasons, brewing]",
            "next: [reasons, brewin]",
            "unknown aspect `brewin`; did you mean `brewing`?",
        ),
        (
            "claims.yaml",
            "aspect: compare",
            "aspect: compair",
            "unknown aspect `compair`; did you mean `compare`?",
        ),
        (
            "tasks.yaml",
            "category: meals",
            "category: meels",
            "unknown category `meels`; did you mean `meals`?",
        ),
        (
            GREEN,
            "sources: [leaf-book]",
            "sources: [leafbook]",
            "unknown source `leafbook`; did you mean `leaf-book`?",
        ),
        (
            "entries/black-tea-green-tea.yaml",
            "sources: [pot-board]",
            "sources: [wikipedia]",
            "unknown source `wikipedia`; add it to sources.yaml",
        ),
        (
            GREEN,
            "<unbrowned>",
            "<unbrown>",
            "unknown word class `<unbrown>`; did you mean `<unbrowned>`?",
        ),
        (
            "aspects/define.yaml",
            "define {concept}",
            "define {concpet}",
            "unknown slot `{concpet}`; did you mean `{concept}`?",
        ),
    ],
)
def test_a_dangling_id_is_named_with_the_nearest_known_one(
    tea: TeaFolder, complaints: Complaints, file: str, old: str, new: str, said: str
) -> None:
    line = tea.replace(file, old, new)

    said = said.replace("`<unbrowned>`", "`unbrowned`").replace("`{concept}`", "`concept`")
    assert f"{file}:{line}: {said}" in complaints()


def test_a_dangling_task_in_a_transcript_is_named(tea: TeaFolder, complaints: Complaints) -> None:
    line = tea.append(
        "transcripts/first.yaml", "- name: Meals\n  turns:\n    - {user: eat, task: brekfast}\n"
    )

    assert complaints() == [
        f"transcripts/first.yaml:{line}: unknown task `brekfast`; did you mean `breakfast`?"
    ]


@pytest.mark.parametrize("alias", ["assam", "ASSAM", "Black-Tea"], ids=str)
def test_a_name_that_two_things_have_is_reported_with_both_places(
    tea: TeaFolder, complaints: Complaints, alias: str
) -> None:
    line = tea.replace(GREEN, "[sencha]", f"[sencha, {alias}]")

    [said] = complaints()

    first = 3 if alias.casefold() == "assam" else 2
    assert (
        said.replace(f"{tea.root}/", "") == f"{GREEN}:{line}: name `{alias}` again (black-tea in "
        f"concepts/black-tea.yaml:{first}); keep one"
    )


def test_a_name_shared_by_a_concept_and_a_task_is_reported(
    tea: TeaFolder, complaints: Complaints
) -> None:
    line = tea.replace("tasks.yaml", "[first meal]", "[first meal, Sencha]")

    [said] = complaints()

    assert said.startswith(f"tasks.yaml:{line}: name `Sencha` again (green-tea in ")


def test_a_fact_without_a_source_is_reported(tea: TeaFolder, complaints: Complaints) -> None:
    line = tea.replace(GREEN, "sources: [pot-board, leaf-book]", "sources: []")

    assert complaints() == [f"{GREEN}:{line}: a fact without a source; cite one or drop it"]


def test_a_fact_without_the_word_sources_is_reported(
    tea: TeaFolder, complaints: Complaints
) -> None:
    tea.replace(GREEN, "        sources: [pot-board, leaf-book]\n", "")
    line = tea.replace(GREEN, "- title: Colour", "- title: Colour")

    assert complaints() == [f"{GREEN}:{line}: an item of `points` lacks `sources`; add it"]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            GREEN,
            "aliases: [sencha]",
            "aliases: sencha",
            "`aliases` must be a list, not the text `sencha`; start with `- `",
        ),
        (GREEN, "name: green tea", "name: [green, tea]", "`name` must be text, not a list"),
        (GREEN, "name: green tea", "name: {green: tea}", "`name` must be text, not a mapping"),
        (
            "words.yaml",
            "leaf: [leaf, leaves]",
            "leaf: [leaf, [leaves]]",
            "an item of `leaf` must be text, not a list",
        ),
        (
            "sources.yaml",
            "year: 1998",
            "year: about 1998",
            "`year` must be a whole number, not `about 1998`",
        ),
        (
            "sources.yaml",
            "kind: research",
            "kind: resarch",
            "`kind` cannot be `resarch`; did you mean `research`?",
        ),
        (
            "aspects/define.yaml",
            "takes: concept",
            "takes: everything",
            "`takes` cannot be `everything`; use one of: concept, nothing, pair, subject, task",
        ),
        (GREEN, "name: green tea", 'name: ""', "`name` is empty; write it or leave it out"),
        (GREEN, "name: green tea", "name:", "`name` is empty; write it or leave it out"),
    ],
)
def test_a_value_of_the_wrong_type_is_reported_with_what_it_is(
    tea: TeaFolder, complaints: Complaints, file: str, old: str, new: str, said: str
) -> None:
    line = tea.replace(file, old, new)

    assert complaints() == [f"{file}:{line}: {said}"]


def test_a_file_that_is_no_mapping_is_reported(tea: TeaFolder, complaints: Complaints) -> None:
    tea.write("words.yaml", "- leaf\n")

    assert complaints()[0] == "words.yaml:1: the file must be `key: value`, not a list"


def test_a_required_key_that_is_missing_is_reported(tea: TeaFolder, complaints: Complaints) -> None:
    tea.replace("kb.yaml", "title: Tea\n", "")

    assert complaints() == ["kb.yaml:1: the file lacks `title`; add it"]


def test_a_row_without_a_cell_for_each_concept_is_reported(
    tea: TeaFolder, complaints: Complaints
) -> None:
    file = "entries/black-tea-green-tea.yaml"
    tea.replace(file, "{black-tea: full, green-tea: none}", "{black-tea: full}")
    line = tea.replace(file, "- label:", "- label:")

    assert complaints() == [
        f"{file}:{line}: the row needs one cell for each of: black-tea, green-tea"
    ]


def test_the_same_entry_in_two_files_is_reported(tea: TeaFolder, complaints: Complaints) -> None:
    text = tea.path("entries/black-tea-green-tea.yaml").read_text("utf-8")
    tea.write("entries/other.yaml", text)

    [said] = complaints()

    assert said.startswith("entries/other.yaml:3: `compare` again for the same concepts (first in ")


def test_an_id_that_differs_from_the_files_name_is_reported(
    tea: TeaFolder, complaints: Complaints
) -> None:
    tea.path("concepts/oolong.yaml").rename(tea.path("concepts/olong.yaml"))

    assert complaints() == [
        "concepts/olong.yaml:1: id `oolong` differs from the file's name; rename one"
    ]


def test_an_id_that_is_not_kebab_case_is_reported(tea: TeaFolder, complaints: Complaints) -> None:
    tea.path("concepts/oolong.yaml").rename(tea.path("concepts/Oo Long.yaml"))
    tea.replace("concepts/Oo Long.yaml", "id: oolong", "id: Oo Long")

    assert complaints() == [
        "concepts/Oo Long.yaml:1: id `Oo Long` is not kebab-case; use a-z, 0-9 and hyphens"
    ]


def test_a_duplicate_key_is_reported_with_its_first_line(
    tea: TeaFolder, complaints: Complaints
) -> None:
    line = tea.append("kb.yaml", "title: More tea\n")

    assert complaints() == [f"kb.yaml:{line}: key `title` again (first on line 2); keep one"]


def test_a_yaml_alias_is_refused(tea: TeaFolder, complaints: Complaints) -> None:
    line = tea.append("words.yaml", "more: &more [a]\nsame: *more\n")

    assert complaints()[0] == (
        f"words.yaml:{line}: YAML aliases (*name) are not allowed; write the text out"
    )


def test_an_alias_bomb_is_refused_at_once(tea: TeaFolder, complaints: Complaints) -> None:
    levels = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    for one, next_one in zip("abcdefgh", "bcdefghi", strict=True):
        levels.append(f"{next_one}: &{next_one} [{', '.join([f'*{one}'] * 9)}]")
    tea.write("words.yaml", "\n".join(levels))

    assert complaints()[0].startswith("words.yaml:2: YAML aliases (*name) are not allowed")


def test_an_alias_to_itself_is_refused(tea: TeaFolder, complaints: Complaints) -> None:
    tea.write("words.yaml", "a: &a [*a]\n")

    assert complaints()[0].startswith("words.yaml:1: YAML aliases (*name) are not allowed")


@pytest.mark.parametrize(
    "nest",
    ["[" * 50_000, "{a: " * 50_000, "- " * 50_000, "".join(f"{' ' * n}a:\n" for n in range(500))],
    ids=["lists", "mappings", "dashes", "indents"],
)
def test_deep_nesting_is_refused(tea: TeaFolder, complaints: Complaints, nest: str) -> None:
    tea.write("words.yaml", nest)

    said = complaints()[0]

    assert said.startswith("words.yaml:")
    assert said.endswith("nested deeper than 30 levels")


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object:os.system",
        "!!python/object/apply:os.system [true]",
        "!!binary",
        "!mine",
        "!!set",
    ],
)
def test_a_tag_is_refused_and_constructs_nothing(
    tea: TeaFolder, complaints: Complaints, tag: str
) -> None:
    line = tea.append("kb.yaml", f"extra: {tag}\n")

    said = complaints()

    name = tag.split()[0].replace("!!", "tag:yaml.org,2002:")
    assert f"kb.yaml:{line}: YAML tag {name} is not allowed; drop it" in said


def test_a_second_document_is_refused(tea: TeaFolder, complaints: Complaints) -> None:
    line = tea.append("kb.yaml", "---\nname: other\n") - 1

    assert complaints() == [f"kb.yaml:{line}: a second document; keep one per file"]


@pytest.mark.parametrize("text", ["", "\n\n", "# only words\n", "---\n"], ids=repr)
def test_an_empty_file_is_reported(tea: TeaFolder, complaints: Complaints, text: str) -> None:
    tea.write("words.yaml", text)

    [said] = complaints()

    assert said.startswith("words.yaml")
    assert "empty" in said or "must be `key: value`" in said


def test_text_that_is_not_utf8_is_reported_with_its_line(
    tea: TeaFolder, complaints: Complaints
) -> None:
    tea.write("words.yaml", b"leaf: [leaf]\ntea: [th\xe9]\n")

    assert complaints() == ["words.yaml:2: not UTF-8 text; save the file as UTF-8"]


def test_a_byte_order_mark_is_no_problem(tea: TeaFolder) -> None:
    tea.write("words.yaml", b"\xef\xbb\xbf" + tea.path("words.yaml").read_bytes())

    base = KnowledgeBase.load(tea.root)

    assert "unbrowned" in base.words


def test_a_syntax_error_is_reported_with_its_line(tea: TeaFolder, complaints: Complaints) -> None:
    tea.write("words.yaml", "leaf: [leaf\nother: [a]\n")

    [said] = complaints()

    assert said.startswith("words.yaml:2: not valid YAML: ")
    assert said.endswith("; fix the line")


def test_a_file_larger_than_any_curator_writes_is_refused(
    tea: TeaFolder, complaints: Complaints
) -> None:
    tea.write("words.yaml", "# " + "x" * 4_000_000)

    assert complaints() == ["words.yaml: larger than 4,000,000 bytes; split the file"]


def test_a_file_without_a_place_in_a_base_is_reported(
    tea: TeaFolder, complaints: Complaints
) -> None:
    tea.write("source.yaml", "a: b\n")

    assert complaints() == ["source.yaml: no such file in a base; did you mean `sources`?"]


def test_a_folder_without_a_place_in_a_base_is_reported(
    tea: TeaFolder, complaints: Complaints
) -> None:
    tea.write("concept/white-tea.yaml", "id: white-tea\n")

    assert complaints() == [
        "concept/white-tea.yaml: no such folder in a base; did you mean `concepts`?"
    ]


def test_a_base_without_sources_is_reported(tea: TeaFolder, complaints: Complaints) -> None:
    tea.path("sources.yaml").unlink()

    assert any(said.endswith("the base has no sources.yaml; add it") for said in complaints())


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as caught:
        KnowledgeBase.load(tmp_path / "nowhere")

    assert str(caught.value) == (
        f"{tmp_path}/nowhere: no such folder; give --kb a knowledge base folder"
    )


def test_a_file_in_place_of_a_folder_is_reported(tea: TeaFolder) -> None:
    with pytest.raises(KnowledgeError, match="is not a folder; give --kb a knowledge base folder"):
        KnowledgeBase.load(tea.path("kb.yaml"))


def test_a_folder_without_kb_yaml_is_reported(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as caught:
        KnowledgeBase.load(tmp_path)

    assert str(caught.value) == (f"{tmp_path}: no kb.yaml in it; give --kb a knowledge base folder")


def test_a_file_that_may_not_be_read_is_reported(
    tea: TeaFolder, complaints: Complaints, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, at_most: int) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(folders, "_read", refuse)

    [said] = complaints()

    assert said.endswith(": cannot be read: Permission denied")
    assert "kb" in said or ".yaml" in said


def test_a_link_to_nothing_is_reported(tea: TeaFolder, complaints: Complaints) -> None:
    tea.path("concepts/white-tea.yaml").symlink_to(tea.root / "nothing")

    assert complaints() == ["concepts/white-tea.yaml: cannot be read: No such file or directory"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes and limits")
@pytest.mark.parametrize("kind", ["pipe", "endless"])
def test_what_is_no_plain_file_is_refused_and_not_waited_for(tea: TeaFolder, kind: str) -> None:
    path = tea.path("concepts/white-tea.yaml")
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))\n"
        "from sourcebot import KnowledgeBase, KnowledgeError\n"
        "try: KnowledgeBase.load(sys.argv[1])\n"
        "except KnowledgeError as error: print(error)\n"
    )

    try:
        done = subprocess.run(
            [sys.executable, "-c", code, str(tea.root)],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.fail("loading hangs")

    assert done.stdout.startswith(str(path)), done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are no text")
def test_a_file_name_that_is_no_text_is_no_crash(tea: TeaFolder) -> None:
    pair = tea.path("entries/black-tea-green-tea.yaml")
    try:
        os.rename(os.fsencode(pair), os.fsencode(pair.parent) + b"/\xff.yaml")
    except OSError:
        pytest.skip("the file system allows text only")

    try:
        said = str(KnowledgeBase.load(tea.root).stamp)
    except KnowledgeError as error:
        said = str(error)

    assert said


def test_all_problems_of_all_files_are_reported_at_once(
    tea: TeaFolder, complaints: Complaints
) -> None:
    first = tea.replace(GREEN, "aliases:", "alliases:")
    second = tea.replace("sources.yaml", "year: 1998", "year: MCMXCVIII")
    third = tea.append("words.yaml", "leaf: [again]\n")

    assert complaints() == [
        f"{GREEN}:{first}: unknown key `alliases`; did you mean `aliases`?",
        f"sources.yaml:{second}: `year` must be a whole number, not `MCMXCVIII`",
        f"words.yaml:{third}: key `leaf` again (first on line 2); keep one",
    ]


def test_dangling_ids_are_reported_next_to_files_that_cannot_be_read(
    tea: TeaFolder, complaints: Complaints
) -> None:
    first = tea.replace(GREEN, "contrast: black-tea", "contrast: blak-tea")
    second = tea.append("words.yaml", "leaf: [again]\n")

    assert complaints() == [
        f"{GREEN}:{first}: unknown concept `blak-tea`; did you mean `black-tea`?",
        f"words.yaml:{second}: key `leaf` again (first on line 2); keep one",
    ]


def test_the_error_is_one_line_that_counts_the_rest(tea: TeaFolder) -> None:
    tea.append("kb.yaml", "titel: a\nabuot: b\n")

    with pytest.raises(KnowledgeError) as caught:
        KnowledgeBase.load(tea.root)

    assert str(caught.value).endswith(
        "did you mean `title`? (and 1 more: run `sourcebot kb check`)"
    )
    assert len(caught.value.problems) == 2


def test_a_problem_in_the_bases_own_language_file_is_reported(
    tea: TeaFolder, complaints: Complaints
) -> None:
    tea.write("content/language/smalltalk.yaml", "hi:\n  phrases: hello\n  reply: Hello.\n")

    assert complaints() == [
        "content/language/smalltalk.yaml:2: `phrases` must be a list, not the text `hello`; "
        "start with `- `"
    ]


def _loaded_or_refused(folder: Path) -> str:
    try:
        return Bot.load(folder).ask("tell me about the history of tea").text
    except KnowledgeError as error:
        return str(error)


def test_a_base_without_main_concepts_is_refused_or_works(tea: TeaFolder) -> None:
    tea.replace("kb.yaml", "[green-tea, black-tea]", "[]")
    tea.write(
        "aspects/history.yaml",
        "id: history\nname: History\ntakes: subject\nquestion: What is the history of tea?\n"
        "subjects: [history of tea]\nphrases: [tell me about the history of tea]\n",
    )
    tea.write(
        "entries/history.yaml",
        "concepts: []\nentries:\n  history:\n    summary:\n      text: It is long.\n"
        "      sources: [leaf-book]\n",
    )

    assert _loaded_or_refused(tea.root)


def test_a_base_that_knows_nothing_yet_is_refused_or_works(tea: TeaFolder) -> None:
    for name in ("aspects", "concepts", "entries", "transcripts"):
        shutil.rmtree(tea.path(name))
    for name in ("claims.yaml", "tasks.yaml"):
        tea.path(name).unlink()
    tea.replace("kb.yaml", "[green-tea, black-tea]", "[]")

    assert _loaded_or_refused(tea.root)


def test_loading_does_not_change_the_folder(tea: TeaFolder) -> None:
    before = sorted(path for path in tea.root.rglob("*"))

    KnowledgeBase.load(tea.root)

    assert sorted(path for path in tea.root.rglob("*")) == before
