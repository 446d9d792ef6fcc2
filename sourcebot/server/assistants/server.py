"""The MCP server over a service's knowledge bases, put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

from mcp.server.caching import CacheHint
from mcp.server.mcpserver.resolve import Resolve
from mcp.server.request_state import RequestStateSecurity
from mcp_types import ToolAnnotations

from sourcebot._version import __version__
from sourcebot.server.assistants import wording
from sourcebot.server.assistants.advising import kb_advise_step, kb_recommend
from sourcebot.server.assistants.asking import kb_ask, kb_compare, kb_entry
from sourcebot.server.assistants.completing import add_completion
from sourcebot.server.assistants.desk import Desk, without_kb
from sourcebot.server.assistants.listing import kb_list
from sourcebot.server.assistants.pages import add_pages
from sourcebot.server.assistants.prompts import add_prompts
from sourcebot.server.assistants.reach import Reach, within_reach
from sourcebot.server.assistants.tokens import Seal
from sourcebot.server.bases import Bases
from sourcebot.server.logs import Log
from sourcebot.server.service import LOOK_EVERY

TOOLS: tuple[tuple[Callable[..., Any], str], ...] = (
    (kb_ask, "Ask the knowledge base"),
    (kb_compare, "Compare concepts"),
    (kb_list, "List what is known"),
    (kb_entry, "Read an entry"),
    (kb_advise_step, "Guided advice, step by step"),
    (kb_recommend, "Recommend from answers"),
)
READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def create_server(bases: Bases, *, log: Log | None = None, seal: Seal | None = None) -> Desk:
    """The server. Whoever runs it sees to it that edited bases are taken over (`Served.renew`)."""
    reach = Reach(bases)
    seal = seal if seal is not None else Seal()
    several = reach.several
    identities = [served.edition.bot.knowledge.identity for served in reach]
    fresh = CacheHint(ttl_ms=round(LOOK_EVERY * 1000))
    server = Desk(
        reach,
        seal,
        log if log is not None else Log(),
        name=wording.NAME,
        title=wording.TITLE,
        description=wording.DESCRIPTION,
        instructions=wording.instructions(identities, several=several),
        version=__version__,
        log_level="WARNING",
        middleware=[within_reach],
        request_state_security=RequestStateSecurity(keys=[seal.key]),
        # A base may be edited: what was read is good for as long as nobody has looked again.
        cache_hints={"resources/read": fresh, "resources/list": fresh},
        subscriptions=False,
    )
    for function, title in TOOLS:
        server.add_tool(
            _offered(function, several=several),
            name=function.__name__,
            title=title,
            description=_description(function),
            annotations=READ_ONLY,
        )
        server.takes_nothing_else(function.__name__)
    add_pages(server)
    add_prompts(server, several=several)
    add_completion(server)
    return server


def _offered(function: Callable[..., Any], *, several: bool) -> Callable[..., Any]:
    """A tool as it is offered; what it asks back with takes `kb` only where the tool does."""
    offered = without_kb(function, several=several)
    if several:
        return offered
    for name, hint in get_type_hints(offered, include_extras=True).items():
        for mark in getattr(hint, "__metadata__", ()):
            if isinstance(mark, Resolve):
                narrowed = Resolve(without_kb(mark.fn, several=False))
                marks = tuple(narrowed if one is mark else one for one in hint.__metadata__)
                _annotate(offered, name, hint.__origin__, marks)
    return offered


def _annotate(function: Callable[..., Any], name: str, kind: Any, marks: tuple[Any, ...]) -> None:
    function.__annotations__[name] = Annotated[(kind, *marks)]


def _description(function: Callable[..., Any]) -> str:
    """The docstring as one text."""
    paragraphs = (function.__doc__ or "").strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
