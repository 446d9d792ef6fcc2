"""Whether an answer in free words is right, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property

from msgspec import Struct

from sourcebot.dialogue.bot import Bot
from sourcebot.knowledge.model import DEFINE, KnowledgeBase
from sourcebot.learning.defining import Defined, Definitions
from sourcebot.learning.hearing import Hearing, asking_classes
from sourcebot.learning.items.item import Free, Idea
from sourcebot.learning.likeness import Likeness
from sourcebot.routing.text import MAX_CHARACTERS, stems_of

SAID = 0.3
"""A piece as much like one of an idea's texts says it."""
HINTED = 0.25
"""A piece as much like one only touches it."""
RIVAL = 0.85
"""A piece says an idea only if it is as near, by this factor, as to anything else."""
DEFINES, TOUCHES = 0.5, 0.12
"""So likely must a definition be the concept's to be right, or right in part."""
TAKEN = 0.4
"""So likely another concept's definition is what was given instead."""
ALONE = 0.5
"""A definition as much like one of the base's own says it, unless another concept is likelier."""
PART = 0.45
"""So much like a trait an answer says it."""
MOST_SENTENCES = 4
"""Sentences are also read alone, in an answer of no more than so many."""
MOST_MISSING = 3
PROMPTS = ("free-define", "free-list")
"""The words around a question, in content/language/learning.yaml."""


class Graded(Struct, frozen=True):
    """How an answer was.

    covered: ids of the ideas that it says; missing: names of those still wanted, the most
    important first, empty where it is right; mistaken: name of what it says instead; right: it says
    enough; partly: some of it is right.
    """

    covered: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    mistaken: str | None = None
    right: bool = False
    partly: bool = False


