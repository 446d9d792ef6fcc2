"""Which of two concepts it is: short scenes that tell it, made up or documented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sourcebot.knowledge.advice_model import Advice, Option
from sourcebot.knowledge.course_model import Case, Lesson, Which
from sourcebot.knowledge.facts import Place
from sourcebot.knowledge.model import DEFINE, KnowledgeBase, Task
from sourcebot.learning.items.item import Ask, Choice, Item
from sourcebot.learning.items.near import asking, aspect_taking, defined, narrower
from sourcebot.learning.items.texts import names_in, say, stable, united

BOTH, NEITHER = "both", "neither"


def scene_items(knowledge: KnowledgeBase, lesson: Lesson, which: Which | None) -> Iterator[Item]:
    """Scenes for the lesson, its documented cases first, the four answers one after the other.

    Which scenes a lesson gets is drawn by a hash of its id; what is in a scene is not.
    """
    advice = knowledge.advice
    if which is None or advice is None:
        return
    turns: dict[str, list[tuple[str, str | None]]] = {
        answer: [] for answer in (*which.labels, BOTH, NEITHER)
    }
    for id in lesson.cases:
        places = case_places(advice, knowledge.cases[id])
        if places is not None:
            turns[label_of(which, places)].append((id, None))
    composed: dict[str, list[tuple[str, str]]] = {answer: [] for answer in turns}
    shown = showing(knowledge, advice, which)
    for task in lesson.tasks or knowledge.tasks:
        for id, option in advice.options.items():
            if can_be(advice, shown, knowledge.tasks[task], option):
                composed[label_of(which, option.places)].append((task, id))
    for answer, pairs in composed.items():
        turns[answer] += _mixed(lesson, pairs)
    order = sorted(turns, key=lambda answer: stable(lesson.id, answer))
    for turn in range(max(map(len, turns.values()))):
        for answer in order:
            if turn < len(turns[answer]):
                first, second = turns[answer][turn]
                item = (
                    case_item(knowledge, which, first)
                    if second is None
                    else scene_item(knowledge, which, first, second)
                )
                if item is not None:
                    yield item


def _mixed(lesson: Lesson, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs in drawn order, each option in turn, each task once for as long as there are."""
    drawn = sorted(pairs, key=lambda pair: stable(lesson.id, *pair))
    seen: dict[str, int] = {}
    turns = {}
    for task, option in drawn:
        used = seen.setdefault(f"task {task}", 0), seen.setdefault(f"option {option}", 0)
        turns[task, option] = used
        seen[f"task {task}"] += 1
        seen[f"option {option}"] += 1
    return sorted(drawn, key=lambda pair: (turns[pair], stable(lesson.id, *pair)))


def label_of(which: Which, places: Mapping[str, str]) -> str:
    """Which answer is right for something with these values on the axes."""
    fitting = [
        concept
        for concept, axes in which.labels.items()
        if all(places.get(axis) in values for axis, values in axes.items())
    ]
    if len(fitting) > 1:
        return BOTH
    return fitting[0] if fitting else NEITHER


def case_places(advice: Advice, case: Case) -> dict[str, str] | None:
    """The axis values of what was chosen; None for a mix, and for a move, which ends anywhere."""
    option = advice.options.get(case.chose)
    return option.places if option is not None and option.places else None


Shown = Mapping[tuple[str, str], frozenset[str]]
"""Axis and value -> the concepts that have the value on the axis."""


def can_be(advice: Advice, shown: Shown, task: Task, option: Option) -> bool:
    """Whether the task can be done in this way, as far as the base says.

    The first value of an axis always can. Another needs a concept among those that fit the task
    that has this value; and nothing that the task implies may rule it out.
    """
    if not option.places:
        return False
    for criterion, answer in task.implies.items():
        out = advice.criteria[criterion].answers[answer].rules_out
        if not {*option.places.values()}.isdisjoint(out):
            return False
    return all(
        value == next(iter(advice.axes[axis].values))
        or not shown[axis, value].isdisjoint(task.fits)
        for axis, value in option.places.items()
    )


def showing(knowledge: KnowledgeBase, advice: Advice, which: Which) -> Shown:
    """Which concepts have which value on which axis."""
    return {
        (axis, value): _with_value(knowledge, advice, which, axis, value)
        for axis, found in advice.axes.items()
        for value in found.values
    }


def _with_value(
    knowledge: KnowledgeBase, advice: Advice, which: Which, axis: str, value: str
) -> frozenset[str]:
    told = {
        option.concept
        for option in advice.options.values()
        if option.concept is not None and option.places.get(axis) == value
    }
    for concept, axes in which.labels.items():
        if value in axes.get(axis, ()):
            told |= {concept, *narrower(knowledge, concept)}
    return frozenset(told)


