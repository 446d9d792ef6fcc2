"""A sorted text, one key a line, looked up by halving: nothing is split, nothing is loaded."""

from __future__ import annotations


def find_line(lines: str, key: str) -> str | None:
    """What follows the key on its line ("" for a key alone), or None.

    lines: sorted, with a newline before and after each line; a key ends at the first space.
    """
    low, high = 0, len(lines) - 1
    while low < high:
        start = lines.rfind("\n", 0, (low + high) // 2 + 1) + 1
        end = lines.find("\n", start)
        name, _, rest = lines[start:end].partition(" ")
        if name == key:
            return rest if key else None
        low, high = (end, high) if name < key else (low, start - 1)
    return None
