"""Plain language for a thing that is not named: "send jobs overseas".

A sign is a handful of words and <classes> of words that together, in any order, hint at a label.
An element with a question mark may be missing. The sign with the most elements present wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from sourcebot.routing.text import Token, stems_of

TASK = "<task>"
_ELEMENT = re.compile(r"<([^<>]+)>(\??)|([^\s<>?]+)(\??)")


class Sign(Struct, frozen=True, array_like=True, gc=False):
    """Elements are class names in <brackets> or literal stems; the flag says "may be missing"."""

    label: str
    text: str
    elements: tuple[tuple[str, bool], ...]


class SignMatch(Struct, frozen=True):
    """A sign whose needed elements are all there.

    positions: the tokens it used, ascending; tasks: those among them that name a piece of work.
    """

    label: str
    sign: str
    positions: tuple[int, ...]
    elements: int
    tasks: tuple[int, ...] = ()


def parse_sign(label: str, text: str) -> Sign:
    """Read `<give> <outsider> <work>?`."""
    elements = []
    for name, optional, word, word_optional in _ELEMENT.findall(text):
        if name:
            elements.append((f"<{name}>", bool(optional)))
        else:
            elements += [(stem, bool(word_optional)) for stem in stems_of(word)]
    return Sign(label, text, tuple(elements))


def class_phrases(
    signs: Iterable[Sign], classes: Mapping[str, Sequence[str]]
) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """The phrases of the classes that the signs use, by first stem, for `SignReader`."""
    used = {name[1:-1] for sign in signs for name, _ in sign.elements if name[0] == "<"}
    phrases: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name in sorted(used):
        for phrase in classes.get(name, ()):
            stems = stems_of(phrase)
            if stems:
                phrases.setdefault(stems[0], []).append((f"<{name}>", stems))
    return phrases


class SignReader:
    """Finds signs among tokens."""

    def __init__(
        self,
        signs: Iterable[Sign],
        phrases: Mapping[str, Sequence[tuple[str, tuple[str, ...]]]],
    ) -> None:
        """`phrases`: first stem -> (<class>, all stems) of each phrase; see `class_phrases`."""
        self._signs = tuple(signs)
        self._needed = [
            frozenset(name for name, optional in sign.elements if not optional)
            for sign in self._signs
        ]
        self._phrases = phrases

    def classes_in(self, tokens: Sequence[Token]) -> dict[str, list[tuple[int, ...]]]:
        """Class -> the token positions of each of its phrases that occurs, longest first."""
        stems = tuple(token.stem for token in tokens)
        found: dict[str, list[tuple[int, ...]]] = {}
        for start, first in enumerate(stems):
            for name, phrase in self._phrases.get(first, ()):
                if stems[start : start + len(phrase)] == phrase:
                    found.setdefault(name, []).append(tuple(range(start, start + len(phrase))))
        for places in found.values():
            places.sort(key=lambda positions: (-len(positions), positions))
        return found

    def read(self, tokens: Sequence[Token], task_at: Sequence[int] = ()) -> list[SignMatch]:
        """Every sign that matches, most elements first.

        task_at: positions of words that name a piece of work; a sign asks for one as <task>.
        """
        classes = self.classes_in(tokens)
        if task_at:
            classes[TASK] = [(position,) for position in task_at]
        literals: dict[str, list[tuple[int, ...]]] = {}
        for position, token in enumerate(tokens):
            literals.setdefault(token.stem, []).append((position,))
        present = classes.keys() | literals.keys()
        possible = (
            _match(sign, classes, literals)
            for sign, needed in zip(self._signs, self._needed, strict=True)
            if needed <= present
        )
        matches = [match for match in possible if match is not None]
        return sorted(matches, key=lambda m: (-m.elements, m.positions[-1] - m.positions[0]))


def _match(
    sign: Sign,
    classes: Mapping[str, Sequence[tuple[int, ...]]],
    literals: Mapping[str, Sequence[tuple[int, ...]]],
) -> SignMatch | None:
    """Match the rarest element first, then each other one as near to it as it stands."""

    def places(name: str) -> Sequence[tuple[int, ...]]:
        return classes.get(name, ()) if name[0] == "<" else literals.get(name, ())

    taken: set[int] = set()
    work: set[int] = set()
    present = 0
    anchor: int | None = None
    for name, optional in sorted(sign.elements, key=lambda element: len(places(element[0]))):
        free = [place for place in places(name) if taken.isdisjoint(place)]
        if not free:
            if optional:
                continue
            return None
        near = free[0]
        if anchor is not None:
            at = anchor
            near = min(free, key=lambda place: (-len(place), abs(place[0] - at)))
        anchor = near[0] if anchor is None else anchor
        taken.update(near)
        if name == TASK:
            work.update(near)
        present += 1
    if not taken:
        return None
    positions, tasks = tuple(sorted(taken)), tuple(sorted(work))
    return SignMatch(sign.label, sign.text, positions, present, tasks)
