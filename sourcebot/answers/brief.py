"""A result as a document to hand on: Markdown with its sources, or a page that needs nothing else.

Raw HTML and pictures in the Markdown stay text, and only addresses of the web become links: what a
knowledge base holds cannot make the page load or run anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from markupsafe import Markup
from msgspec import Struct

from sourcebot.answers.render import Answers
from sourcebot.knowledge.facts import Source

_WEB = re.compile(r"https?://[^\s<>\"]+", re.ASCII | re.IGNORECASE)
_CITED = re.compile(r"\[(\d{1,4}(?:, \d{1,4})*)\]")
_MARKS = re.compile(r"([\\`*_<>\[\]])")
_CITABLE = "citable"


class Listed(Struct, frozen=True):
    """A source as it is listed; link: its address, where that is one of the web."""

    title: str
    publisher: str
    year: int | None
    link: str | None


def markdown_brief(
    answers: Answers, text: str, given: Sequence[Mapping[str, str]], sources: Iterable[Source]
) -> str:
    """A document of its own. given: the answers that it rests on (`name`, `label`)."""
    escaped = [_listed(source, lambda plain: _MARKS.sub(r"\\\1", plain)) for source in sources]
    return answers.text("brief", text=_raised(text), given=given, sources=escaped) + "\n"


def html_brief(
    answers: Answers,
    text: str,
    given: Sequence[Mapping[str, str]],
    sources: Iterable[Source],
    stamp: str,
) -> str:
    """The same as a page, printable and readable aloud; stamp: which knowledge base it is from."""
    listed = [_listed(source, str) for source in sources]
    markdown = answers.text("brief", text=_raised(text), given=given, sources=())
    reader = _reader()
    tokens = reader.parse(markdown)
    body = reader.renderer.render(tokens, reader.options, {_CITABLE: len(listed)})
    made_here = Markup(body)  # all else is escaped by the template
    return answers.page("brief", title=_title(tokens), body=made_here, sources=listed, stamp=stamp)


def _listed(source: Source, written: Callable[[str], str]) -> Listed:
    link = source.url if source.url is not None and _WEB.fullmatch(source.url) else None
    return Listed(written(source.title), written(source.publisher), source.year, link)


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True})
    reader.enable("table").disable("image")
    reader.validateLink = lambda url: _WEB.fullmatch(url) is not None  # type: ignore[method-assign]
    reader.add_render_rule("text", _text_with_links)
    return reader


def _text_with_links(
    _: Any, tokens: Sequence[Token], index: int, options: Any, env: dict[str, Any]
) -> str:
    """Text in which `[1, 2]` leads to the sources with these numbers."""

    def linked(match: re.Match[str]) -> str:
        numbers = [int(number) for number in match[1].split(", ")]
        if not all(1 <= number <= env[_CITABLE] for number in numbers):
            return match[0]
        links = [f'<a href="#source-{number}">{number}</a>' for number in numbers]
        return f"[{', '.join(links)}]"

    return _CITED.sub(linked, escapeHtml(tokens[index].content))


def _raised(text: str) -> str:
    """The text with its topmost headings on the first level: it is a whole and no longer a part."""
    headings = [
        token
        for token in MarkdownIt("commonmark", {"html": False}).parse(text)
        if token.type == "heading_open" and token.markup.startswith("#")
    ]
    lines = text.split("\n")
    surplus = min((len(token.markup) for token in headings), default=1) - 1
    for token in headings:
        assert token.map is not None, "a block knows its lines"
        lines[token.map[0]] = lines[token.map[0]].replace("#" * surplus, "", 1)
    return "\n".join(lines)


def _title(tokens: Sequence[Token]) -> str | None:
    """The text of the first heading."""
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open":
            parts = (child.content for child in inline.children or ())
            return " ".join("".join(parts).split()) or None
    return None
