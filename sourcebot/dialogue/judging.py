"""What is asked, and whether it is in scope: the router and the scope model over what was found."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from sourcebot.dialogue.finding import Found, masked
from sourcebot.dialogue.reading import CONCEPT_SLOT
from sourcebot.dialogue.scope import difference
from sourcebot.dialogue.understanding import Understanding
from sourcebot.routing.router import Route
from sourcebot.routing.text import Token

WINDOW = 8
"""Longer messages are also read by so many of their first and of their last words alone."""
PART = 0.8
"""What a part's confidence counts against the whole's."""


def clearest_route(index: Understanding, found: Found) -> Route:
    """The most confident of several views of the same words.

    Pieces of work as slots, or ambiguous ones as the words they are; a word that points back as
    itself, or as a slot for what it points to; a long message whole, or one end of it.
    """
    views = [masked(found)]
    if any(spot.loose for spot in found.of("task")):
        views.append(masked(found, loose_tasks=False))
    if all(token.word != CONCEPT_SLOT for token in views[0]):
        views.append([_pointed(index, token) for token in views[0]])
    whole = max(_routes(index, views), key=_confidence)
    if whole.confidence >= PART:
        return whole  # no part can be as clear
    ends = [end for view in views if len(view) > WINDOW for end in (view[:WINDOW], view[-WINDOW:])]
    part = max(_routes(index, ends), key=_confidence, default=whole)
    return part if part.confidence * PART > whole.confidence else whole


def scope_signals(
    index: Understanding, found: Found, route: Route, wording: float | None = None
) -> tuple[float, ...]:
    """The signals of `scope.SIGNALS`, in their order.

    wording: that signal, where it is known from elsewhere (a message the index learnt from).
    """
    concepts, tasks = found.of("concept"), found.of("task")
    foreign = len(found.foreign)
    proper = sum(token.proper for token in found.foreign)
    content = sum(token.word not in index.function_words for token in found.tokens)
    facts = index.passages.search(found.content) if found.content else []
    return (
        float(bool(found.named)),
        float(any(spot.loose for spot in concepts)),
        min(found.sign.elements, 4) / 3 if found.sign is not None else 0.0,
        1.0 if any(not spot.loose for spot in tasks) else 0.5 if tasks else 0.0,
        _subject(found, route),
        route.similarity,
        route.confidence,
        min(foreign, 4) / 2,
        min(proper, 2) / 2,
        foreign / content if content else 0.0,
        float(found.astray),
        _wording(index, found) if wording is None else wording,
        facts[0][0] if facts else 0.0,
    )


def _subject(found: Found, route: Route) -> float:
    """Whether a subject is named (a half), and what is asked is about it (one)."""
    if not found.subjects:
        return 0.0
    return 1.0 if route.ranking and route.ranking[0][0] in found.subjects else 0.5


def _wording(index: Understanding, found: Found) -> float:
    if index.wording is None:
        return 0.0
    words = [token.word for token in masked(found)]
    return difference(index.wording.scores(words).logits)


def _pointed(index: Understanding, token: Token) -> Token:
    points = token.word in index.points_back
    return replace(token, word=CONCEPT_SLOT, stem=CONCEPT_SLOT) if points else token


def _routes(index: Understanding, views: Sequence[Sequence[Token]]) -> list[Route]:
    """The route of each view; the same words are routed once."""
    words = dict.fromkeys(tuple(token.word for token in view) for view in views)
    return [index.router.route_words("", view) for view in words]


def _confidence(route: Route) -> float:
    return route.confidence
