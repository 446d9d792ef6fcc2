"""What a message says to the advice: an answer, facts told unasked, or how to go on.

Purely about words: what follows from them is for `steps.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from sourcebot.dialogue.advising.picking import picked_answer, picked_of
from sourcebot.dialogue.advising.tables import (
    ALSO,
    IS,
    LEAVES,
    TASK_SLOT,
    TERM_SLOT,
    Hearing,
    with_slot,
)
from sourcebot.dialogue.reader import Reader
from sourcebot.knowledge.advice_model import Advice, Criterion
from sourcebot.routing.router import Route, Router
from sourcebot.routing.text import clean, stems_of, words_of

EXACT = 0.8
"""So near a phrase, a message says what the phrase says."""
ACTS, LIKE_AN_ACT = 0.5, 0.5
"""The confidence from which a message steers the advice, and the similarity to some phrase."""
REPLIES = 0.4
"""The confidence from which a message is taken for a reply to the question ..."""
MAYBE = 0.25
"""... and the one from which it may be one, so that the user is asked."""
ELSEWHERE = 0.7
"""The confidence from which a message answers a question that was not asked."""
TOLD, FAMILIAR = 0.8, 0.4
"""A statement tells an answer where the next likely one has at most this share of its confidence,
and where some phrase is at least so similar."""
NEARER = 0.25
"""What may be a reply is a statement on something else where it is so much more similar to one."""
TIED = 0.75
"""Two answers fit equally where the second has this share of the first one's confidence."""
PART = 0.9
"""What a part of a message counts against the whole."""
_PARTS = re.compile(r"[.;!?\n]+|,|\b(?:and|but|because|so|although|though|while|since)\b")


class Heard(Struct, frozen=True):
    """What was heard.

    act: how to go on (see `content/language/advice.yaml`); answers: criterion -> answer; possible:
    criterion -> answers left open; unclear: answers to the question that fit equally; term: the
    criterion and the number of the word that is to be explained; change: the criterion whose answer
    is to be changed, without saying to what; task: the piece of work that is named; exact: the
    answer was picked, not heard in other words.
    """

    act: str | None = None
    answers: dict[str, str] = {}
    possible: dict[str, tuple[str, ...]] = {}
    unclear: tuple[str, ...] = ()
    term: tuple[str, int] | None = None
    change: str | None = None
    task: str | None = None
    exact: bool = False

    @property
    def nothing(self) -> bool:
        """Whether the message says nothing to the advice."""
        return not (self.act or self.answers or self.possible or self.unclear or self.change)


