"""Sorting: which kind of work a piece of work is."""

from __future__ import annotations

from collections.abc import Iterator

from sourcebot.knowledge.course_model import Lesson
from sourcebot.knowledge.model import KnowledgeBase, Task
from sourcebot.learning.items.item import Ask, Choice, Item
from sourcebot.learning.items.near import asking, aspect_taking
from sourcebot.learning.items.texts import say, stable, united

FEWEST = 2
"""So many wrong kinds of work must be left, or there is nothing to sort."""


def sorting_items(knowledge: KnowledgeBase, lesson: Lesson) -> Iterator[Item]:
    """An exercise for each of the lesson's tasks, one category after the other.

    A lesson without tasks sorts those of its categories. First come the tasks that leave the
    fewest doubts: those of which somebody said what else they might be.
    """
    ids = lesson.tasks or [
        t.id for t in knowledge.tasks.values() if t.category in lesson.categories
    ]
    tasks = sorted(
        (knowledge.tasks[id] for id in ids),
        key=lambda task: (not task.also, stable("sort", task.id)),
    )
    turns: dict[str, list[Task]] = {}
    for task in tasks:
        turns.setdefault(task.category, []).append(task)
    for turn in range(max(map(len, turns.values()), default=0)):
        for group in turns.values():
            item = sorting_item(knowledge, group[turn].id) if turn < len(group) else None
            if item is not None:
                yield item


def sorting_item(knowledge: KnowledgeBase, id: str) -> Item | None:
    """Choose the task's category; those that it might belong to as well are not offered."""
    task = knowledge.tasks[id]
    offered = [c for c in knowledge.categories.values() if c.id not in task.also]
    if len(offered) <= FEWEST or task.category in task.also:
        return None
    own = knowledge.categories[task.category]
    aspect = aspect_taking(knowledge, "task")
    filed = say(knowledge, "sort-why", task=task.name, category=own.name)
    told = [own.summary, *task.points[:1]]
    doubts = [knowledge.categories[other].name for other in task.also]
    if doubts:
        filed = f"{filed} {say(knowledge, 'sort-also', categories=', '.join(doubts))}"
    return Item(
        id=f"sort:{id}",
        kind="sort",
        prompt=say(knowledge, "sort-ask", task=task.name),
        why="\n\n".join([filed, *(fact.text for fact in told)]),
        about=(id, own.id),
        sources=united(*(fact.sources for fact in told)),
        question=asking(knowledge, aspect, task=id) if aspect is not None else "",
        place=task.place,
        asks=(Ask("", tuple(Choice(c.id, c.name) for c in offered), own.id),),
    )
