"""The index of a knowledge base and what the advice hears with, ready made where that can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sourcebot.dialogue.index_file import decode_tables, encode_tables
from sourcebot.dialogue.understanding import Understanding, assemble
from sourcebot.knowledge.cache import read_cached, write_cached
from sourcebot.knowledge.compiled import seal, unseal
from sourcebot.knowledge.model import KnowledgeBase

if TYPE_CHECKING:
    from sourcebot.dialogue.advising.tables import Hearing

DAMAGED = (msgspec.DecodeError, KeyError, TypeError, ValueError, IndexError)


def understand(knowledge: KnowledgeBase) -> Understanding:
    """The index of a knowledge base, from the cache where it is current."""
    cached = unseal(read_cached("index", knowledge.digest))
    if cached is not None:
        try:
            return assemble(knowledge, decode_tables(cached))
        except DAMAGED:
            pass
    # Learning takes numpy; who finds the index ready never loads it.
    from sourcebot.dialogue.learn import learn

    encoded = encode_tables(learn(knowledge))
    write_cached("index", knowledge.digest, seal(encoded))
    return assemble(knowledge, decode_tables(encoded))


def listen(knowledge: KnowledgeBase) -> Hearing:
    """What the guided advice hears with, from the cache where it is current.

    Apart from the index, because a question on its own does without.
    """
    from sourcebot.dialogue.advising.tables import learn_hearing, resume_hearing

    advice = knowledge.advice
    assert advice is not None, "the base has no advice"
    cached = unseal(read_cached("hearing", knowledge.digest))
    if cached is not None:
        try:
            return resume_hearing(cached)
        except DAMAGED:
            pass
    encoded = msgspec.json.encode(learn_hearing(knowledge, advice))
    write_cached("hearing", knowledge.digest, seal(encoded))
    return resume_hearing(encoded)
