"""What a text is compared by: words, stems, pairs of neighbouring stems, and word classes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

START = "^"
END = "$"
PAIR = "\x1f"
NOT = "not"
NEGATED = "\x1e"
STEM = "\x1d"


def features(stems: Sequence[str], classes: Mapping[str, str]) -> list[str]:
    """The features by which examples are found, without repetitions and in a fixed order.

    classes: stem -> name of its synonym set. A classed stem counts as itself and as its class, and
    pairs are made of classes, so that "perks of X" meets an example that says "advantages of X".
    In a negated text every stem counts once more as such (after Das and Chen 2001), for "reasons
    not to" asks for the opposite of "reasons to".
    """
    folded = [classes.get(stem, stem) for stem in stems]
    found: dict[str, None] = dict.fromkeys(stems)
    if NOT in stems:
        found.update(dict.fromkeys(f"{NEGATED}{name}" for name in folded if name != NOT))
    found.update(dict.fromkeys(f"<{name}>" for name in folded if name not in found))
    found.update(
        dict.fromkeys(
            left + PAIR + right for left, right in zip([START, *folded], folded, strict=False)
        )
    )
    return list(found)


def compounds(
    stems: Sequence[str], classes: Mapping[str, str], weights: Sequence[float]
) -> Iterator[tuple[str, float]]:
    """Each pair of neighbours and each negated stem, once, with its weight.

    weights: one a stem; a pair's is the geometric mean of its two.
    """
    folded = [classes.get(stem, stem) for stem in stems] if classes else stems
    found: dict[str, float] = {}
    before, weight_before = START, 1.0
    for name, weight in zip(folded, weights, strict=True):
        found.setdefault(before + PAIR + name, math.sqrt(weight_before * weight))
        before, weight_before = name, weight
    found.setdefault(before + PAIR + END, math.sqrt(weight_before))
    if NOT in stems:
        for name, weight in zip(folded, weights, strict=True):
            if name != NOT:
                found.setdefault(NEGATED + name, weight)
    return iter(found.items())


def inverse_document_frequency(documents: Iterable[Sequence[str]]) -> dict[str, float]:
    """Smoothed IDF of each feature (Robertson and Sparck Jones 1976, as used in TF-IDF)."""
    counts: dict[str, int] = {}
    total = 0
    for document in documents:
        total += 1
        for feature in document:
            counts[feature] = counts.get(feature, 0) + 1
    return {feature: math.log((1 + total) / (1 + count)) + 1.0 for feature, count in counts.items()}


def is_compound(feature: str) -> bool:
    """Whether a feature is a pair of stems or a negated stem, and no word of its own."""
    return PAIR in feature or NEGATED in feature


def weigh(document: Sequence[str], idf: Mapping[str, float], unknown: float) -> dict[str, float]:
    """A unit-length TF-IDF vector.

    Pairs and negated stems count half; features outside the examples add `unknown` to the length
    only, so that a text full of foreign words is similar to nothing.
    """
    vector: dict[str, float] = {}
    square = 0.0
    for feature in document:
        weight = idf.get(feature)
        scale = 0.5 if is_compound(feature) else 1.0
        square += ((unknown if weight is None else weight) * scale) ** 2 * (
            0.25 if weight is None and scale < 1.0 else 1.0
        )
        if weight is not None:
            vector[feature] = weight * scale
    length = math.sqrt(square) or 1.0
    return {feature: weight / length for feature, weight in vector.items()}
