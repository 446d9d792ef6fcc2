"""What a message says to the advice: an answer, facts told unasked, or how to go on.

Purely about words: what follows from them is for `steps.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from sourcebot.advice.model import UNKNOWN
from sourcebot.dialogue.advising.tables import (
    ALSO,
    IS,
    LEAVES,
    TASK_SLOT,
    TERM_SLOT,
    Hearing,
    with_slot,
)
from sourcebot.dialogue.understanding import Understanding
from sourcebot.knowledge.advice_model import Advice, Criterion
from sourcebot.routing.router import Route, Router
from sourcebot.routing.text import clean, words_of

ACT = 0.8
"""So near a phrase that steers the advice, a message steers it."""
REPLY = 0.62
"""So near something people reply to a question, a message is that reply."""
SURE_REPLY = 0.8
"""What a question has to reach to be taken for a reply: questions are rarely answers."""
STATEMENT = 0.72
"""So near a statement that tells an answer, a part of a message tells it."""
TIED = 0.04
"""Two answers whose nearest phrases differ by less in similarity fit equally."""
_PARTS = re.compile(r"[.;!?\n]+|,|\b(?:and|but|because|so|although|though|while|since)\b")
_PICK = re.compile(r"(?:option|number|answer|choice|no\.?|nr\.?)?\s*\(?([0-9]{1,2}|[a-i])[.):]?")
_FIGURE = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*(%|percent|per cent)?")


class Heard(Struct, frozen=True):
    """What was heard.

    act: how to go on (see `content/language/acts.yaml`); answers: criterion -> answer; possible:
    criterion -> answers left open; unclear: answers to the question that fit equally; term: the
    criterion and the number of the word that is to be explained; change: the criterion whose answer
    is to be changed, without saying to what; task: the piece of work that is named.
    """

    act: str | None = None
    answers: dict[str, str] = {}
    possible: dict[str, tuple[str, ...]] = {}
    unclear: tuple[str, ...] = ()
    term: tuple[str, int] | None = None
    change: str | None = None
    task: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether the message says nothing to the advice."""
        return not (self.act or self.answers or self.possible or self.unclear or self.change)


