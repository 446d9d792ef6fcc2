"""A reply as text for people: the answer, its sources, and what could be asked next."""

from __future__ import annotations

import textwrap

from sourcebot.answers.plain import plain_text
from sourcebot.dialogue.reply import CitedSource, Reply


def reply_text(reply: Reply, width: int, *, numbered: bool = False) -> str:
    """The reply in lines of at most `width` columns (addresses are never broken).

    numbered: whether the suggestions carry numbers that can be typed.
    """
    blocks = [plain_text(reply.text, width).strip("\n")]
    if reply.sources:
        items = [_item("- ", _source(source), width) for source in reply.sources]
        blocks.append("\n".join(["Sources:", *items]))
    if reply.suggestions:
        marks = (f"{number}. " if numbered else "- " for number in range(1, 1000))
        items = [
            _item(mark, text, width) for mark, text in zip(marks, reply.suggestions, strict=False)
        ]
        blocks.append("\n".join(["You could ask next:", *items]))
    return "\n\n".join(blocks) + "\n"


def _source(source: CitedSource) -> str:
    year = f" ({source.year})" if source.year is not None else ""
    address = f" {source.url}" if source.url else ""
    return f"{source.title}. {source.publisher}{year}.{address}"


def _item(mark: str, text: str, width: int) -> str:
    return textwrap.fill(
        " ".join(text.split()),
        width,
        initial_indent=f"  {mark}",
        subsequent_indent=" " * (2 + len(mark)),
        break_long_words=False,
        break_on_hyphens=False,
    )
