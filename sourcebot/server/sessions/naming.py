"""Names that come from outside, made fit to stand in a key."""

from __future__ import annotations

import hashlib
import re

_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,100}")


def plain(name: str) -> str:
    """The name itself where it is short and plain, else `=` and its SHA-256.

    No two names give the same, none gives a separator, a wildcard or a control character, and all
    are at most 100 characters long, whatever a client sends as an id.
    """
    if _PLAIN.fullmatch(name):
        return name
    return "=" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
