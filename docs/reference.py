"""Write docs/reference.md from the docstrings of what `sourcebot` exports.

python docs/reference.py
"""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Any, get_args

import sourcebot
from sourcebot.knowledge.model import Reason, Status

PAGE = Path(__file__).with_name("reference.md")
WIDTH = 100

CONTRACT: dict[str, dict[str, tuple[str, ...]]] = {
    "Answers": {
        "Bot": ("Bot", "load", "ask", "start", "resume"),
        "Conversation": ("send", "dump"),
        "Reply": ("to_json",),
        "Alternative": (),
        "Part": (),
        "CitedSource": (),
    },
    "The knowledge base": {
        "KnowledgeBase": ("load", "stamp", "can_advise"),
    },
    "The router": {
        "Router": (
            *("from_examples", "route", "route_many", "similarities", "losing", "save", "load"),
        ),
        "Route": ("ranking", "similarity", "explain"),
        "Explanation": (),
    },
    "Errors": {
        "SourcebotError": (),
        "KnowledgeError": (),
        "Problem": (),
        "ConversationError": (),
        "RouterFileError": (),
        "ExamplesError": (),
    },
}
"""Section -> class -> the members that are promised to stay; a class's own name: how it is made."""

HEAD = """\
# Reference

<!-- Made by docs/reference.py from the docstrings. Do not edit: change them and run it again. -->

All names come from `sourcebot`, e.g. `from sourcebot import Bot`. They and what is told of
them here stay; what is not here may change. [embedding.md](embedding.md) shows them at work.
"""
_CLOSED = {"Status": get_args(Status), "Reason": get_args(Reason)}


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for section, classes in CONTRACT.items():
        parts.append(f"## {section}\n")
        for name, members in classes.items():
            parts += _class(name, members)
    return "\n".join(parts)


def _class(name: str, members: Collection[str]) -> Iterator[str]:
    kind = getattr(sourcebot, name)
    yield f"### {name}\n"
    bases = [base.__name__ for base in kind.__bases__ if issubclass(base, Exception)]
    if bases:
        yield f"An error: {' and '.join(f'`{base}`' for base in bases)}.\n"
    yield _told(kind, _annotations(kind))
    for member in members:
        yield from _member(kind, member)


def _member(kind: type, member: str) -> Iterator[str]:
    if member == kind.__name__:
        made = kind.__init__  # type: ignore[misc]
        yield f"#### {member}(...)\n"
        yield _code(_signature(member, made, gives=None))
        yield _told(made, inspect.signature(made).parameters)
        return
    raw = inspect.getattr_static(kind, member)
    if isinstance(raw, (property, cached_property)):
        function = raw.fget if isinstance(raw, property) else raw.func
        assert function is not None
        yield f"#### {kind.__name__}.{member}\n"
        yield _code(f"{member}: {_type(function.__annotations__['return'])}")
        yield _told(raw, ())
        return
    function = getattr(kind, member)
    owner = kind.__name__ if isinstance(raw, (classmethod, staticmethod)) else ""
    yield f"#### {kind.__name__}.{member}(...)\n"
    gives = _type(function.__annotations__["return"])
    yield _code(_signature(f"{owner}.{member}" if owner else member, function, gives))
    yield _told(function, inspect.signature(function).parameters)


def _annotations(kind: type) -> dict[str, str]:
    """The attributes that have types of their own, in the order of the class."""
    return {name: _type(text) for name, text in inspect.get_annotations(kind).items()}


def _type(annotation: object) -> str:
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    for name, values in _CLOSED.items():
        text = re.sub(rf"\b{name}\b", f"Literal[{', '.join(map(repr, values))}]", text)
    return text.replace("'", '"')


def _signature(name: str, function: Any, gives: str | None) -> str:
    given: list[str] = []
    starred = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            given.append("*")
            starred = True
        text = f"{parameter.name}: {_type(parameter.annotation)}"
        if parameter.default is not parameter.empty:
            text += f" = {parameter.default!r}"
        given.append(text)
    tail = f" -> {gives}" if gives is not None else ""
    line = f"{name}({', '.join(given)}){tail}"
    if len(line) <= WIDTH:
        return line
    return f"{name}(\n{''.join(f'    {text},{chr(10)}' for text in given)}){tail}"


def _code(text: str) -> str:
    return f"```text\n{text}\n```\n"


def _told(documented: Any, names: Any) -> str:
    """A docstring as Markdown: what it says of attributes or parameters as a list."""
    text = inspect.getdoc(documented)
    assert text, f"{documented} has no docstring"
    types = names if isinstance(names, dict) else {}
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    return "\n".join(_paragraph(part, list(names), types) for part in paragraphs)


def _paragraph(text: str, names: list[str], types: dict[str, str]) -> str:
    text, raises = _without_raises(text)
    said: list[str] = []
    if names:
        one = "|".join(map(re.escape, names))
        found = list(re.finditer(rf"(?:^|(?<=; )|(?<=\. ))`?((?:{one})(?:, (?:{one}))*)`?: ", text))
    else:
        found = []
    before = text[: found[0].start()].strip() if found else text
    if before:
        said.append(_wrapped(before))
    items: list[str] = []
    after = ""
    for match, following in zip_longest(found, found[1:]):
        described = text[match.end() : following.start() if following else len(text)]
        described, _, rest = described.strip().partition(". ")
        after = f"{after} {rest}".strip()
        labels = ", ".join(
            f"`{name}: {types[name]}`" if name in types else f"`{name}`"
            for name in match[1].split(", ")
        )
        items.append(_wrapped(f"{labels}: {described.rstrip('.;')}", bullet="- "))
    if items:
        said.append("".join(items))
    if after:
        said.append(_wrapped(after))
    if raises:
        said.append(_wrapped(f"**Raises** {raises}"))
    return "\n".join(said)


def _without_raises(text: str) -> tuple[str, str]:
    """A paragraph without its last sentence, where that says what is raised; and that."""
    match = re.search(r"(?:^|(?<=\. ))Raises (.*)$", text)
    if match is None:
        return text, ""
    return text[: match.start()].strip(), re.sub(r"\b([A-Z]\w*Error)\b", r"`\1`", match[1])


def _wrapped(text: str, bullet: str = "") -> str:
    wrapped = textwrap.fill(
        text,
        WIDTH,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapped + "\n"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
