"""The compiled form: the whole knowledge base in one file, keyed by its digest.

A line with a checksum, a line of JSON with what every question needs and where the rest stands, and
then the rest: entries, sources and their like, one JSON value after another (`shelf.py`).
"""

from __future__ import annotations

import zlib
from os import PathLike
from typing import Any

import msgspec
from msgspec import Struct

from sourcebot.knowledge.cache import read_cached, write_cached
from sourcebot.knowledge.facts import Source
from sourcebot.knowledge.folders import fingerprint, read_base
from sourcebot.knowledge.model import (
    Aspect,
    Category,
    Claim,
    Concept,
    Entry,
    Identity,
    Kinds,
    KnowledgeBase,
    Language,
    Task,
)
from sourcebot.knowledge.shelf import Shelf, Span, pack

_SHELVED: dict[str, Any] = {
    "concepts": Concept,
    "entries": Entry,
    "categories": Category,
    "tasks": Task,
    "claims": Claim,
    "sources": Source,
    "templates": str,
    "words": tuple[str, ...],
}


_SEEN = "seen"
"""Cached by fingerprint: the digest of the files that had it."""
_LATER = ("encoded_phrases", "encoded_advice", "encoded_scope", "encoded_transcripts")


class _Head(Struct, frozen=True):
    """What every question needs, and where the rest stands: field -> (key ->) span."""

    identity: Identity
    digest: str
    kinds: Kinds
    names: dict[str, str]
    with_article: dict[str, str]
    criteria: dict[str, str]
    aspects: dict[str, Aspect]
    language: Language
    shelves: dict[str, dict[str, Span]]
    later: dict[str, Span]


_DECODER = msgspec.json.Decoder(_Head)


def load_compiled(folder: str | PathLike[str] | None) -> KnowledgeBase:
    """Load from the cache where it matches the files' digest, else compile and cache.

    Files whose times and sizes are those of an earlier load are not read again. A cached file
    carries a checksum of its own bytes, so a damaged one is made again.
    Raises KnowledgeError.
    """
    stamp = fingerprint(folder)
    digest = read_cached(_SEEN, stamp) if stamp is not None else None
    base = _read(digest.decode("ascii", "replace")) if digest else None
    if base is not None:
        return base
    raw = read_base(folder)
    base = _read(raw.digest)
    if base is None:
        from sourcebot.knowledge.loader import compile_base

        base = compile_base(raw)
        write_cached("kb", raw.digest, seal(_encode(base)))
    if stamp is not None and stamp == fingerprint(folder):
        write_cached(_SEEN, stamp, raw.digest.encode())
    return base


def _read(digest: str) -> KnowledgeBase | None:
    """The base that was compiled from files of this digest, where it is at hand and whole."""
    cached = unseal(read_cached("kb", digest))
    try:
        base = _decode(cached) if cached is not None else None
    except (msgspec.DecodeError, KeyError):
        return None
    return base if base is not None and base.digest == digest else None


def _encode(base: KnowledgeBase) -> bytes:
    body = bytearray()
    shelves = {field: pack(getattr(base, field), body) for field in _SHELVED}
    later = pack({field: getattr(base, field) for field in _LATER}, body)
    head = _Head(
        base.identity,
        base.digest,
        base.kinds,
        base.names,
        base.with_article,
        base.criteria,
        base.aspects,
        base.language,
        shelves,
        later,
    )
    return msgspec.json.encode(head) + b"\n" + body


def _decode(data: bytes) -> KnowledgeBase:
    """Raises msgspec.DecodeError or KeyError on what `_encode` did not write."""
    end = data.find(b"\n")
    head = _DECODER.decode(memoryview(data)[:end])
    body = data[end + 1 :]
    shelved: dict[str, Any] = {
        field: Shelf(body, head.shelves[field], kind) for field, kind in _SHELVED.items()
    }
    later: dict[str, Any] = {
        field: msgspec.Raw(body[slice(*head.later[field])]) for field in _LATER
    }
    return KnowledgeBase(
        identity=head.identity,
        digest=head.digest,
        kinds=head.kinds,
        names=head.names,
        with_article=head.with_article,
        criteria=head.criteria,
        aspects=head.aspects,
        language=head.language,
        **shelved,
        **later,
    )


def seal(data: bytes) -> bytes:
    """Prefix the data with its own checksum."""
    return f"{zlib.crc32(data):08x}\n".encode() + data


def unseal(sealed: bytes | None) -> bytes | None:
    """The data, or None where it is missing, cut short or altered."""
    if sealed is None or sealed[8:9] != b"\n":
        return None
    data = sealed[9:]
    return data if sealed[:9] == f"{zlib.crc32(data):08x}\n".encode() else None
