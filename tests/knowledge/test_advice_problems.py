"""What a curator of criteria is told: the file, the line, what is wrong, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from sourcebot import Bot, KnowledgeBase, KnowledgeError
from sourcebot.advice.check import check_model
from sourcebot.dialogue.check import check_bot
from sourcebot.knowledge.folders import read_base
from sourcebot.knowledge.loader import examine
from tests.knowledge.tea_advice import AdvisingTeaFolder

ADVICE, TASTE, ROOF = "advice.yaml", "criteria/taste.yaml", "criteria/roof.yaml"
MIRROR = """\
  mirror:
    name: a mirrored kettle
    means: Look at it.
    form: a kettle and a looking-glass
    places: {who: self, where: home}
    base: -3
"""
IDLE = """\
id: ribbon
name: a ribbon
weight: 1
question: Which ribbon is on the pot?
why: {text: Ribbons are pretty., sources: [leaf-book]}
answers:
  blue:
    label: A blue one
    because: {text: Blue is calm., sources: [leaf-book]}
    neutral: true
  red:
    label: A red one
    because: {text: Red is loud., sources: [leaf-book]}
    neutral: true
"""


@pytest.fixture
def tea(tmp_path: Path, own_cache: Path) -> AdvisingTeaFolder:
    """The tea base that can advise, sound, with a cache of the test's own."""
    return AdvisingTeaFolder(tmp_path / "tea")


def _complaints(tea: AdvisingTeaFolder) -> list[str]:
    """What the loader says of a base that it must refuse, with paths from its folder."""
    with pytest.raises(KnowledgeError) as caught:
        KnowledgeBase.load(tea.root)
    return [str(problem).replace(f"{tea.root}/", "") for problem in caught.value.problems]


def _faults(tea: AdvisingTeaFolder) -> list[str]:
    """What is wrong with the decision model of a base that can be loaded."""
    base, problems = examine(read_base(tea.root))
    assert base is not None, problems
    assert base.advice is not None
    return [str(problem) for problem in check_model(base.advice, "tea")]


def test_the_advising_tea_base_is_sound(tea: AdvisingTeaFolder) -> None:
    base, problems = examine(read_base(tea.root))

    assert problems == []
    assert base is not None
    assert base.can_advise
    assert _faults(tea) == []


def test_the_advising_tea_base_passes_the_bots_own_check(tea: AdvisingTeaFolder) -> None:
    assert check_bot(KnowledgeBase.load(tea.root), "tea") == []


def test_the_shipped_model_has_no_faults() -> None:
    base, _ = examine(read_base(None))

    assert base is not None
    assert base.advice is not None
    assert list(check_model(base.advice, "kb")) == []


# What does not exist, with the nearest that does.


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (ADVICE, "today: now", "today: nows", "unknown criterion `nows`; did you mean `now`?"),
        (ADVICE, "concept: green-tea", "concept: grean-tea", "unknown concept `grean-tea`; did you "
         "mean `green-tea`?"),
        (ADVICE, "where: home}\n    concept", "where: hom}\n    concept",
         "`where` has no value `hom`; did you mean `home`?"),
        (ADVICE, "axis: who", "axis: whoo", "unknown axis `whoo`; did you mean `who`?"),
        (ADVICE, "start: [shop]", "start: [shopp]",
         "`who` has no value `shopp`; did you mean `shop`?"),
        (ADVICE, "end: self", "end: seif", "`who` has no value `seif`; did you mean `self`?"),
        (ADVICE, "{now: [nobody], mood", "{nows: [nobody], mood",
         "unknown criterion `nows`; did you mean `now`?"),
        (ADVICE, "mood: [poor-shop]", "mood: [poor-shopp]",
         "`mood` has no answer `poor-shopp`; did you mean `poor-shop`?"),
        (TASTE, "{self: 3, shop: -3}", "{selv: 3, shop: -3}",
         "unknown option or place `selv`; did you mean `self`?"),
        (ROOF, "rules_out: [out]", "rules_out: [outt]",
         "unknown option or place `outt`; did you mean `out`?"),
        ("criteria/now.yaml", "today: kettle", "today: kettel",
         "unknown option `kettel`; did you mean `kettle`?"),
        ("criteria/mood.yaml", "skip_if: {now: [nobody]}", "skip_if: {now: [nobodi]}",
         "`now` has no answer `nobodi`; did you mean `nobody`?"),
        ("criteria/mood.yaml", "skip_if: {now:", "skip_if: {nows:",
         "unknown criterion `nows`; did you mean `now`?"),
        ("criteria/now.yaml", "[own-kettle, bought-pot]", "[own-kettle, bought-pod]",
         "`now` has no answer `bought-pod`; did you mean `bought-pot`?"),
        ("guidance.yaml", "options: [homebrew]", "options: [homebrev]",
         "unknown option or place `homebrev`; did you mean `homebrew`?"),
        ("guidance.yaml", "when: {law: [strict]}", "when: {law: [strikt]}",
         "`law` has no answer `strikt`; did you mean `strict`?"),
        ("tasks.yaml", "implies: {roof: roam}", "implies: {roof: roams}",
         "`roof` has no answer `roams`; did you mean `roam`?"),
        (TASTE, "sources: [leaf-book]", "sources: [leafbook]",
         "unknown source `leafbook`; did you mean `leaf-book`?"),
        ("guidance.yaml", "sources: [pot-board]", "sources: [potboard]",
         "unknown source `potboard`; did you mean `pot-board`?"),
    ],
)  # fmt: skip
def test_an_unknown_id_names_the_nearest_one(
    tea: AdvisingTeaFolder, file: str, old: str, new: str, said: str
) -> None:
    line = tea.replace(file, old, new)

    assert _complaints(tea) == [f"{file}:{line}: {said}"]


