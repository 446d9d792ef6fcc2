"""A statement, what it rests on, and where it is written.

Everything that a knowledge base knows is made of these. They are described field by field, because
the JSON Schema for editors is generated from them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

SourceKind = Literal["law", "statistics", "research", "company", "press", "vendor", "reference"]
FactKind = Literal["definition", "finding", "judgement", "claim"]


class Place(Struct, frozen=True):
    """Where something was written: the file as the curator knows it, and the 1-based line."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """A publication that a fact rests on."""

    title: Annotated[str, Meta(description="Title as printed by the publisher.")]
    publisher: Annotated[str, Meta(description="Who published it (and the author, if named).")]
    kind: Annotated[SourceKind, Meta(description="What sort of source it is.")]
    read: Annotated[str, Meta(description="When we read it, as YYYY-MM-DD.")]
    year: Annotated[int | None, Meta(description="Year of publication; leave out if unknown.")] = (
        None
    )
    url: Annotated[str | None, Meta(description="Address of the original, never of a mirror.")] = (
        None
    )


class Fact(Struct, frozen=True, forbid_unknown_fields=True):
    """One statement with its sources."""

    text: Annotated[str, Meta(description="One to three short sentences, in our own words.")]
    sources: Annotated[tuple[str, ...], Meta(description="Ids from sources.yaml, at least one.")]
    title: Annotated[str | None, Meta(description="Two to four words that name the point.")] = None
    remedy: Annotated[str | None, Meta(description="For a risk: what to do about it.")] = None
    review: Annotated[
        str | None, Meta(description="When it must be looked at again, YYYY-MM-DD.")
    ] = None
    kind: Annotated[
        FactKind,
        Meta(
            description="definition, finding, judgement (ours), or claim (somebody's, attributed)."
        ),
    ] = "finding"


class Phrase(Struct, frozen=True):
    """An example of how people ask for an aspect (or for several at once)."""

    text: str
    aspects: tuple[str, ...]
    place: Place
