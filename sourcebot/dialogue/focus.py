"""Which points of an entry a message speaks of by name: a country, a company, a case."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from msgspec.structs import replace

from sourcebot.knowledge.facts import Fact
from sourcebot.knowledge.model import Entry
from sourcebot.routing.text import clean, stems_of, tokenise

SHARED = 2
"""A name that more points hold singles none of them out."""


def in_focus(
    entry: Entry, said: Collection[str], names: Collection[str]
) -> tuple[tuple[Fact, ...], Entry]:
    """The points that the message names, and the entry without them.

    said: content stems of the message, which may be a point's whole title; names: stems of its
    names, which may stand capitalised in a point and in few others.
    """
    named = [_names_of(point) & frozenset(names) for point in entry.points]
    counts: dict[str, int] = {}
    for names in named:
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    leads = tuple(
        point
        for point, names in zip(entry.points, named, strict=True)
        if any(counts[name] <= SHARED for name in names) or _titled(point, said)
    )
    if not leads or len(leads) == len(entry.points) > 1:
        return (), entry
    rest = tuple(point for point in entry.points if point not in leads)
    return leads, replace(entry, points=rest)


def names_in(entry: Entry) -> frozenset[str]:
    """Stems of the capitalised words of an entry."""
    return _names_of(entry.summary).union(*(_names_of(point) for point in entry.points))


def cases_in(entry: Entry) -> frozenset[str]:
    """Stems of the names that an entry's points are headed by: companies, cities, cases."""
    titles = (point.title or "" for point in entry.points)
    return frozenset(token.stem for title in titles for token in tokenise(clean(title)))


def _titled(point: Fact, said: Collection[str]) -> bool:
    return point.title is not None and frozenset(stems_of(point.title)) <= frozenset(said)


@lru_cache(maxsize=2_048)
def _names_of(point: Fact) -> frozenset[str]:
    text = clean(f"{point.title or ''}. {point.text}")
    return frozenset(token.stem for token in tokenise(text) if text[token.start].isupper())
