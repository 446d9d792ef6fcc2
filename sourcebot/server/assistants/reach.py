"""Which knowledge bases a request may use: all of a server's, or the one that its key is for."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from sourcebot.server.assistants.failures import unknown
from sourcebot.server.bases import Bases, Served

SCOPE_KEY = "assistant_base"
"""Where the state of an HTTP request names the only base that it may use."""
_ONLY: ContextVar[str | None] = ContextVar("only", default=None)


class Reach:
    """The bases of a server, as far as the request at hand may use them."""

    def __init__(self, bases: Bases) -> None:
        self._bases = bases

    @property
    def several(self) -> bool:
        """Whether the server has more than one base, whoever asks."""
        return len(list(self._bases)) > 1

    def __iter__(self) -> Iterator[Served]:
        only = _ONLY.get()
        return (served for served in self._bases if only is None or served.name == only)

    def pick(self, name: str | None) -> Served:
        """The base of a name, or the first one. Raises Refused."""
        usable = {served.name: served for served in self}
        if not name:
            return next(iter(usable.values()))
        if name not in usable:
            # Whoever may use one base is not told what the others are called.
            raise unknown("knowledge base", name, usable)
        return usable[name]


async def within_reach(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Remember for the time of a request which base alone it may use, if it is so."""
    state = getattr(ctx.request, "scope", {}).get("state", {})
    token = _ONLY.set(state.get(SCOPE_KEY))
    try:
        return await call_next(ctx)
    finally:
        _ONLY.reset(token)
