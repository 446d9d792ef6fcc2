"""How much a knowledge base holds: totals, and facts counted by concept and aspect."""

from __future__ import annotations

from collections.abc import Container

from sourcebot.knowledge.census import facts_of
from sourcebot.knowledge.model import Entry, KnowledgeBase

_GAP = 2


def counts(base: KnowledgeBase) -> dict[str, int]:
    """How many of each thing there are."""
    return {
        "concepts": len(base.concepts),
        "aspects": len(base.aspects),
        "entries": len(base.entries),
        "facts": sum(1 for _ in facts_of(base)),
        "tasks": len(base.tasks),
        "claims": len(base.claims),
        "cases": len(base.cases),
        "lessons": len(base.course.lessons) if base.course is not None else 0,
        "sources": len(base.sources),
        "phrases": len(base.phrases),
        "transcripts": len(base.transcripts),
    }


def coverage(base: KnowledgeBase) -> dict[str, dict[str, int]]:
    """Facts by concept and aspect; an entry on two concepts counts for both."""
    table: dict[str, dict[str, int]] = {concept: {} for concept in base.concepts}
    for entry in base.entries.values():
        for concept in entry.concepts:
            row = table[concept]
            row[entry.aspect] = row.get(entry.aspect, 0) + _facts(entry)
    return table


def empty_cells(base: KnowledgeBase) -> dict[str, list[str]]:
    """Concept -> the aspects that apply to it and that nothing is known on.

    Only aspects that the base covers for some concept count, and none that takes several concepts:
    those are put together from what is known of each.
    """
    table = coverage(base)
    covered = {aspect for row in table.values() for aspect in row}
    expected = [
        aspect.id
        for aspect in base.aspects.values()
        if aspect.id in covered and aspect.takes in ("concept", "subject")
    ]
    found = {
        concept.id: [
            aspect
            for aspect in expected
            if aspect not in table[concept.id] and aspect not in concept.does_not_apply
        ]
        for concept in base.concepts.values()
    }
    return {concept: aspects for concept, aspects in found.items() if aspects}


def coverage_table(base: KnowledgeBase, width: int) -> str:
    """The coverage in columns, in as many blocks below each other as the width asks for."""
    table = coverage(base)
    covered = {aspect for row in table.values() for aspect in row}
    aspects = [aspect for aspect in base.aspects if aspect in covered]
    first = max((len(concept) for concept in table), default=0)
    blocks: list[list[str]] = []
    left = 0
    for aspect in aspects:
        if not blocks or left < len(aspect) + _GAP:
            blocks.append([])
            left = width - first
        blocks[-1].append(aspect)
        left -= len(aspect) + _GAP
    return "\n".join(_block(base, table, block, first) for block in blocks)


def _block(
    base: KnowledgeBase, table: dict[str, dict[str, int]], aspects: list[str], first: int
) -> str:
    gap = " " * _GAP
    lines = [" " * first + "".join(gap + aspect for aspect in aspects)]
    for concept, row in table.items():
        mute = base.concepts[concept].does_not_apply
        cells = (
            f"{row.get(aspect) or _nothing(base, aspect, mute):>{len(aspect)}}"
            for aspect in aspects
        )
        lines.append(f"{concept:<{first}}" + "".join(gap + cell for cell in cells))
    return "\n".join(lines) + "\n"


def _nothing(base: KnowledgeBase, aspect: str, mute: Container[str]) -> str:
    if aspect in mute:
        return "-"
    # What asks of several concepts at once is put together from their traits.
    return "~" if base.aspects[aspect].takes == "pair" and base.kinds.traits else "."


def _facts(entry: Entry) -> int:
    return 1 + len(entry.points) + len(entry.rows)
