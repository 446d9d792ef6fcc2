"""Text of others, made fit for the screen."""

from __future__ import annotations

import re

# Control characters reach the terminal as they are, and bidirectional overrides turn lines round.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_ECHO = 400
_ADDRESS = 40


def fit(text: str) -> str:
    """The text without what could upset a terminal; line breaks stay."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The text on a single line, as an input holds it."""
    return " ".join(fit(text).split("\n"))


def heading(name: str) -> str:
    """A name as it stands at the start of a line."""
    line = one_line(name)
    return line[:1].upper() + line[1:]


def echo(message: str) -> str:
    """A message as it is shown back: its beginning, if it is long."""
    start = fit(message[: 4 * _ECHO]).strip()
    if len(start) <= _ECHO and len(message) <= 4 * _ECHO:
        return start
    return f"{start[:_ECHO].rstrip()}… ({len(message):,} characters)"


def is_web_address(address: str) -> bool:
    """Whether an address may be opened: http and https, and nothing else."""
    return address.lower().startswith(("http://", "https://"))


def brief(address: str) -> str:
    """A web address as it is shown: without the scheme, and cut where it gets long."""
    shown = address.partition("://")[2].removeprefix("www.").rstrip("/")
    return shown if len(shown) <= _ADDRESS else f"{shown[: _ADDRESS - 1]}…"
