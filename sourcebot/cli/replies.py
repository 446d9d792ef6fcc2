"""A reply as text for people: the answer, its sources, and what could be asked next."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from sourcebot.answers.plain import plain_text
from sourcebot.dialogue.reply import CitedSource, Reply


def reply_text(reply: Reply, width: int, *, numbered: bool = False) -> str:
    """The reply in lines of at most `width` columns (addresses are never broken).

    numbered: whether the suggestions carry numbers that can be typed.
    """
    blocks = [cited_text(reply.text, reply.sources, width)]
    suggestions = [
        f"{f'{n}.' if numbered else '-'} {text}"
        for n, text in enumerate(reply.suggestions, start=1)
    ]
    # What the answer itself has listed is not said twice.
    if not all(
        (listed if numbered else text) in reply.text
        for listed, text in zip(suggestions, reply.suggestions, strict=True)
    ):
        blocks.append(_list("You could ask next:", suggestions, width))
    return "\n\n".join(blocks) + "\n"


def cited_text(markdown: str, sources: Sequence[CitedSource], width: int) -> str:
    """Markdown as plain text, with its sources numbered as it cites them."""
    text = plain_text(markdown, width).strip("\n")
    if not sources:
        return text
    items = [f"[{n}] {_source(source)}" for n, source in enumerate(sources, start=1)]
    return f"{text}\n\n{_list('Sources:', items, width)}"


def _source(source: CitedSource) -> str:
    year = f" ({source.year})" if source.year is not None else ""
    address = f" {source.url}" if source.url else ""
    return f"{source.title}. {source.publisher}{year}.{address}"


def _list(title: str, items: list[str], width: int) -> str:
    return "\n".join([title, *(_item(" ".join(item.split()), width) for item in items)])


def _item(text: str, width: int) -> str:
    mark = text.partition(" ")[0]
    return textwrap.fill(
        text,
        width,
        initial_indent="  ",
        subsequent_indent=" " * (len(mark) + 3),
        break_long_words=False,
        break_on_hyphens=False,
    )
