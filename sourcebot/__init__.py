"""Sourcebot: explains sourcing concepts from a curated knowledge base.

    from sourcebot import Bot, KnowledgeBase, Router

The names are resolved on first use, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcebot._version import __version__

__all__ = [
    "Alternative",
    "Bot",
    "CitedSource",
    "Conversation",
    "ConversationError",
    "ExamplesError",
    "Explanation",
    "KnowledgeBase",
    "KnowledgeError",
    "Part",
    "Problem",
    "Reply",
    "Route",
    "Router",
    "RouterFileError",
    "SourcebotError",
    "__version__",
]

if TYPE_CHECKING:
    from sourcebot.dialogue.bot import Bot, Conversation
    from sourcebot.dialogue.reply import Alternative, CitedSource, Part, Reply
    from sourcebot.errors import (
        ConversationError,
        KnowledgeError,
        Problem,
        RouterFileError,
        SourcebotError,
    )
    from sourcebot.knowledge.model import KnowledgeBase
    from sourcebot.routing.examples import ExamplesError
    from sourcebot.routing.route import Explanation, Route
    from sourcebot.routing.router import Router
else:
    # Hidden from type checkers, which would take any name to be there.
    _HOME = {
        "Alternative": "sourcebot.dialogue.reply",
        "Bot": "sourcebot.dialogue.bot",
        "CitedSource": "sourcebot.dialogue.reply",
        "Conversation": "sourcebot.dialogue.bot",
        "ConversationError": "sourcebot.errors",
        "ExamplesError": "sourcebot.routing.examples",
        "Explanation": "sourcebot.routing.route",
        "KnowledgeBase": "sourcebot.knowledge.model",
        "KnowledgeError": "sourcebot.errors",
        "Part": "sourcebot.dialogue.reply",
        "Problem": "sourcebot.errors",
        "Reply": "sourcebot.dialogue.reply",
        "Route": "sourcebot.routing.route",
        "Router": "sourcebot.routing.router",
        "RouterFileError": "sourcebot.errors",
        "SourcebotError": "sourcebot.errors",
    }

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module 'sourcebot' has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
