"""Which sentence says what a concept is, and which concept a sentence tells of.

What an exercise holds depends on the base alone, never on the lesson that asks for it: its memory
is one, whatever lesson it was met in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from sourcebot.knowledge.course_model import Lesson
from sourcebot.knowledge.model import DEFINE, Entry, KnowledgeBase
from sourcebot.learning.items.item import Ask, Choice, Item
from sourcebot.learning.items.near import (
    RELATED,
    apart,
    asking,
    broader,
    defined,
    narrower,
    nearness,
    neighbours,
)
from sourcebot.learning.items.texts import (
    BLANK,
    SAME,
    content,
    first_sentence,
    likeness,
    masked,
    names_in,
    say,
    stems_in,
    united,
    without,
)

OTHERS = 3
FEWEST = 2


def definition_items(knowledge: KnowledgeBase, lesson: Lesson) -> Iterator[Item]:
    """For each concept of the lesson its definition to choose; then for each its name to choose."""
    for make in (definition_item, name_item):
        for id in lesson.concepts:
            item = make(knowledge, id)
            if item is not None:
                yield item


def definition_item(knowledge: KnowledgeBase, id: str) -> Item | None:
    """Choose the sentence that defines the concept; None where too few others can stand beside it.

    A broader concept's definition also holds of the narrower one, so that it never stands there.
    """
    entry, right = _told(knowledge, id)
    others = _others(knowledge, id, broader(knowledge, id))
    if entry is None or right is None or len(others) < FEWEST:
        return None
    wrong = {other: say(knowledge, "definition-wrong", concept=knowledge.said(other))
             for other in others}  # fmt: skip
    labels = {id: _closed(knowledge, id, right, others.values()), **others}
    labels = _numberless(knowledge, labels)
    choices = tuple(Choice(one, labels[one]) for one in sorted(labels))
    prompt = say(knowledge, "definition-ask", concept=knowledge.names[id])
    ask = Ask("", choices, id, wrong)
    return replace(_item(knowledge, f"definition:{id}", id, entry, prompt, ask), learnt=right)


def name_item(knowledge: KnowledgeBase, id: str) -> Item | None:
    """Choose the concept that the sentence defines; neither a broader nor a narrower one is there.

    What is said of a concept is true of the narrower ones, and partly of the broader ones.
    """
    entry, told = _told(knowledge, id)
    kin = broader(knowledge, id) | narrower(knowledge, id)
    others = _others(knowledge, id, kin)
    if entry is None or told is None or len(others) < FEWEST:
        return None
    wrong = {other: first_sentence(found.summary.text)
             for other in others if (found := defined(knowledge, other))}  # fmt: skip
    choices = tuple(Choice(one, knowledge.names[one]) for one in sorted((id, *others)))
    names = [knowledge.names[other] for other in others]
    # Beside the definitions of the others its own would show whether its name is in the plural.
    text = _numberless(knowledge, {**others, id: _closed(knowledge, id, told, names)})[id]
    prompt = say(knowledge, "name-ask", text=text)
    return _item(knowledge, f"name:{id}", id, entry, prompt, Ask("", choices, id, wrong))


def _item(
    knowledge: KnowledgeBase, item: str, id: str, entry: Entry, prompt: str, ask: Ask
) -> Item:
    told_apart = apart(knowledge, id)
    more = [told_apart.summary] if told_apart is not None else entry.points[:1]
    told = [entry.summary, *more]
    return Item(
        id=item,
        kind="definition",
        prompt=prompt,
        why="\n\n".join(fact.text for fact in told),
        about=(id,),
        sources=united(*(fact.sources for fact in told)),
        question=asking(knowledge, DEFINE, id),
        place=entry.place,
        asks=(ask,),
    )


def _closed(knowledge: KnowledgeBase, id: str, text: str, beside: Iterable[str]) -> str:
    """The text with blanks for words of the concept's name, where no text beside it has them."""
    shared = frozenset(stem for other in beside for stem in content(knowledge, other))
    return without(text, content(knowledge, knowledge.names[id]) - shared)


def _told(knowledge: KnowledgeBase, id: str) -> tuple[Entry | None, str | None]:
    """The entry that defines the concept, and its sentence without the name."""
    entry = defined(knowledge, id)
    if entry is None:
        return None, None
    return entry, masked(knowledge.concepts[id], entry.summary.text)


def _numberless(knowledge: KnowledgeBase, labels: dict[str, str]) -> dict[str, str]:
    """The sentences without the verbs behind their blanks, where these differ in number.

    Only one of four that says "are" would be the right one for a name in the plural.
    """
    copulas = [w.strip() for w in knowledge.learning_words.get("definition-copulas", "").split(",")]
    found = {id: label.removeprefix(f"{BLANK} ").partition(" ") for id, label in labels.items()}
    if len({verb for verb, _, _ in found.values() if verb in copulas}) < 2:
        return labels
    return {id: f"{BLANK}: {rest}" if verb in copulas else labels[id]
            for id, (verb, _, rest) in found.items()}  # fmt: skip


def _others(knowledge: KnowledgeBase, id: str, never: frozenset[str]) -> dict[str, str]:
    """The nearest concepts that can stand beside this one -> their definitions without the name.

    None names the concept that is asked for, and no two say the same: those that the base itself
    sets against this concept differ, however few words tell them apart.
    """
    own = _told(knowledge, id)[1]
    if own is None:
        return {}
    asked = names_in(knowledge.concepts[id])
    seen = [stems_in(own)]
    found: dict[str, str] = {}
    for other in neighbours(knowledge, id):
        told = None if other in never else _told(knowledge, other)[1]
        if told is None or asked.search(told) is not None:
            continue
        stems = stems_in(told)
        if nearness(knowledge, id, other) < RELATED and any(
            likeness(stems, earlier) >= SAME for earlier in seen
        ):
            continue
        seen.append(stems)
        found[other] = told
        if len(found) == OTHERS:
            break
    return found
