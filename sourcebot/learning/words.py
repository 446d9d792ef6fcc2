"""The words around lessons and exercises, from content/language/learning.yaml."""

from __future__ import annotations

from collections.abc import Mapping


def say(words: Mapping[str, str], place: str, **slots: str) -> str:
    """The words of a place with its slots filled; a place without words says nothing.

    Another team's base may override the file and leave places out that it does not need.
    """
    text = words.get(place, "")
    for slot, value in slots.items():
        text = text.replace(f"{{{slot}}}", value)
    return text
