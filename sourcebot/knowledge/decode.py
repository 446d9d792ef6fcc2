"""Nodes with line numbers into typed values, reporting every problem and not only the first."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from msgspec import inspect

from sourcebot.errors import Problem
from sourcebot.knowledge.yaml_nodes import Fields, Items, Node, Text


class _Missing:
    """Marks a value that could not be decoded; its problem has been reported."""


MISSING = _Missing()


@lru_cache(maxsize=64)
def _type_info(shape: Any) -> inspect.Type:
    return inspect.type_info(shape)


def nearest(word: str, known: list[str]) -> str:
    """The hint `did you mean ...?` for a word that is not among the known ones, or nothing."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""


class Decoder:
    """Decodes the nodes of one file; `problems` collects what is wrong with it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def decode(self, node: Node, shape: Any) -> Any:
        """Return the value of the given shape, or MISSING where a problem was reported."""
        return self._value(node, _type_info(shape), "the file")

    def _problem(self, line: int, message: str) -> _Missing:
        self.problems.append(Problem(self.file, line, message))
        return MISSING

    def _value(self, node: Node, kind: inspect.Type, where: str) -> Any:
        if isinstance(kind, inspect.Metadata):
            kind = kind.type
        if isinstance(kind, inspect.UnionType):
            kind = next(t for t in kind.types if not isinstance(t, inspect.NoneType))
            return self._value(node, kind, where)
        if isinstance(kind, inspect.StructType):
            return self._struct(node, kind, where)
        if isinstance(kind, inspect.DictType):
            return self._mapping(node, kind, where)
        if isinstance(kind, inspect.VarTupleType):
            return self._sequence(node, kind, where)
        if not isinstance(node, Text):
            return self._problem(node.line, f"{where} must be text, not {_describe(node)}")
        return self._scalar(node, kind, where)

    def _scalar(self, node: Text, kind: inspect.Type, where: str) -> Any:
        text = node.value.strip()
        if isinstance(kind, inspect.IntType):
            try:
                return int(text)
            except ValueError:
                return self._problem(node.line, f"{where} must be a whole number, not `{text}`")
        if isinstance(kind, inspect.BoolType):
            if text in ("true", "false"):
                return text == "true"
            return self._problem(node.line, f"{where} must be true or false, not `{text}`")
        if isinstance(kind, inspect.LiteralType):
            known = [str(value) for value in kind.values]
            if text in known:
                return text
            hint = nearest(text, known) or f"; use one of: {', '.join(known)}"
            return self._problem(node.line, f"{where} cannot be `{text}`{hint}")
        if not text:
            return self._problem(node.line, f"{where} is empty; write it or leave it out")
        return text

    def _sequence(self, node: Node, kind: inspect.VarTupleType, where: str) -> Any:
        if not isinstance(node, Items):
            return self._problem(
                node.line, f"{where} must be a list, not {_describe(node)}; start with `- `"
            )
        values = [self._value(item, kind.item_type, f"an item of {where}") for item in node.items]
        return tuple(value for value in values if value is not MISSING)

    def _mapping(self, node: Node, kind: inspect.DictType, where: str) -> Any:
        if not isinstance(node, Fields):
            return self._problem(node.line, f"{where} must be `key: value`, not {_describe(node)}")
        decoded = {
            key: self._value(value, kind.value_type, f"`{key}`")
            for key, (_, value) in node.fields.items()
        }
        return {key: value for key, value in decoded.items() if value is not MISSING}

    def _struct(self, node: Node, kind: inspect.StructType, where: str) -> Any:
        if not isinstance(node, Fields):
            return self._problem(node.line, f"{where} must be `key: value`, not {_describe(node)}")
        known = {field.name: field for field in kind.fields}
        values: dict[str, Any] = {}
        for key, (line, value) in node.fields.items():
            if key not in known:
                hint = nearest(key, list(known)) or f"; known here: {', '.join(known)}"
                self._problem(line, f"unknown key `{key}`{hint}")
                continue
            values[key] = self._value(value, known[key].type, f"`{key}`")
        for name, field in known.items():
            if field.required and name not in values:
                self._problem(node.line, f"{where} lacks `{name}`; add it")
                values[name] = MISSING
        if any(value is MISSING for value in values.values()):
            return MISSING
        return kind.cls(**values)


def line_of(node: Node, *path: str | int) -> int:
    """The line of what a path of keys and indexes leads to (of its nearest parent if absent)."""
    line = node.line
    for step in path:
        if isinstance(node, Fields) and isinstance(step, str) and step in node.fields:
            line, node = node.fields[step]
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            line = node.line
        else:
            break
    return line


def _describe(node: Node) -> str:
    if isinstance(node, Text):
        return f"the text `{node.value[:30]}`"
    return "a list" if isinstance(node, Items) else "a mapping"
