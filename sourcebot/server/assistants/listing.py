"""The tool that says what there is: ids, names and a few words on each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from mcp_types import CallToolResult
from msgspec import Struct
from pydantic import Field

from sourcebot.knowledge.model import DEFINE, KnowledgeBase
from sourcebot.server.assistants import results, shapes
from sourcebot.server.assistants.asking import LONGEST_NAME, Kb
from sourcebot.server.assistants.desk import Ctx, edition
from sourcebot.server.bases import Edition

AT_ONCE = 50
LONGEST_ITEM = 160
Kind = Literal["concepts", "aspects", "tasks", "claims", "criteria"]


class Row(Struct, frozen=True):
    """One thing in a list. also: further words that find it; answers: (id, label)."""

    id: str
    name: str
    text: str
    also: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] | None = None

    def plain(self) -> dict[str, Any]:
        """As it is listed."""
        answers = self.answers
        listed = None if answers is None else [{"id": id, "label": label} for id, label in answers]
        text = results.shortened(self.text, LONGEST_ITEM)
        return {"id": self.id, "name": self.name, "text": text, "answers": listed}

    def line(self) -> str:
        """As one line of text, with its answers below it."""
        text = f": {results.shortened(self.text, LONGEST_ITEM)}" if self.text else ""
        named = f" ({self.name})" if self.name != self.id else ""
        below = "".join(f"\n  - `{id}` {label}" for id, label in self.answers or ())
        return f"- `{self.id}`{named}{text}{below}"


def kb_list(
    ctx: Ctx,
    kind: Annotated[
        Kind,
        Field(
            description="concepts can be explained and compared; aspects are what can be asked "
            "about them; tasks are pieces of work; claims are what people say and how far it is "
            "right; criteria are the questions of the advice with their answers."
        ),
    ],
    query: Annotated[
        str | None, Field(description="Only what has these words.", max_length=LONGEST_NAME)
    ] = None,
    offset: Annotated[int, Field(description="How many to pass over.", ge=0)] = 0,
    kb: Kb = None,
) -> Annotated[CallToolResult, shapes.Listed]:
    """List what the knowledge base has of one kind: ids for the other tools, and a few words."""
    at = edition(ctx, kb)
    rows = found(list(_ROWS[kind](at)), query)
    shown = rows[offset : offset + AT_ONCE]
    after = offset + len(shown)
    more = after if after < len(rows) else None
    text = "\n".join(row.line() for row in shown) or "Nothing here has these words."
    if more is not None:
        text += f"\n\n{len(rows) - more} more: go on with offset {more}, or give a query."
    return results.result(
        f"{text}\n\nkb: {at.stamp}",
        {
            "kind": kind,
            "items": [row.plain() for row in shown],
            "total": len(rows),
            "next_offset": more,
            "kb": at.stamp,
        },
    )


def found(rows: list[Row], query: str | None) -> list[Row]:
    """Those that have all the words, names first; where none has, those written alike."""
    words = (query or "").casefold().split()
    if not words:
        return rows
    ranked = []
    for number, row in enumerate(rows):
        name = f"{row.id} {row.name} {' '.join(row.also)}".casefold()
        labels = " ".join(label for _, label in row.answers or ())
        if all(word in f"{name} {row.text} {labels}".casefold() for word in words):
            ranked.append((not all(word in name for word in words), number, row))
    if ranked:
        return [row for _, _, row in sorted(ranked, key=lambda one: one[:2])]
    written = {text.casefold(): row for row in rows for text in (row.id, row.name, *row.also)}
    close = get_close_matches(" ".join(words), list(written), n=5, cutoff=0.7)
    return list({written[text].id: written[text] for text in close}.values())


def concepts(at: Edition) -> Iterator[Row]:
    """Everything that can be explained."""
    base = at.bot.knowledge
    for id, name in base.names.items():
        entry = base.entry(DEFINE, (id,))
        names = tuple(one.text for one in base.concepts[id].names)
        yield Row(id, name, entry.summary.text if entry is not None else "", names)


def aspects(at: Edition) -> Iterator[Row]:
    """Everything that can be asked."""
    for aspect in at.bot.knowledge.aspects.values():
        blank = {"{concept}": "…", "{other}": "…", "{task}": "…"}
        text = aspect.question
        for slot, shown in blank.items():
            text = text.replace(slot, shown)
        yield Row(aspect.id, aspect.name, text)


def tasks(at: Edition) -> Iterator[Row]:
    """Pieces of work."""
    base = at.bot.knowledge
    for task in base.tasks.values():
        names = tuple(one.text for one in task.names)
        yield Row(task.id, task.name, base.categories[task.category].name, names)


def claims(at: Edition) -> Iterator[Row]:
    """What people say."""
    for claim in at.bot.knowledge.claims.values():
        yield Row(claim.id, claim.says, f"{claim.verdict}. {claim.summary.text}", claim.concepts)


def criteria(at: Edition) -> Iterator[Row]:
    """The questions of the advice."""
    counsel = at.counsel
    names = _criterion_names(at.bot.knowledge)
    for criterion in counsel.listing()["criteria"] if counsel is not None else ():
        answers = tuple((answer["id"], answer["label"]) for answer in criterion["answers"])
        id = criterion["id"]
        yield Row(id, names.get(id, id), criterion["text"], answers=answers)


def _criterion_names(base: KnowledgeBase) -> dict[str, str]:
    advice = base.advice
    return {id: one.name for id, one in advice.criteria.items()} if advice is not None else {}


_ROWS: dict[str, Callable[[Edition], Iterator[Row]]] = {
    "concepts": concepts,
    "aspects": aspects,
    "tasks": tasks,
    "claims": claims,
    "criteria": criteria,
}
