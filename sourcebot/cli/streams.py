"""Standard streams: lines in and text out, whatever the locale and whoever hangs up."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from typing import BinaryIO, TextIO

# What is longer is cut: no question needs it, and a line must not fill the memory.
MAX_LINE_BYTES = 4_000_000
_NARROWEST = 20
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def read_lines(*, encoding: str | None = None) -> Iterator[str]:
    """Yield the lines of standard input, without their ends; bytes that do not decode are replaced.

    encoding: None for the terminal's own.
    """
    if sys.stdin is None:
        return
    stream = sys.stdin.buffer
    while line := stream.readline(MAX_LINE_BYTES):
        if not line.endswith(b"\n"):
            _skip_rest_of_line(stream)
        text = line.decode(encoding or sys.stdin.encoding or "utf-8", "replace")
        yield text.removesuffix("\n").removesuffix("\r").removeprefix("\ufeff")


def _skip_rest_of_line(stream: BinaryIO) -> None:
    while rest := stream.readline(MAX_LINE_BYTES):
        if rest.endswith(b"\n"):
            return


def read_bytes(at_most: int) -> bytes:
    """All of standard input (one byte more than `at_most` where it is longer)."""
    return sys.stdin.buffer.read(at_most + 1) if sys.stdin is not None else b""


def write_text(text: str) -> None:
    """Write text for people, at once: without control characters, in the terminal's encoding."""
    encoding = sys.stdout.encoding or "utf-8"
    write_bytes(printable(text).encode(encoding, "replace"))


def write_bytes(data: bytes) -> None:
    """Write data for programs, at once and byte for byte."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_aside(text: str) -> None:
    """Write text for people to standard error, where standard output is to hold a document."""
    if sys.stderr is None:
        return
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(printable(text).encode(encoding, "replace").decode(encoding))
    sys.stderr.flush()


def complain(message: str) -> None:
    """Write one line to standard error, whatever the message holds."""
    if sys.stderr is None:
        return
    line = " ".join(printable(message.replace("\n", " ")).split())
    encoding = sys.stderr.encoding or "utf-8"
    with contextlib.suppress(OSError):
        sys.stderr.write(f"sourcebot: {line.encode(encoding, 'replace').decode(encoding)}\n")
        sys.stderr.flush()


def printable(text: str) -> str:
    """The text without what could command a terminal: all controls but newline and tab."""
    return _CONTROLS.sub("", text)


def width(*, at_most: int = 100) -> int:
    """How many columns to write: the terminal's, or 80 where there is none.

    at_most: what still reads well; lines of prose should not be longer.
    """
    return max(_NARROWEST, min(at_most, shutil.get_terminal_size((80, 24)).columns))


def interactive(*, aside: bool = False) -> bool:
    """Whether a person sits at both ends; aside: of standard error in place of output."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr if aside else sys.stdout)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person sits at the end of a standard stream."""
    return stream is not None and not stream.closed and stream.isatty()


def leave_line() -> None:
    """Move a person's terminal on from a line that was interrupted."""
    if interactive():
        with contextlib.suppress(OSError):
            write_text("\n")


def open_missing() -> None:
    """Give a process that was started without standard output one that goes nowhere."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def abandon_output() -> None:
    """Point standard output to nowhere, so that nothing fails on it again while Python ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
