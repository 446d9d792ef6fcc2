"""What a stretch of words holds: names, signs, subjects, and words that nothing explains."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from sourcebot.dialogue.reading import CONCEPT_SLOT, TASK_SLOT, Mention
from sourcebot.dialogue.understanding import Understanding
from sourcebot.routing.signs import SignMatch
from sourcebot.routing.spotting import Spot
from sourcebot.routing.text import Token

MOST_HINTS = 3


class Found(Struct, frozen=True):
    """Everything found among some tokens.

    named: concepts with a name that means nothing else; swallowed: names that the sign explains;
    sign: the plain words that stand for a concept, if they do; hints: all such, best first;
    subjects: aspects whose subject is named; astray: a name stands there in another sense; foreign:
    content words that nothing explains; content: the stems that say what about a concept is meant.
    """

    tokens: tuple[Token, ...]
    named: frozenset[str]
    spots: tuple[Spot, ...]
    swallowed: tuple[Spot, ...]
    sign: SignMatch | None
    hints: tuple[SignMatch, ...]
    subjects: tuple[str, ...]
    astray: bool
    foreign: tuple[Token, ...]
    content: tuple[str, ...]

    def of(self, kind: str) -> list[Spot]:
        """The names of one kind, in order."""
        return [spot for spot in self.spots if spot.kind == kind]

    def mentions(self, kind: str) -> tuple[Mention, ...]:
        """The things of one kind that are named, each once."""
        found: dict[str, Mention] = {}
        for spot in self.of(kind):
            span = " ".join(token.word for token in self.tokens[spot.first : spot.last + 1])
            mention = Mention(spot.owner, span, spot.score, spot.name, spot.loose)
            found.setdefault(spot.owner, mention)
        return tuple(found.values())

    def hint(self, match: SignMatch) -> Mention:
        """A sign as a mention of its concept."""
        span = " … ".join(self.tokens[position].word for position in match.positions)
        score = min(1.0, 0.4 + 0.15 * match.elements)
        return Mention(match.label, span, score, match.sign, sign=True)


def find(index: Understanding, tokens: Sequence[Token]) -> Found:
    """Look for everything once."""
    senses = index.senses.spot(tokens)
    astray = {position for sense in senses for position in _positions(sense)}
    spots = [spot for spot in index.spotter.spot(tokens) if astray.isdisjoint(_positions(spot))]
    work = [p for spot in spots if spot.kind == "task" for p in _positions(spot)]
    hints = [m for m in index.signs.read(tokens, work) if astray.isdisjoint(m.positions)]
    spots = _narrowest(tokens, spots, index.broader)
    sign = _telling_sign(spots, hints, index.broader)
    swallowed = _swallowed(spots, sign) if sign is not None else []
    kept = tuple(spot for spot in spots if spot not in swallowed)
    explained = {p for spot in kept for p in _positions(spot)}
    explained.update(sign.positions if sign is not None else ())
    left = [
        token
        for position, token in enumerate(tokens)
        if position not in explained and token.word not in index.function_words
    ]
    return Found(
        tokens=tuple(tokens),
        named=frozenset(s.owner for s in spots if s.kind == "concept" and not s.loose),
        spots=kept,
        swallowed=tuple(swallowed),
        sign=sign,
        hints=tuple(hints[:MOST_HINTS]),
        subjects=tuple(dict.fromkeys(spot.owner for spot in index.subjects.spot(tokens))),
        astray=bool(senses),
        foreign=tuple(token for token in left if _is_foreign(index, token)),
        content=tuple(token.stem for token in left if token.word not in index.openers),
    )


def masked(found: Found, *, loose_tasks: bool = True) -> list[Token]:
    """The tokens with names as slots, and with the sign as one where no concept is named.

    loose_tasks: whether words that only may be a piece of work become slots too.
    """
    slots: dict[int, str | None] = {}
    for spot in (*found.spots, *found.swallowed):
        if spot.kind == "task" and (spot in found.swallowed or (spot.loose and not loose_tasks)):
            continue
        slots.update(dict.fromkeys(_positions(spot)))
        slots[spot.first] = CONCEPT_SLOT if spot.kind == "concept" else TASK_SLOT
    if found.sign is not None and not found.named:
        free = [position for position in found.sign.positions if position not in slots]
        slots.update(dict.fromkeys(free))
        if free:
            slots[free[0]] = CONCEPT_SLOT
    shown: list[Token] = []
    for position, token in enumerate(found.tokens):
        slot = slots.get(position, token.word)
        if position not in slots:
            shown.append(token)
        elif slot is not None and not (shown and shown[-1].word == slot == TASK_SLOT):
            shown.append(replace(token, word=slot, stem=slot))
    return shown


def _narrowest(
    tokens: Sequence[Token], spots: list[Spot], broader: Mapping[str, Sequence[str]]
) -> list[Spot]:
    """The names without a broader one beside a narrower: "BPO outsourcing" is BPO."""
    concepts = [spot for spot in spots if spot.kind == "concept"]
    beside = {
        wide
        for one, other in pairwise(concepts)
        if one.last + 1 == other.first and tokens[one.last].end + 1 == tokens[other.first].start
        for narrow, wide in ((one, other), (other, one))
        if wide.owner in broader.get(narrow.owner, ())
    }
    return [spot for spot in spots if spot not in beside]


def _telling_sign(
    spots: Sequence[Spot], hints: Sequence[SignMatch], broader: Mapping[str, Sequence[str]]
) -> SignMatch | None:
    """The sign that explains the words: the best, unless a name says more.

    "Outsourcing to India" is more than the name in it; a name elsewhere in the words is not, and
    nor is a sign of something broader than what is named.
    """
    named = [spot for spot in spots if spot.kind == "concept" and not spot.loose]
    if not hints or not named:
        return hints[0] if hints else None
    for match in hints:
        inside = set(match.positions)
        compact = match.positions[-1] - match.positions[0] <= len(inside) + 1
        holds_all = all(inside.issuperset(_positions(spot)) for spot in named)
        says_more = any(
            inside > set(_positions(spot)) and spot.owner != match.label for spot in named
        )
        wider = any(match.label in broader.get(spot.owner, ()) for spot in named)
        if compact and holds_all and says_more and not wider:
            return match
    return None


def _swallowed(spots: Sequence[Spot], sign: SignMatch) -> list[Spot]:
    """Names inside the sign, and words that the sign took for something else than work."""
    inside = set(sign.positions)
    other = inside - set(sign.tasks)
    return [
        spot
        for spot in spots
        if (spot.kind == "concept" and inside.issuperset(_positions(spot)))
        or (spot.kind == "task" and spot.loose and not other.isdisjoint(_positions(spot)))
    ]


def _is_foreign(index: Understanding, token: Token) -> bool:
    """Whether nothing explains the word; numbers are details, not subjects."""
    known: Collection[str] = index.known
    return (
        token.stem not in known
        and not index.passages.knows(token.stem)
        and not token.word[0].isdigit()
    )


def _positions(spot: Spot) -> range:
    return range(spot.first, spot.last + 1)
