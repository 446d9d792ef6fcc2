"""A knowledge base that has been read and not yet judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sourcebot.errors import Problem
from sourcebot.knowledge.facts import Source
from sourcebot.knowledge.files import QuestionPart
from sourcebot.knowledge.yaml_nodes import Node


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file that could be read: its shape's name, its value, and its nodes for line numbers."""

    kind: str
    name: str
    shown: str
    value: Any
    node: Node


@dataclass(slots=True)
class Draft:
    """Everything that could be read, and everything that is wrong so far.

    incomplete: kinds of ids of which some could not be read, so that none can be called unknown.
    """

    files: list[Decoded] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    incomplete: set[str] = field(default_factory=set)

    def of(self, kind: str) -> list[Decoded]:
        """The files of one kind, in the order of their names."""
        return [file for file in self.files if file.kind == kind]

    def aspects(self) -> list[str]:
        """The ids of all that can be asked: of aspects, and of questions that stand alone."""
        ids = [file.value.id for file in self.of("aspects")]
        return list(dict.fromkeys([*ids, *(id for _, id, _ in self.questions())]))

    def questions(self) -> list[tuple[Decoded, str, QuestionPart]]:
        """(file, id, part) of every question that stands alone."""
        return [
            (file, id, part) for file in self.of("questions") for id, part in file.value.items()
        ]

    def words(self) -> list[dict[str, tuple[str, ...]]]:
        """Word classes, wherever they are written."""
        return [file.value for file in self.of("words")] + [
            file.value.words for file in self.of("concepts")
        ]

    def sources(self) -> list[dict[str, Source]]:
        """Sources, wherever they are written."""
        return [file.value for file in self.of("sources")] + [
            file.value.sources
            for kind in ("concepts", "entries", "cases")
            for file in self.of(kind)
        ]
