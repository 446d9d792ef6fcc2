"""Replies as results of tools: the whole as structured content, and a shorter text beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from mcp_types import CallToolResult, TextContent

from sourcebot.dialogue.reply import CitedSource, Reply

LONGEST_TEXT = 5_000
"""Characters of the answer in the text beside the structured content."""
LONGEST_WHOLE = 16_000
"""The same in the structured content: no entry of a sound base comes near."""
MOST_SOURCES = 15
MOST_REASONED = 3
"""Options whose reasons are told; of the others, the score and what rules them out."""
MOST_REASONS = 3
"""Reasons for, and as many against, that are told of an option that does not come first."""
_CUT = "(Cut here; `text` of the structured content goes on.)"
_OFFERS = {"clarify": "Did you mean", "unknown": "What can be asked"}


def of_reply(reply: Reply, *lines: str, text: str | None = None, **more: object) -> CallToolResult:
    """A reply as the result of a tool.

    lines: what the text ends with; text: what it begins with, where not as the reply; more: further
    fields of the structured content.
    """
    whole: dict[str, Any] = msgspec.json.decode(reply.to_json())
    whole["text"] = shortened(whole["text"], LONGEST_WHOLE)
    whole["recommendation"] = in_short(whole["recommendation"], whole["sources"])
    begins = reply.text if text is None else text
    parts = [shortened(begins, LONGEST_TEXT)]
    if parts[0] != begins:
        parts.append(_CUT)
    if reply.status in _OFFERS and reply.suggestions:
        parts.append(f"{_OFFERS[reply.status]}:\n" + _listed(reply.suggestions))
    if reply.sources:
        parts.append(f"Sources: {cited(reply.sources)}")
    parts += [line for line in (*lines, f"kb: {reply.kb}") if line]
    return result("\n\n".join(parts), whole | more)


def in_short(
    recommendation: dict[str, Any] | None, listed: Sequence[dict[str, Any]] = ()
) -> dict[str, Any] | None:
    """The recommendation with the strongest reasons of the first options; the whole is too long.

    listed: sources that stand beside it, which it then does not repeat.
    """
    if recommendation is None:
        return None
    ranking = [
        {
            **option,
            "for": _strongest(option["for"], place),
            "against": _strongest(option["against"], place),
        }
        for place, option in enumerate(recommendation["ranking"])
    ]
    short = {**recommendation, "ranking": ranking}
    told = {id for key, value in short.items() if key != "sources" for id in _cited(value)}
    told -= {source["id"] for source in listed}
    return short | {"sources": [one for one in short["sources"] if one["id"] in told]}


def _strongest(reasons: list[dict[str, Any]], place: int) -> list[dict[str, Any]]:
    """All of the first option, a few of the next ones, none of the rest."""
    if place == 0:
        return reasons
    return reasons[:MOST_REASONS] if place < MOST_REASONED else []


def _cited(value: object) -> Iterator[str]:
    """The ids of all sources that stand somewhere in a value."""
    if isinstance(value, dict):
        yield from value.get("sources", ())
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _cited(part)


def result(text: str, structured: dict[str, Any]) -> CallToolResult:
    """A result with both of its forms."""
    content = TextContent(type="text", text=text)
    return CallToolResult(content=[content], structured_content=structured)


def refusal(text: str) -> CallToolResult:
    """A call that could not be answered, said so that an assistant can put it right."""
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def cited(sources: Sequence[CitedSource]) -> str:
    """Sources on one line, numbered as the text cites them."""
    shown = [f"[{number}] {titled(s)}" for number, s in enumerate(sources[:MOST_SOURCES], 1)]
    left = len(sources) - len(shown)
    return "; ".join(shown) + (f"; and {left} more" if left else "")


def titled(source: CitedSource) -> str:
    """A source in a few words."""
    year = f", {source.year}" if source.year is not None else ""
    return f"{source.title} ({source.publisher}{year})"


def shortened(text: str, most: int) -> str:
    """The text up to the end of a line or a word, where it is too long."""
    if len(text) <= most:
        return text
    end = text.rfind("\n", most - 400, most)
    if end < 0:
        end = text.rfind(" ", 0, most)
    return text[: end if end > 0 else most].rstrip() + " …"


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
