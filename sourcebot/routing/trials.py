"""What a model would have said of its own examples, had it not seen them.

The examples are split into parts. For each part a model is fitted without the part's examples, and
without all examples of some labels besides. What it makes of the former tells how often it is
right; what it makes of the latter, what a text looks like that fits no label. So does a text whose
telling words have been changed for others of the language, taken at random.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sourcebot.routing.calibrating import Trials, joined, odds
from sourcebot.routing.design import MEANING, Design, Floats, Numbers, all_vectors, weighted
from sourcebot.routing.softmax import Fit, fit
from sourcebot.routing.vectors import UNIT

FEW = 150_000
"""So many texts times labels are few enough for small parts, which tell more truly."""
PARTS_OF_FEW, PARTS_OF_MANY = 8, 3
FEWEST_LABELS = 4
"""With fewer labels none is left out: what remains would be no router."""


ROUGHLY = 5e-4
"""Where the fits of single parts stop; see `softmax.ENOUGH`."""


class Tried(NamedTuple):
    """What was said unseen.

    trials: of all texts left out; logits: text -> its logits without it (its label kept); start:
    the mean of all weights, near what fitting to all texts will give.
    """

    trials: Trials
    logits: dict[int, npt.NDArray[np.float64]]
    start: Floats | None


def try_out(
    design: Design,
    targets: Numbers,
    importance: Floats,
    width: int,
    labels: int,
    groups: Numbers,
) -> Tried:
    """Leave out texts, and labels, in turn.

    labels: how many of the `width` targets are real (the last may be "out of scope"); groups: per
    text a number that it shares with those that are the same but for order and inflection, which
    leave together; -1 for one that always stays.
    """
    parts = PARTS_OF_FEW if len(targets) * width <= FEW else PARTS_OF_MANY
    found: list[Trials] = []
    logits: dict[int, npt.NDArray[np.float64]] = {}
    total: Floats | None = None
    times = np.zeros(width, dtype=np.float32)
    for part in range(parts):
        dropped = np.zeros(width, dtype=np.bool_)
        if labels >= FEWEST_LABELS:
            dropped[_shuffled(labels)[part::parts]] = True
        away = dropped[targets]
        held = (groups % parts == part) & (groups >= 0) & ~away
        stay = np.flatnonzero(~held & ~away)
        present = np.bincount(targets[stay], minlength=width) > 0
        ask = np.flatnonzero((groups >= 0) & (away | (held & present[targets])))
        if not len(stay) or not len(ask):
            continue
        model, flat = fit(design, targets, importance, width, stay, enough=ROUGHLY)
        total = flat if total is None else np.add(total, flat, out=total)
        times += present
        del flat
        scores, known = _ask(design, model, stay, ask)
        scores[:, ~present] = -1e9
        best = np.argmax(scores[:, :labels], axis=1)
        inside = ~away[ask] & (targets[ask] < labels)
        signals = np.c_[odds(scores[:, present], _among(present, best)), known]
        found.append(Trials(signals, inside & (best == targets[ask]), inside))
        found.append(_of_foreign(design, model, np.flatnonzero(held), present[:labels], part))
        logits.update(
            (text, scores[row]) for row, text in enumerate(ask.tolist()) if not away[text]
        )
    empty = Trials(np.zeros((0, 2)), np.zeros(0, dtype=np.bool_), np.zeros(0, dtype=np.bool_))
    if total is not None:
        total.reshape(-1, width)[:] /= np.maximum(times, 1.0)
    return Tried(joined(empty, *found), logits, total)


def _of_foreign(
    design: Design, model: Fit, texts: Numbers, present: npt.NDArray[np.bool_], seed: int
) -> Trials:
    """Trials of texts in which the rarer half of the words is replaced by words of no example."""
    has = design.has[texts]
    rows = np.repeat(np.arange(len(texts)), np.diff(has.indptr))
    idf = model.idf[has.indices]
    replaced = _ranks(rows, -idf) < (np.diff(has.indptr)[rows] + 1) // 2
    weights = np.where(replaced, model.unknown, idf)
    sums = np.bincount(rows, weights * weights, len(texts))
    shares = (weights / np.sqrt(sums[rows])).astype(np.float32)
    vectors = all_vectors()
    taken = np.random.default_rng(seed).integers(len(vectors), size=int(replaced.sum()))
    meaning = vectors[taken].astype(np.float32) * np.float32(MEANING / UNIT) @ model.meaning
    kept = model.rows(design)[has.indices[~replaced]]
    scores = np.zeros((len(texts), meaning.shape[1]), dtype=np.float32) + model.bias
    np.add.at(scores, rows[replaced], meaning * shares[replaced, None])
    np.add.at(scores, rows[~replaced], kept * shares[~replaced, None])
    best = np.argmax(np.where(present, scores[:, : len(present)], -np.inf), axis=1)
    known = np.bincount(rows[~replaced], shares[~replaced] ** 2, len(texts))
    chosen = np.r_[present, np.ones(scores.shape[1] - len(present), dtype=np.bool_)]
    signals = np.c_[odds(scores[:, chosen].astype(np.float64), _among(chosen, best)), known]
    nothing = np.zeros(len(texts), dtype=np.bool_)
    return Trials(signals, nothing, nothing)


def _ranks(rows: Numbers, values: npt.NDArray[np.float64]) -> Numbers:
    """The place of each value among those of its row, which stand together, ascending."""
    order = np.lexsort((values, rows))
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order)) - np.searchsorted(rows, rows[order], side="left")
    return ranks


def _shuffled(labels: int) -> Numbers:
    return np.random.default_rng(0).permutation(labels)


def _among(present: npt.NDArray[np.bool_], best: Numbers) -> Numbers:
    """The numbers of labels among those present."""
    places: Numbers = (np.cumsum(present) - 1)[best]
    return places


def _ask(
    design: Design, model: Fit, stay: Numbers, ask: Numbers
) -> tuple[npt.NDArray[np.float64], Floats]:
    has = design.has
    known = np.bincount(has[stay].indices, minlength=has.shape[1]) > 0
    rows = model.rows(design, known)
    words = weighted(has[ask], model.idf)
    squares = words.multiply(words).tocsr()
    scores = words @ rows + design.joined[ask] @ model.joined + model.bias
    return scores.astype(np.float64), squares @ known.astype(np.float32)
