"""Turns that ask for no knowledge: greetings, thanks, "who are you?"."""

from __future__ import annotations

from sourcebot.knowledge.model import Language, Smalltalk
from sourcebot.routing.spotting import NamedThing, Spotter
from sourcebot.routing.text import clean, tokenise


class SmalltalkMatcher:
    """Matches whole messages only: a greeting before a question is part of the question."""

    def __init__(self, language: Language) -> None:
        self._kinds = {kind.id: kind for kind in language.smalltalk}
        self._contractions = {**language.contractions, **language.spellings}
        self._phrases = Spotter(
            [
                NamedThing(kind.id, "smalltalk", text, False)
                for kind in language.smalltalk
                for text in kind.phrases
            ]
            + [NamedThing("", "filler", text, False) for text in language.fillers],
            (),
        )

    def match(self, text: str) -> Smalltalk | None:
        """The kind of small talk that the whole message is made of; the last of several."""
        tokens = tokenise(clean(text), self._contractions)
        spots = self._phrases.spot(tokens)
        covered = sum(spot.last - spot.first + 1 for spot in spots)
        if not spots or covered < len(tokens):
            return None
        ranked = sorted(spots, key=lambda spot: (spot.last - spot.first, spot.first))
        meant = [spot for spot in ranked if spot.kind == "smalltalk"]
        return self._kinds[meant[-1].owner] if meant else None
