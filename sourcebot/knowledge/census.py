"""Every fact of a base with where it stands: what is counted, and what has grown old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from sourcebot.errors import Problem
from sourcebot.knowledge.facts import Fact, Place
from sourcebot.knowledge.model import Entry, KnowledgeBase

_MONTHS = 12
_TASK_ASPECT = "task_fit"
"""What a fact about a piece of work answers."""
_CASE_ASPECT = "examples"
"""What a fact about a documented decision would answer."""


class Told(Struct, frozen=True):
    """A fact, the aspect that it answers, and where its entry, task or claim begins."""

    fact: Fact
    aspect: str
    place: Place


class Stale(Struct, frozen=True):
    """A fact that should have been looked at again by a day."""

    told: Told
    due: date


def facts_of(base: KnowledgeBase) -> Iterator[Told]:
    """All facts: of entries (a row of a table counts as one), tasks, claims and cases."""
    for entry in base.entries.values():
        for fact in (entry.summary, *entry.points, *_rows(entry)):
            yield Told(fact, entry.aspect, entry.place)
    for task in base.tasks.values():
        for fact in (*task.points, *task.cautions, *task.examples):
            yield Told(fact, _TASK_ASPECT, task.place)
    for claim in base.claims.values():
        for fact in (claim.summary, *claim.points):
            yield Told(fact, claim.aspect, claim.place)
    for case in base.cases.values():
        for fact in (case.before, case.did, case.outcome):
            yield Told(fact, _CASE_ASPECT, case.place)


def _rows(entry: Entry) -> Iterator[Fact]:
    for row in entry.rows:
        yield Fact("; ".join(row.cells.values()), row.sources, row.label)


def by_kind_of_source(base: KnowledgeBase) -> dict[str, int]:
    """How many facts cite at least one source of a kind; commonest first."""
    counted: Counter[str] = Counter()
    for told in facts_of(base):
        counted.update({base.sources[id].kind for id in told.fact.sources})
    return dict(counted.most_common())


def stale(base: KnowledgeBase, today: date) -> list[Stale]:
    """Facts past their review date, the longest overdue first.

    A fact is due on its own `review` date, else so many months after the earliest day on which one
    of its sources was read as its aspect is `fresh_for`.
    """
    found = []
    for told in facts_of(base):
        due = _due(base, told)
        if due is not None and due < today:
            found.append(Stale(told, due))
    return sorted(found, key=lambda old: (old.due, str(old.told.place)))


def stale_problems(base: KnowledgeBase, today: date, root: str) -> Iterator[Problem]:
    """A warning for each fact past its review date."""
    for old in stale(base, today):
        told = old.told
        name = told.fact.title or f"{told.fact.text[:40]}…"
        yield Problem(
            f"{root}/{told.place.file}",
            told.place.line,
            f"“{name}” ({told.aspect}) was to be reviewed by {old.due}; read its sources again "
            "and set `read` or `review` anew",
            warning=True,
        )


def _due(base: KnowledgeBase, told: Told) -> date | None:
    if told.fact.review is not None:
        return date.fromisoformat(told.fact.review)
    aspect = base.aspects.get(told.aspect)
    if aspect is None or aspect.fresh_for is None:
        return None
    read = min(date.fromisoformat(base.sources[id].read) for id in told.fact.sources)
    # The first of the month after that: every month has one.
    months = read.month + aspect.fresh_for
    return date(read.year + months // _MONTHS, months % _MONTHS + 1, 1)
