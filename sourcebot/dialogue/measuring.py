"""How well phrases were routed: from what was wanted and what came out to a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from sourcebot.knowledge.facts import Place

BINS = 10
OUT_OF_SCOPE = "out_of_scope"
"""How a report calls what fits no intent."""
_OUT_OF_SCOPE_LABELS = frozenset((OUT_OF_SCOPE, "out-of-scope", "oos"))


class Row(Struct, frozen=True):
    """One phrase and where it went.

    wanted, got: labels, None for out of scope (nothing fits); confidence: as stated, 0..1.
    """

    text: str
    wanted: str | None
    got: str | None
    confidence: float
    place: Place

    @property
    def right(self) -> bool:
        """Whether it went where it belongs."""
        return self.wanted == self.got


class LabelFigures(Struct, frozen=True):
    """One intent: its phrases, and the shares of what came to it and of what belongs to it.

    precision: None where nothing was routed to it; recall: None where no phrase belongs to it.
    """

    label: str
    phrases: int
    precision: float | None
    recall: float | None


class Confusion(Struct, frozen=True):
    """The phrases of one intent that were routed to another one, the surest first."""

    wanted: str
    got: str
    rows: tuple[Row, ...]


class Bin(Struct, frozen=True):
    """Answers whose stated confidence lies from `low` to `high`, and how many were right.

    stated: the mean of their confidence, None where there are none.
    """

    low: float
    high: float
    count: int
    right: int
    stated: float | None


class Report(Struct, frozen=True):
    """How well phrases were routed; a share is None where there is nothing to take it of.

    in_scope_accuracy, out_of_scope_recall: None as well where no phrase is out of scope;
    calibration_error: how far stated confidence and share right are apart in the mean, 0..1.
    """

    phrases: int
    accuracy: float | None
    in_scope_accuracy: float | None
    out_of_scope_recall: float | None
    labels: tuple[LabelFigures, ...]
    confusions: tuple[Confusion, ...]
    reliability: tuple[Bin, ...]
    calibration_error: float | None

    def below(self, recall: float) -> tuple[LabelFigures, ...]:
        """The intents whose recall is lower."""
        return tuple(
            figures
            for figures in self.labels
            if figures.recall is not None and figures.recall < recall
        )


def measure(rows: Sequence[Row]) -> Report:
    """The report on all rows."""
    inside = [row for row in rows if row.wanted is not None]
    outside = [row for row in rows if row.wanted is None]
    reliability = _reliability(rows)
    return Report(
        phrases=len(rows),
        accuracy=_share_right(rows),
        in_scope_accuracy=_share_right(inside) if outside else None,
        out_of_scope_recall=_share_right(outside),
        labels=_labels(rows),
        confusions=_confusions(rows),
        reliability=reliability,
        calibration_error=_calibration_error(reliability),
    )


def wanted_label(label: str) -> str | None:
    """A label as a row holds it: None for one of the names of what is out of scope."""
    return None if label.casefold() in _OUT_OF_SCOPE_LABELS else label


def shown_label(label: str | None) -> str:
    """A row's label with a name for None."""
    return OUT_OF_SCOPE if label is None else label


def _share_right(rows: Sequence[Row]) -> float | None:
    return sum(row.right for row in rows) / len(rows) if rows else None


def _labels(rows: Iterable[Row]) -> tuple[LabelFigures, ...]:
    wanted: Counter[str] = Counter()
    got: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for row in rows:
        wanted[shown_label(row.wanted)] += 1
        got[shown_label(row.got)] += 1
        right[shown_label(row.wanted)] += row.right
    return tuple(
        LabelFigures(
            label,
            wanted[label],
            right[label] / got[label] if got[label] else None,
            right[label] / wanted[label] if wanted[label] else None,
        )
        for label in sorted(wanted | got)
    )


def _confusions(rows: Iterable[Row]) -> tuple[Confusion, ...]:
    """Pairs of intents, those that share most phrases first."""
    pairs: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if not row.right:
            pairs.setdefault((shown_label(row.wanted), shown_label(row.got)), []).append(row)
    confusions = [
        Confusion(wanted, got, tuple(sorted(astray, key=lambda row: -row.confidence)))
        for (wanted, got), astray in pairs.items()
    ]
    return tuple(sorted(confusions, key=lambda pair: (-len(pair.rows), pair.wanted, pair.got)))


def _reliability(rows: Iterable[Row]) -> tuple[Bin, ...]:
    """Ten bins of what was answered: who says that nothing fits, states no confidence in it."""
    bins: list[list[Row]] = [[] for _ in range(BINS)]
    for row in rows:
        if row.got is not None:
            bins[min(BINS - 1, int(row.confidence * BINS))].append(row)
    return tuple(
        Bin(
            low=number / BINS,
            high=(number + 1) / BINS,
            count=len(held),
            right=sum(row.right for row in held),
            stated=sum(row.confidence for row in held) / len(held) if held else None,
        )
        for number, held in enumerate(bins)
    )


def _calibration_error(bins: Iterable[Bin]) -> float | None:
    """The expected calibration error of Naeini, Cooper and Hauskrecht (2015)."""
    filled = [(held, held.stated) for held in bins if held.stated is not None]
    count = sum(held.count for held, _ in filled)
    if not count:
        return None
    return sum(abs(stated * held.count - held.right) for held, stated in filled) / count
