"""From rows to a report, and rows from phrases that a router has not seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from sourcebot import Bot
from sourcebot.dialogue.check import check_bot
from sourcebot.dialogue.cross_validation import (
    rows_against,
    rows_of_base,
    rows_of_bot,
    rows_unseen,
    try_phrases,
)
from sourcebot.dialogue.measuring import Row, measure
from sourcebot.knowledge.examples_files import LabelledExample
from sourcebot.knowledge.facts import Place
from sourcebot.routing.examples import ExamplesError
from tests.knowledge.tea import TeaFolder


def row(wanted: str | None, got: str | None, confidence: float = 0.5, line: int = 1) -> Row:
    return Row("text", wanted, got, confidence, Place("file", line))


def examples(*pairs: tuple[str, str]) -> list[LabelledExample]:
    return [LabelledExample(text, label, Place("f", n)) for n, (text, label) in enumerate(pairs, 1)]


CARDS = examples(
    *[(f"where is my {word} card", "card") for word in ("new", "old", "lost", "gold", "green")],
    *[(f"i forgot my {word} pin", "pin") for word in ("new", "old", "lost", "gold", "green")],
)


def test_precision_is_of_what_came_and_recall_of_what_belongs() -> None:
    report = measure([row("a", "a"), row("a", "a"), row("a", "b"), row("b", "b"), row("c", "b")])

    found = {f.label: (f.phrases, f.precision, f.recall) for f in report.labels}
    assert report.accuracy == 3 / 5
    assert found == {"a": (3, 1.0, 2 / 3), "b": (1, 1 / 3, 1.0), "c": (1, None, 0.0)}


def test_a_label_that_no_phrase_has_has_no_recall_and_cannot_fall_below_a_bar() -> None:
    report = measure([row("a", "b")])

    assert [(f.label, f.recall) for f in report.labels] == [("a", 0.0), ("b", None)]
    assert [f.label for f in report.below(0.5)] == ["a"]


def test_the_pair_that_shares_most_phrases_comes_first_and_its_surest_phrase_first() -> None:
    report = measure(
        [row("a", "b", 0.6, 1), row("c", "a", 0.9, 2), row("a", "b", 0.8, 3), row("b", "b")]
    )

    told = [(c.wanted, c.got, [r.place.line for r in c.rows]) for c in report.confusions]
    assert told == [("a", "b", [3, 1]), ("c", "a", [2])]


def test_confidence_is_held_against_the_share_right_in_ten_bins() -> None:
    report = measure([row("a", "a", 1.0), row("a", "b", 0.92), row("a", "a", 0.1)])

    filled = {
        bin.low: (bin.count, bin.right, bin.stated) for bin in report.reliability if bin.count
    }
    assert len(report.reliability) == 10
    assert filled == {0.1: (1, 1, 0.1), 0.9: (2, 1, 0.96)}
    assert report.calibration_error == pytest.approx((0.9 + 2 * 0.46) / 3)


def test_out_of_scope_is_counted_apart_and_a_refusal_states_no_confidence() -> None:
    report = measure(
        [row("a", "a"), row("a", None), row(None, None), row(None, "a"), row("a", "a")]
    )

    assert report.accuracy == 3 / 5
    assert (report.in_scope_accuracy, report.out_of_scope_recall) == (2 / 3, 1 / 2)
    assert sum(bin.count for bin in report.reliability) == 3
    assert ("a", "out_of_scope") in [(c.wanted, c.got) for c in report.confusions]


def test_without_out_of_scope_phrases_nothing_is_said_of_them() -> None:
    report = measure([row("a", "a")])

    assert (report.in_scope_accuracy, report.out_of_scope_recall) == (None, None)


def test_no_rows_make_a_report_without_shares() -> None:
    report = measure([])

    assert (report.phrases, report.accuracy, report.calibration_error) == (0, None, None)


def test_each_phrase_of_a_base_is_routed_once_with_its_own_file_and_line(tea_bot: Bot) -> None:
    rows = rows_of_base(tea_bot, Path("tea"))

    places = [(row.text, str(row.place)) for row in rows]
    assert len(set(places)) == len(places) == 37
    assert ("why drink {concept}", "tea/aspects/reasons.yaml:7") in places
    assert rows == rows_of_base(tea_bot, Path("tea"))


def test_a_phrase_is_not_known_to_the_router_that_routes_it(tea: TeaFolder) -> None:
    tea.append("aspects/brewing.yaml", "  - zzyzx qwfp\n")
    bot = Bot.load(tea.root)

    [trial] = [t for t in try_phrases(bot.knowledge, bot.reader) if t.phrase.text == "zzyzx qwfp"]

    assert bot.index.router.route_words("", ["zzyzx", "qwfp"]).ranking[0][0] == "brewing"
    assert trial.got != "brewing"


def test_the_same_words_under_two_labels_leave_together() -> None:
    twins = examples(("zzyzx qwfp", "card"), ("Zzyzx, qwfp!", "pin"))

    rows = [row for row in rows_unseen([*CARDS, *twins]) if "qwfp" in row.text]

    assert [(row.wanted, row.got) for row in rows] == [("card", None), ("pin", None)]


def test_a_plain_router_is_measured_on_examples_it_has_not_seen() -> None:
    rows = rows_unseen(CARDS)

    assert [row.place.line for row in rows] == [example.place.line for example in CARDS]
    assert all(row.got in ("card", "pin", None) for row in rows)
    assert sum(row.right for row in rows) >= 8


def test_one_phrase_alone_cannot_be_left_out() -> None:
    with pytest.raises(ExamplesError, match="two different ones"):
        rows_unseen(examples(("Where is my card?", "card"), ("where is my card", "card")))


def test_a_router_can_be_tested_on_a_second_set_and_knows_what_fits_nothing() -> None:
    train = [*CARDS, *examples(("tell me a joke", "oos"), ("sing a song", "oos"))]
    test = examples(("where is my new card", "card"), ("tell me a joke", "out_of_scope"))

    rows = rows_against(train, test)

    assert [(row.wanted, row.got) for row in rows] == [("card", "card"), (None, None)]


def test_phrases_asked_of_a_bot_are_held_against_the_intent_of_its_reply(tea_bot: Bot) -> None:
    asked = examples(
        ("how do i brew oolong", "brewing"),
        ("who won the football match", "oos"),
        ("what is green tea", "reasons"),
    )

    rows = rows_of_bot(tea_bot, asked)

    assert [(row.wanted, row.got) for row in rows] == [
        ("brewing", "brewing"),
        (None, None),
        ("reasons", "define"),
    ]


def test_one_phrase_under_two_aspects_is_warned_of_with_both_places(tea: TeaFolder) -> None:
    line = tea.append("aspects/reasons.yaml", "  - how is {concept} brewed\n")

    said = [str(problem) for problem in check_bot(Bot.load(tea.root).knowledge, "tea")]

    assert said == [
        f"tea/aspects/reasons.yaml:{line}: warning: “how is {{concept}} brewed” (aspect reasons) "
        "is as much like “how is {concept} brewed” of aspect brewing at "
        "tea/aspects/brewing.yaml:8; reword one, or move it"
    ]


def test_phrases_that_only_their_masked_names_make_one_are_shown_as_they_read(
    tea: TeaFolder,
) -> None:
    line = tea.append("aspects/reasons.yaml", "  - which tea suits breakfast\n")
    asked = tea.replace("aspects/task_fit.yaml", "which tea suits {task}", "which tea suits {task}")

    said = [str(problem) for problem in check_bot(Bot.load(tea.root).knowledge, "tea")]

    [warning] = [text for text in said if text.startswith(f"tea/aspects/task_fit.yaml:{asked}: ")]
    assert "is as much like “which tea suits breakfast” of aspect reasons at " in warning
    assert f"/reasons.yaml:{line} (both read “which tea suits {{task}}”); reword" in warning


def test_a_claim_about_certain_concepts_may_share_the_words_of_an_aspect(tea: TeaFolder) -> None:
    tea.replace(
        "claims.yaml",
        "    - is green tea another plant than black tea\n",
        "    - is green tea another plant than black tea\n"
        "    - how does green tea differ from black tea\n",
    )

    assert check_bot(Bot.load(tea.root).knowledge, "tea") == []
