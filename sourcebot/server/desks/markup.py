"""Markdown of replies in the formats of the hosts, and the parts that every reply is made of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sourcebot.dialogue.reply import CitedSource, Reply
from sourcebot.server.desks import words

MOST_SOURCES = 6
MOST_CHOICES = 6
_ROOM = 200
"""Characters that are kept free for what is put around a text."""


def with_sources(reply: Reply, longest: int) -> str:
    """The reply's Markdown and its sources as a short list, together at most so long."""
    if not reply.sources:
        return cut(reply.text, longest)
    cited = [f"{i}. {_source(source)}" for i, source in enumerate(reply.sources, 1)]
    more = len(cited) - MOST_SOURCES
    if more > 0:
        # The numbers in the text go on counting, so that none points to another source.
        cited = [*cited[:MOST_SOURCES], "", words.MORE_SOURCES.format(number=more)]
    listed = "\n".join(["", "", words.SOURCES, "", *cited])
    return cut(reply.text, max(longest - len(listed), _ROOM)) + listed


def numbered(text: str, choices: Sequence[str]) -> str:
    """The text and the choices beneath it as numbered lines; a number that comes back picks one."""
    if not choices:
        return text
    lines = [f"{number}. {choice}" for number, choice in enumerate(choices, 1)]
    return "\n".join([text, "", words.CHOOSE, "", *lines])


def cut(text: str, longest: int) -> str:
    """At most so many characters, cut between paragraphs, lines or words where it can be."""
    if len(text) <= longest:
        return text
    kept = text[: max(longest - len(words.CUT) - 2, 0)]
    for mark in ("\n\n", "\n", " "):
        at = kept.rfind(mark)
        if at > len(kept) // 2:
            kept = kept[:at]
            break
    if kept.count("```") % 2:
        kept += "\n```"
    return f"{kept.rstrip()}\n\n{words.CUT}"[:longest]


def html(markdown: str) -> str:
    """HTML; what looks like HTML in the Markdown is text, and dangerous links are no links."""
    rendered: str = _reader().render(markdown)
    return rendered


def without_tables(markdown: str) -> str:
    """The same with each row of a table as its first cell and, beneath, a list of the others."""
    lines = markdown.split("\n")
    tokens = _reader().parse(markdown)
    for at in reversed([i for i, token in enumerate(tokens) if token.type == "table_open"]):
        table = tokens[at]
        if table.map is None or table.level:
            continue
        end = next(i for i in range(at, len(tokens)) if tokens[i].type == "table_close")
        lines[table.map[0] : table.map[1]] = [*_rows(tokens[at:end]), ""]
    return "\n".join(lines).strip("\n")


def mrkdwn(markdown: str) -> str:
    """Slack's own format. `&`, `<` and `>` are escaped, so that nobody is called or linked to."""
    blocks: list[str] = []
    marks: list[str] = []
    numbers: list[int | None] = []
    quotes = 0
    heading = begins = False
    for token in _reader().parse(without_tables(markdown)):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            begins = not numbers  # a list stands apart from what is before it, its items do not
            first = token.attrGet("start") or 1
            numbers.append(int(first) if token.type.startswith("ordered") else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            numbers.pop()
        elif token.type == "list_item_open":
            number = numbers[-1]
            marks.append("• " if number is None else f"{number}. ")
            numbers[-1] = None if number is None else number + 1
        elif token.type == "list_item_close":
            marks.clear()
        elif token.type in ("blockquote_open", "blockquote_close"):
            quotes += 1 if token.nesting > 0 else -1
        elif token.type in ("heading_open", "heading_close"):
            heading = token.nesting > 0
        elif token.type in ("fence", "code_block"):
            blocks.append(f"```\n{escaped(token.content.rstrip())}\n```")
        elif token.type == "inline":
            indent = "    " * max(len(numbers) - 1, 0)
            mark = marks.pop() if marks else ("  " if numbers else "")
            said = _inline(token, plain=heading)
            text = f"*{said}*" if heading else said
            block = indent + mark + text.replace("\n", " ")
            tight = bool(numbers) and not begins and mark != "  "
            begins = False
            blocks.append(("\x00" if tight else "") + ("> " * quotes) + block)
    return "\n\n".join(blocks).replace("\n\n\x00", "\n").replace("\x00", "")


def pieces(text: str, longest: int) -> list[str]:
    """The text in pieces of at most so many characters, parted between lines where that can be."""
    parted: list[str] = []
    while len(text) > longest:
        at = text.rfind("\n", longest // 2, longest)
        at = at if at > 0 else longest
        parted.append(text[:at])
        text = text[at:].lstrip("\n")
    return [*parted, text] if text else parted


def escaped(text: str) -> str:
    """Text that Slack reads as text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unmarked(text: str) -> str:
    """What somebody wrote, as Markdown that shows it letter by letter, on one line."""
    line = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#+-!|~&" else letter for letter in line)


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _source(source: CitedSource) -> str:
    title = unmarked(source.title)
    named = f"[{title}](<{source.url}>)" if source.url else title
    year = f", {source.year}" if source.year is not None else ""
    return f"{named}, {unmarked(source.publisher)}{year}"


def _rows(tokens: Sequence[Token]) -> list[str]:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(token.content)
    head, *body = rows or [[]]
    lines: list[str] = []
    for row in body:
        lines += ["", f"**{row[0]}**", ""]
        lines += [
            f"- {title}: {cell}" if title else f"- {cell}"
            for title, cell in zip(head[1:], row[1:], strict=False)
        ]
    return lines[1:]


def _inline(token: Token, *, plain: bool) -> str:
    parts: list[str] = []
    links: list[str] = []
    for child in token.children or ():
        if child.type == "text":
            parts.append(escaped(child.content))
        elif child.type == "code_inline":
            parts.append(f"`{escaped(child.content)}`")
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type in ("strong_open", "strong_close"):
            parts.append("" if plain else "*")
        elif child.type in ("em_open", "em_close"):
            parts.append("" if plain else "_")
        elif child.type == "link_open":
            links.append(str(child.attrGet("href") or ""))
            parts.append(f"<{escaped(links[-1]).replace('|', '%7C')}|")
        elif child.type == "link_close":
            parts.append(">")
    return "".join(parts)
