"""How well answers in free words are graded, on answers written as different people would.

    python benchmarks/grading.py [--show]

`data/free-answers.yaml` has 32 exercises of the shipped base, twenty definitions and twelve lists
of reasons or risks, with six answers each: right in own words; right in notes with typing errors;
half right; about the neighbour (of a definition another concept, of reasons the risks and the other
way round); a misconception; off the subject. All were written before anything was tuned, by one
hand, after reading the entries: they are no answers of learners. The thresholds of the grading were
tuned on the 16 exercises marked `tune: yes`. The other 16 were kept aside: no single answer of them
was looked at while tuning, though their table was printed a few times.

--show: print what was graded otherwise than expected, of the tuned half alone.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

import yaml

from sourcebot import Bot
from sourcebot.knowledge.course_model import Lesson
from sourcebot.knowledge.facts import Place
from sourcebot.learning.grading import Graded, Grader
from sourcebot.learning.items.free import free_items
from sourcebot.learning.items.item import Item

DATA = Path(__file__).with_name("data") / "free-answers.yaml"
RIGHT, HALF, WRONG = ("right", "terse"), ("half",), ("neighbour", "wrong", "off")


def main() -> int:
    """Print a table for each half; exit 0 always, for it measures only."""
    bot = Bot.load()
    grader = Grader(bot)
    rows = yaml.load(DATA.read_text("utf-8"), Loader=yaml.BaseLoader)
    counts: dict[str, Counter[tuple[str, str]]] = {"yes": Counter(), "no": Counter()}
    took: list[float] = []
    for row in rows:
        item = _item(bot, row["item"])
        assert item.free is not None
        for kind in (*RIGHT, *HALF, *WRONG):
            before = time.perf_counter()
            graded = grader.grade(item.free, item.about, row[kind])
            took.append(time.perf_counter() - before)
            counts[row["tune"]][kind, _verdict(graded)] += 1
            expected = "right" if kind in RIGHT else "partly" if kind in HALF else "no"
            if "--show" in sys.argv and row["tune"] == "yes" and _verdict(graded) != expected:
                print(f"{row['item']} {kind}: {row[kind]}\n    {graded}")
    for half, title in (("yes", "tuned on"), ("no", "kept aside")):
        _table(title, counts[half])
    took.sort()
    print(
        f"a grading: median {1000 * took[len(took) // 2]:.0f} ms, 95 % below "
        f"{1000 * took[int(len(took) * 0.95)]:.0f} ms, the first {1000 * took[-1]:.0f} ms"
    )
    return 0


def _item(bot: Bot, id: str) -> Item:
    _, aspect, concept = id.split(":")
    lesson = Lesson(
        "one", "", "", (concept,), (aspect,), (), (), (), (), (), None, {}, Place("", 1)
    )
    return next(item for item in free_items(bot.knowledge, lesson) if item.id == id)


def _verdict(graded: Graded) -> str:
    return "right" if graded.right else "partly" if graded.partly else "no"


def _table(title: str, counts: Counter[tuple[str, str]]) -> None:
    print(f"\n{title:12} {'right':>7} {'partly':>7} {'no':>7}")
    for kind in (*RIGHT, *HALF, *WRONG):
        cells = (counts[kind, verdict] for verdict in ("right", "partly", "no"))
        print(f"{kind:12} {' '.join(f'{cell:7}' for cell in cells)}")
    for name, kinds, good in (("accepted", RIGHT, True), ("rejected", WRONG, False)):
        all_of = sum(counts[kind, v] for kind in kinds for v in ("right", "partly", "no"))
        right = sum(counts[kind, "right"] for kind in kinds)
        share = right if good else all_of - right
        print(f"{'/'.join(kinds)} {name}: {share} of {all_of} ({100 * share / all_of:.0f} %)")


if __name__ == "__main__":
    raise SystemExit(main())
