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
DEFINES, TOUCHES = 0.5, 0.2
"""So likely must a definition be the concept's to be right, or right in part."""
TAKEN, FAR_TAKEN = 0.35, 0.8
"""So likely the definition of a neighbour, or of any other concept, is what was given instead."""
ALONE = 0.5
"""A definition as much like one of the base's own says it, unless another concept is likelier."""
SAME, FEWEST_SAID = 0.9, 2
"""A whole answer as much like one is one; one word is none."""
PLENTY = 4
"""With so many words of content it is one whatever they resemble; fewer may be another's."""
PART = 0.45
"""So much like a trait an answer says it."""
MOST_SENTENCES = 4
"""Sentences are also read alone, in an answer of no more than so many."""
MOST_MISSING = 3
FEWEST_WORDS = 3
"""So many function words can say something together: "many new ideas"."""
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
            return Graded(missing=_wanted(free.ideas, ()))
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
        return [stems for stems in heard if self._says_something(set(stems) - asked)]

    def _says_something(self, stems: set[str]) -> bool:
        """Whether there is a word with content of its own, or a few that can have some together."""
        few = stems - self._empty
        return len(few) >= FEWEST_WORDS or bool(self._likeness.content(tuple(few)))

    def _definition(
        self, free: Free, concept: str, text: str, pieces: Sequence[tuple[str, ...]]
    ) -> Graded:
        whole, *parts = free.ideas
        heard = self._hearing.stems(text, (concept,), repaired=True)
        telling = [p for p in pieces if len(self._likeness.content(p)) >= FEWEST_SAID]
        like = max((self._nearest(piece, whole.texts, (concept,)) for piece in telling), default=0)
        said, best = self._read(text, concept)
        other = self._knowledge.names[said.other] if said.other is not None else ""
        least = TAKEN if other in free.others else FAR_TAKEN
        taken = said.chance >= least and said.chance > 2 * said.own
        likely = best.own >= DEFINES or (like >= ALONE and best.own >= TOUCHES)
        ours = likely and best.own >= best.chance and not taken
        words = len(self._likeness.content(heard))
        anothers = best.chance >= TAKEN and best.chance > 2 * best.own
        same = (
            words >= (PLENTY if anothers else FEWEST_SAID)
            and self._nearest(heard, whole.texts, (concept,)) >= SAME
        )
        if (ours or same) and len(set(heard) - self._empty) >= FEWEST_SAID:
            return Graded(covered=tuple(idea.id for idea in free.ideas), right=True)
        covered = tuple(
            part.id
            for part in parts
            if any(self._nearest(piece, part.texts, (concept,)) >= PART for piece in pieces)
        )
        touched = best.own >= TOUCHES or like >= ALONE or bool(covered)
        return Graded(
            covered=covered,
            missing=_wanted(free.ideas, covered),
            mistaken=other if taken else None,
            partly=touched and not taken,
        )

    def _read(self, text: str, concept: str) -> tuple[Defined, Defined]:
        """What an answer defines without what it denies, and at best, whole or in a sentence."""
        said = self._definitions.read(self._hearing.undenied(text, self._denying), concept)
        sentences = self._hearing.sentences(text)
        alone = sentences if 1 < len(sentences) <= MOST_SENTENCES else []
        views = (self._definitions.read(view, concept) for view in dict.fromkeys((text, *alone)))
        return said, max((said, *views), key=lambda read: read.own)

    def _list(
        self, free: Free, about: tuple[str, ...], pieces: Sequence[tuple[str, ...]]
    ) -> Graded:
        """Each piece says the idea that it is nearest to, unless something else is nearer."""
        covered: dict[str, float] = {}
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
                    covered[first] = max(like, covered.get(first, 0.0))
            elif rival >= SAID:
                astray[other] = max(rival, astray.get(other, 0.0))
        # What is clearest in an answer is what it speaks of.
        clear = max(covered.values(), default=0.0) >= max(astray.values(), default=0.0)
        enough = len(covered) >= free.needed and clear
        mistaken = max(astray, key=lambda name: astray[name]) if astray and not enough else None
        ids = tuple(idea.id for idea in free.ideas if idea.id in covered)
        return Graded(
            covered=ids,
            missing=() if enough else _wanted(free.ideas, ids),
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
    def _empty(self) -> frozenset[str]:
        words = self._knowledge.language.empty_words
        return frozenset(name for word in words for name in stems_of(word))

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


def _wanted(ideas: Sequence[Idea], covered: Sequence[str]) -> tuple[str, ...]:
    """The names of the first few ideas that were not said.

    Of a definition the parts are named, and the whole where there is no part left to name.
    """
    open_ones = [idea for idea in ideas if idea.id not in covered]
    parts = [idea for idea in open_ones if idea.id != DEFINE]
    return tuple(idea.name for idea in parts or open_ones)[:MOST_MISSING]
