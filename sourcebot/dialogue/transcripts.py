"""Transcripts: conversations written beside the knowledge base that must go as written."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from sourcebot.dialogue.bot import Bot
from sourcebot.dialogue.reply import Reply
from sourcebot.knowledge.facts import Place
from sourcebot.knowledge.model import Transcript, TranscriptTurn


class TranscriptResult(Struct, frozen=True):
    """How one transcript went; `failures` is empty where it went as written."""

    name: str
    place: Place
    failures: tuple[str, ...]


def run_transcripts(bot: Bot) -> tuple[TranscriptResult, ...]:
    """Hold every transcript of the bot's knowledge base, in order."""
    return tuple(run_transcript(bot, transcript) for transcript in bot.knowledge.transcripts)


def run_transcript(bot: Bot, transcript: Transcript) -> TranscriptResult:
    """Hold one conversation from its first turn to its last, whatever fails on the way."""
    conversation = bot.start()
    failures: list[str] = []
    for number, turn in enumerate(transcript.turns, start=1):
        reply = conversation.send(turn.user)
        failures += [f"turn {number} “{turn.user}”: {fault}" for fault in _faults(turn, reply)]
    return TranscriptResult(transcript.name, transcript.place, tuple(failures))


def _faults(turn: TranscriptTurn, reply: Reply) -> Iterator[str]:
    expected: list[tuple[str, object, object]] = [
        ("status", turn.status, reply.status),
        ("reason", turn.reason, reply.reason),
        ("intent", turn.intent, reply.intent),
        ("intents", turn.intents, tuple(part.intent for part in reply.parts) or None),
        ("concepts", _sorted(turn.concepts), reply.concepts),
        ("task", turn.task, reply.task),
        ("asks", turn.asks, (reply.question or {}).get("criterion")),
        ("option", turn.option, _first_option(reply)),
    ]
    for field, wanted, got in expected:
        if wanted is not None and wanted != got:
            yield f"{field} is {_shown(got)}, not {_shown(wanted)}"
    text = reply.text.casefold()
    for words in turn.says:
        if words.casefold() not in text:
            yield f"the reply does not say “{words}”"


def _first_option(reply: Reply) -> str | None:
    return reply.recommendation["ranking"][0]["option"] if reply.recommendation else None


def _sorted(ids: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if ids is None else tuple(sorted(ids))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return "none" if value is None else str(value)
