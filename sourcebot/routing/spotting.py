"""Names in a message: longest first, whatever their inflection, spacing or spelling."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from msgspec import Struct
from rapidfuzz import fuzz

from sourcebot.routing.company import Company
from sourcebot.routing.text import Token, stem, words_of

LONGEST = 7
JOINED = 5
SHORTEST_JOINED = 4
FIRST = 3
"""So many letters tell whether a name written together can begin here."""
INFLECTED = 93
"""How alike (0..100) a name of several words must look where only its stems match."""


class NamedThing(Struct, frozen=True, array_like=True, gc=False):
    """A name and what it belongs to, ready to be looked for.

    loose: it needs the company of other evidence to count; capitals: it counts only where written
    in capitals; words, stems: what it is made of.
    """

    owner: str
    kind: str
    text: str
    loose: bool
    capitals: bool
    words: tuple[str, ...]
    stems: tuple[str, ...]


def name_of(
    owner: str, kind: str, text: str, *, loose: bool = False, ordinary: Collection[str] = ()
) -> NamedThing:
    """Prepare a name. `ordinary`: words like "it", which as a name must be written in capitals."""
    words = tuple(words_of(text))
    capitals = text.isupper() and len(words) == 1 and words[0] in ordinary
    return NamedThing(owner, kind, text, loose, capitals, words, tuple(stem(w) for w in words))


class Spot(Struct, frozen=True):
    """A name found in a message.

    first, last: token positions, inclusive; score: how well it matched, 0..1; loose: it needs the
    company of other evidence to count.
    """

    owner: str
    kind: str
    name: str
    first: int
    last: int
    score: float
    loose: bool


class Spotter:
    """Finds names among tokens whose spelling has been repaired."""

    def __init__(self, names: Iterable[NamedThing], ordinary: Collection[str] = ()) -> None:
        """`ordinary`: words that stand for a name only as it is written, never inflected."""
        self._ordinary = frozenset(ordinary)
        self._exact: dict[tuple[str, ...], NamedThing] = {}
        self._stems: dict[tuple[str, ...], list[NamedThing]] = {}
        self._joined: dict[str, NamedThing] = {}
        self._first: set[str] = set()
        for name in names:
            if not name.words:
                continue
            self._exact.setdefault(name.words, name)
            self._stems.setdefault(name.stems, []).append(name)
            self._first.update((name.words[0], name.stems[0]))
            joined = "".join(name.words)
            if not name.capitals and len(joined) >= SHORTEST_JOINED:
                self._joined.setdefault(joined, name)
                self._first.add(joined[:FIRST])

    @cached_property
    def company(self) -> Company:
        """Which words stand side by side in the names."""
        return Company(self._exact)

    def spot(self, tokens: Sequence[Token]) -> list[Spot]:
        """All names, left to right, without overlaps; the longest wins."""
        spots: list[Spot] = []
        position = 0
        while position < len(tokens):
            spot = self._at(tokens, position)
            if spot is None:
                position += 1
            else:
                spots.append(spot)
                position = spot.last + 1
        return spots

    def _at(self, tokens: Sequence[Token], first: int) -> Spot | None:
        token = tokens[first]
        if len(token.word) >= FIRST and not (
            token.word in self._first
            or token.stem in self._first
            or token.word[:FIRST] in self._first
        ):
            return None
        for size in range(min(LONGEST, len(tokens) - first), 0, -1):
            window = tokens[first : first + size]
            found = self._match(window)
            if found is not None:
                thing, score = found
                last = first + size - 1
                return Spot(thing.owner, thing.kind, thing.text, first, last, score, thing.loose)
        return None

    def _match(self, window: Sequence[Token]) -> tuple[NamedThing, float] | None:
        words = tuple(token.word for token in window)
        exact = self._exact.get(words)
        if exact is not None and (not exact.capitals or window[0].shout):
            return exact, 1.0
        if all(word in self._ordinary for word in words):
            return None
        inflected = [
            thing
            for thing in self._stems.get(tuple(token.stem for token in window), ())
            if not thing.capitals
        ]
        if inflected:
            surface = " ".join(words)
            nearness = {
                thing.text: fuzz.ratio(surface, thing.text.casefold()) for thing in inflected
            }
            best = max(inflected, key=lambda thing: nearness[thing.text])
            if len(words) == 1 or nearness[best.text] >= INFLECTED:
                return best, 0.97
        if len(words) <= JOINED:
            joined = self._joined.get("".join(words))
            if joined is not None:
                return joined, 0.95
        return None
