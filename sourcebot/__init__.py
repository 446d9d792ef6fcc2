"""Sourcebot: explains sourcing concepts from a curated knowledge base.

    from sourcebot import Bot, KnowledgeBase, Router

The names are resolved on first use, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sourcebot._version import __version__

if TYPE_CHECKING:
    from sourcebot.dialogue.bot import Bot, Conversation
    from sourcebot.dialogue.reply import Reply
    from sourcebot.errors import KnowledgeError, Problem, SourcebotError
    from sourcebot.knowledge.model import KnowledgeBase
    from sourcebot.routing.router import Route, Router

__all__ = [
    "Bot",
    "Conversation",
    "KnowledgeBase",
    "KnowledgeError",
    "Problem",
    "Reply",
    "Route",
    "Router",
    "SourcebotError",
    "__version__",
]

_HOME = {
    "Bot": "sourcebot.dialogue.bot",
    "Conversation": "sourcebot.dialogue.bot",
    "KnowledgeBase": "sourcebot.knowledge.model",
    "KnowledgeError": "sourcebot.errors",
    "Problem": "sourcebot.errors",
    "Reply": "sourcebot.dialogue.reply",
    "Route": "sourcebot.routing.router",
    "Router": "sourcebot.routing.router",
    "SourcebotError": "sourcebot.errors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sourcebot' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
