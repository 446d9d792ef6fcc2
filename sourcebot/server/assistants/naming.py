"""What an assistant calls things by: ids, names and aliases, also misspelt, to ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from msgspec import Struct

from sourcebot.dialogue.bot import Bot
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.server.assistants.failures import Refused, quoted

MOST_MEANT = 4
_READ = 200
"""Characters that are read: no name is longer."""


class Named(Struct, frozen=True):
    """What a name stands for. id: None where that is open; meant: what it may stand for."""

    id: str | None
    meant: tuple[str, ...] = ()


def concept_named(bot: Bot, text: str) -> Named:
    """The concept of an id, a name or an alias, or those that are near."""
    names = bot.knowledge.names
    known = _known(text, names)
    if known is not None:
        return Named(known)
    readings = bot.reader.read(text[:_READ])
    mentions = [mention for reading in readings for mention in reading.concepts]
    found = dict.fromkeys(mention.id for mention in mentions)
    alone = not any(reading.foreign or reading.tasks for reading in readings)
    if len(found) == 1 and alone and not mentions[0].sign:
        return Named(mentions[0].id)
    return Named(None, _together(found, _near(text, names)))


def task_named(bot: Bot, text: str) -> Named:
    """The piece of work of an id or a name, or those that are near."""
    names = {id: task.name for id, task in bot.knowledge.tasks.items()}
    known = _known(text, names)
    if known is not None:
        return Named(known)
    readings = bot.reader.read(text[:_READ])
    found = dict.fromkeys(mention.id for reading in readings for mention in reading.tasks)
    if len(found) == 1 and not any(reading.foreign for reading in readings):
        return Named(next(iter(found)))
    return Named(None, _together(found, _near(text, names)))


def aspect_named(knowledge: KnowledgeBase, text: str) -> Named:
    """The aspect of an id or a name, or those that are near."""
    names = {id: aspect.name for id, aspect in knowledge.aspects.items()}
    known = _known(text, names)
    return Named(known) if known is not None else Named(None, _near(text, names))


def settled(kind: str, kinds: str, text: str, named: Named) -> str:
    """The id. Raises Refused, with what may be meant."""
    if named.id is not None:
        return named.id
    near = " or ".join(f"`{id}`" for id in named.meant)
    hint = f"; did you mean {near}?" if near else ""
    raise Refused(
        f"there is no {kind} {quoted(text)}{hint} (`kb_list` with kind `{kinds}` has all)"
    )


def folded(text: str) -> str:
    """A text as an id would be written."""
    return "-".join(text.casefold().replace("_", " ").replace("-", " ").split())


def _known(text: str, names: Mapping[str, str]) -> str | None:
    """What is called so, letter by letter but for case and hyphens."""
    wanted = folded(text)
    return next(
        (id for id, name in names.items() if wanted in (folded(id), folded(name))),
        None,
    )


def _near(text: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of what is written alike, best first."""
    written = {folded(name): id for id, name in names.items()}
    written |= {folded(id): id for id in names}
    close = get_close_matches(folded(text)[:_READ], list(written), n=MOST_MEANT, cutoff=0.6)
    return tuple(dict.fromkeys(written[one] for one in close))


def _together(*several: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(id for ids in several for id in ids))[:MOST_MEANT]
