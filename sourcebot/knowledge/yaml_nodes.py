"""YAML text as nodes with line numbers. Every scalar is text; aliases and tags are refused.

The nodes are built from parser events and not by a YAML loader, so that nothing in a file can
construct objects, that `no` and `2020-01-01` stay what was written, and that neither an alias bomb
nor deep nesting costs more than the file's own length.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

from sourcebot.errors import Problem

MAX_DEPTH = 30
MAX_BYTES = 4_000_000

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Text:
    """A scalar, exactly as written."""

    value: str
    line: int


@dataclass(slots=True)
class Items:
    """A sequence."""

    items: list[Node]
    line: int


@dataclass(slots=True)
class Fields:
    """A mapping: key -> (line of the key, value)."""

    fields: dict[str, tuple[int, Node]]
    line: int


Node = Text | Items | Fields


@dataclass(slots=True)
class _Open:
    node: Items | Fields
    key: Text | None = None
    repeated: list[Text] = field(default_factory=list)


def parse_yaml(data: bytes, file: str) -> tuple[Node | None, list[Problem]]:
    """Parse one YAML document.

    Returns the root node (None where the text is unusable) and the problems found; never raises.
    """
    if len(data) > MAX_BYTES:
        return None, [Problem(file, 0, f"larger than {MAX_BYTES:,} bytes; split the file")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [Problem(file, line, "not UTF-8 text; save the file as UTF-8")]
    try:
        return _build(text, file)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        what = " ".join((getattr(error, "problem", None) or str(error)).split())
        return None, [
            Problem(file, mark.line + 1 if mark else 0, f"not valid YAML: {what}; fix the line")
        ]


def _build(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    problems: list[Problem] = []
    stack: list[_Open] = []
    root: Node | None = None
    documents = 0
    for event in yaml.parse(text, Loader=_PARSER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            return None, [
                Problem(file, line, "YAML aliases (*name) are not allowed; write the text out")
            ]
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                problems.append(Problem(file, line, "a second document; keep one per file"))
                break
            continue
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = Text(event.value, line)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = Items([], line)
        elif isinstance(event, yaml.MappingStartEvent):
            node = Fields({}, line)
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            stack.pop()
            continue
        else:
            continue
        if event.tag not in (None, "tag:yaml.org,2002:str"):
            problems.append(Problem(file, line, f"YAML tag {event.tag} is not allowed; drop it"))
        if stack:
            _attach(stack[-1], node, file, problems)
        else:
            root = node
        if not isinstance(node, Text):
            stack.append(_Open(node))
            if len(stack) > MAX_DEPTH:
                return None, [Problem(file, line, f"nested deeper than {MAX_DEPTH} levels")]
    if root is None:
        problems.append(Problem(file, 0, "the file is empty; fill it or delete it"))
    return root, problems


def _attach(parent: _Open, node: Node, file: str, problems: list[Problem]) -> None:
    if isinstance(parent.node, Items):
        parent.node.items.append(node)
        return
    if parent.key is None:
        if isinstance(node, Text):
            parent.key = node
        else:
            problems.append(Problem(file, node.line, "a key must be plain text"))
            parent.key = Text(f"?{node.line}", node.line)
        return
    key, parent.key = parent.key, None
    if key.value in parent.node.fields:
        first = parent.node.fields[key.value][0]
        problems.append(
            Problem(file, key.line, f"key `{key.value}` again (first on line {first}); keep one")
        )
        return
    parent.node.fields[key.value] = (key.line, node)