class Grader:
    """Grades with one bot's knowledge and index. Safe to share between threads."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def grade(self, free: Free, concepts: Sequence[str], text: str) -> Graded:
        """Grade an answer about these concepts. Never raises for any text.

        What takes long is done once: the first answer waits a second or two.
        """
        about = tuple(concepts)
        aspect = free.ideas[0].id.partition(":")[0]
        pieces = self._pieces(text, about, aspect)
        if not pieces:
            return Graded(missing=_named(free.ideas, ()))
        if aspect == DEFINE and len(about) == 1:
            return self._definition(free, about[0], text, pieces)
        return self._list(free, about, pieces)

    def _pieces(self, text: str, about: tuple[str, ...], aspect: str) -> list[tuple[str, ...]]:
        """The pieces of an answer as stems, without those that repeat the question or a name.

        Empty where there is nothing to grade, and for a text so long that it is no answer.
        """
        if len(text) > MAX_CHARACTERS:
            return []
        asked = self._asked(aspect)
        heard = (
            self._hearing.stems(piece, about, repaired=True) for piece in self._hearing.pieces(text)
        )
        return [stems for stems in heard if set(self._likeness.content(stems)) - asked]

    def _definition(
        self, free: Free, concept: str, text: str, pieces: Sequence[tuple[str, ...]]
    ) -> Graded:
        whole, *parts = free.ideas
        read = self._read(text, concept)
        like = max(self._nearest(piece, whole.texts, (concept,)) for piece in pieces)
        ahead = read.own >= read.chance
        right = ahead and (read.own >= DEFINES or (like >= ALONE and read.own >= TOUCHES))
        if right:
            return Graded(covered=tuple(idea.id for idea in free.ideas), right=True)
        taken = read.chance >= TAKEN and read.chance > 2 * read.own
        mistaken = self._knowledge.names[read.other] if taken and read.other else None
        covered = tuple(
            part.id
            for part in parts
            if any(self._nearest(piece, part.texts, (concept,)) >= PART for piece in pieces)
        )
        touched = read.own >= TOUCHES or bool(covered)
        wanted = _named(parts, covered) or (whole.name,)
        return Graded(covered, wanted, mistaken, partly=touched and not taken)

    def _read(self, text: str, concept: str) -> Defined:
        """What the answer defines: the whole, without what it denies, or one of few sentences."""
        views = {text: None, self._hearing.undenied(text, self._denying): None}
        sentences = self._hearing.sentences(text)
        if 1 < len(sentences) <= MOST_SENTENCES:
            views.update(dict.fromkeys(sentences))
        return max((self._definitions.read(view, concept) for view in views), key=lambda r: r.own)

    def _list(
        self, free: Free, about: tuple[str, ...], pieces: Sequence[tuple[str, ...]]
    ) -> Graded:
        """Each piece says the idea that it is nearest to, unless something else is nearer."""
        covered: dict[str, None] = {}
        astray: dict[str, float] = {}
        hinted = False
        for piece in pieces:
            near = {idea.id: self._nearest(piece, idea.texts, about) for idea in free.ideas}
            away = {n: self._nearest(piece, texts, about) for n, texts in free.others.items()}
            first, like = max(near.items(), key=lambda item: item[1])
            other, rival = max(away.items(), key=lambda item: item[1], default=("", 0.0))
            if like >= RIVAL * rival:
                hinted = hinted or like >= HINTED
                if like >= SAID:
                    covered[first] = None
            elif rival >= SAID:
                astray[other] = max(rival, astray.get(other, 0.0))
        enough = len(covered) >= free.needed
        mistaken = max(astray, key=lambda name: astray[name]) if astray and not enough else None
        ids = tuple(idea.id for idea in free.ideas if idea.id in covered)
        return Graded(
            covered=ids,
            missing=() if enough else _named(free.ideas, ids),
            mistaken=mistaken,
            right=enough,
            partly=not enough and (bool(covered) or (hinted and mistaken is None)),
        )

    def _nearest(
        self, piece: tuple[str, ...], texts: Sequence[str], about: tuple[str, ...]
    ) -> float:
        """How much a piece is like the one of the texts that it is most like, 0..1."""
        return max((self._likeness.compare(piece, self._stems(t, about)) for t in texts), default=0)

    @property
    def _knowledge(self) -> KnowledgeBase:
        return self._bot.knowledge

    @cached_property
    def _hearing(self) -> Hearing:
        return Hearing(self._bot.index)

    @cached_property
    def _synonyms(self) -> dict[str, tuple[str, ...]]:
        signs = (sign for concept in self._knowledge.concepts.values() for sign in concept.signs)
        return asking_classes(self._knowledge.words, tuple(signs))

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness(self._knowledge, self._synonyms)

    @cached_property
    def _definitions(self) -> Definitions:
        return Definitions(self._knowledge, self._hearing, self._synonyms)

    @cached_property
    def _denying(self) -> tuple[str, ...]:
        words = self._knowledge.learning_words.get("free-denied", "").split(",")
        return tuple(word.strip() for word in words if word.strip())

    @cached_property
    def _stems(self) -> Callable[[str, tuple[str, ...]], tuple[str, ...]]:
        return cache(lambda text, about: self._hearing.stems(text, about, repaired=False))

    @cached_property
    def _asked(self) -> Callable[[str], frozenset[str]]:
        return cache(self._words_of_question)

    def _words_of_question(self, aspect: str) -> frozenset[str]:
        """The stems with which an aspect is asked for: who repeats them has said nothing."""
        base = self._knowledge
        texts = [base.learning_words.get(place, "") for place in PROMPTS]
        if aspect in base.aspects:
            texts.append(base.aspects[aspect].question)
        texts += [asked.get(aspect, "") for asked in base.kinds.questions.values()]
        return frozenset(name for text in texts for name in stems_of(text))


def _named(ideas: Sequence[Idea], covered: Sequence[str]) -> tuple[str, ...]:
    """The names of the first few ideas that were not said."""
    return tuple(idea.name for idea in ideas if idea.id not in covered)[:MOST_MISSING]
