"""The one way from a message on a desk to a reply, a note, a hand-over, or silence."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import msgspec
from msgspec.structs import replace

from sourcebot.answers.plain import plain_text
from sourcebot.dialogue.reply import Reply
from sourcebot.server.bases import Served
from sourcebot.server.beside import beside
from sourcebot.server.desks import markup, words
from sourcebot.server.desks.keeping import Keeping, Said, Talk
from sourcebot.server.desks.model import Handover, Host, Line, Message, Outgoing, Owned
from sourcebot.server.problems import Problem
from sourcebot.server.sessions.contract import Sessions, SessionsDown
from sourcebot.server.turns import State

if TYPE_CHECKING:
    from sourcebot.server.service import Service

MISSES = frozenset({"unknown", "clarify"})
"""Statuses of replies that leave the question open."""
PROPOSED = frozenset({"answered", "clarify", "asking", "recommended"})
"""Statuses of replies that an agent may want to send on."""
LONGEST_TEXT = 100_000
"""Characters of a message that are looked at; the bot itself declines far shorter ones."""


class Pipeline:
    """One desk at work. Messages of one conversation are taken one after the other."""

    def __init__(
        self,
        line: Line,
        host: Host,
        service: Service,
        *,
        owners: Sessions,
        now: Callable[[], float] = time.time,
    ) -> None:
        """owners: see Keeping; now: seconds since 1970."""
        self.line = line
        self.host = host
        self.now = now
        self._service = service
        self._keeping = Keeping(line.name, service.sessions, owners, service.log)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def served(self) -> Served:
        """The knowledge base that answers."""
        name = self.line.desk.kb
        served = self._service.bases.get(name) if name is not None else None
        return served if served is not None else self._service.bases.default

    @property
    def _turns(self) -> str:
        return f"desk:{self.line.name}:turns"

    async def take(
        self, event: Message | Owned, delivery: str, received: float, line: Line, served: Served
    ) -> str:
        """Do what follows from an event; a word for what became of it.

        delivery: its id, empty where it has none; received: when it came, in seconds since 1970.
        Raises SendError where the host does not take it; the delivery may then be sent again.
        """
        if isinstance(event, Owned):
            return await self._owned(event, received, line)
        lock = self._locks.setdefault(event.conversation, asyncio.Lock())
        async with lock:
            delivery = delivery or event.delivery
            names = [f"delivery:{delivery}"] if delivery else []
            names += [f"message:{event.conversation}:{event.id}"] if event.id else []
            begun: list[str] = []
            try:
                for name in names:
                    if not await self._keeping.begin(name):
                        await self._give_up(begun)
                        return "duplicate"
                    begun.append(name)
                outcome = await self._answer(event, received, line, served)
            except BaseException:
                await self._give_up(begun)
                raise
            for name in begun:
                await self._keeping.finish(name, self.host.remembers)
            return outcome

    async def _give_up(self, names: list[str]) -> None:
        for name in names:
            await self._keeping.give_up(name)

    async def _owned(self, owned: Owned, received: float, line: Line) -> str:
        human = owned.owner == "human"
        if not human and self.host.given_back is not None:
            await self.host.given_back(line, owned)
        if owned.anew:
            with contextlib.suppress(SessionsDown):
                await self._service.sessions.drop(self._turns, owned.conversation)
        await self._keeping.settle(owned.conversation, human, received)
        return "taken over" if human else "given back"

    async def _answer(self, message: Message, received: float, line: Line, served: Served) -> str:
        keeping, conversation = self._keeping, message.conversation
        if message.owner == "human":
            await keeping.settle(conversation, True, received)
            return "human owns"
        owned = await keeping.owned(conversation)
        if owned.human:
            if not await self._is_back(message, owned.since, received, line):
                return "human owns"
            await keeping.settle(conversation, False, received)
        talk = await keeping.talk(conversation)
        if self._service.visitors.take(f"desk:{line.name}:{message.conversation}"):
            return "too many"
        text = message.text.strip()[:LONGEST_TEXT]
        if not text:
            if not message.attachments:
                return "empty"
            return await self._hand_over(message, talk, "attachment", line)
        reply = await self._reply(message, text, served)
        misses = talk.misses + 1 if reply.status in MISSES else 0
        reason = self._reason(reply, misses, line)
        if reason is not None:
            talk = talk.and_said(("customer", text))
            return await self._hand_over(message, talk, reason, line)
        outgoing = self._outgoing(message, reply, line)
        if outgoing is not None:
            if not await self._may_speak(message, line):
                return "taken over"
            await self.host.send(line, message, outgoing)
        lines: tuple[Said, ...] = (("customer", text),)
        if outgoing is not None and not outgoing.private:
            # Its first paragraph says what it said; an agent reads this while somebody waits.
            lines = (*lines, ("bot", plain_text(reply.text, LONGEST_TEXT).partition("\n\n")[0]))
        await keeping.say(conversation, lambda t: replace(t.and_said(*lines), misses=misses))
        if outgoing is None:
            return "nothing to propose"
        return "note" if outgoing.private else "reply"

    def _reason(self, reply: Reply, misses: int, line: Line) -> str | None:
        """Why a person is needed, None where none is."""
        if reply.status == "handoff":
            return "asked"
        # To say it in other words does not help who was understood. An agent is there already.
        if reply.status == "unknown" and reply.reason == "no-entry" and self._speaks(line):
            return "nothing"
        return "misses" if misses >= line.desk.misses else None

    def _speaks(self, line: Line) -> bool:
        """Whether it is the customer to whom the bot writes."""
        return line.desk.public is not False and not self.host.is_ticket

    async def _is_back(self, message: Message, since: float, received: float, line: Line) -> bool:
        """Whether the host says that the bot has a conversation again that a person had."""
        if self.host.owner is not None:
            return await self.host.owner(line, message) == "bot"
        # A message that was under way when the person came says nothing about what came after.
        return message.owner == "bot" and received > since

    async def _may_speak(self, message: Message, line: Line) -> bool:
        """Whether the bot has the conversation now, when it is about to speak.

        Where the host cannot be asked although it could tell, SendError: then nothing is said.
        """
        if (await self._keeping.owned(message.conversation)).human:
            return False
        if self.host.owner is None or await self.host.owner(line, message) == "bot":
            return True
        await self._keeping.settle(message.conversation, True, self.now())
        return False

    async def _reply(self, message: Message, text: str, served: Served) -> Reply:
        """The next turn of the conversation; the question alone where none can be kept."""
        kb, id = self._turns, message.conversation
        edition = served.edition
        try:
            if await self._service.sessions.read(kb, id) is None:
                state = msgspec.json.encode(State(0, edition.bot.start().dump()))
                await self._service.sessions.write(kb, id, state, after=0)
            turn = await self._service.turns.send(kb, id, edition.bot, text, message.id or None)
            reply = msgspec.json.decode(turn.reply, type=Reply)
        except (SessionsDown, Problem):
            reply, _ = await beside(edition.ask, text)
        self._service.metrics.count(
            "sourcebot_replies_total",
            kb=served.name,
            status=reply.status,
            intent=reply.intent or "none",
        )
        return reply

    def _outgoing(self, message: Message, reply: Reply, line: Line) -> Outgoing | None:
        """What to send; None where an agent has nothing to gain from it."""
        desk = line.desk
        if self.host.is_ticket:
            sure = reply.status == "answered" and reply.confidence >= desk.public_from
            private = not (desk.public is True and sure)
        else:
            private = not self._speaks(line)
        if private and reply.status not in PROPOSED:
            return None
        # An agent does not ask further, but has to know what the bot would ask.
        offered = not private or reply.status in ("clarify", "asking")
        choices = reply.suggestions[: markup.MOST_CHOICES] if offered else ()
        room = self.host.longest - sum(len(choice) + 10 for choice in choices) - 200
        text = markup.with_sources(reply, room)
        return Outgoing(text, choices, private, self._key(message, "reply"), reply)

    async def _hand_over(self, message: Message, talk: Talk, reason: str, line: Line) -> str:
        if not await self._may_speak(message, line):
            return "taken over"
        said = None if self.host.is_ticket else line.option("handover_text", words.HANDOVER)
        note = _note(reason, talk, line.desk.misses)
        handover = Handover(reason, note, said, self._key(message, "handover"))
        await self.host.hand_over(line, message, handover)
        owned = await self._keeping.owned(message.conversation)
        await self._keeping.settle(message.conversation, True, max(self.now(), owned.since))
        return f"handover: {reason}"

    def _key(self, message: Message, kind: str) -> str:
        named = "\n".join((self.line.name, message.conversation, message.id, kind))
        return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _note(reason: str, talk: Talk, misses: int) -> str:
    """What the agents are told, with what was said so far."""
    told = words.NOTE.format(reason=words.REASONS[reason].format(misses=misses))
    if not talk.said:
        return told
    names = {"customer": words.CUSTOMER, "bot": words.BOT}
    lines = [f"- {names[who]}: {markup.unmarked(text)}" for who, text in talk.said]
    return "\n".join([told, "", words.SO_FAR, "", *lines])
