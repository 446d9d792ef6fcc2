"""The recommendation as pictures: a bar for each option, and where work is done today and best.

What is meant stands there in words, too: neither colour nor a special character is needed.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from rich.cells import cell_len, set_cell_size
from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from sourcebot.tui.text import heading, one_line

if TYPE_CHECKING:
    from sourcebot.knowledge.advice_model import Advice, Axis

IMPOSSIBLE, NAMED_ABOVE, NEITHER = "not possible", "see above", "–"
TODAY, BEST = "today", "best"
LINE, HALF, TRACK = "━", "╸", "─"
FAINT = "$foreground 25%"
QUIET = "$foreground 60%"
_FIGURES = re.compile(r"(?:^```\n.*?^```[ ]*\n\s*){1,2}", re.MULTILINE | re.DOTALL)
_LEAST, _MOST = 8, 32
_WITHOUT_LINES = {"dumb", "linux", "vt100", "vt220"}


def split_at_figures(text: str) -> tuple[str, str] | None:
    """What stands before and after the result's figures in plain characters, if it has any."""
    found = _FIGURES.search(text)
    return (text[: found.start()], text[found.end() :]) if found is not None else None


def draws_lines() -> bool:
    """Whether the terminal has the characters for it: its encoding and its kind allow them."""
    encoding = getattr(sys.__stderr__, "encoding", None) or "utf-8"
    try:
        f"{LINE}{HALF}○●".encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return False
    return os.environ.get("TERM", "") not in _WITHOUT_LINES


def stroke(share: float, width: int, *, colour: str, lines: bool) -> Content:
    """A bar that fills a share of the width, drawn with lines or with plain characters."""
    halves = round(share * width * 2)
    full, half = divmod(halves, 2) if lines else (round(share * width), 0)
    filled = (LINE if lines else "#") * full + HALF * half
    rest = (TRACK if lines else ".") * (width - len(filled))
    return Content.assemble((filled, colour), (rest, FAINT))


