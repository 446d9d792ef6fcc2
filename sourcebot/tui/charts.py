"""What is due when and how sure each memory is, as bars with their numbers beside them.

What is meant stands there in words, too: neither colour nor a special character is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from sourcebot.tui.result import QUIET, Figure, draws_lines, stroke
from sourcebot.tui.text import heading
from sourcebot.tui.when import day_name, day_of, lasting

if TYPE_CHECKING:
    from sourcebot.learning.standing import Strength

SURE, FADING = 0.9, 0.7
"""From here on a memory counts as sure, and below this one as fading."""
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_COLUMNS = (4, 3)
_HIGH = 5
_LONGEST = 40


class Chart(Figure):
    """Bars below a title."""

    def __init__(self, title: str, *, id: str) -> None:
        super().__init__(id=id)
        self.title = title
        self.drawn = draws_lines()

    def show(self) -> None:
        """What is shown has changed."""
        self.refresh(layout=True)

    def lines(self, width: int) -> Iterator[Content]:
        """The title and what is below it."""
        yield Content.styled(self.title, "bold $primary")
        yield from self.bars(width)

    def bars(self, width: int) -> Iterator[Content]:
        """What stands below the title; each kind draws its own."""
        yield from ()

    def bar(self, share: float, width: int, colour: str = "$primary") -> Content:
        """A bar in the characters that the terminal has."""
        return stroke(min(1.0, max(0.0, share)), max(0, width), colour=colour, lines=self.drawn)


class Forecast(Chart):
    """Reviews of the next days: columns where there is room, else a row for each day."""

    days: Sequence[tuple[date, int]] = ()

    def bars(self, width: int) -> Iterator[Content]:
        """The bars, today first."""
        most = max((count for _, count in self.days), default=0)
        if not most:
            yield from _told("Nothing is due: what you learn comes back here.", width)
            return
        fitting = [each for each in _COLUMNS if each * len(self.days) <= width]
        if self.drawn and fitting:
            yield from self._columns(most, fitting[0])
        else:
            yield from self._rows(most, width)

    def _columns(self, most: int, each: int) -> Iterator[Content]:
        tops = [-(-count * _HIGH * 8 // most) for _, count in self.days]
        for level in range(_HIGH, -1, -1):
            cells = []
            for (_, count), top in zip(self.days, tops, strict=True):
                here = min(8, max(0, top - level * 8))
                if here:
                    cells.append(
                        Content.styled(f"{_EIGHTHS[here] * (each - 2):^{each}}", "$primary")
                    )
                elif count and -(-top // 8) == level:
                    cells.append(Content.styled(f"{count:^{each}}", "bold"))
                else:
                    cells.append(Content(" " * each))
            yield Content("").join(cells)
        names = [
            Content.styled(f"{day_name(day)[: each - 1]:^{each}}", "bold" if not number else QUIET)
            for number, (day, _) in enumerate(self.days)
        ]
        yield Content("").join(names)
        yield Content("").join(Content.styled(f"{day.day:^{each}}", QUIET) for day, _ in self.days)

    def _rows(self, most: int, width: int) -> Iterator[Content]:
        label = max(cell_len(day_of(day)) for day, _ in self.days) + 1
        room = min(_LONGEST, width - label - 4)
        for number, (day, count) in enumerate(self.days):
            yield Content.assemble(
                (f"{day_of(day):<{label}}", "bold" if not number else ""),
                self.bar(count / most, room),
                (f"{count:4}", "" if count else QUIET),
            )


class Ahead(Chart):
    """How much would still be known after some days without a review."""

    shares: Mapping[int, float] = {}

    def bars(self, width: int) -> Iterator[Content]:
        """A bar for each span."""
        if not self.shares:
            yield from _told("Nothing is learnt yet.", width)
        for days, share in self.shares.items():
            name = f"in {days} days" if days else "now"
            room = min(_LONGEST, width - 12 - 5)
            yield Content.assemble(f"{name:<12}", self.bar(share, room), f"{share:5.0%}")


class Memories(Chart):
    """One bar for each idea: how likely it is remembered now, and how long it lasts."""

    strengths: Sequence[Strength] = ()
    weakest_first: bool = True

    def turn(self) -> None:
        """Show them from the other end."""
        self.weakest_first = not self.weakest_first
        self.show()

    def lines(self, width: int) -> Iterator[Content]:
        """The title says which end comes first."""
        first = "weakest first" if self.weakest_first else "surest first"
        yield Content.assemble((self.title, "bold $primary"), (f"  {first}", QUIET))
        yield from self.bars(width)

    def bars(self, width: int) -> Iterator[Content]:
        """Name, bar, chance, and after how long one in ten would be forgotten."""
        if not self.strengths:
            yield from _told("Answer something, and its memory appears here.", width)
            return
        # They come as the surest first.
        shown = self.strengths[::-1] if self.weakest_first else self.strengths
        names = [heading(one.name) for one in shown]
        spans = [lasting(one.days) for one in shown]
        span = max(map(len, spans)) + 2
        widest = max(cell_len(name) for name in names)
        column = min(widest, max(10, width - span - 5 - 11))
        room = min(_LONGEST, width - column - 1 - 5 - span)
        for one, name, lasts in zip(shown, names, spans, strict=True):
            first, *rest = Content(name).wrap(column)
            yield Content.assemble(
                first.pad_right(column - first.cell_length),
                " ",
                self.bar(one.recall, room, colour_of(one.recall)),
                f"{one.recall:5.0%}",
                (f"{lasts:>{span}}", QUIET),
            )
            if len(rest) > 1:
                # A long question is known by how it begins, and bars stay near one another.
                yield rest[0].truncate(column - 1).append("…")
            else:
                yield from rest
        yield from _told("Right: how long until one in ten would be forgotten.", width)


class Meter(Figure):
    """How far it is: a bar, and the same in numbers."""

    done: int = 0
    all: int = 0

    def show(self, done: int, all: int) -> None:
        """Show another progress."""
        self.done, self.all = done, all
        self.refresh(layout=True)

    def lines(self, width: int) -> Iterator[Content]:
        """One line."""
        told = f" {self.done}/{self.all}"
        share = self.done / self.all if self.all else 1.0
        room = max(0, width - len(told))
        bar = stroke(share, room, colour="$primary", lines=draws_lines())
        yield Content.assemble(bar, (told, QUIET))


def _told(text: str, width: int) -> Iterator[Content]:
    """A sentence, on as many lines as it takes."""
    yield from (line.stylize_before(QUIET) for line in Content(text).wrap(width))


def colour_of(recall: float) -> str:
    """The colour of a memory; the number beside it tells the same."""
    return "$success" if recall >= SURE else "$warning" if recall >= FADING else "$error"


def padded(text: str, width: int) -> str:
    """The text at exactly this width, cut where it is longer."""
    if cell_len(text) > width > 0:
        return set_cell_size(text, width - 1).rstrip() + "…"
    return set_cell_size(text, width)
