"""The exercises of a lesson: of each kind at most as many as it asks for, easy kinds first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from msgspec.structs import replace

from sourcebot.knowledge.course_model import Course, Lesson, Practice, Which
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.learning.items.claims import claim_items
from sourcebot.learning.items.deciding import deciding_items
from sourcebot.learning.items.definitions import definition_items
from sourcebot.learning.items.free import free_items
from sourcebot.learning.items.item import Item
from sourcebot.learning.items.matching import matching_items
from sourcebot.learning.items.scenes import scene_items
from sourcebot.learning.items.sorting import sorting_items

EASY_FIRST: tuple[Practice, ...] = ("definition", "sort", "which", "claim", "match", "free", "case")
STEP = 0.15
"""By so much of the whole sitting each kind starts after the one that is easier."""
NEAR = 3
"""How many exercises ahead another subject is looked for, so that none comes twice in a row."""

EVERY = 1_000
"""More exercises of a kind than a lesson can have."""

_Make = Callable[[KnowledgeBase, Lesson], Iterable[Item]]


def items_for(knowledge: KnowledgeBase, lesson: Lesson, which: Which | None) -> tuple[Item, ...]:
    """The exercises of one lesson, the same for the same base, in the same order.

    which: how two concepts are told apart on scenes, None where the base does not say. An item of
    an id is the same in every lesson; a fact that nothing here is about changes nothing.
    """
    makers: Mapping[Practice, _Make] = {
        "definition": definition_items,
        "sort": sorting_items,
        "which": lambda knowledge, lesson: scene_items(knowledge, lesson, which),
        "match": matching_items,
        "claim": claim_items,
        "free": free_items,
        "case": deciding_items,
    }
    made = {
        kind: tuple(islice(makers[kind](knowledge, lesson), lesson.practice[kind]))
        for kind in EASY_FIRST
        if kind in lesson.practice
    }
    return _mixed(made)


def all_items(knowledge: KnowledgeBase, course: Course) -> dict[str, Item]:
    """Every exercise that can be made for a lesson of a course, also those it does not begin with.

    Of scenes, which can be put together in hundreds of ways, only those are made that lessons begin
    with; `scenes.scene_of` makes the others one by one.
    """
    found: dict[str, Item] = {}
    for lesson in course.lessons:
        scenes = lesson.practice.get("which", 0)
        wanted = {kind: scenes if kind == "which" else EVERY for kind in EASY_FIRST}
        for item in items_for(knowledge, replace(lesson, practice=wanted), course.which):
            found.setdefault(item.id, item)
    return found


def _mixed(made: Mapping[Practice, tuple[Item, ...]]) -> tuple[Item, ...]:
    """All kinds spread over the sitting, each a little after the easier one."""
    placed = [
        ((number + 0.5) / len(items) + STEP * step, step, item)
        for step, items in enumerate(made.values())
        for number, item in enumerate(items)
    ]
    left = [item for _, _, item in sorted(placed, key=lambda entry: entry[:2])]
    found: list[Item] = []
    while left:
        last = set(found[-1].about) if found else set()
        ahead = (item for item in left[:NEAR] if last.isdisjoint(item.about))
        found.append(next(ahead, left[0]))
        left.remove(found[-1])
    return tuple(found)
