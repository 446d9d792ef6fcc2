"""Reading what others send: any shape, any type, never an error beyond "this is no JSON"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from sourcebot.server.desks.model import NoJson

LONGEST_ID = 200
"""Characters of an id; longer ones are no ids."""


def parsed(body: bytes) -> Mapping[str, Any]:
    """The JSON object in a body. Raises NoJson."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NoJson("the body is no JSON") from error
    if not isinstance(value, dict):
        raise NoJson("the body is no JSON object")
    return value


class Fields:
    """A body, read through an adapter's table: our name -> where the host has it, with dots."""

    def __init__(self, body: Mapping[str, Any], table: Mapping[str, str]) -> None:
        self._body = body
        self._table = table

    def any(self, name: str) -> Any:
        """Whatever is there, None where nothing is."""
        value: Any = self._body
        for step in self._table[name].split("."):
            if isinstance(value, list):
                value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
            else:
                value = value.get(step) if isinstance(value, dict) else None
        return value

    def text(self, name: str) -> str:
        """A text, empty where it is anything else."""
        value = self.any(name)
        return value if isinstance(value, str) else ""

    def id(self, name: str) -> str:
        """An id, which hosts write as a number or as text; empty where there is none."""
        value = self.any(name)
        if isinstance(value, bool) or not isinstance(value, int | str):
            return ""
        written = str(value)
        return written if len(written) <= LONGEST_ID and written.isprintable() else ""

    def number(self, name: str) -> int:
        """An id that is a number and fit to stand in a path; 0 where there is none."""
        written = self.id(name)
        return int(written) if written.isascii() and written.isdigit() else 0

    def count(self, name: str) -> int:
        """How many there are in a list."""
        value = self.any(name)
        return len(value) if isinstance(value, list) else 0

    def time(self, name: str) -> float | None:
        """A time in ISO 8601 as seconds since 1970."""
        try:
            return datetime.fromisoformat(self.text(name)).timestamp()
        except (ValueError, OverflowError, OSError):
            return None
