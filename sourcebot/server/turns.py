"""The turns of a conversation, one after the other and each once, whichever worker takes them.

A turn reads the state, answers, and writes the new state in place of the very version that it has
read. Where another worker was faster, it begins again with what that one left (optimistic locking,
Kung and Robinson 1981). A state remembers the last replies by the key that their messages came
with, so that a message sent twice is answered twice with the same words and counts once.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from weakref import WeakValueDictionary

import msgspec
from msgspec import Struct

from sourcebot.dialogue.bot import Bot
from sourcebot.dialogue.reply import Reply
from sourcebot.errors import ConversationError
from sourcebot.server.problems import Problem
from sourcebot.server.sessions.contract import Saved, Sessions, SessionsDown

REMEMBERED = 16
"""Replies that a state remembers at most by the keys of their messages."""
REMEMBERED_BYTES = 64_000
"""The same in bytes, for all are written with every turn; the last one is kept at any length."""
TRIES = 50
"""How often a turn begins again before it gives up."""
PREFIX = "c_"
_PAUSE, _LONGEST_PAUSE = 0.002, 0.1
# Replies are worked out beside the event loop, which goes on with what takes no time. Python works
# no faster on many threads, and the loop waits longer; the second is for when one takes long.
_THREADS = ThreadPoolExecutor(2, "turns")


class Said(Struct, frozen=True, array_like=True):
    """A turn that may be asked for again. digest: of the message that came with the key."""

    key: str
    digest: str
    turn: int
    reply: msgspec.Raw


class State(Struct, frozen=True):
    """What is kept of a conversation. turn: how many there have been; saved: as `dump` gives it;
    said: the last turns whose messages came with a key, oldest first.
    """  # noqa: D205

    turn: int
    saved: dict[str, Any]
    said: tuple[Said, ...] = ()


class Turn(Struct, frozen=True):
    """A reply as JSON, and which turn it is; again: it had been given before."""

    number: int
    reply: bytes
    again: bool


class Turns:
    """Conversations of all knowledge bases over one store."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def begin(self, kb: str, bot: Bot) -> str:
        """Begin a conversation; its id, which nobody can guess. Raises Problem."""
        id = PREFIX + secrets.token_urlsafe(18)
        state = State(0, bot.start().dump())
        try:
            await self._sessions.write(kb, id, msgspec.json.encode(state), after=0)
        except SessionsDown as error:
            raise _down() from error
        return id

    async def send(self, kb: str, id: str, bot: Bot, text: str, key: str | None) -> Turn:
        """Take one turn. key: under which the message counts once, if it has one.

        Raises Problem: there is no such conversation, the store is down, the key came with another
        message before, or too many write to this conversation.
        """
        # Within this process messages wait in the order in which they came.
        lock = self._locks.setdefault((kb, id), asyncio.Lock())
        async with lock:
            for tries in range(TRIES):
                try:
                    turn = await self._try(kb, id, bot, text, key)
                except SessionsDown as error:
                    raise _down() from error
                if turn is not None:
                    return turn
                await asyncio.sleep(random.uniform(0, min(_PAUSE * 2**tries, _LONGEST_PAUSE)))
        raise Problem("conflict", "this conversation is written from too many places at once")

    async def drop(self, kb: str, id: str) -> bool:
        """Forget a conversation; whether there was one. Raises Problem."""
        try:
            return await self._sessions.drop(kb, id)
        except SessionsDown as error:
            raise _down() from error

    async def state(self, kb: str, id: str) -> State:
        """Where a conversation stands. Raises Problem."""
        try:
            return _state(await self._sessions.read(kb, id))
        except SessionsDown as error:
            raise _down() from error

    async def _try(self, kb: str, id: str, bot: Bot, text: str, key: str | None) -> Turn | None:
        saved = await self._sessions.read(kb, id)
        state = _state(saved)
        assert saved is not None
        for said in state.said:
            if key is not None and said.key == key:
                if said.digest != _digest(text):
                    raise Problem("invalid", "this Idempotency-Key came with another message")
                return Turn(said.turn, bytes(said.reply), again=True)
        loop = asyncio.get_running_loop()
        after, encoded = await loop.run_in_executor(_THREADS, _turned, bot, state, text, key)
        written = await self._sessions.write(
            kb, id, msgspec.json.encode(after), after=saved.version
        )
        return Turn(after.turn, encoded, again=False) if written else None


def _turned(bot: Bot, state: State, text: str, key: str | None) -> tuple[State, bytes]:
    """The state after a message, and the reply as JSON."""
    try:
        conversation = bot.resume(state.saved)
    except ConversationError:
        # Kept by another version of Sourcebot: what was said before is lost, this turn is not.
        conversation = bot.start()
    reply: Reply = conversation.send(text)
    encoded = reply.to_json()
    said = state.said
    if key is not None:
        this = Said(key, _digest(text), state.turn + 1, msgspec.Raw(encoded))
        said = _remembered((*said, this))
    return State(state.turn + 1, conversation.dump(), said), encoded


def _remembered(said: tuple[Said, ...]) -> tuple[Said, ...]:
    """As many of the last ones as may be remembered."""
    kept = said[-REMEMBERED:]
    while len(kept) > 1 and sum(len(bytes(one.reply)) for one in kept) > REMEMBERED_BYTES:
        kept = kept[1:]
    return kept


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _state(saved: Saved | None) -> State:
    if saved is None:
        raise Problem(
            "not-found", "there is no such conversation, or it has expired; begin another"
        )
    try:
        return msgspec.json.decode(saved.state, type=State)
    except msgspec.DecodeError as error:
        raise Problem("not-found", "this conversation cannot be read; begin another") from error


def _down() -> Problem:
    return Problem(
        "unavailable",
        "conversations cannot be kept at the moment; questions on their own are still answered",
        {"Retry-After": "5"},
    )
