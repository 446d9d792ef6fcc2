"""Which concepts stand near one another: what is worth telling apart, and what must not compete."""

from __future__ import annotations

from sourcebot.dialogue.phrasing import as_message
from sourcebot.dialogue.questions import Question
from sourcebot.knowledge.model import DEFINE, Entry, KnowledgeBase, Takes
from sourcebot.learning.items.texts import stable

CONTRAST, RELATED, SIBLING, KIN, STRANGER = 4, 3, 2, 1, 0


def broader(knowledge: KnowledgeBase, id: str) -> frozenset[str]:
    """The concepts that this one is a kind of, however indirectly, without itself."""
    relation = knowledge.kinds.broader
    found: set[str] = set()
    left = [id] if relation is not None else []
    while left:
        concept = knowledge.concepts[left.pop()]
        for parent in concept.relations.get(relation or "", ()):
            if parent not in found:
                found.add(parent)
                left.append(parent)
    return frozenset(found - {id})


def narrower(knowledge: KnowledgeBase, id: str) -> frozenset[str]:
    """The concepts that are kinds of this one, however indirectly."""
    return frozenset(other for other in knowledge.concepts if id in broader(knowledge, other))


def neighbours(knowledge: KnowledgeBase, id: str, least: int = STRANGER) -> list[str]:
    """The other concepts, the nearest first, down to the nearness `least`; ties by a stable hash.

    Nearest are its contrast and its opposite, then what any relation but the broader one ties to
    it, then what has a broader concept in common, then what is of the same kind. Of those equally
    near come first what it is set against itself, then what somebody compared with it: these are
    taken for one another. A concept that many are set against has more neighbours than it is
    mistaken for.
    """
    own = knowledge.concepts[id]
    mistaken = (own.contrast, own.opposite)
    pair = aspect_taking(knowledge, "pair")

    def place(other: str) -> tuple[int, bool, bool, bool, str]:
        compared = pair is not None and knowledge.entry(pair, (id, other)) is not None
        kin = own.kind is not None and own.kind == knowledge.concepts[other].kind
        return -near[other], other not in mistaken, not compared, not kin, stable(id, other)

    near = {
        other: level
        for other in knowledge.concepts
        if other != id and (level := nearness(knowledge, id, other)) >= least
    }
    return sorted(near, key=place)


def nearness(knowledge: KnowledgeBase, one: str, other: str) -> int:
    """How near two concepts are: one of the constants above; the same both ways."""
    first, second = knowledge.concepts[one], knowledge.concepts[other]
    relation = knowledge.kinds.broader
    for concept, id in ((first, other), (second, one)):
        if id in (concept.contrast, concept.opposite):
            return CONTRAST
    for concept, id in ((first, other), (second, one)):
        if any(id in ids for name, ids in concept.relations.items() if name != relation):
            return RELATED
    parents = [set(c.relations.get(relation or "", ())) for c in (first, second)]
    if parents[0] & parents[1]:
        return SIBLING
    return KIN if first.kind is not None and first.kind == second.kind else STRANGER


def defined(knowledge: KnowledgeBase, id: str) -> Entry | None:
    """The entry that says what a concept is."""
    return knowledge.entry(DEFINE, (id,))


def apart(knowledge: KnowledgeBase, id: str) -> Entry | None:
    """How the concept differs from the one it is taken for, where somebody wrote that."""
    contrast, pair = knowledge.concepts[id].contrast, aspect_taking(knowledge, "pair")
    return knowledge.entry(pair, (id, contrast)) if contrast and pair else None


def asking(knowledge: KnowledgeBase, aspect: str, *concepts: str, task: str | None = None) -> str:
    """The message that leads to an entry."""
    return as_message(knowledge, Question(aspect, concepts, task, 1.0))


def aspect_taking(knowledge: KnowledgeBase, takes: Takes) -> str | None:
    """The first aspect that asks for such a thing, e.g. a pair of concepts."""
    return next((id for id, aspect in knowledge.aspects.items() if aspect.takes == takes), None)


def advice_message(knowledge: KnowledgeBase, task: str | None) -> str:
    """The message that starts the guided advice, about a piece of work where one is given."""
    words = knowledge.language.advice.words
    if task is not None and "help-task" in words:
        return words["help-task"].replace("{task}", knowledge.tasks[task].name)
    return words.get("help", "")
