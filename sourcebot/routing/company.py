"""Typing errors in the company of a name: what is near nothing alone may be a part of one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, pairwise
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from sourcebot.routing.repair import Repairer, distance_in_name
from sourcebot.routing.text import Token, stem

SHORTEST_PART = 3
"""Shorter halves of words written together are found in too many others."""
SPACE = 0.1
"""What a space that was left out adds to the distance."""


class Meant(Struct, frozen=True, order=True):
    """What an unknown word means in the company of names.

    cost: its distance; before, after: how many tokens beside it are taken in; words: what stands
    there then.
    """

    cost: float
    before: int
    after: int
    words: tuple[str, ...]


class Company:
    """Which words of names stand side by side, and in which words others begin and end."""

    def __init__(self, pairs: Mapping[str, Sequence[str]], words: Iterable[str]) -> None:
        """Use `of`. pairs: word -> the words that follow it in names; words: all of them."""
        self._following = pairs
        self._given = words

    @classmethod
    def of(cls, names: Iterable[tuple[str, ...]]) -> Company:
        """From the words of each name."""
        following: dict[str, dict[str, None]] = {}
        words: set[str] = set()
        for name in names:
            words.update(name)
            for one, other in pairwise(name):
                following.setdefault(one, {}).setdefault(other)
        return cls({one: list(others) for one, others in following.items()}, sorted(words))

    def dump(self) -> dict[str, Any]:
        """As JSON-able data."""
        return {"pairs": dict(self._following), "words": list(self._given)}

    @cached_property
    def _preceding(self) -> Mapping[str, Sequence[str]]:
        preceding: dict[str, list[str]] = {}
        for one, others in self._following.items():
            for other in others:
                preceding.setdefault(other, []).append(one)
        return preceding

    @cached_property
    def _words(self) -> Sequence[str]:
        return sorted(self._given)

    @cached_property
    def _backwards(self) -> Sequence[str]:
        return sorted(word[::-1] for word in self._given)

    def meaning(self, word: str, typed: str, before: str, after: str) -> Meant | None:
        """What an unknown word probably is, if it and a word beside it are parts of a name.

        typed, before: the word before it, as it was typed and as it was meant.
        """
        found = chain(
            self._joined(word, typed, after), self._beside(word, before, after), self._halves(word)
        )
        return min(found, default=None)

    def _joined(self, word: str, before: str, after: str) -> Iterator[Meant]:
        """It is the other part of one word."""
        for known in _starting(self._words, before):
            cost = distance_in_name(word, known[len(before) :], len(before))
            if cost is not None:
                yield Meant(cost, 1, 0, (known,))
        for backwards in _starting(self._backwards, after[::-1]):
            known = backwards[::-1]
            cost = distance_in_name(word, known[: -len(after)], len(after))
            if cost is not None:
                yield Meant(cost, 0, 1, (known,))

    def _beside(self, word: str, before: str, after: str) -> Iterator[Meant]:
        """It is the next word of a name, or the one before."""
        for known in (*self._following.get(before, ()), *self._preceding.get(after, ())):
            cost = distance_in_name(word, known)
            if cost is not None:
                yield Meant(cost, 0, 0, (known,))

    def _halves(self, word: str) -> Iterator[Meant]:
        """It is two words of a name written together, one of them as it should be."""
        for size in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
            first, rest = word[:size], word[size:]
            for known in self._following.get(first, ()):
                cost = distance_in_name(rest, known, len(first))
                if cost is not None:
                    yield Meant(cost + SPACE, 0, 0, (first, known))
            for known in self._preceding.get(rest, ()):
                cost = distance_in_name(first, known, len(rest))
                if cost is not None:
                    yield Meant(cost + SPACE, 0, 0, (known, rest))


def _starting(words: Sequence[str], start: str) -> Sequence[str]:
    """Of sorted words those that start so and go on."""
    if len(start) < 2:
        return ()
    return words[bisect_right(words, start) : bisect_left(words, start + "\uffff")]


class Mended(Struct, frozen=True):
    """What was typed, and the tokens that were meant."""

    typed: str
    tokens: tuple[Token, ...]

    @property
    def meant(self) -> str:
        """The words that were meant."""
        return " ".join(token.word for token in self.tokens)


def mend(
    tokens: Sequence[Token], repairer: Repairer, company: Callable[[], Company], proper: int
) -> list[Mended]:
    """Repair the words of a message.

    company: asked for only where a word is unknown; proper: how frequent the word must be that a
    capitalised one is taken for.
    """
    mended: list[Mended] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        meant = None
        if repairer.unknown(token.word):
            meant = _in_company(tokens, position, mended, repairer, company())
        if meant is None:
            mended.append(_alone(token, repairer, proper if token.proper else 0))
            position += 1
            continue
        taken = tokens[position : position + 1 + meant.after]
        typed = [token.word for token in taken]
        start = token.start
        for _ in range(meant.before):
            joined = mended.pop()
            typed.insert(0, joined.typed)
            start = joined.tokens[0].start
        words = (Token(word, stem(word), start, taken[-1].end) for word in meant.words)
        mended.append(Mended(" ".join(typed), tuple(words)))
        position += 1 + meant.after
    return mended


def _in_company(
    tokens: Sequence[Token],
    position: int,
    mended: Sequence[Mended],
    repairer: Repairer,
    company: Company,
) -> Meant | None:
    """What an unknown word means as a part of a name, unless another word is nearer."""
    word = tokens[position].word
    typed, before = (mended[-1].typed, mended[-1].tokens[-1].word) if mended else ("", "")
    after = tokens[position + 1].word if position + 1 < len(tokens) else ""
    meant = company.meaning(word, typed, before, after)
    nearest = repairer.nearest(word)
    return None if meant and nearest and nearest[0] < meant.cost else meant


def _alone(token: Token, repairer: Repairer, at_least: int) -> Mended:
    word = repairer.repair(token.word, at_least)
    if word is None or word == token.word:
        return Mended(token.word, (token,))
    return Mended(token.word, (replace(token, word=word, stem=stem(word), shout=False),))
