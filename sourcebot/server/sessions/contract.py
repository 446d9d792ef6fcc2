"""What every store of sessions does, wherever it keeps them."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class SessionsDown(Exception):
    """The store cannot be reached; single questions can still be answered."""


class Saved(Struct, frozen=True):
    """A state and its version, which grows by one with every write."""

    version: int
    state: bytes


class Sessions(Protocol):
    """States by knowledge base and id; nothing of one base can be seen from another.

    Everything but `close` may raise SessionsDown, after a few seconds at most; what was asked for
    may have been done all the same. A state expires when nobody has written it for as long as the
    store was told at the start.
    """

    async def read(self, kb: str, id: str) -> Saved | None:
        """The state, None where there is none or it has expired."""

    async def write(self, kb: str, id: str, state: bytes, *, after: int) -> bool:
        """Put a state in place of version `after` (0: where none is); False where that is not
        what is there: somebody else was faster. Renews the expiry.
        """  # noqa: D205

    async def drop(self, kb: str, id: str) -> bool:
        """Forget a state; whether there was one."""

    async def claim(self, name: str, seconds: float) -> bool:
        """Whether this is the first claim of a name within so many seconds."""

    async def release(self, name: str) -> None:
        """Give a claim back: what it was for did not succeed."""

    async def ping(self) -> None:
        """Do nothing where the store can be reached, raise SessionsDown where not."""

    async def close(self) -> None:
        """Give back what is held open."""
