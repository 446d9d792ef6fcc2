"""The resources: what a base holds, concept by concept and entry by entry, to be read as pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import msgspec

from sourcebot._version import __version__
from sourcebot.dialogue.holdings import takes
from sourcebot.dialogue.reply import CitedSource, Reply
from sourcebot.knowledge.model import DEFINE, KnowledgeBase
from sourcebot.server.assistants.asking import entry_of
from sourcebot.server.assistants.desk import Ctx, Desk, served
from sourcebot.server.assistants.naming import concept_named, settled
from sourcebot.server.assistants.results import titled
from sourcebot.server.bases import Served

INDEX, VERSION = "kb://{kb}/index", "kb://{kb}/version"
CONCEPT, ENTRY = "kb://{kb}/concepts/{id}", "kb://{kb}/entries/{concept}/{aspect}"
MOST_ALIASES = 8
"""Names that a page begins with; a base may know many more, for hearing them."""
JSON, MARKDOWN = "application/json", "text/markdown"


def index(kb: str, ctx: Ctx) -> str:
    """What a knowledge base is about, and what it has: concepts, aspects, counts."""
    base = served(ctx, kb).edition.bot.knowledge
    identity = base.identity
    return _json(
        {
            "kb": base.stamp,
            "title": identity.title,
            "about": identity.about,
            "reviewed": identity.reviewed,
            "examples": identity.examples,
            "concepts": base.names,
            "aspects": {id: aspect.name for id, aspect in base.aspects.items()},
            "counts": {
                "entries": len(base.entries),
                "tasks": len(base.tasks),
                "claims": len(base.claims),
                "criteria": len(base.criteria),
                "sources": len(base.sources),
            },
        }
    )


def version(kb: str, ctx: Ctx) -> str:
    """Which state of a knowledge base answers: name, digest, date of review."""
    base = served(ctx, kb).edition.bot.knowledge
    return _json(
        {
            "kb": base.stamp,
            "digest": base.digest,
            "reviewed": base.identity.reviewed,
            "sourcebot": __version__,
        }
    )


def concept(kb: str, id: str, ctx: Ctx) -> str:
    """One concept: its names, its definition, and which entries there are on it."""
    of = served(ctx, kb)
    bot = of.edition.bot
    base = bot.knowledge
    known = settled("concept", "concepts", id, concept_named(bot, id))
    about = base.concepts[known]
    aliases = list(dict.fromkeys(one.text for one in about.names if one.text != about.name))
    also = ", ".join(aliases[:MOST_ALIASES])
    head = f"# {about.name}\n\n" + (f"Also: {also}\n\n" if also else "")
    reply = entry_of(bot, known, DEFINE)
    held = [
        f"- {base.aspects[aspect].name}: {entry_uri(of, known, aspect)}"
        for aspect in held_on(base, known)
    ]
    listed = "\n\n## Entries\n\n" + "\n".join(held) if held else ""
    return f"{head}{reply.text}{listed}{_foot(reply)}"


def entry(kb: str, concept: str, aspect: str, ctx: Ctx) -> str:
    """What is known about one aspect of a concept (or of several, joined by `+`)."""
    bot = served(ctx, kb).edition.bot
    reply = entry_of(bot, concept, aspect)
    names = " and ".join(bot.knowledge.names[id] for id in reply.concepts)
    about = bot.knowledge.aspects[reply.intent].name if reply.intent is not None else ""
    return f"# {names}: {about}\n\n{reply.text}{_foot(reply)}"


def held_on(base: KnowledgeBase, concept: str) -> list[str]:
    """The aspects on which there is an entry on this concept alone."""
    return [
        aspect
        for aspect in base.aspects
        if takes(base, aspect) != "pair" and base.entry(aspect, (concept,)) is not None
    ]


def entry_uri(of: Served, concept: str, aspect: str) -> str:
    """Where an entry is read."""
    return f"kb://{quote(of.name, safe='')}/entries/{concept}/{aspect}"


def add_pages(server: Desk) -> None:
    """Offer the resources."""
    for uri, function, title, kind in (
        (INDEX, index, "What a knowledge base has", JSON),
        (VERSION, version, "Which state answers", JSON),
        (CONCEPT, concept, "A concept", MARKDOWN),
        (ENTRY, entry, "An entry", MARKDOWN),
    ):
        offer = server.resource(uri, title=title, mime_type=kind)
        offer(function)


def _foot(reply: Reply) -> str:
    sources = "\n".join(_sources(reply.sources))
    return (f"\n\n## Sources\n\n{sources}" if sources else "") + f"\n\nkb: {reply.kb}\n"


def _sources(sources: Iterable[CitedSource]) -> Iterable[str]:
    for number, source in enumerate(sources, 1):
        yield f"{number}. {titled(source)}{f' <{source.url}>' if source.url else ''}"


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