class Figure(Widget):
    """Lines that are drawn anew for each width."""

    ALLOW_SELECT = True

    def lines(self, width: int) -> Iterator[Content]:
        """The figure, no wider than this; each kind draws its own."""
        yield from ()

    def render(self) -> RenderResult:
        """The figure at its present width."""
        return Content("\n").join(self.lines(max(1, self.content_size.width)))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are at this width."""
        return sum(1 for _ in self.lines(max(1, width)))


class Bars(Figure):
    """A bar and a score for each option, the best first; what is ruled out says so."""

    def __init__(self, ranking: Sequence[Mapping[str, Any]]) -> None:
        super().__init__()
        self._ranking = ranking
        self._lines = draws_lines()

    def lines(self, width: int) -> Iterator[Content]:
        """Name, bar, score; a long name takes more lines before the bar gets too short."""
        names = [Content(heading(ranked["name"])) for ranked in self._ranking]
        room = width - len(" ") - len(" 100")
        column = min(max(name.cell_length for name in names), max(1, room - _LEAST))
        bar = max(0, min(_MOST, room - column))
        for place, (ranked, name) in enumerate(zip(self._ranking, names, strict=True)):
            possible = ranked["ruled_out"] is None
            # Without colours, the accent would be darker than plain text.
            best = "bold" if self.app.no_color else "$primary bold"
            style = QUIET if not possible else best if place == 0 else ""
            first, *rest = name.wrap(column)
            score = f"{round(ranked['score'] * 100):4}"
            colour = "$primary" if place == 0 else "$secondary"
            beside = (
                Content.assemble(
                    stroke(ranked["score"], bar, colour=colour, lines=self._lines), score
                )
                if possible
                else Content(self._instead_of_score(ranked))
            )
            line = Content.assemble(_padded(first, column), " ", beside)
            yield line.stylize_before(style)
            yield from (more.stylize_before(style) for more in rest)

    def _instead_of_score(self, ranked: Mapping[str, Any]) -> str:
        if ranked["ruled_out"]:
            return IMPOSSIBLE
        # Not ruled out, only a name that nothing has now: another has it as well, or none.
        also = [other["also"] for other in self._ranking]
        return NAMED_ABOVE if ranked["option"] in also else NEITHER


class PlaceMap(Figure):
    """Rows and columns of the two axes, with today's place and the best one in their cells."""

    def __init__(
        self, rows: Axis, columns: Axis, today: tuple[str, str] | None, best: tuple[str, str] | None
    ) -> None:
        super().__init__()
        self._rows = _fit(rows)
        self._columns = _fit(columns)
        self._places = {
            f"{mark} {name:<{max(len(TODAY), len(BEST))}}": place
            for mark, name, place in (
                ("○" if draws_lines() else "o", TODAY, today),
                ("●" if draws_lines() else "*", BEST, best),
            )
            if place is not None
        }

    def lines(self, width: int) -> Iterator[Content]:
        """A table where it fits, else a line for each place."""
        label = _widest(self._rows.name, *self._rows.values.values()) + 1
        least = _widest(*self._columns.values.values(), *self._places)
        each = min(18, (width - label + 1) // len(self._columns.values) - 1)
        if each < least:
            yield from self._listed(width)
            return
        yield Content(" " * label + self._columns.name).stylize(QUIET)
        heads = " ".join(_centred(name, each) for name in self._columns.values.values())
        yield Content.assemble((set_cell_size(self._rows.name, label), QUIET), heads)
        for number, (row, name) in enumerate(self._rows.values.items()):
            if number:
                yield Content("")
            yield from self._row(row, set_cell_size(name, label), each)

    def _row(self, row: str, label: str, each: int) -> Iterator[Content]:
        marks = [
            [mark for mark, place in self._places.items() if place == (row, column)]
            for column in self._columns.values
        ]
        for at in range(max(1, *(len(cell) for cell in marks))):
            cells = []
            for cell in marks:
                text = (cell or ["·"])[at : at + 1]
                cells.append(Content.styled(_centred("".join(text), each), _style(cell)))
            start = Content(" " * cell_len(label) if at else label)
            yield start + Content(" ").join(cells)

    def _listed(self, width: int) -> Iterator[Content]:
        for mark, (row, column) in self._places.items():
            place = f"{self._rows.values[row]}, {self._columns.values[column]}"
            yield from Content(f"{mark.rstrip()}: {place}").wrap(width)


def pictures(recommendation: Mapping[str, Any], advice: Advice) -> list[Figure]:
    """The pictures of a recommendation: the bars, and the map where there are two axes."""
    ranking = recommendation["ranking"]
    figures: list[Figure] = [Bars(ranking)]
    if len(advice.axes) == 2:
        (row, rows), (column, columns) = advice.axes.items()
        option = advice.options.get(recommendation["today"] or "")
        places = [option.places if option is not None else {}, ranking[0]["place"]]
        today, best = ((p[row], p[column]) if {row, column} <= {*p} else None for p in places)
        if today or best:
            figures.append(PlaceMap(rows, columns, today, best))
    return figures


def _fit(axis: Axis) -> Axis:
    values = {id: one_line(name) for id, name in axis.values.items()}
    return replace(axis, name=one_line(axis.name), values=values)


def _style(marks: Sequence[str]) -> str:
    if any(BEST in mark for mark in marks):
        return "bold $foreground on $primary 40%"
    return "$foreground on $panel" if marks else f"{QUIET} on $panel"


def _widest(*texts: str) -> int:
    return max(cell_len(text) for text in texts)


def _centred(text: str, width: int) -> str:
    return set_cell_size(" " * ((width - cell_len(text)) // 2) + text, width)


def _padded(text: Content, width: int) -> Content:
    return text.pad_right(width - text.cell_length)
