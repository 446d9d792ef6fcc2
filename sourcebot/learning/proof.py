"""Whether every exercise has exactly one best answer: computed again, apart from its making.

What makes the exercises chooses; here it is shown, from the knowledge base alone, that what was
chosen leaves no doubt. `kb check` asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sourcebot.answers.render import Answers
from sourcebot.errors import Problem, TemplateError
from sourcebot.knowledge.course_model import Course, Lesson, Practice
from sourcebot.knowledge.model import DEFINE, Concept, KnowledgeBase
from sourcebot.learning.items.item import Ask, Item
from sourcebot.learning.items.making import all_items, items_for
from sourcebot.learning.items.texts import content, likeness, names_in, stems_in
from sourcebot.learning.lessons import Lessons
from sourcebot.learning.proof_of_choices import case, match, which

ALIKE = 0.75
"""Definitions that share this part of their words say the same, unless the base sets them apart."""
FEWEST_CHOICES = 3


def prove(knowledge: KnowledgeBase, item: Item) -> list[str]:
    """Why the item has not exactly one best answer; empty where it has."""
    found = list(_shape(item))
    if found:
        return found
    proofs: Mapping[Practice, Callable[[KnowledgeBase, Item], Iterator[str]]] = {
        "definition": _definition,
        "sort": _sort,
        "which": which,
        "match": match,
        "claim": _claim,
        "case": case,
        "free": _free,
    }
    return list(proofs[item.kind](knowledge, item))


def problems(knowledge: KnowledgeBase, course: Course, root: str) -> Iterator[Problem]:
    """What is wrong with a course: pages that cannot be told, exercises that leave a doubt.

    root: the folder that the base's files stand in. A kind of practice that a lesson asks for and
    gets nothing of is a warning.
    """
    lessons = Lessons(knowledge, Answers(knowledge))
    for item in all_items(knowledge, course).values():
        for reason in prove(knowledge, item):
            file, line = f"{root}/{item.place.file}", item.place.line
            yield Problem(file, line, f"the exercise `{item.id}` {reason}")
    for lesson in course.lessons:
        at = f"{root}/{lesson.place.file}", lesson.place.line
        try:
            lessons.tell(lesson)
        except TemplateError as error:
            yield _where(str(error), *at, lesson)
        items = items_for(knowledge, lesson, course.which)
        # A course that is made from the base asks for more than a small base can give.
        for kind in lesson.practice if knowledge.course is not None else ():
            if not any(item.kind == kind for item in items):
                told = (
                    f"the lesson `{lesson.id}` asks for `{kind}` and nothing it is about gives any"
                )
                yield Problem(*at, f"{told}; name more, or drop it", warning=True)


def _where(error: str, file: str, line: int, lesson: Lesson) -> Problem:
    """A template's error where the template stands: its text begins with `content/...:line: `."""
    place, _, message = error.partition(": ")
    name, _, number = place.rpartition(":")
    if name.startswith("content/") and number.isdigit():
        return Problem(name, int(number), f"{message} (in the lesson `{lesson.id}`)")
    return Problem(file, line, f"the lesson `{lesson.id}` cannot be told: {error}")


def _shape(item: Item) -> Iterator[str]:
    """What must hold of every kind of exercise."""
    if (item.free is None) == (not item.asks):
        yield "must ask for a choice or for free words, and not for both"
    for ask in item.asks:
        ids = [choice.id for choice in ask.choices]
        labels = [choice.label.casefold().strip() for choice in ask.choices]
        if ids.count(ask.right) != 1:
            yield f"offers the right answer `{ask.right}` {ids.count(ask.right)} times"
        if len(set(ids)) < len(ids) or len(set(labels)) < len(labels):
            yield "offers the same choice twice"
        if len(ids) < FEWEST_CHOICES:
            yield "offers fewer than three choices"
        if not set(ask.wrong) <= set(ids) - {ask.right}:
            yield "says why something is wrong that it does not offer, or that is right"
    rows = [ask.text for ask in item.asks]
    if len(set(rows)) < len(rows):
        yield "asks the same twice"


def _definition(knowledge: KnowledgeBase, item: Item) -> Iterator[str]:
    kind, _, id = item.id.partition(":")
    ask = item.asks[0]
    if ask.right != id:
        yield f"takes `{ask.right}` for right"
    concepts = [knowledge.concepts[choice.id] for choice in ask.choices]
    told = {
        c.id: entry.summary.text for c in concepts if (entry := knowledge.entry(DEFINE, (c.id,)))
    }
    above = set(_above(knowledge, id))
    for concept in concepts:
        if concept.id == id:
            continue
        if concept.id in above:
            yield f"offers `{concept.id}`, whose definition also holds of `{id}`"
        if kind == "name" and id in _above(knowledge, concept.id):
            yield f"offers `{concept.id}`, a kind of `{id}`"
        bare = [stems_in(names_in(c, loose=True).sub("", told[c.id])) for c in
                (concept, knowledge.concepts[id])]  # fmt: skip
        if likeness(*bare) >= ALIKE and not _set_apart(concept, knowledge.concepts[id]):
            yield f"offers `{concept.id}`, which is defined in nearly the same words as `{id}`"
    if kind == "definition":
        yield from _sentences(knowledge, ask, told)


