"""What a desk keeps between deliveries: which it has seen, and where its conversations stand.

It is kept in the store of the sessions, and shared by all workers. Where the store is away, each
worker goes by what it knows itself, and asks the store again after a while: a host waits only a
few seconds, and must not wait for a store at every step.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from sourcebot.server.logs import Log
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
Kept = TypeVar("Kept", bound=Struct)


class Owned(Struct, frozen=True):
    """Who has a conversation. human: whether a person; since: when that was last settled, in
    seconds since 1970.
    """  # noqa: D205

    human: bool = False
    since: float = 0.0


class Talk(Struct, frozen=True):
    """How it goes. misses: answers in a row that were none; said: the last lines."""

    misses: int = 0
    said: tuple[Said, ...] = ()

    def and_said(self, *lines: Said) -> Talk:
        """The same with further lines; long ones shortened, old ones forgotten."""
        shortened = tuple((who, _shortened(text)) for who, text in lines)
        return msgspec.structs.replace(self, said=(*self.said, *shortened)[-LINES:])


class Keeping:
    """What one desk keeps."""

    def __init__(
        self,
        name: str,
        sessions: Sessions,
        owners: Sessions,
        log: Log,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """owners: where it is kept who has a conversation, for much longer than what was said;
        log: is told once when the store goes away, and once when it is back.
        """  # noqa: D205
        self._name = name
        self._log = log
        self._talks = f"desk:{name}:talk"
        self._owned = f"desk:{name}:owner"
        self._claims = f"desk:{name}:"
        self._sessions = sessions
        self._owners = owners
        self._alone = MemorySessions(3_600.0)
        self._known: dict[type[Struct], OrderedDict[str, Any]] = {
            Owned: OrderedDict(),
            Talk: OrderedDict(),
        }
        self._untold: set[str] = set()
        self._clock = clock
        self._away_until = 0.0

    async def begin(self, name: str) -> bool:
        """Whether a delivery is new; if so, nobody else begins it while it is worked on."""
        await self._catch_up()
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

    async def owned(self, conversation: str) -> Owned:
        """Who has a conversation, by whatever was settled last."""
        known: Owned = self._known[Owned].get(conversation, Owned())
        kept = await self._read(self._owners, self._owned, conversation, Owned)
        return kept if kept is not None and kept.since >= known.since else known

    async def talk(self, conversation: str) -> Talk:
        """How a conversation goes."""
        known: Talk = self._known[Talk].get(conversation, Talk())
        if self._is_away():
            return known
        kept = await self._read(self._sessions, self._talks, conversation, Talk)
        return known if self._is_away() else kept or Talk()

    async def settle(self, conversation: str, human: bool, when: float) -> None:
        """Who has a conversation, unless that has been settled since. It begins another talk."""
        changed = False

        def settled(owned: Owned) -> Owned:
            nonlocal changed
            changed = False
            if owned.since > when or (owned.human and human):
                return owned
            changed = owned.human != human
            return Owned(human, when)

        known: Owned = self._known[Owned].get(conversation, Owned())
        told = await self._change(self._owners, self._owned, conversation, known, settled)
        # A worker that alone knows that a person has come tells the others as soon as it can.
        (self._untold.discard if told else self._untold.add)(conversation)
        if changed:
            await self.say(conversation, lambda talk: Talk())

    async def say(self, conversation: str, change: Callable[[Talk], Talk]) -> None:
        """Put what `change` makes of a talk in its place; it may be called more than once."""
        known: Talk = self._known[Talk].get(conversation, Talk())
        await self._change(self._sessions, self._talks, conversation, known, change)

    async def _catch_up(self) -> None:
        for conversation in tuple(self._untold):
            if self._is_away():
                return
            owned: Owned | None = self._known[Owned].get(conversation)
            self._untold.discard(conversation)
            if owned is not None:
                await self.settle(conversation, owned.human, owned.since)

    async def _read(
        self, store: Sessions, kb: str, conversation: str, kind: type[Kept]
    ) -> Kept | None:
        if not self._is_away():
            try:
                saved = await store.read(kb, conversation)
                return _decoded(saved.state, kind) if saved is not None else None
            except SessionsDown as error:
                self._left_alone(error)
        return None

    async def _change(
        self,
        store: Sessions,
        kb: str,
        conversation: str,
        known: Kept,
        change: Callable[[Kept], Kept],
    ) -> bool:
        """Whether the store has taken it; the worker knows it in any case."""
        kind, after, told = type(known), change(known), False
        for _ in range(_TRIES):
            if self._is_away():
                break
            try:
                saved = await store.read(kb, conversation)
                before = _decoded(saved.state, kind) if saved is not None else None
                version = saved.version if saved is not None else 0
                # Where the store has lost what this worker knows, it is not lost.
                after = change(_later(before, known))
                told = after == before or await store.write(
                    kb, conversation, msgspec.json.encode(after), after=version
                )
            except SessionsDown as error:
                self._left_alone(error)
            if told:
                break
        here = self._known[kind]
        here[conversation] = after
        here.move_to_end(conversation)
        if len(here) > MOST:
            here.popitem(last=False)
        return told

    def _is_away(self) -> bool:
        return self._clock() < self._away_until

    def _left_alone(self, error: SessionsDown) -> None:
        if self._away_until == 0.0:
            self._log.line("desk-store", desk=self._name, state="away", error=str(error))
        self._away_until = self._clock() + REST

    def _found_again(self) -> None:
        if self._away_until:
            self._log.line("desk-store", desk=self._name, state="back")
            self._away_until = 0.0

    async def _claim(self, name: str, seconds: float) -> bool:
        # Claimed here in any case, so that a worker knows its own when the store goes away.
        here = await self._alone.claim(name, seconds)
        if not self._is_away():
            try:
                here = await self._sessions.claim(self._claims + name, seconds)
                self._found_again()
            except SessionsDown as error:
                self._left_alone(error)
        return here

    async def _release(self, name: str) -> None:
        await self._alone.release(name)
        if not self._is_away():
            try:
                await self._sessions.release(self._claims + name)
            except SessionsDown as error:
                self._left_alone(error)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE - 1]}…"


def _decoded(state: bytes, kind: type[Kept]) -> Kept:
    try:
        return msgspec.json.decode(state, type=kind)
    except msgspec.DecodeError:
        # Kept by another version: a question too many is better than none.
        return kind()


def _later(kept: Kept | None, known: Kept) -> Kept:
    """What is to go by: the store, but not where it says less of an owner than is known here."""
    if isinstance(known, Owned):
        return known if not isinstance(kept, Owned) or kept.since < known.since else kept
    return kept if kept is not None else type(known)()
