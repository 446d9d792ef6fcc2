"""Say it in your own words: what a concept is, and what a knowledge base lists about it.

What an exercise holds depends on the base alone, never on the lesson that asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sourcebot.dialogue.phrasing import terms_in
from sourcebot.knowledge.course_model import Lesson
from sourcebot.knowledge.facts import Fact
from sourcebot.knowledge.model import DEFINE, Concept, Entry, KnowledgeBase
from sourcebot.knowledge.voice import sentences
from sourcebot.learning.items.item import Free, Idea, Item
from sourcebot.learning.items.near import RELATED, apart, asking, defined, neighbours
from sourcebot.learning.items.texts import content, say, united
from sourcebot.learning.words import say as fill

LISTED = ("reasons", "risks")
"""Aspects that are asked for where a lesson names none."""
FEWEST = 4
"""So many titled points make a list worth asking for."""
NEEDED = 2
"""So many points of a list make an answer."""
MOST_PARTS = 2
"""A definition's missing parts are named by so many traits at most."""
TITLED = 3
"""What a word shared with a point's title counts beside one shared with its text."""
EXPRESSED = 0.5
"""A trait is a part of the definition where the definition holds this share of its words."""


def free_items(knowledge: KnowledgeBase, lesson: Lesson) -> tuple[Item, ...]:
    """Definitions first, then lists, each concept by concept in the lesson's order."""
    made = [*_definitions(knowledge, lesson), *_lists(knowledge, lesson)]
    return tuple(made)


def defining_texts(knowledge: KnowledgeBase, concept: Concept) -> tuple[str, ...]:
    """Ways to say what a concept is, from all that the base says of it; its summary comes first.

    What names another concept is left out: it says what that one is, too.
    """
    texts: dict[str, None] = {}
    entry = defined(knowledge, concept.id)
    if entry is not None:
        for fact in (entry.summary, *entry.points):
            kept = fact is entry.summary or fact.kind == "definition"
            if kept and not _names_others(knowledge, concept, fact.title or ""):
                texts.update(dict.fromkeys(sentences(fact.text)))
    texts.update(dict.fromkeys(phrase.text for phrase in concept.asked_as))
    return tuple(text for text in texts if not _names_others(knowledge, concept, text))


def trait_texts(knowledge: KnowledgeBase, concept: Concept) -> tuple[str, ...]:
    """What sets a concept apart in the respects in which its kind is compared."""
    return tuple(concept.traits[name].text for name in _compared(knowledge, concept))


def _names_others(knowledge: KnowledgeBase, concept: Concept, text: str) -> bool:
    return any(id != concept.id for id in terms_in(knowledge, text))


def _definitions(knowledge: KnowledgeBase, lesson: Lesson) -> Iterator[Item]:
    for id in lesson.concepts:
        entry, concept = defined(knowledge, id), knowledge.concepts[id]
        if entry is None:
            continue
        summary = entry.summary.text
        whole = Idea(DEFINE, summary, (summary, *defining_texts(knowledge, concept)))
        near = neighbours(knowledge, id, RELATED)
        yield _item(
            knowledge,
            entry,
            say(knowledge, "free-define", question=asking(knowledge, DEFINE, id)),
            Free(
                ideas=(whole, *_parts(knowledge, concept, whole)),
                needed=1,
                others={knowledge.names[other]: _told(knowledge, other) for other in near},
                model=summary,
            ),
        )


def _parts(knowledge: KnowledgeBase, concept: Concept, whole: Idea) -> Iterable[Idea]:
    """The traits that tell a concept from what it is often taken for, as its definition says them.

    They name what is missing where half of a definition is given.
    """
    near = [knowledge.concepts[id] for id in neighbours(knowledge, concept.id, RELATED)]
    summary, said = content(knowledge, whole.name), content(knowledge, " ".join(whole.texts))
    found: list[tuple[float, Idea]] = []
    told: list[frozenset[str]] = []
    for name in _compared(knowledge, concept):
        text, label = concept.traits[name].text, knowledge.kinds.traits[name]
        words = content(knowledge, text)
        apart = any(c.traits[name].text != text for c in near if name in c.traits)
        # "Another firm" does the work and "the other firm" employs the people: one idea, not two.
        if apart and words and words not in told and len(words & said) >= EXPRESSED * len(words):
            told.append(words)
            named = say(knowledge, "free-part", label=label, text=text)
            # What the first sentence says is missed most.
            share = len(words & summary) / len(words)
            found.append((-share, Idea(f"{DEFINE}:{name}", named, (text,))))
    return [idea for _, idea in sorted(found, key=lambda pair: pair[0])[:MOST_PARTS]]


def _compared(knowledge: KnowledgeBase, concept: Concept) -> list[str]:
    """The traits in which a concept is compared with others of its kind, without when to choose."""
    kinds = knowledge.kinds
    expected = kinds.expected.get(concept.kind or "", tuple(kinds.traits))
    return [name for name in expected if name in concept.traits and name != kinds.when]


def _told(knowledge: KnowledgeBase, id: str) -> tuple[str, ...]:
    concept = knowledge.concepts[id]
    return (*defining_texts(knowledge, concept), *trait_texts(knowledge, concept))