def scene_of(knowledge: KnowledgeBase, which: Which | None, id: str) -> Item | None:
    """The scene of an item's id, None where it is of another kind or cannot be any more."""
    kind, _, rest = id.partition(":")
    first, _, second = rest.partition(":")
    advice = knowledge.advice
    if kind != "which" or which is None or advice is None:
        return None
    if not second:
        return case_item(knowledge, which, first) if first in knowledge.cases else None
    task, option = knowledge.tasks.get(first), advice.options.get(second)
    if task is None or option is None:
        return None
    possible = can_be(advice, showing(knowledge, advice, which), task, option)
    return scene_item(knowledge, which, first, second) if possible else None


def scene_item(knowledge: KnowledgeBase, which: Which, task: str, option: str) -> Item:
    """A made-up scene of a task that is done as an option says."""
    advice = knowledge.advice
    assert advice is not None, "the base has no advice"
    id = f"which:{task}:{option}"
    places = advice.options[option].places
    text = _drawn(which.scenes, id)
    for axis, value in places.items():
        text = text.replace(f"{{{axis}}}", _drawn(which.says[axis][value], id, axis))
    text = text.replace("{task}", knowledge.tasks[task].name)
    about = (*which.labels, task)
    return _item(knowledge, which, id, text, places, about, (), knowledge.tasks[task].place)


def case_item(knowledge: KnowledgeBase, which: Which, id: str) -> Item | None:
    """What was done in a documented case; None where its words name one of the two concepts."""
    advice, case = knowledge.advice, knowledge.cases[id]
    places = case_places(advice, case) if advice is not None else None
    text = f"**{case.name}.** {case.did.text}"
    told = any(names_in(knowledge.concepts[c], loose=True).search(text) for c in which.labels)
    if places is None or told:
        return None
    about = (*which.labels, id)
    return _item(knowledge, which, f"which:{id}", text, places, about, case.did.sources, case.place)


def _drawn(texts: tuple[str, ...], *key: str) -> str:
    """One of the texts; adding another changes only what is drawn from then on for that one."""
    return min(texts, key=lambda text: stable(*key, text))


def _item(
    knowledge: KnowledgeBase,
    which: Which,
    id: str,
    text: str,
    places: Mapping[str, str],
    about: tuple[str, ...],
    sources: tuple[str, ...],
    place: Place,
) -> Item:
    right = label_of(which, places)
    names = {concept: knowledge.names[concept] for concept in which.labels}
    labels = {**names, BOTH: which.both, NEITHER: which.neither}
    entries = [entry for concept in which.labels if (entry := defined(knowledge, concept))]
    pair = aspect_taking(knowledge, "pair")
    first = next(iter(which.labels))
    if pair is not None and knowledge.entry(pair, tuple(which.labels)) is not None:
        question = asking(knowledge, pair, *which.labels)
    else:
        question = asking(knowledge, DEFINE, first)
    told = [f"- {_says(knowledge, axis, places[axis])}" for axis in places]
    why = "\n".join([*told, "", *(f"{entry.summary.text}\n" for entry in entries)]).strip()
    return Item(
        id=id,
        kind="which",
        prompt=which.ask,
        why=why,
        about=about,
        sources=united(sources, *(entry.summary.sources for entry in entries)),
        question=question,
        place=place,
        asks=(
            Ask(
                text,
                tuple(Choice(answer, label) for answer, label in labels.items()),
                right,
                {a: _wrong(knowledge, which, a, places) for a in labels if a != right},
            ),
        ),
    )


def _says(knowledge: KnowledgeBase, axis: str, value: str) -> str:
    advice = knowledge.advice
    assert advice is not None, "the base has no advice"
    found = advice.axes[axis]
    return say(knowledge, "which-axis", axis=found.name, value=found.values[value])


def _wrong(knowledge: KnowledgeBase, which: Which, answer: str, places: Mapping[str, str]) -> str:
    """Why it is not this answer: the concept that it leaves out, or names without reason."""
    named = {BOTH: tuple(which.labels), NEITHER: ()}.get(answer, (answer,))
    for concept in sorted(which.labels, key=lambda concept: concept not in named):
        axes = which.labels[concept]
        missed = [axis for axis, values in axes.items() if places.get(axis) not in values]
        if bool(missed) == (concept not in named):
            continue
        slot = "which-is-not" if missed else "which-is-too" if named else "which-is"
        axis = missed[0] if missed else next(iter(axes))
        because = _says(knowledge, axis, places[axis]) if axis in places else ""
        told = say(knowledge, slot, concept=knowledge.names[concept])
        return f"{because} {told}".strip()
    return ""
