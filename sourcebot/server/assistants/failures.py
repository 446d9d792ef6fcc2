"""What an assistant is told when a call cannot be answered: what is wrong, and what is known."""

from __future__ import annotations

from collections.abc import Iterable

from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from pydantic import ValidationError

from sourcebot.knowledge.decode import nearest

ECHOED = 60
"""Characters of what was given that an error repeats."""
_LISTED = 12
_WORDS = {
    "missing": "is needed",
    "string_type": "must be text",
    "list_type": "must be a list",
    "dict_type": "must be an object of text values",
    "bool_parsing": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
}


class Refused(ToolError, ResourceNotFoundError):
    """A call that cannot be answered as it is; the message is for the assistant to act on."""


def quoted(text: str) -> str:
    """What was given, cut and on one line."""
    line = " ".join(text.split())
    return f"`{line[:ECHOED]}{'…' if len(line) > ECHOED else ''}`"


def unknown(kind: str, given: str, known: Iterable[str], hint: str = "") -> Refused:
    """An id that is not among the known ones: the nearest, or all where they are few."""
    ids = list(known)
    close = nearest(given.strip().casefold(), ids)
    if not close and len(ids) <= _LISTED:
        close = f"; known are: {', '.join(ids)}" if ids else ""
    return Refused(f"there is no {kind} {quoted(given)}{close}{f' ({hint})' if hint else ''}")


def told(error: ValidationError) -> str:
    """What is wrong with the arguments, without what a program alone can read."""
    lines = []
    for one in error.errors(include_url=False, include_context=True, include_input=False):
        where = ".".join(str(part) for part in one["loc"]) or "the arguments"
        lines.append(f"`{where[:ECHOED]}` {_said(one['type'], one.get('ctx', {}), one['msg'])}")
    return "; ".join(dict.fromkeys(lines))


def _said(kind: str, context: dict[str, object], message: str) -> str:
    if kind in ("string_too_long", "too_long"):
        counted = "characters" if kind.startswith("string") else "items"
        return f"may have at most {context.get('max_length'):,} {counted}"
    if kind in ("string_too_short", "too_short"):
        counted = "characters" if kind.startswith("string") else "items"
        return f"must have at least {context.get('min_length')} {counted}"
    if kind == "literal_error":
        return f"must be one of {context.get('expected')}"
    return _WORDS.get(kind, message[:1].lower() + message[1:])
