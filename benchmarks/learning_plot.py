"""The picture of benchmarks/learning.py: two line charts as one SVG, readable in light and dark."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Curves = Mapping[str, Sequence[float]]
WIDTH, HEIGHT = 900, 396
TOP, PLOT_HEIGHT, PLOT_WIDTH = 84, 252, 270
LEFTS = (56, 504)
# Told apart by dashes and by the names at their ends, too, not by colour alone.
STYLES = (
    ("#0072b2", "#56b4e9", "none", 3.0),
    ("#b24a00", "#ff9e5e", "9 4", 2.0),
    ("#007a5a", "#3fd0a4", "3 3", 2.0),
    ("#8a3d72", "#e3a3cf", "12 4 2 4", 2.0),
)


def plot(known: Curves, answers: Curves, exercises: int, learners: int) -> str:
    """The charts: how much is known on each day, and how many answers that took."""
    most = _round_up(max(values[-1] for values in answers.values()))
    days = len(next(iter(known.values()))) - 1
    shares = {way: [100 * value for value in values] for way, values in known.items()}
    style = "".join(f".l{n}{{stroke:{s[0]}}}.t{n}{{fill:{s[0]}}}" for n, s in enumerate(STYLES))
    dark = "".join(f".l{n}{{stroke:{s[1]}}}.t{n}{{fill:{s[1]}}}" for n, s in enumerate(STYLES))
    about = f"{exercises} exercises, mean of {learners} simulated learners unlike the model"
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            'font-family="system-ui, sans-serif" font-size="12">',
            f"<title>What is remembered, and what it costs: {about}</title>",
            "<style>.b{fill:#fff}text{fill:#222}.g{stroke:#ddd}.a{stroke:#666}"
            f"{style}@media(prefers-color-scheme:dark){{.b{{fill:#14171c}}text{{fill:#e4e4e4}}"
            f".g{{stroke:#333941}}.a{{stroke:#999}}{dark}}}</style>",
            f'<rect class="b" width="{WIDTH}" height="{HEIGHT}"/>',
            f'<text x="12" y="24" font-size="13">{about}; when reviewed:</text>',
            *_legend(list(known)),
            *_chart(LEFTS[0], "Truly known, per cent of all exercises", shares, 100, days, "%"),
            *_chart(LEFTS[1], "Answers given so far", answers, most, days, ""),
            "</svg>\n",
        )
    )


def _legend(ways: Sequence[str]) -> list[str]:
    found = []
    for n, way in enumerate(ways):
        x = 12 + n * 140
        found.append(_line(n, f"{x},42 {x + 34},42"))
        found.append(f'<text x="{x + 40}" y="46">{way}</text>')
    return found


def _chart(left: int, title: str, curves: Curves, most: float, days: int, unit: str) -> list[str]:
    """Axes and lines of one chart, each line with its last value beside its end."""
    bottom, right = TOP + PLOT_HEIGHT, left + PLOT_WIDTH

    def x(day: float) -> float:
        return left + PLOT_WIDTH * day / days

    def y(value: float) -> float:
        return bottom - PLOT_HEIGHT * value / most

    found = [f'<text x="{left - 44}" y="{TOP - 12}" font-weight="600">{title}</text>']
    for part in range(5):
        value = most * part / 4
        found.append(
            f'<line class="g" x1="{left}" y1="{y(value):.1f}" x2="{right}" y2="{y(value):.1f}"/>'
            f'<text x="{left - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:,.0f}</text>'
        )
    for day in range(0, days + 1, 15):
        found.append(f'<text x="{x(day):.1f}" y="{bottom + 17}" text-anchor="middle">{day}</text>')
    found.append(f'<line class="a" x1="{left}" y1="{bottom}" x2="{right}" y2="{bottom}"/>')
    found.append(
        f'<text x="{left + PLOT_WIDTH / 2}" y="{bottom + 38}" text-anchor="middle">Day</text>'
    )
    ends = _apart({way: y(values[-1]) for way, values in curves.items()})
    for n, (way, values) in enumerate(curves.items()):
        points = " ".join(f"{x(day):.1f},{y(value):.1f}" for day, value in enumerate(values))
        told = f"{values[-1]:,.0f}{unit} {way}"
        found.append(_line(n, points))
        found.append(f'<text class="t{n}" x="{right + 6}" y="{ends[way]:.1f}">{told}</text>')
    return found


def _line(n: int, points: str) -> str:
    _, _, dashes, width = STYLES[n]
    drawn = f'stroke-width="{width}" stroke-dasharray="{dashes}"'
    return f'<polyline class="l{n}" fill="none" {drawn} points="{points}"/>'


def _apart(heights: Mapping[str, float]) -> dict[str, float]:
    """Where the names stand, from the highest line down, so that none covers another."""
    found: dict[str, float] = {}
    free = 0.0
    for way in sorted(heights, key=lambda way: heights[way]):
        found[way] = max(heights[way] + 4, free)
        free = found[way] + 15
    return found


def _round_up(value: float) -> float:
    """The next number that four equal steps divide into round ones."""
    step = 10 ** math.floor(math.log10(value / 4))
    return math.ceil(value / 4 / step) * step * 4
