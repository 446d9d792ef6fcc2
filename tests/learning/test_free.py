"""Exercises in free words: what they ask, and what an answer is held against."""

from __future__ import annotations

from pathlib import Path

import pytest

from sourcebot.knowledge.course_model import Lesson
from sourcebot.knowledge.facts import Place
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.learning.items.free import FEWEST, free_items
from sourcebot.learning.items.item import Free, Item
from tests.knowledge.tea import TeaFolder


def lesson_on(*concepts: str, aspects: tuple[str, ...] = ()) -> Lesson:
    """A lesson on these concepts."""
    place = Place("lessons.yaml", 1)
    return Lesson("one", "One", "", concepts, aspects, (), (), (), (), (), None, {}, place)


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    """The shipped base."""
    return KnowledgeBase.load()


def _free(item: Item) -> Free:
    assert item.free is not None
    return item.free


def test_a_lesson_without_aspects_asks_for_definitions_then_reasons_and_risks(
    knowledge: KnowledgeBase,
) -> None:
    """The lists of each concept stand together."""
    made = free_items(knowledge, lesson_on("offshoring", "outsourcing"))
    assert [item.id for item in made] == [
        "free:define:offshoring",
        "free:define:outsourcing",
        "free:reasons:offshoring",
        "free:risks:offshoring",
        "free:reasons:outsourcing",
        "free:risks:outsourcing",
    ]


def test_the_aspects_of_a_lesson_are_asked_for(knowledge: KnowledgeBase) -> None:
    """Where it names some, no others."""
    made = free_items(knowledge, lesson_on("offshoring", aspects=("define", "risks")))
    assert [item.id for item in made] == ["free:define:offshoring", "free:risks:offshoring"]


def test_an_item_is_the_same_in_every_lesson(knowledge: KnowledgeBase) -> None:
    """One memory is kept of it."""
    alone = free_items(knowledge, lesson_on("sla"))
    other = free_items(knowledge, lesson_on("msa", "sla", aspects=("risks",)))
    digests = {item.id: item.digest for item in alone}
    assert all(digests[item.id] == item.digest for item in other if item.about == ("sla",))


def test_a_definition_s_parts_tell_it_from_its_neighbours(knowledge: KnowledgeBase) -> None:
    """The whole comes first; the place is what makes offshoring."""
    (item, *_) = free_items(knowledge, lesson_on("offshoring"))
    whole, first, *_ = _free(item).ideas
    assert whole.name == _free(item).model
    assert "In another country" in first.name
    assert "outsourcing" in _free(item).others


def test_ways_to_define_a_concept_name_no_other_one(knowledge: KnowledgeBase) -> None:
    """What is said of two things at once defines neither."""
    (item, *_) = free_items(knowledge, lesson_on("offshoring"))
    assert not any("nearshoring" in text.lower() for text in _free(item).ideas[0].texts)


def test_a_list_is_made_of_the_points_and_told_from_the_other_list(
    knowledge: KnowledgeBase,
) -> None:
    """Remedies are no risks."""
    (item,) = free_items(knowledge, lesson_on("outsourcing", aspects=("risks",)))[1:]
    entry = knowledge.entry("risks", ("outsourcing",))
    assert entry is not None
    titles = [point.title for point in entry.points if point.title]
    free = _free(item)
    assert [idea.name for idea in free.ideas][: len(titles)] == titles
    assert list(free.others) == ["the reasons"]
    remedies = {point.remedy for point in entry.points if point.remedy}
    assert remedies.isdisjoint(text for idea in free.ideas for text in idea.texts)


def test_items_say_where_they_come_from(knowledge: KnowledgeBase) -> None:
    """Sources, place, and a message that leads there."""
    for item in free_items(knowledge, lesson_on("nearshoring")):
        assert item.kind == "free"
        assert item.about == ("nearshoring",)
        assert not item.asks
        assert item.sources
        assert all(id in knowledge.sources for id in item.sources)
        assert item.question in item.prompt
        assert item.place.line > 0
        assert item.why


def test_short_lists_are_not_asked_for(tmp_path: Path) -> None:
    """The tea base has definitions alone."""
    TeaFolder(tmp_path)
    base = KnowledgeBase.load(tmp_path)
    made = free_items(base, lesson_on("green-tea", "oolong"))
    assert [item.id for item in made] == ["free:define:green-tea", "free:define:oolong"]
    assert FEWEST > 1
