"""Markdown as plain text: for pipes, screen readers and dumb terminals."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

_INDENT = "  "
_ITEM = re.compile(r"\s*(- |\d+[.)] )")


def plain_text(markdown: str, width: int = 80) -> str:
    """Wrap to `width` columns; lists keep their marks, tables become labelled lines."""
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown)
    blocks: list[str] = []
    depth = 0
    marks: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.type == "table_open":
            end = next(i for i in range(position, len(tokens)) if tokens[i].type == "table_close")
            blocks.append(_table(tokens[position:end], width))
            position = end
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
        elif token.type == "list_item_open":
            marks.append(f"{token.info}. " if token.info else "- ")
        elif token.type == "list_item_close":
            marks.clear()
        elif token.type == "inline":
            mark = marks.pop() if marks else _INDENT if depth else ""
            heading = tokens[position - 1].type == "heading_open"
            text = _inline(token)
            blocks.append(_block(text.upper() if heading else text, mark, depth, width))
        elif token.type in ("fence", "code_block"):
            blocks.append(textwrap.indent(token.content.rstrip(), _INDENT * 2))
        position += 1
    return _join(blocks)


def _block(text: str, mark: str, depth: int, width: int) -> str:
    lead = _INDENT * max(depth - 1, 0) + mark
    return textwrap.fill(
        text,
        max(width, len(lead) + 20),
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _join(blocks: Sequence[str]) -> str:
    """Blank lines between paragraphs, none between the items of a list."""
    text = ""
    for block in blocks:
        tight = _ITEM.match(block) is not None
        text += ("\n" if tight and text else "\n\n" if text else "") + block
    return text


def _inline(token: Token) -> str:
    parts: list[str] = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return "".join(parts)


def _table(tokens: Sequence[Token], width: int) -> str:
    """Each row as its first cell and, beneath, one line per further column."""
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_inline(token))
    if not rows:
        return ""
    head, *body = rows
    lines = []
    for row in body:
        lines.append(_block(row[0] + ":", "", 0, width))
        for title, cell in zip(head[1:], row[1:], strict=False):
            lines.append(_block(f"{title}: {cell}", "  ", 0, width))
    return "\n".join(lines)
