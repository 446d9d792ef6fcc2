"""The compiled form: the whole knowledge base as one JSON document, keyed by its digest."""

from __future__ import annotations

import zlib
from os import PathLike

import msgspec

from sourcebot.knowledge.cache import read_cached, write_cached
from sourcebot.knowledge.folders import read_base
from sourcebot.knowledge.model import KnowledgeBase

_DECODER = msgspec.json.Decoder(KnowledgeBase)


def load_compiled(folder: str | PathLike[str] | None) -> KnowledgeBase:
    """Load from the cache where it matches the files' digest, else compile and cache.

    A cached file carries a checksum of its own bytes, so a damaged one is made again.
    Raises KnowledgeError.
    """
    raw = read_base(folder)
    cached = unseal(read_cached("kb", raw.digest))
    if cached is not None:
        try:
            base = _DECODER.decode(cached)
            if base.digest == raw.digest:
                return base
        except msgspec.DecodeError:
            pass
    from sourcebot.knowledge.loader import compile_base

    base = compile_base(raw)
    write_cached("kb", raw.digest, seal(msgspec.json.encode(base)))
    return base


def seal(data: bytes) -> bytes:
    """Prefix the data with its own checksum."""
    return f"{zlib.crc32(data):08x}\n".encode() + data


def unseal(sealed: bytes | None) -> bytes | None:
    """The data, or None where it is missing, cut short or altered."""
    if sealed is None or sealed[8:9] != b"\n":
        return None
    data = sealed[9:]
    return data if sealed[:9] == f"{zlib.crc32(data):08x}\n".encode() else None
