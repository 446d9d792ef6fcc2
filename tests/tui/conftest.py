"""A bot of few words: what the app shows is tested apart from what the bot knows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sourcebot import Bot
from sourcebot.dialogue.reply import CitedSource, Reply
from sourcebot.history import History
from sourcebot.knowledge.model import Identity
from sourcebot.tui.app import SourcebotApp
from tests.tui.tea_advice import advised_tea

EXAMPLES = (
    "What is the difference between outsourcing and offshoring?",
    "Why do companies outsource?",
    "Should I outsource payroll?",
    "What are the risks of offshoring?",
)
ANSWER = """\
**Offshoring** means that work moves to *another country*; who does it may stay the same.

| | Outsourcing | Offshoring |
|---|---|---|
| What changes | who does the work | where it is done |
| Must cross a border | no | yes |

- A bank that runs its own centre in Kraków *offshores*.
- A shop that hires a local bookkeeper *outsources*.

See [the handbook](https://example.org/handbook).
"""
SOURCES = (
    CitedSource(
        "oecd", "Offshoring and Employment", "OECD", 2007, "https://example.org/oecd-offshoring"
    ),
    CitedSource("notes", "Notes on [/sourcing]", "A Publisher", None, None),
)
NEXT = ("Why do companies offshore?", "What are the risks of offshoring?", "And [/oops] {{7*7}}?")


class FakeConversation:
    """Remembers what was sent and echoes it, but for questions about offshoring."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, text: str) -> Reply:
        self.sent.append(text)
        if "offshoring" in text:
            return Reply(
                text=ANSWER, status="answered", sources=SOURCES, suggestions=NEXT, kb="sourcing@1"
            )
        return Reply(text=f"You said: {text[:2000]}", status="unknown", kb="sourcing@1")


class FakeBot:
    """Starts conversations and keeps them for the test to look at."""

    def __init__(self) -> None:
        identity = Identity(
            name="sourcing",
            title="Outsourcing, offshoring and their relatives",
            about="Ask what the ways of getting work done elsewhere mean, bring and risk.",
            reviewed="2026-08-01",
            examples=EXAMPLES,
            main_concepts=("outsourcing",),
        )
        self.knowledge: Any = SimpleNamespace(identity=identity, stamp="sourcing@3f9c2a1b")
        self.conversations: list[FakeConversation] = []

    def start(self) -> FakeConversation:
        self.conversations.append(FakeConversation())
        return self.conversations[-1]

    @property
    def sent(self) -> list[str]:
        """What the current conversation was sent."""
        return self.conversations[-1].sent


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TEXTUAL_THEME", "SOURCEBOT_HISTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.jsonl")


@pytest.fixture
def make_app(bot: FakeBot) -> Callable[..., SourcebotApp]:
    def make(history: History | None = None) -> SourcebotApp:
        any_bot: Any = bot
        return SourcebotApp(lambda: any_bot, history=history if history is not None else History())

    return make


@pytest.fixture
def tea_app(tmp_path: Path, history: History) -> Callable[[], SourcebotApp]:
    """The app over the real bot and a small base that advises on tea."""
    folder = advised_tea(tmp_path / "tea").root
    return lambda: SourcebotApp(lambda: Bot.load(folder), history=history)