def test_an_unknown_id_like_no_other_lists_the_known_ones(tea: AdvisingTeaFolder) -> None:
    line = tea.replace("criteria/law.yaml", "{shop: 1}", "{zeppelin: 1}")

    assert _complaints(tea) == [
        f"criteria/law.yaml:{line}: unknown option or place `zeppelin`; use one of: kettle, "
        "delivery, flask, tearoom, medley, self, shop, home, out, today"
    ]


def test_an_unknown_id_on_a_line_of_its_own_is_found_there(tea: AdvisingTeaFolder) -> None:
    tea.replace(TASTE, "{self: 3, shop: -3}", "\n      self: 3\n      schop: -3")
    text = tea.path(TASTE).read_text("utf-8")
    line = text[: text.index("schop")].count("\n") + 1

    assert _complaints(tea) == [
        f"{TASTE}:{line}: unknown option or place `schop`; did you mean `shop`?"
    ]


def test_an_unknown_key_names_the_nearest_known_one(tea: AdvisingTeaFolder) -> None:
    line = tea.replace(ROOF, "rules_out:", "rule_out:")

    assert _complaints(tea) == [f"{ROOF}:{line}: unknown key `rule_out`; did you mean `rules_out`?"]


# Numbers and counts out of their range.


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (TASTE, "{self: 3, shop: -3}", "{self: 4, shop: -3}", "effects are from -3 to 3, not 4"),
        (TASTE, "{self: 3, shop: -3}", "{self: 3, shop: -9}", "effects are from -3 to 3, not -9"),
        (TASTE, "weight: 3", "weight: 4", "`weight` must be from 1 to 3"),
        (TASTE, "weight: 3", "weight: 0", "`weight` must be from 1 to 3"),
    ],
)  # fmt: skip
def test_points_and_weights_have_a_range(
    tea: AdvisingTeaFolder, file: str, old: str, new: str, said: str
) -> None:
    line = tea.replace(file, old, new)

    assert _complaints(tea) == [f"{file}:{line}: {said}"]


@pytest.mark.parametrize("value", ["much", "2.5", "[1]"])
def test_points_are_whole_numbers(tea: AdvisingTeaFolder, value: str) -> None:
    line = tea.replace(TASTE, "{self: 3, shop: -3}", f"{{self: {value}, shop: -3}}")

    [said] = _complaints(tea)
    assert said.startswith(f"{TASTE}:{line}: ")


def test_the_base_of_an_option_has_a_range(tea: AdvisingTeaFolder) -> None:
    tea.replace(ADVICE, "base: -1", "base: -7")
    text = tea.path(ADVICE).read_text("utf-8")
    line = text[: text.index("  medley:")].count("\n") + 1

    assert _complaints(tea) == [f"{ADVICE}:{line}: `base` of `medley` must be from -3 to 3"]


def test_a_criterion_needs_two_answers(tea: AdvisingTeaFolder) -> None:
    text = tea.path("criteria/sky.yaml").read_text("utf-8")
    tea.write("criteria/sky.yaml", text[: text.index("  rainy:")])

    line = text[: text.index("answers:")].count("\n") + 1
    assert _complaints(tea) == [f"criteria/sky.yaml:{line}: a criterion needs two answers or more"]


