"""Names in a message: longest first, whatever their inflection, spacing or spelling."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from rapidfuzz import fuzz

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


Bucketed = Mapping[str, Sequence[NamedThing]]
"""Names by the first letters under which they may be looked for (`buckets`)."""


def buckets(names: Iterable[NamedThing]) -> dict[str, list[NamedThing]]:
    """Names by the first letters of their words, their stems, and all words together."""
    found: dict[str, list[NamedThing]] = {}
    for name in names:
        if name.words:
            starts = (name.words[0], name.stems[0], "".join(name.words))
            for key in dict.fromkeys(start[:FIRST] for start in starts):
                found.setdefault(key, []).append(name)
    return found


class _Bucket:
    """The names that begin with the same letters, by what they are looked up as."""

    def __init__(self, names: Iterable[NamedThing]) -> None:
        self.exact: dict[tuple[str, ...], NamedThing] = {}
        self.stems: dict[tuple[str, ...], list[NamedThing]] = {}
        self.joined: dict[str, NamedThing] = {}
        for name in names:
            self.exact.setdefault(name.words, name)
            self.stems.setdefault(name.stems, []).append(name)
            joined = "".join(name.words)
            if not name.capitals and len(joined) >= SHORTEST_JOINED:
                self.joined.setdefault(joined, name)


_NOTHING = _Bucket(())


class Spotter:
    """Finds names among tokens whose spelling has been repaired."""

    def __init__(
        self, names: Iterable[NamedThing] | Bucketed, ordinary: Collection[str] = ()
    ) -> None:
        """`ordinary`: words that stand for a name only as it is written, never inflected."""
        self._ordinary = frozenset(ordinary)
        self._names = names if isinstance(names, Mapping) else buckets(names)
        self._ready: dict[str, _Bucket] = {}

    def _bucket(self, start: str) -> _Bucket:
        key = start[:FIRST]
        bucket = self._ready.get(key)
        if bucket is None:
            names = self._names.get(key)
            bucket = self._ready[key] = _Bucket(names) if names else _NOTHING
        return bucket

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
        long = len(token.word) >= FIRST
        if long and self._bucket(token.word) is self._bucket(token.stem) is _NOTHING:
            return None
        for size in range(min(LONGEST, len(tokens) - first), 0, -1):
            window = tokens[first : first + size]
            found = self._match(window)
            if found is not None:
                thing, score = found
                last = first + size - 1
                # Nobody writes "GCC" in capitals for an ordinary word.
                certain = size == 1 and token.shout and thing.text[:2].isupper()
                loose = thing.loose and not certain
                return Spot(thing.owner, thing.kind, thing.text, first, last, score, loose)
        return None

    def _match(self, window: Sequence[Token]) -> tuple[NamedThing, float] | None:
        words = tuple(token.word for token in window)
        exact = self._bucket(words[0]).exact.get(words)
        if exact is not None and (not exact.capitals or window[0].shout):
            return exact, 1.0
        if all(word in self._ordinary for word in words):
            return None
        stems = tuple(token.stem for token in window)
        alike = self._bucket(stems[0]).stems.get(stems, ())
        inflected = [thing for thing in alike if not thing.capitals]
        if inflected:
            surface = " ".join(words)
            nearness = {
                thing.text: fuzz.ratio(surface, thing.text.casefold()) for thing in inflected
            }
            best = max(inflected, key=lambda thing: nearness[thing.text])
            if len(words) == 1 or nearness[best.text] >= INFLECTED:
                return best, 0.97
        if len(words) <= JOINED:
            joined = "".join(words)
            together = self._bucket(joined).joined.get(joined)
            if together is not None:
                return together, 0.95
        return None