class Listener:
    """Hears messages with the tables of one knowledge base."""

    def __init__(self, reader: Reader, hearing: Hearing, advice: Advice) -> None:
        self.reader = reader
        self.index = reader.index
        self.hearing = hearing
        self.advice = advice

    def hear(self, text: str, asked: str | None, choices: Sequence[str]) -> Heard:
        """What a message says.

        asked: the criterion whose question is waiting, if one is; choices: the answers that it was
        put with, in their order.
        """
        criterion = self.advice.criteria.get(asked) if asked is not None else None
        if criterion is not None:
            ordinals = self.index.knowledge.language.ordinals
            picked = picked_answer(text, criterion, choices, ordinals)
            if picked is not None:
                return Heard(answers={criterion.id: picked}, exact=True)
        acting = self._act(text)
        if acting is not None:
            reply = self._best_reply(text, criterion) if criterion else _NO_REPLY
            nearest = 1.0 if reply.similarity >= EXACT > acting[1] else reply.confidence
            if acting[1] >= nearest:
                return acting[0]
        corrects, rest = self._correction(text)
        if corrects:
            return self._correcting(rest, criterion)
        return self._told(text, criterion)

    def maybe(self, text: str, asked: str) -> tuple[str, ...]:
        """The one or two answers that a message which says nothing else may mean."""
        if self.reader.asks(text):
            return ()
        reply = self._best_reply(text, self.advice.criteria[asked])
        return reply.answers if reply.confidence >= MAYBE else ()

    def nearest_phrase(self, text: str, criterion: str, answer: str) -> tuple[str, float] | None:
        """The phrase of an answer that a message is most like, and how much, 0..1."""
        found: list[tuple[float, str]] = []
        for _, view in self._views(text):
            stems = stems_of(view)
            for router, label in (
                (self.hearing.replies[criterion], answer),
                (self.hearing.statements, f"{criterion}{IS}{answer}"),
            ):
                found += [(near, text) for _, text, near in router.nearest(stems, label)[:1]]
        return (max(found)[1], max(found)[0]) if found else None

    def told(self, text: str) -> Heard:
        """What a message tells unasked, question or not: for the one that starts the advice."""
        answers, possible = self._statements(text)
        return Heard(answers=answers, possible=possible, task=self._slotted(text)[1] or None)

    def _told(self, text: str, criterion: Criterion | None) -> Heard:
        asks = self.reader.asks(text)
        answers: dict[str, str] = {}
        unclear: tuple[str, ...] = ()
        reply = self._best_reply(text, criterion) if criterion is not None else _NO_REPLY
        bar = EXACT if asks else REPLIES
        if criterion is not None and max(reply.confidence, reply.similarity * (not asks)) >= bar:
            heard = reply.confidence >= bar or reply.similarity >= EXACT
            if heard and len(reply.answers) == 1:
                answers[criterion.id] = reply.answers[0]
            elif heard:
                unclear = reply.answers
        if asks:
            return Heard(answers=answers, unclear=unclear)
        least = (
            min(EXACT, max(FAMILIAR, reply.similarity + NEARER)) if answers or unclear else FAMILIAR
        )
        told, possible = self._statements(text, least)
        if (told or possible) and reply.similarity < EXACT:
            answers, unclear = {}, ()  # it answers another question, and this one only by chance
        elif criterion is not None and told.get(criterion.id) in unclear:
            unclear = ()
        if criterion is not None and not (answers or unclear or told or possible):
            told = self._elsewhere(text, criterion)
        return Heard(answers={**told, **answers}, possible=possible, unclear=unclear)

    def picked_of(self, text: str, labels: Sequence[str]) -> int | None:
        """The position of the label that a number, a letter, an ordinal or itself picks."""
        return picked_of(text, labels, self.index.knowledge.language.ordinals)

    def _act(self, text: str) -> tuple[Heard, float] | None:
        """How the message steers the advice, and how confidently."""
        route = self.hearing.acts.route(clean(text).lstrip("/"))
        slotted, owner = with_slot(text, self.hearing.terms, frozenset({"term"}), TERM_SLOT)
        if owner:
            masked = self.hearing.acts.route(slotted)
            id, _, number = owner.rpartition(":")
            label = masked.ranking[0][0] if masked.ranking else ""
            if label == "meaning" and masked.similarity >= EXACT:
                return Heard(act="meaning", term=(id, int(number))), 1.0
            if label == "change_term" and masked.confidence >= ACTS:
                return Heard(change=id), masked.confidence
        if not route.ranking or route.ranking[0][0] in ("meaning", "change_term"):
            return None
        exact = route.similarity >= EXACT
        clear = route.confidence >= ACTS and route.similarity >= LIKE_AN_ACT
        if not exact and (not clear or self._asks_about_the_world(text, route)):
            return None
        return Heard(act=route.ranking[0][0]), 1.0 if exact else route.confidence

    def _asks_about_the_world(self, text: str, route: Route) -> bool:
        """Whether a question names a concept, so that it asks for knowledge."""
        named = with_slot(text, self.index.spotter, frozenset({"concept"}), "")[1]
        return bool(named) and self.reader.asks(text)

    def _correction(self, text: str) -> tuple[bool, str]:
        """Whether the message opens by taking something back, and the message without that."""
        words = words_of(text, self.index.contractions)
        for size in range(min(5, len(words) - 1), 0, -1):
            if tuple(words[:size]) in self.index.corrections and words[:size] != ["no"]:
                rest = words[size:]
                return True, " ".join(rest)
        return False, text

    def _correcting(self, text: str, criterion: Criterion | None) -> Heard:
        """What is said instead: of any criterion, or else of the one that is asked."""
        heard = self._told(text, criterion)
        if heard.nothing:
            return Heard(change=self._criterion_named(text))
        return heard

    def _elsewhere(self, text: str, asked: Criterion) -> dict[str, str]:
        """The answer to another question that the message clearly is, and to that one alone."""
        replies = sorted(
            (
                (reply.confidence, criterion.id, reply.answers)
                for criterion in self.advice.criteria.values()
                if criterion.id != asked.id
                and (reply := self._best_reply(text, criterion)).confidence >= ELSEWHERE
            ),
            reverse=True,
        )
        if not replies or len(replies[0][2]) > 1:
            return {}
        if len(replies) > 1 and replies[1][0] > TOLD * replies[0][0]:
            return {}
        return {replies[0][1]: replies[0][2][0]}

    def _criterion_named(self, text: str) -> str | None:
        """The criterion whose name or term the text holds."""
        owner = with_slot(text, self.hearing.terms, frozenset({"term"}), TERM_SLOT)[1]
        return owner.rpartition(":")[0] or None

    def _best_reply(self, text: str, criterion: Criterion) -> _Reply:
        """What the message most likely answers to the question."""
        router = self.hearing.replies[criterion.id]
        best = _NO_REPLY
        for part, view in self._views(text):
            route = router.route(view)
            worth = route.confidence * (PART if part else 1.0)
            if worth > best.confidence:
                best = _Reply(_fitting(router, route), worth, route.similarity)
        return best

    def _views(self, text: str) -> Iterator[tuple[bool, str]]:
        """(whether it is a part, text): the message and its parts, as they are and with a slot."""
        cleaned = clean(text)
        whole = dict.fromkeys((cleaned, self._slotted(text)[0]))
        yield from ((False, view) for view in whole)
        parts = dict.fromkeys(part for view in whole for part in _parts(view) if part not in whole)
        yield from ((True, part) for part in parts)

    def _statements(
        self, text: str, least: float = FAMILIAR
    ) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
        """The answers that a message tells, and those that it leaves open, by criterion.

        least: how similar to a known statement it must be.
        """
        told: dict[str, tuple[float, str]] = {}
        for _, view in self._views(text):
            route = self.hearing.statements.route(view)
            if not route.ranking or not _tells(route, least):
                continue
            label = route.ranking[0][0]
            id = re.split(f"[{IS}{LEAVES}]", label)[0]
            if route.similarity > told.get(id, (0.0, ""))[0]:
                told[id] = (route.similarity, label)
        answers: dict[str, str] = {}
        possible: dict[str, tuple[str, ...]] = {}
        for id, (_, label) in told.items():
            if LEAVES in label:
                possible[id] = tuple(label.partition(LEAVES)[2].split(ALSO))
            else:
                answers[id] = label.partition(IS)[2]
        return answers, possible

    def _slotted(self, text: str) -> tuple[str, str]:
        return with_slot(text, self.index.spotter, frozenset({"task"}), TASK_SLOT)