def _lists(knowledge: KnowledgeBase, lesson: Lesson) -> Iterator[Item]:
    aspects = [aspect for aspect in lesson.aspects if aspect != DEFINE] or LISTED
    for id in lesson.concepts:
        for aspect in aspects:
            entry = knowledge.entry(aspect, (id,))
            if entry is None or len(_titled(entry)) < FEWEST:
                continue
            question = asking(knowledge, aspect, id)
            prompt = say(knowledge, "free-list", question=question, number=str(NEEDED))
            ideas = _ideas(knowledge, entry)
            yield _item(
                knowledge,
                entry,
                prompt,
                Free(
                    ideas=ideas,
                    needed=NEEDED,
                    others=_other_lists(knowledge, entry),
                    model=_model(entry),
                ),
            )


def _titled(entry: Entry) -> list[Fact]:
    return [point for point in entry.points if point.title]


def _ideas(knowledge: KnowledgeBase, entry: Entry) -> tuple[Idea, ...]:
    """An idea for each titled point, then for what only the summary lists."""
    points = _titled(entry)
    alike = _of_title(knowledge, entry.aspect)
    texts = [[point.title or "", *_ways(point)] for point in points]
    held = [content(knowledge, " ".join(ways)) for ways in texts]
    titles = [content(knowledge, point.title or "") for point in points]
    alone: list[str] = []
    for piece in _pieces(knowledge, entry):
        words = content(knowledge, piece)
        # A word of the title says what a point is about, another one may stand anywhere.
        shared = [
            TITLED * len(words & title) + len(words & other)
            for title, other in zip(titles, held, strict=True)
        ]
        if words and max(shared) > 0:
            texts[shared.index(max(shared))].append(piece)
        elif words:
            alone.append(piece)
    for point, ways in zip(points, texts, strict=True):
        ways += alike.get(content(knowledge, point.title or ""), ())
    made = [
        Idea(f"{entry.aspect}:{number}", point.title or "", tuple(dict.fromkeys(ways)))
        for number, (point, ways) in enumerate(zip(points, texts, strict=True), start=1)
    ]
    rest = enumerate(alone, start=len(made) + 1)
    return (*made, *(Idea(f"{entry.aspect}:{n}", piece, (piece,)) for n, piece in rest))


def _of_title(knowledge: KnowledgeBase, aspect: str) -> dict[frozenset[str], list[str]]:
    """What the base says of any concept under a title of the same words: it is the same idea."""
    found: dict[frozenset[str], list[str]] = {}
    for entry in knowledge.entries.values():
        for point in _titled(entry) if entry.aspect == aspect else ():
            words = content(knowledge, point.title or "")
            if words:
                found.setdefault(words, []).extend(sentences(point.text))
    return found


def _model(entry: Entry) -> str:
    """An answer that names enough points, each with what is said of it first."""
    told = _titled(entry)[:NEEDED]
    return "\n".join(f"{point.title}: {sentences(point.text)[0]}" for point in told)


def _ways(point: Fact) -> list[str]:
    found = sentences(point.text)
    return [point.text, *found] if len(found) > 1 else [point.text]


def _pieces(knowledge: KnowledgeBase, entry: Entry) -> list[str]:
    """What a summary lists: what stands between its commas and joining words, after its verb."""
    language = knowledge.language
    text = entry.summary.text.rstrip(".")
    verbs, joiners = (
        "|".join(map(re.escape, words)) for words in (language.auxiliaries, language.joiners)
    )
    if verbs:
        text = re.split(rf"\b(?:{verbs})\b", text, maxsplit=1)[-1]
    parts = re.split(rf"[,;:]|\b(?:{joiners})\b" if joiners else "[,;:]", text)
    return [part.strip() for part in parts if part.strip()]


def _other_lists(knowledge: KnowledgeBase, entry: Entry) -> dict[str, tuple[str, ...]]:
    """What the base lists under the aspects that are asked for like this one, of the same thing."""
    others: dict[str, tuple[str, ...]] = {}
    for aspect in LISTED:
        other = knowledge.entry(aspect, entry.concepts)
        if aspect != entry.aspect and other is not None:
            ways = ((point.title or "", *_ways(point)) for point in other.points)
            title = knowledge.aspects[aspect].name.lower()
            name = fill(knowledge.learning_words, "free-other", aspect=title) or title
            others[name] = tuple(text for texts in ways for text in texts if text)
    return others


def _item(knowledge: KnowledgeBase, entry: Entry, prompt: str, free: Free) -> Item:
    """The exercise on an entry: what it says is what is explained afterwards.

    After a definition comes what the model answer does not say yet: how it differs from what it is
    taken for, or what else there is to it.
    """
    if entry.aspect == DEFINE:
        other = apart(knowledge, entry.concepts[0])
        more = [other.summary] if other is not None else entry.points[:1]
        why = "\n\n".join(fact.text for fact in more)
        told = [entry.summary, *more]
    else:
        titles = "\n".join(f"- **{p.title}**: {p.text}" for p in _titled(entry))
        why = f"{entry.summary.text}\n\n{titles}"
        told = [entry.summary, *_titled(entry)]
    return Item(
        id=f"free:{entry.aspect}:{entry.concepts[0]}",
        kind="free",
        prompt=prompt,
        why=why,
        about=entry.concepts,
        sources=united(*(fact.sources for fact in told)),
        question=asking(knowledge, entry.aspect, *entry.concepts),
        place=entry.place,
        free=free,
    )
