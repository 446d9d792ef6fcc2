"""Which concept an answer in free words defines: a router over all that is said of each."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.learning.hearing import Hearing
from sourcebot.learning.items.free import defining_texts, trait_texts
from sourcebot.learning.items.near import broader
from sourcebot.routing.router import Router


class Defined(Struct, frozen=True):
    """What an answer defines.

    own: how likely it is the concept asked for, 0..1; other: the likeliest other concept that is
    neither broader nor narrower, None where there is none; chance: how likely that one is.
    """

    own: float
    other: str | None
    chance: float


class Definitions:
    """Tells which concept of a base a text defines."""

    def __init__(
        self, knowledge: KnowledgeBase, hearing: Hearing, synonyms: Mapping[str, tuple[str, ...]]
    ) -> None:
        """Learns from the base's definitions, descriptions and traits: takes about a second."""
        self._knowledge = knowledge
        self._hearing = hearing
        examples = [
            (words, concept.id)
            for concept in knowledge.concepts.values()
            for text in (
                *defining_texts(knowledge, concept),
                *trait_texts(knowledge, concept),
            )
            if (words := hearing.words(text, repaired=False))
        ]
        self._router = Router.from_examples(
            examples,
            out_of_scope=knowledge.scope.outside,
            synonyms=synonyms,
            as_written=True,
        )

    def read(self, text: str, concept: str) -> Defined:
        """What a text defines, where it should define this concept."""
        ranking = self._router.route(self._hearing.words(text, repaired=True)).ranking
        kin = {concept, *broader(self._knowledge, concept)}
        others = (
            (label, chance)
            for label, chance in ranking
            if label not in kin and concept not in broader(self._knowledge, label)
        )
        other, chance = next(others, (None, 0.0))
        return Defined(dict(ranking).get(concept, 0.0), other, chance)
