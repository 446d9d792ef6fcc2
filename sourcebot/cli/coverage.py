"""How much a knowledge base holds: totals, and facts counted by concept and aspect."""

from __future__ import annotations

from sourcebot.knowledge.model import Entry, KnowledgeBase

_GAP = 2


def counts(base: KnowledgeBase) -> dict[str, int]:
    """How many of each thing there are."""
    return {
        "concepts": len(base.concepts),
        "aspects": len(base.aspects),
        "entries": len(base.entries),
        "facts": sum(_facts(entry) for entry in base.entries.values()),
        "tasks": len(base.tasks),
        "claims": len(base.claims),
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
    return "\n".join(_block(table, block, first) for block in blocks)


def _block(table: dict[str, dict[str, int]], aspects: list[str], first: int) -> str:
    gap = " " * _GAP
    lines = [" " * first + "".join(gap + aspect for aspect in aspects)]
    for concept, row in table.items():
        cells = (f"{row.get(aspect) or '.':>{len(aspect)}}" for aspect in aspects)
        lines.append(f"{concept:<{first}}" + "".join(gap + cell for cell in cells))
    return "\n".join(lines) + "\n"


def _facts(entry: Entry) -> int:
    return 1 + len(entry.points) + len(entry.rows)
