"""A comparison that nobody wrote, put together from what is known of each concept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sourcebot.knowledge.model import Comparison, Concept, KnowledgeBase, Row, Trait


def comparison(knowledge: KnowledgeBase, concepts: Sequence[Concept]) -> Comparison | None:
    """What two or more concepts share and where they differ, or None where too little is known.

    Only traits that all of them have are compared; a relation is told where one of them is the
    other's kind, part or sequel, or where both are kinds of one thing.
    """
    kinds = knowledge.kinds
    names = [trait for trait in kinds.traits if all(trait in c.traits for c in concepts)]
    rows = {name: _row(kinds.traits[name], name, concepts) for name in names if name != kinds.when}
    if len(concepts) < 2 or not rows:
        return None
    return Comparison(
        concepts=tuple(concept.id for concept in concepts),
        kinds={c.id: kinds.names[c.kind] for c in concepts if c.kind in kinds.names},
        same_kind=len({concept.kind for concept in concepts}) == 1,
        related=tuple(_related(knowledge, concepts)),
        rows=tuple(rows.values()),
        shared=tuple(row for row in rows.values() if len(set(row.cells.values())) == 1),
        apart=tuple(row for row in rows.values() if len(set(row.cells.values())) > 1),
        when={c.id: c.traits[kinds.when] for c in concepts if kinds.when in c.traits},
    )


def _row(label: str, trait: str, concepts: Sequence[Concept]) -> Row:
    cells: dict[str, Trait] = {concept.id: concept.traits[trait] for concept in concepts}
    sources = dict.fromkeys(id for cell in cells.values() for id in cell.sources)
    return Row(label, {id: cell.text for id, cell in cells.items()}, tuple(sources))


def neighbours(knowledge: KnowledgeBase, concept: Concept) -> tuple[str, ...]:
    """How a concept stands to its neighbours, a sentence for each relation."""
    told = (
        _sentence(knowledge, sentence, concept, concept.relations[relation])
        for relation, sentence in knowledge.kinds.relations.items()
        if concept.relations.get(relation)
    )
    return tuple(told)


def _related(knowledge: KnowledgeBase, concepts: Sequence[Concept]) -> Iterator[str]:
    """How the concepts stand to each other; what holds both ways is told once."""
    for relation in knowledge.kinds.telling:
        told: set[frozenset[str]] = set()
        for concept in concepts:
            for other in concepts:
                pair = frozenset((concept.id, other.id))
                if other.id in concept.relations.get(relation, ()) and pair not in told:
                    told.add(pair)
                    sentence = knowledge.kinds.relations[relation]
                    yield _sentence(knowledge, sentence, concept, [other.id])


def _sentence(
    knowledge: KnowledgeBase, sentence: str, concept: Concept, others: Sequence[str]
) -> str:
    names = [knowledge.said(other) for other in others]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    text = sentence.replace("{concept}", knowledge.said(concept.id)).replace("{other}", listed)
    return f"{text[:1].upper()}{text[1:]}"