def _parts(text: str) -> Iterator[str]:
    """The pieces of a message that may each say something."""
    for part in _PARTS.split(text):
        if part.strip():
            yield part.strip()


class _Reply(Struct, frozen=True):
    """Answers to a question that fit a message equally, and how surely they do."""

    answers: tuple[str, ...]
    confidence: float
    similarity: float


_NO_REPLY = _Reply((), 0.0, 0.0)


def _fitting(router: Router, route: Route) -> tuple[str, ...]:
    """The best answer, or the best two where one is as likely, or as near, as the other."""
    (first, confidence), *others = route.ranking
    if not others:
        return (first,)
    second, next_confidence = others[0]
    if next_confidence >= TIED * confidence:
        return first, second
    near = router.similarities(route.text)
    if near.get(second, 0.0) >= EXACT and near[second] >= near.get(first, 0.0):
        return first, second
    return (first,)


def _tells(route: Route, least: float) -> bool:
    """Whether a statement tells the first answer, and not the second as well."""
    second = route.ranking[1][1] if len(route.ranking) > 1 else 0.0
    clear = second <= TOLD * route.ranking[0][1]
    return clear and route.similarity >= least


def implied(advice: Advice, implies: Mapping[str, str]) -> dict[str, str]:
    """What a piece of work nearly always answers, as far as the criteria still have it."""
    return {
        id: answer
        for id, answer in implies.items()
        if id in advice.criteria and answer in advice.criteria[id].answers
    }
