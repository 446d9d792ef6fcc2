"""One line of JSON for each request, on standard error; what people write only where asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

LONGEST = 500
"""Characters of a value in a log."""


class Log:
    """Writes lines of JSON. messages: whether the text of messages is logged."""

    def __init__(
        self, *, messages: bool = False, write: Callable[[str], object] | None = None
    ) -> None:
        self.messages = messages
        self._write = write if write is not None else _to_standard_error

    def line(self, event: str, *, text: str | None = None, **fields: object) -> None:
        """Write a line. text: what a person wrote, left out unless it was asked for."""
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        told = {key: _short(value) for key, value in fields.items() if value is not None}
        if text is not None and self.messages:
            told["text"] = _short(text)
        self._write(msgspec.json.encode({"time": time, "event": event, **told}).decode() + "\n")


def _short(value: object) -> object:
    if isinstance(value, str):
        # JSON escapes line breaks, so that nobody can write a line of their own.
        return value.encode("utf-8", "replace").decode()[:LONGEST]
    return value


def _to_standard_error(line: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(line)
        sys.stderr.flush()
