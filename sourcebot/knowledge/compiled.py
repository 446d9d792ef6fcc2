"""The compiled form: the whole knowledge base in one file, keyed by its digest.

A line with the head's checksum and the sizes of both parts; the head, JSON with what every question
needs; the body, one JSON value after another, each read when it is wanted (`shelf.py`).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache, partial
from os import PathLike
from typing import Any

import msgspec
from msgspec import Struct

from sourcebot.errors import KnowledgeError, Problem
from sourcebot.knowledge.cache import find_cached, read_cached, write_cached
from sourcebot.knowledge.facts import Source
from sourcebot.knowledge.folders import fingerprint, read_base, root_of
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
from sourcebot.knowledge.open_file import OpenFile
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
    "later": msgspec.Raw,
}


_SEEN = "seen"
"""Cached by fingerprint: the digest of the files that had it."""


class _Head(Struct, frozen=True):
    """What every question needs, and where the rest stands: field -> key -> span."""

    identity: Identity
    digest: str
    kinds: Kinds
    names: dict[str, str]
    with_article: dict[str, str]
    criteria: dict[str, str]
    aspects: dict[str, Aspect]
    language: Language
    shelves: dict[str, dict[str, Span]]


_DECODER = msgspec.json.Decoder(_Head)
_WHOLE = tuple(field for field in _Head.__struct_fields__ if field != "shelves")
_LONGEST_LINE = 64


def load_compiled(folder: str | PathLike[str] | None) -> KnowledgeBase:
    """Load from the cache where it matches the files' digest, else compile and cache.

    Files whose times and sizes are those of an earlier load are not read again. A cached file
    carries a checksum of its own bytes, so a damaged one is made again.
    Raises KnowledgeError.
    """
    stamp = fingerprint(folder)
    digest = read_cached(_SEEN, stamp) if stamp is not None else None
    base = _load(digest.decode("ascii", "replace"), folder) if digest else None
    if base is not None:
        return base
    raw = read_base(folder)
    base = _load(raw.digest, folder)
    if base is None:
        from sourcebot.knowledge.loader import compile_base

        base = compile_base(raw)
        write_cached("kb", raw.digest, _encode(base))
    if stamp is not None and stamp == fingerprint(folder):
        write_cached(_SEEN, stamp, raw.digest.encode())
    return base


def _encode(base: KnowledgeBase) -> bytes:
    body = bytearray()
    shelves = {field: pack(getattr(base, field), body) for field in _SHELVED}
    whole = {field: getattr(base, field) for field in _WHOLE}
    head = msgspec.json.encode(_Head(**whole, shelves=shelves))
    return f"{zlib.crc32(head):08x} {len(head)} {len(body)}\n".encode() + head + body


def _load(digest: str, folder: str | PathLike[str] | None) -> KnowledgeBase | None:
    """The base that was compiled from files of this digest, where it is at hand and whole."""
    path = find_cached("kb", digest)
    if path is None:
        return None
    try:
        file = OpenFile(path)
        line, _, _ = file.read(0, _LONGEST_LINE).partition(b"\n")
        checksum, size, rest = line.split()
        first = len(line) + 1
        start = first + int(size)
        if start + int(rest) != file.size() or int(rest) < 0:
            return None
        data = file.read(first, start)
        if zlib.crc32(data) != int(checksum, 16):
            return None
        head = _DECODER.decode(data)
    except (OSError, ValueError):
        return None
    return _assembled(head, file, start, folder) if head.digest == digest else None


def _assembled(
    head: _Head, file: OpenFile, start: int, folder: str | PathLike[str] | None
) -> KnowledgeBase:
    """The base over a file whose body begins at `start`."""

    def read(first: int, end: int) -> bytes:
        return file.read(start + first, start + end)

    @lru_cache(maxsize=1)
    def anew() -> KnowledgeBase:
        from sourcebot.knowledge.loader import compile_base

        raw = read_base(folder)
        if raw.digest != head.digest:
            # A base never changes under those who hold it, so this is not its own text any more.
            what = "was edited after it was loaded, and its compiled form is damaged; load it again"
            raise KnowledgeError([Problem(str(root_of(folder)), 0, what)])
        return compile_base(raw)

    shelved: dict[str, Any] = {
        field: Shelf(read, head.shelves[field], kind, partial(_field, anew, field))
        for field, kind in _SHELVED.items()
    }
    whole: dict[str, Any] = {field: getattr(head, field) for field in _WHOLE}
    return KnowledgeBase(**whole, **shelved)


def _field(anew: Callable[[], KnowledgeBase], field: str) -> Any:
    return getattr(anew(), field)


def seal(data: bytes) -> bytes:
    """Prefix the data with its own checksum."""
    return f"{zlib.crc32(data):08x}\n".encode() + data


def unseal(sealed: bytes | None) -> bytes | None:
    """The data, or None where it is missing, cut short or altered."""
    if sealed is None or sealed[8:9] != b"\n":
        return None
    data = sealed[9:]
    return data if sealed[:9] == f"{zlib.crc32(data):08x}\n".encode() else None
