"""One line of JSON for each request, on standard error; what people write only where asked for."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

LONGEST = 500
"""Characters of a value in a log."""

_encode = msgspec.json.Encoder().encode


class Log:
    """Writes lines of JSON. messages: whether the text of messages is logged."""

    def __init__(
        self, *, messages: bool = False, write: Callable[[str], object] | None = None
    ) -> None:
        self.messages = messages
        self._write = write

    def line(self, event: str, *, text: str | None = None, **fields: object) -> None:
        """Write a line. text: what a person wrote, left out unless it was asked for."""
        told: dict[str, object] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "event": event,
        }
        for key, value in fields.items():
            if value is not None:
                told[key] = value if type(value) is not str else value[:LONGEST]
        if text is not None and self.messages:
            told["text"] = text[:LONGEST]
        try:
            line = _encode(told)
        except UnicodeEncodeError:
            line = _encode({key: _encodable(value) for key, value in told.items()})
        # JSON escapes line breaks, so that nobody can write a line of their own.
        if self._write is not None:
            self._write(line.decode() + "\n")
        else:
            _to_standard_error(line + b"\n")


class Handler(logging.Handler):
    """What the web server and other libraries have to say, in lines of the same kind."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._log = Log()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; of an exception its kind alone, for it may quote what people wrote.

        So may what others say than the web server: of them it is told where it comes from. asyncio
        says on its first line what happened, and then which values were at hand.
        """
        error = record.exc_info[0] if record.exc_info else None
        known = record.name.partition(".")[0] in ("uvicorn", "asyncio")
        self._log.line(
            "server",
            level=record.levelname.lower(),
            message=record.getMessage().partition("\n")[0] if known else None,
            at=None if known else f"{record.name}:{record.lineno}",
            error=error.__name__ if error is not None else None,
        )


def place(error: BaseException) -> str:
    """Where in the code it happened: file, line and function, and nothing that anybody wrote."""
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    return "; ".join(f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)


def _encodable(value: object) -> object:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _to_standard_error(line: bytes) -> None:
    """In one write, so that the lines of several workers do not mix.

    A log that nobody reads any longer must not end the answering.
    """
    if sys.stderr is None:
        return
    with contextlib.suppress(OSError, ValueError):
        while line:
            line = line[os.write(sys.stderr.fileno(), line) :]
