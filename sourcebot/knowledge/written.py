"""Text as YAML that loads as the same text, and ids made from names."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Container

LONGEST_ID = 60
_PLAIN = re.compile(r"[^\W_][^#:\"'\[\]{}]*")
"""What needs no quotes wherever it stands as a value: it opens with a letter or a digit."""
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9_]+")
_REPEATED = re.compile(r"[-_]*-[-_]*|__+")


def one_line(text: str) -> str:
    """The text on one line, without characters that a YAML file must not hold."""
    shown = (" " if c.isspace() else c for c in text if c.isprintable() or c.isspace())
    return " ".join("".join(shown).split())


def scalar(text: str) -> str:
    """A text as a YAML scalar on one line; in quotes only where YAML wants them."""
    line = one_line(text)
    return line if _PLAIN.fullmatch(line) else json.dumps(line, ensure_ascii=False)


def identifier(text: str, fallback: str, taken: Container[str] = ()) -> str:
    """An id made of a text's letters and digits, unlike all that are taken.

    A text that is an id already stays as it is. fallback: where no letter is left.
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words = _NOT_IN_AN_ID.sub("-", plain)
    whole = _REPEATED.sub(lambda found: "-" if "-" in found.group() else "_", words).strip("-_")
    short = whole[:LONGEST_ID].strip("-_") or fallback
    if len(whole) > LONGEST_ID and "-" in short:
        short = short.rpartition("-")[0]
    found, number = short, 1
    while found in taken:
        number += 1
        found = f"{short}-{number}"
    return found