def _sentences(knowledge: KnowledgeBase, ask: Ask, told: Mapping[str, str]) -> Iterator[str]:
    """Whether each sentence is that concept's own, and the right one keeps its name to itself."""
    for choice in ask.choices:
        if not stems_in(choice.label) <= stems_in(told[choice.id]):
            yield f"says of `{choice.id}` what its definition does not"
    concept = knowledge.concepts[ask.right]
    if concept.name.casefold() in ask.best.label.casefold():
        yield "names in the right definition what is asked for"
    own = content(knowledge, concept.name)
    shared = {stem for c in ask.choices if c.id != ask.right for stem in stems_in(c.label)}
    if leak := sorted(own & content(knowledge, ask.best.label) - shared):
        yield f"says {', '.join(leak)} in the right definition alone"


def _above(knowledge: KnowledgeBase, id: str) -> list[str]:
    """All that the concept is a kind of, level by level."""
    relation = knowledge.kinds.broader
    found: list[str] = []
    level = [id]
    while level and relation is not None:
        parents = {p for one in level for p in knowledge.concepts[one].relations.get(relation, ())}
        level = sorted(parents - {*found, id})
        found += level
    return found


def _set_apart(one: Concept, other: Concept) -> bool:
    """Whether the base itself says that the two differ."""
    ids = {one.id, other.id}
    pairs = [(c.id, other_id) for c in (one, other) for other_id in (c.contrast, c.opposite)]
    pairs += [(c.id, o) for c in (one, other) for told in c.relations.values() for o in told]
    return any({*pair} == ids for pair in pairs)


def _sort(knowledge: KnowledgeBase, item: Item) -> Iterator[str]:
    task = knowledge.tasks[item.id.partition(":")[2]]
    ask = item.asks[0]
    if ask.right != task.category:
        yield f"takes `{ask.right}` for right, but the task is in `{task.category}`"
    for choice in ask.choices:
        if choice.id != ask.right and choice.id in (*task.also, task.category):
            yield f"offers `{choice.id}`, to which `{task.id}` may belong as well"


def _claim(knowledge: KnowledgeBase, item: Item) -> Iterator[str]:
    kind, _, id = item.id.partition(":")
    claim, ask = knowledge.claims[id], item.asks[0]
    if kind == "verdict":
        if ask.right != claim.verdict:
            yield f"takes `{ask.right}` for right, but the verdict is `{claim.verdict}`"
        if {choice.id for choice in ask.choices} != {"true", "partly", "false"}:
            yield "does not offer all verdicts"
        return
    if ask.right != id or claim.verdict != "false":
        yield f"takes `{ask.right}` for wrong, which must be a false claim, `{id}`"
    said = stems_in(claim.says)
    for choice in ask.choices:
        if choice.id == ask.right:
            continue
        if choice.id in knowledge.claims:
            if knowledge.claims[choice.id].verdict != "true":
                yield f"offers `{choice.id}` as a statement that holds, which is not true"
        elif choice.id not in knowledge.entries:
            yield f"offers `{choice.id}`, which the base does not know"
        else:
            fact = knowledge.entries[choice.id].summary
            if fact.kind == "claim" or not fact.text.startswith(choice.label):
                yield f"offers `{choice.id}` as a statement that holds, which the base does not say"
        if likeness(said, stems_in(choice.label)) > 1 - ALIKE / 2:
            yield f"offers `{choice.id}`, which says nearly what is wrong"


def _free(knowledge: KnowledgeBase, item: Item) -> Iterator[str]:
    free = item.free
    assert free is not None, "its shape was looked at before"
    if not 0 < free.needed <= len(free.ideas):
        yield f"needs {free.needed} ideas and has {len(free.ideas)}"
    if len({idea.id for idea in free.ideas}) < len(free.ideas):
        yield "has the same idea twice"
    stems = [frozenset(stem for text in idea.texts for stem in content(knowledge, text))
             for idea in free.ideas]  # fmt: skip
    for number, one in enumerate(stems):
        if not one:
            yield f"has an idea without words, `{free.ideas[number].id}`"
        if one and one in stems[:number]:
            yield f"has two ideas in the same words, one is `{free.ideas[number].id}`"