class Listener:
    """Hears messages with the tables of one knowledge base."""

    def __init__(self, index: Understanding, hearing: Hearing, advice: Advice) -> None:
        self.index = index
        self.hearing = hearing
        self.advice = advice

    def hear(self, text: str, asked: str | None, choices: Sequence[str]) -> Heard:
        """What a message says.

        asked: the criterion whose question is waiting, if one is; choices: the answers that it was
        put with, in their order.
        """
        criterion = self.advice.criteria.get(asked) if asked is not None else None
        if criterion is not None:
            picked = self._picked(text, criterion, choices)
            if picked is not None:
                return Heard(answers={criterion.id: picked})
        acting = self._act(text)
        if acting is not None and not (criterion and self._is_reply(text, criterion, acting[1])):
            return acting[0]
        corrects, rest = self._correction(text)
        if corrects:
            return self._correcting(rest, criterion)
        return self._told(text, criterion)

    def told(self, text: str) -> Heard:
        """What a message tells unasked, question or not: for the one that starts the advice."""
        answers, possible = self._statements(text)
        return Heard(answers=answers, possible=possible, task=self._slotted(text)[1] or None)

    def _told(self, text: str, criterion: Criterion | None) -> Heard:
        answers: dict[str, str] = {}
        unclear: tuple[str, ...] = ()
        if criterion is not None:
            bar = SURE_REPLY if self._asks(text) else REPLY
            replies = self._reply(text, criterion, bar)
            if len(replies) == 1:
                answers[criterion.id] = replies[0]
            else:
                unclear = replies
        if self._asks(text):
            return Heard(answers=answers, unclear=unclear)
        told, possible = self._statements(text)
        if unclear and criterion is not None and told.get(criterion.id) in unclear:
            unclear = ()
        return Heard(answers={**told, **answers}, possible=possible, unclear=unclear)

    def picked_of(self, text: str, labels: Sequence[str]) -> int | None:
        """The position that a number, a letter, an ordinal or the label itself picks."""
        words = " ".join(words_of(text))
        for number, label in enumerate(labels):
            if words and words == " ".join(words_of(label)):
                return number
        match = _PICK.fullmatch(text.strip().casefold())
        if match is not None:
            token = match.group(1)
            number = int(token) if token.isdigit() else ord(token) - ord("a") + 1
            return number - 1 if 1 <= number <= len(labels) else None
        ordinal = self.index.knowledge.language.ordinals.get(words)
        if ordinal is None or not -len(labels) <= ordinal <= len(labels):
            return None
        return ordinal - 1 if ordinal > 0 else len(labels) + ordinal

    def _picked(self, text: str, criterion: Criterion, choices: Sequence[str]) -> str | None:
        """The answer that a figure, a number, a letter, a label or an id picks."""
        words = words_of(text)
        for answer in criterion.answers.values():
            if words in (words_of(answer.label), words_of(answer.id)):
                return answer.id  # before figures: a label may name the bound of its range
        ranged = self._in_range(text, criterion)
        if ranged is not None:
            return ranged
        labels = [
            criterion.answers[id].label if id in criterion.answers else UNKNOWN for id in choices
        ]
        number = self.picked_of(text, labels)
        return choices[number] if number is not None else None

    def _in_range(self, text: str, criterion: Criterion) -> str | None:
        """The answer whose range holds the figure that the message is about."""
        figures = _FIGURE.findall(text)
        if len(figures) != 1:
            return None
        number, unit = float(figures[0][0].replace(",", ".")), figures[0][1]
        if not unit and text.strip() == figures[0][0] and number <= len(criterion.answers) + 1:
            return None  # a bare small number picks an answer by its place in the list
        for answer in criterion.answers.values():
            if answer.at_least is None and answer.below is None:
                continue
            above = answer.at_least is None or number >= answer.at_least
            if above and (answer.below is None or number < answer.below):
                return answer.id
        return None

    def _act(self, text: str) -> tuple[Heard, float] | None:
        """How the message steers the advice, and how near it is to a phrase that does."""
        route = self.hearing.acts.route(clean(text).lstrip("/"))
        best = (route.ranking[0][0], route.similarity, "") if route.ranking else None
        slotted, owner = with_slot(text, self.hearing.terms, frozenset({"term"}), TERM_SLOT)
        if owner:
            masked = self.hearing.acts.route(slotted)
            asks = bool(masked.ranking) and masked.ranking[0][0] == "meaning"
            if asks and (best is None or masked.similarity > best[1]):
                best = ("meaning", masked.similarity, owner)
        if best is None or best[1] < ACT or (best[0] == "meaning" and not best[2]):
            return None
        if best[2]:
            id, _, number = best[2].rpartition(":")
            return Heard(act="meaning", term=(id, int(number))), best[1]
        return Heard(act=best[0]), best[1]

    def _is_reply(self, text: str, criterion: Criterion, act_similarity: float) -> bool:
        """Whether the message is nearer to a reply to the question than to a steering phrase."""
        route = self.hearing.replies[criterion.id].route(self._slotted(text)[0])
        return route.similarity > act_similarity

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

    def _criterion_named(self, text: str) -> str | None:
        """The criterion whose name or term the text holds."""
        owner = with_slot(text, self.hearing.terms, frozenset({"term"}), TERM_SLOT)[1]
        return owner.rpartition(":")[0] or None

    def _reply(self, text: str, criterion: Criterion, bar: float) -> tuple[str, ...]:
        """The answers to the question that the message fits: one, several that tie, or none."""
        router = self.hearing.replies[criterion.id]
        views = [self._slotted(text)[0]]
        views += [part for part in _parts(views[0]) if part != views[0]]
        best: tuple[float, tuple[str, ...]] = (0.0, ())
        for number, view in enumerate(views):
            similarity, fitting = _fitting(router, view)
            # A part says less than the whole, and of two parts the earlier answers the question.
            worth = similarity if number == 0 else similarity - 0.1
            if similarity >= bar and worth > best[0]:
                best = (worth, fitting)
        return best[1]

    def _statements(self, text: str) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
        """The answers that a message tells, and those that it leaves open, by criterion."""
        slotted = self._slotted(text)[0]
        told: dict[str, tuple[float, str]] = {}
        for view in {slotted: None, **{part: None for part in _parts(slotted)}}:
            route = self.hearing.statements.route(view)
            if route.intent is None or route.similarity < STATEMENT or _close(route):
                continue
            id = re.split(f"[{IS}{LEAVES}]", route.intent)[0]
            if route.similarity > told.get(id, (0.0, ""))[0]:
                told[id] = (route.similarity, route.intent)
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

    def _asks(self, text: str) -> bool:
        """Whether the message is put as a question."""
        words = words_of(text, self.index.contractions)
        return "?" in text or bool(words and words[0] in self.index.openers)


def _parts(text: str) -> Iterator[str]:
    """The pieces of a message that may each say something."""
    for part in _PARTS.split(text):
        if part.strip():
            yield part.strip()


def _fitting(router: Router, text: str) -> tuple[float, tuple[str, ...]]:
    """How near the nearest reply is, and the answers that have one as near."""
    route = router.route(text)
    if not route.ranking or route.similarity == 0:
        return 0.0, ()
    near = router.similarities(text)
    best = max(near.values())
    tied = tuple(label for label, value in near.items() if value >= best - TIED)
    if len(tied) > 1 and route.ranking[0][1] > 1.5 * route.ranking[1][1]:
        tied = (route.ranking[0][0],)
    return best, tied


def _close(route: Route) -> bool:
    """Whether the second label is as likely as the first."""
    return len(route.ranking) > 1 and route.ranking[1][1] > 0.9 * route.ranking[0][1]


def implied(advice: Advice, implies: Mapping[str, str]) -> dict[str, str]:
    """What a piece of work nearly always answers, as far as the criteria still have it."""
    return {
        id: answer
        for id, answer in implies.items()
        if id in advice.criteria and answer in advice.criteria[id].answers
    }
