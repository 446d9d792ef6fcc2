"""Everything that a server works with, made once from its configuration."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sourcebot.errors import ServerError
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.server.bases import Bases, Served
from sourcebot.server.config import Config, secret
from sourcebot.server.keys import KeyRing
from sourcebot.server.limits import Buckets
from sourcebot.server.logs import Log, place
from sourcebot.server.metrics import Counter, Metrics
from sourcebot.server.sessions.contract import Sessions
from sourcebot.server.sessions.opening import open_sessions
from sourcebot.server.turns import Turns

if TYPE_CHECKING:
    from sourcebot.server.desks.opening import Desks

LOOK_EVERY = 2.0
"""Seconds between two looks at whether a knowledge base or the keys were edited."""
# Always in the same thread: the memory that loading a base takes is kept for the thread that did
# it, so that with the threads of answers each would end up holding as much.
_RENEWING = ThreadPoolExecutor(1, "renewing")


class Service:
    """One worker's share of a server."""

    def __init__(self, config: Config, *, log: Log | None = None) -> None:
        """Raises KnowledgeError and ServerError where the server cannot be set up."""
        self.config = config
        self.log = log if log is not None else Log(messages=config.log_messages)
        self.keys = KeyRing(Path(config.keys) if config.keys is not None else None)
        self.bases = Bases(_folders(config))
        self.metrics = Metrics(str(os.getpid()) if config.workers > 1 else None)
        limits = config.limits
        self.held = Counter(threading.Lock())
        """Bytes of bodies that are being read."""
        self.buckets = Buckets(limits.per_minute, limits.burst)
        self.visitors = Buckets(limits.visitor_per_minute, limits.visitor_per_minute)
        self.sessions: Sessions = open_sessions(
            secret(config.sessions), config.session_minutes * 60
        )
        self.turns = Turns(self.sessions)
        for desk in config.desks.values():
            if desk.kb is not None and self.bases.get(desk.kb) is None:
                raise ServerError(f"a desk names the base `{desk.kb}`, which is not served")
        self.desks: Desks | None = None
        if config.desks or config.rasa:
            # Who has no desk does not pay for what calls them.
            from sourcebot.server.desks.opening import Desks

            self.desks = Desks(self)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While the server runs: look after edits, and give back what is held open at the end."""
        # A key that was ended must not go on for as long as it takes to compile a base.
        watchers = [
            asyncio.create_task(self._watch(self._renew_keys)),
            asyncio.create_task(self._watch(self._renew_bases)),
        ]
        try:
            yield
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)
            if self.desks is not None:
                await self.desks.close(self.config.limits.shutdown_seconds)
            await self.sessions.close()

    def renew_keys(self) -> None:
        """Take over what was edited in the file of keys; the log tells."""
        before = self.keys.problem
        if self.keys.renew():
            self.log.line("keys-reloaded")
        elif self.keys.problem is not None and self.keys.problem != before:
            self.log.line("keys-refused", problem=self.keys.problem)

    async def renew(self, served: Served) -> None:
        """Take over what was edited in a knowledge base; log and metrics tell."""
        before = served.problem
        loop = asyncio.get_running_loop()
        if await loop.run_in_executor(_RENEWING, served.renew):
            self.metrics.count("sourcebot_reloads_total", kb=served.name, outcome="taken")
            self.log.line("reloaded", kb=served.edition.stamp)
        elif served.problem is not None and served.problem != before:
            self.metrics.count("sourcebot_reloads_total", kb=served.name, outcome="refused")
            self.log.line("reload-refused", kb=served.name, problem=served.problem)
        elif before is not None and served.problem is None:
            # Mended by going back to what is in use.
            self.log.line("reload-mended", kb=served.edition.stamp)

    async def _renew_keys(self) -> None:
        self.renew_keys()

    async def _renew_bases(self) -> None:
        for served in self.bases:
            await self.renew(served)

    async def _watch(self, look: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await look()
            except Exception as error:
                # Whatever it was, it must not end the looking.
                self.log.line("fault", error=type(error).__name__, at=place(error))


def _folders(config: Config) -> dict[str, str | None]:
    """Name -> folder; a server that names no base serves the shipped one under its own name."""
    if config.bases:
        return {name: folder or None for name, folder in config.bases.items()}
    return {KnowledgeBase.load(None).identity.name: None}