def test_no_answer_may_be_called_unknown(tea: AdvisingTeaFolder) -> None:
    line = tea.replace("criteria/sky.yaml", "  rainy:", "  unknown:")

    assert _complaints(tea) == [
        f"criteria/sky.yaml:{line}: `unknown` is an answer already; rename this one"
    ]


def test_an_option_stands_on_every_axis_or_on_none(tea: AdvisingTeaFolder) -> None:
    line = tea.replace(ADVICE, "{who: shop, where: home}", "{who: shop}")

    assert _complaints(tea) == [
        f"{ADVICE}:{line}: `delivery` needs a place on each axis (who, where), or on none"
    ]


def test_a_move_may_not_be_called_as_an_option(tea: AdvisingTeaFolder) -> None:
    tea.replace("guidance.yaml", "options: [homebrew]", "options: [kettle]")
    line = tea.replace(ADVICE, "  homebrew:", "  flask:")

    assert _complaints(tea) == [f"{ADVICE}:{line}: `flask` is an option already; rename one"]


def test_a_conflict_is_between_two_criteria(tea: AdvisingTeaFolder) -> None:
    line = tea.replace(ADVICE, "mood: [poor-shop]}", "mood: [poor-shop], law: [lax]}")

    assert _complaints(tea) == [f"{ADVICE}:{line}: a conflict is between two criteria"]


def test_criteria_without_options_are_refused(tea: AdvisingTeaFolder) -> None:
    tea.path(ADVICE).unlink()

    said = _complaints(tea)

    assert f"{TASTE}: criteria need options to speak for; add advice.yaml" in said


def test_all_problems_are_told_at_once(tea: AdvisingTeaFolder) -> None:
    tea.replace(TASTE, "weight: 3", "weight: 9")
    tea.replace(ROOF, "rules_out: [out]", "rules_out: [outt]")
    tea.replace("guidance.yaml", "kind: note", "kind: noet")

    files = {said.partition(":")[0] for said in _complaints(tea)}

    assert files == {TASTE, ROOF, "guidance.yaml"}


# What only the engine can tell.


def test_an_answer_without_effect_is_found(tea: AdvisingTeaFolder) -> None:
    tea.replace("criteria/law.yaml", "    effects: {shop: 1}\n", "")
    text = tea.path("criteria/law.yaml").read_text("utf-8")
    line = text[: text.index("  lax:")].count("\n") + 1

    assert _faults(tea) == [
        f"tea/criteria/law.yaml:{line}: answer `lax` has no effect; "
        "give it one, or mark it `neutral: true`"
    ]


def test_an_answer_that_does_the_same_to_every_option_has_no_effect(
    tea: AdvisingTeaFolder,
) -> None:
    tea.replace(
        "criteria/law.yaml",
        "{shop: 1}",
        "{kettle: 1, delivery: 1, flask: 1, tearoom: 1, medley: 1}",
    )

    [said] = _faults(tea)
    assert "answer `lax` has no effect" in said


def test_an_answer_that_only_speaks_of_today_has_an_effect(tea: AdvisingTeaFolder) -> None:
    tea.replace("criteria/law.yaml", "{shop: 1}", "{today: 1}")

    assert _faults(tea) == []


def test_a_neutral_answer_may_have_no_effects(tea: AdvisingTeaFolder) -> None:
    tea.replace("criteria/law.yaml", "    effects: {shop: 1}\n", "    neutral: true\n")
    assert _faults(tea) == []

    tea.replace("criteria/sky.yaml", "    effects: {out: 2}\n", "    effects: {out: 2}\n"
                "    neutral: true\n")  # fmt: skip
    text = tea.path("criteria/sky.yaml").read_text("utf-8")
    line = text[: text.index("  sunny:")].count("\n") + 1
    assert _faults(tea) == [
        f"tea/criteria/sky.yaml:{line}: answer `sunny` is marked neutral but has effects; drop one"
    ]


def test_an_answer_that_praises_what_it_rules_out_is_found(tea: AdvisingTeaFolder) -> None:
    tea.replace(ROOF, "effects: {home: 3}", "effects: {home: 3, tearoom: 1}")
    text = tea.path(ROOF).read_text("utf-8")
    line = text[: text.index("  must-stay:")].count("\n") + 1

    assert _faults(tea) == [
        f"tea/{ROOF}:{line}: answer `must-stay` rules out `tearoom` and speaks for it; drop one"
    ]


