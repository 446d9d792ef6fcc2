"""The index of a knowledge base, ready made where that can be."""

from __future__ import annotations

import msgspec

from sourcebot.dialogue.understanding import Tables, Understanding, assemble
from sourcebot.knowledge.cache import read_cached, write_cached
from sourcebot.knowledge.compiled import seal, unseal
from sourcebot.knowledge.model import KnowledgeBase


def understand(knowledge: KnowledgeBase) -> Understanding:
    """The index of a knowledge base, from the cache where it is current."""
    cached = unseal(read_cached("index", knowledge.digest))
    if cached is not None:
        try:
            return assemble(knowledge, msgspec.json.decode(cached, type=Tables))
        except (msgspec.DecodeError, KeyError, TypeError, ValueError, IndexError):
            pass
    # Learning takes numpy; who finds the index ready never loads it.
    from sourcebot.dialogue.learn import learn

    encoded = msgspec.json.encode(learn(knowledge))
    write_cached("index", knowledge.digest, seal(encoded))
    return assemble(knowledge, msgspec.json.decode(encoded, type=Tables))
