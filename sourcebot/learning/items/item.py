"""An exercise: what is asked, what is right and why, and where the knowledge base says so."""

from __future__ import annotations

import hashlib

from msgspec import Struct

from sourcebot.knowledge.course_model import Practice
from sourcebot.knowledge.facts import Place


class Choice(Struct, frozen=True):
    """Something to choose. id: what it stands for in the knowledge base; label: how it reads."""

    id: str
    label: str


class Ask(Struct, frozen=True):
    """One question of an exercise.

    text: empty where the exercise's prompt says it all; right: the id of the best choice; wrong:
    choice -> why it is not the best, where there is something to say.
    """

    text: str
    choices: tuple[Choice, ...]
    right: str
    wrong: dict[str, str] = {}

    @property
    def best(self) -> Choice:
        """The best choice."""
        return next(choice for choice in self.choices if choice.id == self.right)


class Idea(Struct, frozen=True):
    """Something that an answer in free words should say.

    name: how it is named where it is missing; texts: ways to say it.
    """

    id: str
    name: str
    texts: tuple[str, ...]


class Free(Struct, frozen=True):
    """What an answer in free words is held against.

    ideas: what can be said; needed: how many of them make the answer right; others: what would be
    said of something else: name of that -> ways to say it; model: an answer as it may be given.
    """

    ideas: tuple[Idea, ...]
    needed: int
    others: dict[str, tuple[str, ...]]
    model: str


class Item(Struct, frozen=True):
    """An exercise; one memory is kept of each.

    id: kind and what it is about, e.g. `definition:offshoring`; prompt: Markdown, what to do;
    asks: one or more questions that are answered one after the other, empty for free words; free:
    what free words are held against; why: Markdown, said after the answer, right or wrong; about:
    ids of the concepts, tasks, claims, criteria and cases that it trains; sources: ids;
    question: a message to the bot that leads to the entry; place: where the entry stands; learnt:
    what is learnt, where the best choice reads otherwise for the sake of those beside it.
    """

    id: str
    kind: Practice
    prompt: str
    why: str
    about: tuple[str, ...]
    sources: tuple[str, ...]
    question: str
    place: Place
    asks: tuple[Ask, ...] = ()
    free: Free | None = None
    learnt: str = ""

    @property
    def answer(self) -> str:
        """The right answer as text: what a learner learnt, to be compared with what it is now."""
        if self.learnt:
            return self.learnt
        if self.free is not None:
            return self.free.model
        pairs = ((ask.text, ask.best.label) for ask in self.asks)
        return "\n".join(f"{text}: {best}" if text else best for text, best in pairs)

    @property
    def digest(self) -> str:
        """Sixteen hex digits over what is learnt: they change when the right answer does.

        Neither the wrong choices nor sources count, nor the words around the answer.
        """
        return hashlib.sha256(f"{self.id}\0{self.answer}".encode()).hexdigest()[:16]
