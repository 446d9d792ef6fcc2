"""The result as figures of plain characters: they survive any terminal, log and email."""

from __future__ import annotations

from sourcebot.advice.result import Recommendation
from sourcebot.knowledge.advice_model import Advice

BAR = 10
FULL, EMPTY = "#", "."
TODAY, CHOSEN = "o", "*"


def bars(result: Recommendation) -> str:
    """A line for each option: id, bar and score of 100; what is none says so."""
    width = max(len(ranked.option) for ranked in result.ranking)
    renamed = {ranked.also for ranked in result.ranking}
    lines = []
    for ranked in result.ranking:
        filled = round(ranked.score * BAR)
        bar = FULL * filled + EMPTY * (BAR - filled)
        score = f"{round(ranked.score * 100):3}"
        if ranked.option in renamed:
            bar, score = "see above", ""
        elif ranked.ruled_out is not None:
            bar, score = "-" * BAR, "  -"
        lines.append(f"{ranked.option:<{width}} {bar}{score}")
    return "\n".join(lines)


def place_map(advice: Advice, result: Recommendation) -> str:
    """Rows and columns of the two axes, with today's and the recommended place marked.

    Empty where the options have no two axes, or neither place is on the map.
    """
    first = result.ranking[0]
    today = advice.options[result.today].places if result.today in advice.options else {}
    if len(advice.axes) != 2 or not (first.place or today):
        return ""
    (row_id, rows), (column_id, columns) = advice.axes.items()
    label = max(len(name) for name in rows.values.values()) + 1
    width = max(len(name) for name in columns.values.values()) + 1
    lines = [" " * label + "".join(f"{name:<{width}}" for name in columns.values.values())]
    for row, name in rows.values.items():
        cells = []
        for column in columns.values:
            place = {row_id: row, column_id: column}
            marks = (TODAY if place == today else "") + (CHOSEN if place == first.place else "")
            cells.append(f"[{marks:^3}]".ljust(width))
        lines.append(f"{name:<{label}}" + "".join(cells))
    key = [f"{TODAY} today"] if today else []
    key += [f"{CHOSEN} recommended"] if first.place else []
    return "\n".join(line.rstrip() for line in (*lines, ", ".join(key)))
