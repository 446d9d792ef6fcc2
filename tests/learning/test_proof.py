"""The proof finds what would leave a doubt, whoever planted it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from sourcebot import KnowledgeBase
from sourcebot.learning.items.claims import spotting_item, verdict_item
from sourcebot.learning.items.definitions import definition_item, name_item
from sourcebot.learning.items.item import Ask, Choice, Free, Idea, Item
from sourcebot.learning.items.matching import criterion_item
from sourcebot.learning.items.scenes import scene_item
from sourcebot.learning.items.sorting import sorting_item
from sourcebot.learning.proof import problems, prove


@pytest.fixture(scope="module")
def base(shared_cache: Path) -> Iterator[KnowledgeBase]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        yield KnowledgeBase.load()


def with_choice(item: Item, id: str, label: str) -> Item:
    """The item with one wrong choice put in another's place."""
    (ask,) = item.asks
    kept = [choice for choice in ask.choices if choice.id == ask.right]
    others = [choice for choice in ask.choices if choice.id != ask.right]
    choices = (*kept, Choice(id, label), *others[1:])
    return replace(item, asks=(replace(ask, choices=choices, wrong={}),))


def with_right(item: Item, right: str) -> Item:
    return replace(item, asks=tuple(replace(ask, right=right, wrong={}) for ask in item.asks))


def definition(base: KnowledgeBase, id: str) -> Item:
    item = definition_item(base, id)
    assert item is not None
    return item


def test_a_broader_concept_beside_a_narrower_one(base: KnowledgeBase) -> None:
    told = base.entries["define:outsourcing"].summary.text
    item = with_choice(definition(base, "bpo"), "outsourcing", told)

    assert "offers `outsourcing`, whose definition also holds of `bpo`" in prove(base, item)


def test_a_narrower_name_for_a_broader_definition(base: KnowledgeBase) -> None:
    item = name_item(base, "outsourcing")
    assert item is not None

    item = with_choice(item, "bpo", "BPO")

    assert "offers `bpo`, a kind of `outsourcing`" in prove(base, item)


def test_a_definition_that_gives_its_name_away(base: KnowledgeBase) -> None:
    item = definition(base, "hidden-costs")
    (ask,) = item.asks
    told = base.entries["define:hidden-costs"].summary.text
    choices = tuple(Choice(c.id, told if c.id == ask.right else c.label) for c in ask.choices)
    item = replace(item, asks=(replace(ask, choices=choices),))

    assert "names in the right definition what is asked for" in prove(base, item)


def test_a_sentence_of_another_concept(base: KnowledgeBase) -> None:
    item = with_choice(definition(base, "sla"), "msa", "… is a sort of tea.")

    assert "says of `msa` what its definition does not" in prove(base, item)


@pytest.mark.parametrize(
    ("choices", "right", "said"),
    [
        ("aab", "a", "offers the right answer `a` 2 times"),
        ("abc", "d", "offers the right answer `d` 0 times"),
        ("abb", "a", "offers the same choice twice"),
        ("ab", "a", "offers fewer than three choices"),
    ],
)
def test_an_exercise_out_of_shape(base: KnowledgeBase, choices: str, right: str, said: str) -> None:
    ask = Ask("", tuple(Choice(one, one.upper()) for one in choices), right)

    assert said in prove(base, replace(definition(base, "sla"), asks=(ask,)))


def test_two_choices_that_read_the_same(base: KnowledgeBase) -> None:
    ask = Ask("", (Choice("a", "One"), Choice("b", "one "), Choice("c", "Two")), "a")

    found = prove(base, replace(definition(base, "sla"), asks=(ask,)))

    assert found == ["offers the same choice twice"]


def test_a_kind_of_work_that_the_task_may_be_as_well(base: KnowledgeBase) -> None:
    item = next(item for id in base.tasks if (item := sorting_item(base, id)) is not None)
    id = item.id.removeprefix("sort:")
    task = base.tasks[id]
    other = next(c.id for c in item.asks[0].choices if c.id != task.category)
    changed = replace(base, tasks={**base.tasks, id: replace(task, also=(*task.also, other))})

    assert prove(base, item) == []
    assert prove(changed, item) == [f"offers `{other}`, to which `{id}` may belong as well"]


def test_a_scene_with_another_answer_than_its_places_give(base: KnowledgeBase) -> None:
    assert base.course is not None
    assert base.course.which is not None
    item = scene_item(base, base.course.which, "payroll", "offshore-outsourcing")

    assert prove(base, item) == []
    assert prove(base, with_right(item, "offshoring")) == [
        "takes `offshoring` for right, but `offshore-outsourcing` is `both`"
    ]


def test_a_scene_that_nobody_could_be_in(base: KnowledgeBase) -> None:
    assert base.course is not None
    assert base.course.which is not None
    item = scene_item(base, base.course.which, "cleaning", "offshore-outsourcing")

    assert prove(base, item) == ["is about a task that cannot be done so: `presence` is `always`"]


def test_an_answer_that_speaks_for_two_options_alike(base: KnowledgeBase) -> None:
    item = criterion_item(base, "core")
    assert item is not None
    choices = (
        Choice("in-house", "in-house work"),
        Choice("nearshore-captive", "a nearshore captive centre"),
        Choice("domestic-outsourcing", "domestic outsourcing"),
    )
    asks = tuple(replace(ask, choices=choices, wrong={}) for ask in item.asks)

    found = prove(base, replace(item, asks=asks))

    assert len(found) == 1
    assert found[0].endswith("speaks for `nearshore-captive` (3) as for `in-house` (3)")


def test_a_statement_that_does_not_hold_either(base: KnowledgeBase) -> None:
    item = spotting_item(base, "outsourcing-is-always-abroad")
    assert item is not None
    other = base.claims["outsourcing-always-cheaper"]

    item = with_choice(item, other.id, other.says)

    assert prove(base, item) == [
        f"offers `{other.id}` as a statement that holds, which is not true"
    ]


def test_a_wrong_verdict(base: KnowledgeBase) -> None:
    item = with_right(verdict_item(base, "both-at-once"), "partly")

    assert prove(base, item) == ["takes `partly` for right, but the verdict is `true`"]


@pytest.mark.parametrize(
    ("needed", "texts", "said"),
    [
        (3, ("one firm", "another country"), "needs 3 ideas and has 2"),
        (1, ("a supplier abroad", "suppliers abroad"), "has two ideas in the same words"),
        (1, ("a supplier", "of the"), "has an idea without words"),
    ],
)
def test_free_words_that_cannot_be_judged(
    base: KnowledgeBase, needed: int, texts: tuple[str, ...], said: str
) -> None:
    ideas = tuple(Idea(str(number), text, (text,)) for number, text in enumerate(texts))
    free = Free(ideas, needed, {}, "One firm.")
    item = replace(definition(base, "sla"), id="free:sla", kind="free", asks=(), free=free)

    assert any(reason.startswith(said) for reason in prove(base, item))


def test_a_lesson_whose_template_is_missing_is_an_error(base: KnowledgeBase) -> None:
    course = base.course
    assert course is not None
    lesson = replace(course.lessons[0], template="no-such-thing", practice={})

    found = list(problems(base, replace(course, lessons=(lesson,)), "kb"))

    assert len(found) == 1
    assert not found[0].warning
    assert "no such template" in found[0].message
