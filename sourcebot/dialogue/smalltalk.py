"""Turns that ask for no knowledge: greetings, thanks, "who are you?"."""

from __future__ import annotations

from msgspec.structs import replace

from sourcebot.dialogue.understanding import Understanding
from sourcebot.knowledge.model import Smalltalk
from sourcebot.routing.text import clean, tokenise


def match_smalltalk(index: Understanding, text: str) -> Smalltalk | None:
    """The kind of small talk that a whole message is made of, fillers aside.

    A greeting before a question is part of the question, so only whole messages count; where
    several kinds are in one message, the longest phrase decides.
    """
    tokens = [
        replace(token, word=index.repairer.repair(token.word) or token.word)
        for token in tokenise(clean(text), index.contractions)
    ]
    spots = index.smalltalk.spot(tokens)
    covered = sum(spot.last - spot.first + 1 for spot in spots)
    meant = [spot for spot in spots if spot.kind == "smalltalk"]
    if not meant or covered < len(tokens):
        return None
    longest = max(meant, key=lambda spot: (spot.last - spot.first, spot.first))
    return next(kind for kind in index.knowledge.language.smalltalk if kind.id == longest.owner)
