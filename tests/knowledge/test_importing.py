"""Questions and answers into a base: gathered, written to be read, never over anything."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sourcebot import KnowledgeBase, KnowledgeError
from sourcebot.knowledge.adding import add_to_base, begin_base
from sourcebot.knowledge.asked_files import Asked
from sourcebot.knowledge.facts import Place
from sourcebot.knowledge.folders import read_base
from sourcebot.knowledge.gathering import Gathered, gather
from sourcebot.knowledge.importing import MOST_ANSWERS, Import, Setting, as_files
from sourcebot.knowledge.loader import examine
from tests.knowledge.tea import TeaFolder

DAY = date(2026, 11, 24)


def ask(
    *pairs: tuple[str | None, str | None], label: str | None = None, file: str = "t.csv"
) -> list[Asked]:
    return [
        Asked(question, answer, label, None, None, Place(file, line))
        for line, (question, answer) in enumerate(pairs, start=2)
    ]


def files_of(
    rows: list[Asked], *, base: KnowledgeBase | None = None, hold_out: float = 0.0,
    taken: frozenset[str] = frozenset(),
) -> Import:  # fmt: skip
    setting = Setting("t.csv", "Our help", DAY, hold_out, base, taken)
    return as_files(gather(rows, base), setting)


def told(gathered: Gathered) -> list[str]:
    return [str(note) for note in (*gathered.conflicts, *gathered.duplicates)]


def test_questions_with_the_same_answer_become_one_answer() -> None:
    found = gather(ask(("how?", "Do so."), ("in which way?", "do  so"), ("why?", "Thus.")))

    assert [(a.id, a.text, [text for text, _ in a.asked]) for a in found.answers] == [
        ("how", "Do so.", ["how?", "in which way?"]),
        ("why", "Thus.", ["why?"]),
    ]
    assert told(found) == []


def test_what_is_asked_twice_is_learnt_once_and_told_of() -> None:
    found = gather(ask(("how?", "So."), ("How", "so")))

    assert found.asked == 1
    assert told(found) == ["t.csv:3: warning: “How” again (first at t.csv:2); learnt once"]


def test_of_two_answers_to_one_question_the_first_holds_and_the_other_is_told_of() -> None:
    found = gather(ask(("how?", "So."), ("when?", "Now."), ("HOW", "Not so.")))

    assert [answer.text for answer in found.answers] == ["So.", "Now."]
    assert told(found) == [
        "t.csv:4: warning: “HOW” has another answer at t.csv:2; left out, say which one holds"
    ]


def test_one_label_cannot_have_two_answers() -> None:
    found = gather(ask(("how?", "So."), ("in which way?", "Not so."), label="the-way"))

    assert [(answer.id, answer.text) for answer in found.answers] == [("the-way", "So.")]
    assert len(found.conflicts) == 1
    assert "`the-way` has another answer at t.csv:2" in told(found)[0]


def test_labels_of_another_script_stay_apart() -> None:
    rows = [*ask(("как", None), label="путь"), *ask(("где", None), label="место")]
    rows += [*ask((None, "Так."), label="путь"), *ask((None, "\u200b"), label="место")]

    found = gather(rows)

    assert sorted((a.id, a.text) for a in found.answers) == [
        ("question", "Так."), ("question-2", None)
    ]  # fmt: skip
    assert "no word in the answer" in told(found)[0]


def test_a_label_that_means_something_to_the_code_gets_another_id() -> None:
    found = gather(ask(("how?", "So."), ("in which way?", "So."), label="help"))

    assert [(a.id, len(a.asked)) for a in found.answers] == [("help-2", 2)]


def test_an_answer_to_a_label_may_come_last_and_from_another_file() -> None:
    rows = [
        *ask(("how?", None), label="the-way"),
        *ask((None, "So."), label="the-way", file="d.yml"),
    ]
    idle = gather(ask((None, "So."), label="nothing"))

    assert [(a.text, len(a.asked)) for a in gather(rows).answers] == [("So.", 1)]
    assert idle.answers == []
    assert told(idle) == ["t.csv:2: warning: nobody asks for `nothing`; left out"]


def test_what_is_labelled_as_out_of_scope_is_kept_as_such() -> None:
    rows = [*ask(("how?", "So.")), *ask(("sing me a song", None), label="oos")]

    made = files_of(rows)

    assert "sing me a song" in made.files["scope.yaml"].partition("outside:")[2]
    assert "sing" not in made.files["questions/t.yaml"]


def test_a_question_of_signs_alone_is_left_out() -> None:
    assert "no word in the question" in told(gather(ask(("???", "So."))))[0]


def test_the_new_files_make_a_base_without_problems(tmp_path: Path) -> None:
    rows = ask(
        ("how do i {reset} it: # please", 'Press "reset": it [works].\n\n1. Open\n2) Shut\n- wait'),
        ("- no", "yes"), ("null", "~"), ("*a", "&b"),
    )  # fmt: skip
    begin_base(tmp_path / "help", files_of(rows).files)

    base, problems = examine(read_base(tmp_path / "help"))

    assert problems == []
    assert base is not None
    entry = base.entry("how-do-i-reset-it-please", ())
    assert entry is not None
    assert entry.summary.text == 'Press "reset": it [works].'
    assert [(fact.title, fact.text) for fact in entry.points] == [
        ("1", "Open"), ("2", "Shut"), (None, "wait")
    ]  # fmt: skip
    assert {phrase.text for phrase in base.phrases} >= {"how do i (reset) it: # please", "null"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), min_size=1, max_size=6))
def test_any_text_makes_files_that_load(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]
) -> None:
    readable = [
        (question, answer)
        for question, answer in pairs
        if question.isprintable() and answer.isprintable() and answer.strip()
    ]
    made = files_of(ask(*readable))
    if made.files:
        begin_base(tmp_path_factory.mktemp("any") / "help", made.files)


def test_sources_are_named_once_and_addresses_kept() -> None:
    rows = [
        Asked("how?", "So.", None, "Mail", "https://help.example/so", Place("t.csv", 2)),
        Asked("why?", "Thus.", None, "Mail", "Handbook", Place("t.csv", 3)),
        Asked("when?", "Now.", None, None, "handbook", Place("t.csv", 4)),
    ]
    made = files_of(rows)

    assert set(made.files) >= {"questions/mail.yaml", "questions/t.yaml"}
    assert '  url: "https://help.example/so"\n' in made.files["sources.yaml"]
    assert made.files["sources.yaml"].casefold().count("[handbook]") == 1


def test_a_share_is_held_out_of_what_is_learnt_and_written_down_as_a_test() -> None:
    made = files_of(ask(*((f"way {n} to ask", "So.") for n in range(10))), hold_out=0.2)

    assert (len(made.learnt), len(made.held)) == (8, 2)
    for text, _ in made.held:
        assert text not in made.files["questions/t.yaml"]
        assert text in made.files["transcripts/t.yaml"]


def test_of_few_ways_to_ask_all_are_learnt() -> None:
    made = files_of(ask(("how?", "So."), ("in which way?", "So.")), hold_out=0.4)

    assert made.held == ()
    assert "user: how?" in made.files["transcripts/t.yaml"]


def test_too_many_answers_are_refused_with_a_way_out() -> None:
    rows = ask(*((f"question {n}", f"answer {n}") for n in range(MOST_ANSWERS + 1)))

    with pytest.raises(KnowledgeError, match=r"t\.csv:5002: 5,001 different answers"):
        files_of(rows)


def test_a_base_that_exists_gets_files_and_none_is_changed(tea: TeaFolder) -> None:
    before = {f.name: f.data for f in read_base(tea.root).files}
    rows = [
        *ask(("where do you sell it", "At the corner.")),
        *ask(("is it brewed hot", None), label="brewing"),
        *ask(("what is oolong", "Tea.")),
    ]
    base = KnowledgeBase.load(tea.root)
    made = files_of(rows, base=base, taken=frozenset(before))
    add_to_base(tea.root, made.files)

    after = {f.name: f.data for f in read_base(tea.root).files}
    assert {name: after[name] for name in before} == before
    assert "kb.yaml" not in made.files
    known = KnowledgeBase.load(tea.root)
    assert known.aspects["where-do-you-sell-it"].takes == "nothing"
    assert [p.aspects for p in known.phrases if p.text == "is it brewed hot"] == [("brewing",)]


def test_the_same_export_again_adds_nothing_and_later_wording_goes_to_its_answer(
    tea: TeaFolder,
) -> None:
    rows = ask(("where do you sell it", "At the corner.\nBehind the church."))
    first = files_of(rows, base=KnowledgeBase.load(tea.root))
    add_to_base(tea.root, first.files)
    base = KnowledgeBase.load(tea.root)

    again = gather(rows, base)
    more = [*rows, *ask(("in which street is the shop", "at the corner. behind the church"))]
    later = files_of(more, base=base, taken=frozenset(first.files))

    assert (again.answers, again.more, len(again.duplicates)) == ([], {}, 1)
    assert files_of(rows, base=base).files == {}
    assert "where-do-you-sell-it:" in later.files["questions/more-t.yaml"]
    assert not set(later.files) & set(first.files)


def test_an_answer_that_the_base_has_otherwise_is_left_out(tea: TeaFolder) -> None:
    base = KnowledgeBase.load(tea.root)

    found = gather(ask(("how hot", "Very."), label="brewing"), base)

    assert found.answers == []
    assert "`brewing` is answered in the base (aspects/brewing.yaml:1)" in told(found)[0]


def test_nothing_is_written_over_and_nothing_left_half_done(tea: TeaFolder) -> None:
    good = files_of(ask(("where do you sell it", "At the corner."))).files["questions/t.yaml"]
    good = good.replace("t-csv", "pot-board")
    tea.write("cases", "a file where a folder is wanted")
    names = sorted(path.name for path in tea.root.iterdir())

    with pytest.raises(KnowledgeError, match="nothing was added"):
        add_to_base(tea.root, {"questions/a.yaml": good, "cases/b.yaml": "cases: {}\n"})
    with pytest.raises(KnowledgeError, match="unknown source"):
        add_to_base(tea.root, {"questions/a.yaml": good.replace("pot-board", "nowhere")})

    assert sorted(path.name for path in tea.root.iterdir()) == names


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_folder_that_cannot_be_written_is_named(tea: TeaFolder) -> None:
    tea.root.chmod(0o500)
    try:
        with pytest.raises(KnowledgeError, match="cannot be written"):
            add_to_base(tea.root, {"words.yml": "a: [b]\n"})
    finally:
        tea.root.chmod(0o700)
