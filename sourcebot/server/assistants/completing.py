"""Completion of the arguments of resources and prompts: ids that are known, best first."""

from __future__ import annotations

from collections.abc import Iterable

from mcp_types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from sourcebot.server.assistants.desk import Desk
from sourcebot.server.assistants.failures import Refused
from sourcebot.server.assistants.pages import held_on
from sourcebot.server.assistants.reach import Reach

AT_ONCE = 100
"""As many as the protocol allows."""


def add_completion(server: Desk) -> None:
    """Offer completion."""

    async def complete(
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        given = context.arguments if context is not None and context.arguments else {}
        return _fitting(known(server.reach, argument.name, given), argument.value)

    offer = server.completion()  # type: ignore[no-untyped-call]
    offer(complete)


def known(reach: Reach, argument: str, given: dict[str, str]) -> list[str]:
    """What an argument can be, given the others."""
    if argument == "kb":
        return [served.name for served in reach]
    try:
        base = reach.pick(given.get("kb")).edition.bot.knowledge
    except Refused:
        return []
    if argument in ("id", "concept", "a", "b"):
        taken = {given.get(other) for other in ("a", "b") if other != argument}
        return [id for id in base.names if id not in taken]
    if argument == "aspect":
        concept = given.get("concept", "")
        return held_on(base, concept) if concept in base.names else list(base.aspects)
    return []


def _fitting(ids: Iterable[str], value: str) -> Completion:
    """Those that begin with what was typed, then those that have it."""
    typed = value.strip().casefold()
    having = [id for id in ids if typed in id.casefold()]
    having.sort(key=lambda id: not id.casefold().startswith(typed))
    return Completion(values=having[:AT_ONCE], total=len(having), has_more=len(having) > AT_ONCE)