def test_an_option_that_can_never_win_is_found(tea: AdvisingTeaFolder) -> None:
    tea.replace(ADVICE, "  delivery:\n", MIRROR + "  delivery:\n")
    text = tea.path(ADVICE).read_text("utf-8")
    line = text[: text.index("  mirror:")].count("\n") + 1

    assert _faults(tea) == [
        f"tea/{ADVICE}:{line}: option `mirror` can never come first; raise its effects or drop it"
    ]


def test_a_move_that_starts_where_no_answer_says_the_work_is_can_never_come_first(
    tea: AdvisingTeaFolder,
) -> None:
    for id in ("own-flask", "bought-table"):
        place = {"own-flask": "flask", "bought-table": "tearoom"}[id]
        tea.replace("criteria/now.yaml", f"    today: {place}\n", "")
    text = tea.path(ADVICE).read_text("utf-8")
    line = text[: text.index("  homecoming:")].count("\n") + 1

    said = _faults(tea)

    assert (
        f"tea/{ADVICE}:{line}: `homecoming` can never come first: "
        "no answer says that the work is where it starts" in said
    )
    assert not any("homebrew" in fault for fault in said)


def test_a_criterion_that_can_never_matter_is_found(tea: AdvisingTeaFolder) -> None:
    tea.write("criteria/ribbon.yaml", IDLE)

    [said] = _faults(tea)

    assert said == (
        "tea/criteria/ribbon.yaml:1: criterion `ribbon` can never matter: its answers never change "
        "what comes first; raise its weight or effects, or drop it"
    )


def test_gates_that_leave_no_option_are_found(tea: AdvisingTeaFolder) -> None:
    tea.replace("criteria/sky.yaml", "effects: {out: 2}", "effects: {out: 2}\n"
                "    rules_out: [home, medley]")  # fmt: skip

    said = _faults(tea)

    [contradiction] = [fault for fault in said if "contradictory gates" in fault]
    assert "`roof: must-stay` and `sky: sunny` rule out every option; loosen one" in contradiction
    assert contradiction.startswith("tea/criteria/")
    assert contradiction.split(":")[1].isdigit()


def test_one_answer_that_leaves_no_option_is_found_and_not_again_in_company(
    tea: AdvisingTeaFolder,
) -> None:
    tea.replace(ROOF, "rules_out: [out]", "rules_out: [out, home, medley]")

    gates = [fault for fault in _faults(tea) if "contradictory gates" in fault]

    assert len(gates) == 1
    assert "`roof: must-stay` rule" in gates[0]


def test_the_check_finds_the_same_every_time(tea: AdvisingTeaFolder) -> None:
    tea.write("criteria/ribbon.yaml", IDLE)
    tea.replace(ADVICE, "  delivery:\n", MIRROR + "  delivery:\n")

    first = _faults(tea)

    assert len(first) == 2
    assert _faults(tea) == first


def test_the_bots_own_check_tells_the_faults_of_the_model(tea: AdvisingTeaFolder) -> None:
    tea.write("criteria/ribbon.yaml", IDLE)

    said = [str(problem) for problem in check_bot(KnowledgeBase.load(tea.root), "tea")]

    assert any(line.startswith("tea/criteria/ribbon.yaml:1: criterion `ribbon`") for line in said)


def test_a_start_that_is_read_as_something_else_is_warned_of(tea: AdvisingTeaFolder) -> None:
    line = tea.replace(ADVICE, "  - advise me\n", "  - what is green tea\n")

    said = [str(problem) for problem in check_bot(KnowledgeBase.load(tea.root), "tea")]

    assert said == [
        f"tea/{ADVICE}:{line}: warning: “what is green tea” does not start the advice; "
        "it is near another question"
    ]


def test_a_base_without_criteria_cannot_advise(tea: AdvisingTeaFolder) -> None:
    for file in [ADVICE, "guidance.yaml", *(f"criteria/{p.name}" for p in
                 tea.path("criteria").iterdir())]:  # fmt: skip
        tea.path(file).unlink()
    tea.replace("tasks.yaml", "    implies: {roof: roam}\n", "")

    base = KnowledgeBase.load(tea.root)

    assert (base.can_advise, base.advice) == (False, None)
    assert Bot(base).adviser is None
