"""Turns that ask for no knowledge: greetings, thanks, "who are you?", "give me a person"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from sourcebot.dialogue.understanding import Understanding
from sourcebot.knowledge.model import Language, Smalltalk, Way
from sourcebot.routing.text import Token, clean, tokenise

_SENTENCE = re.compile(r"[.,;:!?\n]+|\s[-–—]+\s")


def match_smalltalk(index: Understanding, text: str) -> Smalltalk | None:
    """The kind of small talk that a whole message is made of, fillers aside.

    A greeting before a question is part of the question, so only whole messages count; where
    several kinds are in one message, the longest phrase decides. A wish (`Wants`) counts wherever
    a sentence of the message is made of it: "this is useless, get me a person".
    """
    wanted = _wanted(index, text)
    if wanted is not None:
        return wanted
    tokens = _tokens(index, text)
    spots = index.smalltalk.spot(tokens)
    covered = sum(spot.last - spot.first + 1 for spot in spots)
    meant = [spot for spot in spots if spot.kind == "smalltalk"]
    if not meant or covered < len(tokens):
        return None
    longest = max(meant, key=lambda spot: (spot.last - spot.first, spot.first))
    return next(kind for kind in index.knowledge.language.smalltalk if kind.id == longest.owner)


def wanting(language: Language) -> Iterator[str]:
    """All words that wishes are made of."""
    for kind in language.smalltalk:
        if kind.wants is not None:
            yield from kind.wants.words


def _wanted(index: Understanding, text: str) -> Smalltalk | None:
    for kind in index.knowledge.language.smalltalk:
        if (wants := kind.wants) is None:
            continue
        words = wants.words
        for sentence in _SENTENCE.split(text):
            said = {token.word for token in _tokens(index, sentence)}
            if said <= words and any(_both(said, way) for way in wants.ways):
                return kind
    return None


def _both(said: set[str], way: Way) -> bool:
    """Whether there is an act and a thing, and not one word for both."""
    acts, things = said.intersection(way.acts), said.intersection(way.things)
    return bool(acts) and bool(things) and len(acts | things) > 1


def _tokens(index: Understanding, text: str) -> list[Token]:
    return [
        replace(token, word=index.repairer.repair(token.word) or token.word)
        for token in tokenise(clean(text), index.contractions)
    ]
