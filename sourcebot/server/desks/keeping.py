"""What a desk keeps between deliveries: which it has seen, and where its conversations stand.

It is kept in the store of the sessions, and shared by all workers. Where the store is away, each
worker goes by what it knows itself, and asks the store again after a while: a host waits only a
few seconds, and must not wait for a store at every step.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Struct

from sourcebot.server.sessions.contract import Sessions, SessionsDown
from sourcebot.server.sessions.memory import MemorySessions

CLAIM = 90.0
"""Seconds after which a delivery that was begun and never ended may be taken up again."""
REST = 5.0
"""Seconds for which a store that is away is left alone."""
MOST = 10_000
"""Conversations whose standing a worker knows by itself."""
LINES, LONGEST_LINE = 20, 500
"""Lines of a transcript, and characters of each."""
_TRIES = 20
Said = tuple[Literal["customer", "bot"], str]


class Standing(Struct, frozen=True):
    """Where a conversation stands. human: whether a person has it; since: when that was last
    settled, in seconds since 1970; misses: answers in a row that were none; said: the last lines.
    """  # noqa: D205

    human: bool = False
    since: float = 0.0
    misses: int = 0
    said: tuple[Said, ...] = ()

    def and_said(self, *lines: Said) -> Standing:
        """The same with further lines; long ones shortened, old ones forgotten."""
        shortened = tuple((who, text[:LONGEST_LINE]) for who, text in lines)
        return msgspec.structs.replace(self, said=(*self.said, *shortened)[-LINES:])


class Keeping:
    """What one desk keeps."""

    def __init__(
        self, name: str, sessions: Sessions, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._kb = f"desk:{name}:standing"
        self._claims = f"desk:{name}:"
        self._sessions = sessions
        self._alone = MemorySessions(3_600.0)
        self._known: OrderedDict[str, Standing] = OrderedDict()
        self._clock = clock
        self._away_until = 0.0

    async def begin(self, name: str) -> bool:
        """Whether a delivery is new; if so, nobody else begins it while it is worked on."""
        if not await self._claim(f"work:{name}", CLAIM):
            return False
        if await self._claim(f"done:{name}", CLAIM):
            return True
        await self._release(f"work:{name}")
        return False

    async def finish(self, name: str, seconds: float) -> None:
        """It is done, and stays known for so long. In between nobody can begin it."""
        await self._release(f"done:{name}")
        await self._claim(f"done:{name}", seconds)
        await self._release(f"work:{name}")

    async def give_up(self, name: str) -> None:
        """It is not done: whoever sends it again is heard."""
        await self._release(f"done:{name}")
        await self._release(f"work:{name}")

    async def standing(self, conversation: str) -> Standing:
        """Where a conversation stands."""
        if not self._away:
            try:
                saved = await self._sessions.read(self._kb, conversation)
                return _standing(saved.state if saved is not None else None)
            except SessionsDown:
                self._left_alone()
        return self._known.get(conversation, Standing())

    async def change(self, conversation: str, change: Callable[[Standing], Standing]) -> Standing:
        """Put what `change` makes of a standing in its place; it may be called more than once."""
        for _ in range(_TRIES):
            if self._away:
                break
            try:
                saved = await self._sessions.read(self._kb, conversation)
                after = change(_standing(saved.state if saved is not None else None))
                version = saved.version if saved is not None else 0
                encoded = msgspec.json.encode(after)
                if await self._sessions.write(self._kb, conversation, encoded, after=version):
                    return self._know(conversation, after)
            except SessionsDown:
                self._left_alone()
        return self._know(conversation, change(self._known.get(conversation, Standing())))

    def _know(self, conversation: str, standing: Standing) -> Standing:
        self._known[conversation] = standing
        self._known.move_to_end(conversation)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return standing

    @property
    def _away(self) -> bool:
        return self._clock() < self._away_until

    def _left_alone(self) -> None:
        self._away_until = self._clock() + REST

    async def _claim(self, name: str, seconds: float) -> bool:
        # Claimed here in any case, so that a worker knows its own when the store goes away.
        here = await self._alone.claim(name, seconds)
        if not self._away:
            try:
                return await self._sessions.claim(self._claims + name, seconds)
            except SessionsDown:
                self._left_alone()
        return here

    async def _release(self, name: str) -> None:
        await self._alone.release(name)
        if not self._away:
            try:
                await self._sessions.release(self._claims + name)
            except SessionsDown:
                self._left_alone()


def _standing(state: bytes | None) -> Standing:
    if state is None:
        return Standing()
    try:
        return msgspec.json.decode(state, type=Standing)
    except msgspec.DecodeError:
        # Kept by another version: a question too many is better than none.
        return Standing()
