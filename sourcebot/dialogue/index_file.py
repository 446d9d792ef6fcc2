"""The index of a knowledge base as one file: a line of JSON, and bytes that it points into.

What is large is used as it lies there: arrays of numbers are not copied, and names, facts and the
like are decoded when a message asks for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from sourcebot.dialogue.understanding import Tables, Words
from sourcebot.knowledge.shelf import Shelf, Span, pack
from sourcebot.routing.descriptions import Descriptions
from sourcebot.routing.passages import Passages
from sourcebot.routing.router import Router
from sourcebot.routing.spotting import NamedThing
from sourcebot.routing.table import as_bytes
from sourcebot.routing.weights import Weights

_AT = "@"
"""The key of what stands in the bytes: {"@": [first, end]}."""
_ENCODED = ("encoded_company", "origin")


class _Head(Struct, frozen=True):
    """The fields of `Tables`; of what is large, where it stands."""

    words: Words
    names: dict[str, Span]
    encoded: dict[str, Span]
    router: dict[str, Any]
    wording: dict[str, Any] | None
    passages: dict[str, Any]
    descriptions: dict[str, Any]
    described: str


_DECODER = msgspec.json.Decoder(_Head)


def encode_tables(tables: Tables) -> bytes:
    """The tables as one file."""
    body = bytearray()

    def place(values: Sequence[Any]) -> dict[str, tuple[int, int]]:
        first = len(body)
        body.extend(as_bytes(values))
        return {_AT: (first, len(body))}

    head = {
        "words": tables.words,
        "names": pack(tables.names, body),
        "encoded": pack({field: getattr(tables, field) for field in _ENCODED}, body),
        "router": tables.router.dump(with_index=True, pack=place),
        "wording": tables.wording.dump(place) if tables.wording is not None else None,
        "passages": tables.passages.dump(place),
        "descriptions": tables.descriptions.dump(place),
        "described": "\n".join(tables.described),
    }
    return msgspec.json.encode(head) + b"\n" + body


def decode_tables(data: bytes) -> Tables:
    """What `encode_tables` wrote. Raises msgspec.DecodeError, KeyError and the like on others."""
    end = data.index(b"\n")
    head = _DECODER.decode(memoryview(data)[:end])
    body = memoryview(data)[end + 1 :]
    encoded: dict[str, Any] = {
        field: msgspec.Raw(body[slice(*head.encoded[field][:2])]) for field in _ENCODED
    }
    return Tables(
        words=head.words,
        names=Shelf(lambda first, end: body[first:end], head.names, list[NamedThing], dict),
        router=Router.resume(_placed(head.router, body)),
        wording=Weights.resume(_placed(head.wording, body)) if head.wording is not None else None,
        passages=Passages.resume(_placed(head.passages, body)),
        descriptions=Descriptions.resume(_placed(head.descriptions, body)),
        described=head.described.split("\n"),
        **encoded,
    )


def _placed(value: Any, body: memoryview) -> Any:
    """The value with the bytes in place of where they stand."""
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and _AT in value:
        first, end = value[_AT]
        return body[first:end]
    return {key: _placed(part, body) for key, part in value.items()}
