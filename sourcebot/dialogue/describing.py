"""Which concept a message describes without naming it: "what is it called when ...".

That it describes one is a label of the router like any other; which one it is, the concepts' own
descriptions tell, and the phrases by which each is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from sourcebot.dialogue.reading import ASKED_AS, Label, Meant
from sourcebot.dialogue.understanding import Understanding
from sourcebot.routing.route import Route
from sourcebot.routing.text import Token

MOST = 4
ENOUGH = 0.5
"""A description that holds this share of a message's content says what the message means."""
CLEAR, BESIDE, FEWEST = 0.45, 0.8, 3
"""A description tells what is meant where it holds so much of a message of so many words, and the
next has no more than this beside it."""
LIKELY = 0.3
"""A description that holds so much is a better guess than none."""
ALIKE = 0.7
"""A phrase so near the message means what it means, whatever else is named."""
NEAR = 4
"""The power of a phrase's similarity: only a phrase much like the message settles it."""


def labels_of(
    index: Understanding,
    route: Route,
    tokens: Sequence[Token],
    shown: Sequence[Token],
    most: int,
    *,
    named: bool,
) -> tuple[Label, ...]:
    """The route's best labels, a description's as one label for each concept that it may mean.

    tokens: those of the message; shown: with names as slots, as the router saw them; named: whether
    a concept is named, so that only a phrase much like the message can mean another one.
    """
    labels: list[Label] = []
    for label, confidence in route.ranking[:most]:
        if label != ASKED_AS:
            labels.append(Label.parse(label, confidence))
            continue
        labels += [
            Label("asked", (concept,), confidence * evidence)
            for concept, evidence in described(index, tokens, shown, named=named)
        ]
    return tuple(sorted(labels, key=lambda label: -label.confidence))


def described(
    index: Understanding, tokens: Sequence[Token], shown: Sequence[Token], *, named: bool
) -> list[tuple[str, float]]:
    """(concept, how much speaks for it, 0..1), best first."""
    near: dict[str, float] = {}
    for number, _, similarity in index.router.nearest([t.stem for t in shown], ASKED_AS):
        near.setdefault(index.described[number], similarity)
    if named:
        return [(concept, like) for concept, like in near.items() if like >= ALIKE][:MOST]
    ranked = index.descriptions.rank(_content(index, tokens))
    scores = dict(ranked.labels)
    for concept, similarity in near.items():
        scores[concept] = scores.get(concept, 0.0) + similarity**NEAR
    first = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    evidence = min(1.0, max([ranked.held / ENOUGH, *near.values()]))
    return [(concept, evidence * score / first[0][1]) for concept, score in first]


def meant(index: Understanding, tokens: Sequence[Token]) -> Meant:
    """The concept whose description holds most of what a message says."""
    stems = _content(index, tokens)
    if len(stems) < FEWEST:
        return Meant()
    ranked = index.descriptions.rank(stems)
    if ranked.held < LIKELY:
        return Meant()
    best = ranked.labels[0][0]
    alone = len(ranked.labels) < 2 or ranked.labels[1][1] <= BESIDE
    return Meant(best if alone and ranked.held >= CLEAR else None, best)


def _content(index: Understanding, tokens: Sequence[Token]) -> list[str]:
    return [token.stem for token in tokens if token.word not in index.function_words]
