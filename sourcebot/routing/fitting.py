"""From examples to a model and its calibration. Needs numpy and scipy; routing does not."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping, Sequence
from threading import Lock

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from threadpoolctl import threadpool_limits

from sourcebot.routing.calibrating import calibrate
from sourcebot.routing.calibration import Calibration
from sourcebot.routing.design import CLASS, MEANING, STEMMED, Design, Numbers, lay_out
from sourcebot.routing.features import STEM
from sourcebot.routing.softmax import Fit, fit
from sourcebot.routing.text import stem, words_of
from sourcebot.routing.trials import try_out
from sourcebot.routing.vectors import DIMENSIONS
from sourcebot.routing.weights import Weights

NAME_WORTH = 4.0
"""A label's own name counts as so many examples."""
FAIRNESS = 0.6
"""How far labels of few examples are made to count like those of many: 0 not at all, 1 in full."""
MOST = 20_000
"""Of more examples so many are fitted to, evenly over the labels; all are kept to be found."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")
_ONE_AT_A_TIME = Lock()
"""How many threads sums may take is set for the whole process: a second fit would put it back in
the middle of the first, or keep what the first had set for good."""


class Learnt(Struct, frozen=True):
    """left_out: example -> its logits by a model that had not seen it."""

    weights: Weights
    calibration: Calibration
    left_out: Mapping[int, npt.NDArray[np.float64]]


def learn(
    labels: Sequence[str],
    texts: Sequence[Sequence[str]],
    targets: Sequence[int],
    outside: Sequence[Sequence[str]],
    classes: Mapping[str, str],
    *,
    as_written: bool = False,
) -> Learnt:
    """Fit to texts (as words) and targets (numbers of labels); `outside` fit no label.

    as_written: learn from the texts alone, as often as they stand there; else from the labels'
    names as well, and from labels of few texts as if they had more.
    """
    # In an order of their own, so that the order of the examples changes nothing.
    chosen = _chosen(targets, len(labels))
    chosen.sort(key=lambda number: (targets[number], list(texts[number])))
    documents = [texts[number] for number in chosen]
    goals = [targets[number] for number in chosen]
    documents += sorted(outside, key=list)
    goals += [len(labels)] * len(outside)
    held = len(documents)
    names = [words_of(_HUMP.sub(" ", label)) for label in labels] if not as_written else []
    documents += [name for name in names if name]
    goals += [number for number, name in enumerate(names) if name]
    sizes = np.bincount(goals[:held], minlength=len(labels) + 1).astype(np.float32)
    fair = (sizes[sizes > 0].mean() / np.maximum(sizes, 1.0)) ** (0 if as_written else FAIRNESS)
    importance = fair[goals].astype(np.float32)
    importance[held:] *= NAME_WORTH
    width = len(labels) + bool(outside)
    design = lay_out(documents, classes)
    aims = np.array(goals, dtype=np.intp)
    groups = _groups(documents, aims, held)
    # Several threads would wait for each other on a busy machine, and sum in another order.
    with _ONE_AT_A_TIME, threadpool_limits(limits=1):
        tried = try_out(design, aims, importance, width, len(labels), groups)
        model, _ = fit(design, aims, importance, width, start=tried.start)
    weights = _weights(design, model, width, classes)
    left_out = {chosen[text]: row for text, row in tried.logits.items() if text < len(chosen)}
    return Learnt(weights, calibrate(tried.trials, len(labels)), left_out)


def _chosen(targets: Sequence[int], labels: int) -> list[int]:
    if len(targets) <= MOST:
        return list(range(len(targets)))
    members: list[list[int]] = [[] for _ in range(labels)]
    for number, target in enumerate(targets):
        members[target].append(number)
    share = max(1, MOST // labels)
    chosen = [
        own[place * len(own) // min(share, len(own))]
        for own in members
        for place in range(min(share, len(own)))
    ]
    return sorted(chosen)


def _groups(documents: Sequence[Sequence[str]], targets: Numbers, held: int) -> Numbers:
    """Number the texts so that the same words share a number, evenly within each label."""
    seen: dict[tuple[int, frozenset[str]], int] = {}
    counts: dict[int, int] = {}
    groups = np.full(len(documents), -1, dtype=np.intp)
    for number in range(held):
        target = int(targets[number])
        key = target, frozenset(map(stem, documents[number]))
        if key not in seen:
            seen[key] = counts[target] = counts.get(target, target) + 1
        groups[number] = seen[key]
    return groups


def _weights(design: Design, model: Fit, width: int, classes: Mapping[str, str]) -> Weights:
    """The fitted model as whole numbers."""
    by_class = {
        name: model.own[place] * np.float32(CLASS) for name, place in design.class_of.items()
    }
    by_stem = {
        name: model.own[place] * np.float32(STEMMED) + by_class.get(classes.get(name, ""), 0)
        for name, place in design.stems.items()
    }
    for name, of in classes.items():
        by_stem.setdefault(name, by_class[of])
    keys = [*design.words, *(STEM + name for name in by_stem), *design.pairs]
    table = np.vstack(
        [
            model.meaning * np.float32(MEANING),
            model.rows(design),
            *(row[None] for row in by_stem.values()),
            model.joined[: len(design.pairs)],
        ]
    )
    unit = float(max(np.abs(table).max(), 1e-6)) / (127 << 7)
    largest = np.abs(table).max(axis=1) / unit
    shifts = np.ceil(np.log2(np.maximum(largest / 127, 1.0)) - 1e-9).astype(np.uint8)
    rounded = np.rint(table / unit / (1 << shifts.astype(np.int64))[:, None])
    idf = np.zeros(len(table))
    idf[DIMENSIONS : DIMENSIONS + len(design.words)] = np.round(model.idf, 6)
    return Weights(
        width=width,
        classes=dict(classes),
        rows=dict(zip(keys, range(DIMENSIONS, len(table)), strict=True)),
        table=array("b", np.clip(rounded, -127, 127).astype(np.int8).tobytes()),
        shifts=array("B", shifts.tobytes()),
        idf=array("d", idf.tolist()),
        unknown=round(model.unknown, 6),
        bias=[round(float(value) / unit) for value in model.bias],
        unit=unit,
    )
