"""A program that embeds Sourcebot, as a stranger writes it: checked by mypy --strict, then run.

Where a line says `type: ignore`, mypy must find the mistake: strict mode complains of those that
ignore nothing.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sourcebot import (
    Bot,
    Conversation,
    ConversationError,
    Explanation,
    KnowledgeBase,
    KnowledgeError,
    Problem,
    Reply,
    Route,
    Router,
    SourcebotError,
    __version__,
)

if TYPE_CHECKING:
    from sourcebot import Nonsense  # type: ignore[attr-defined]  # noqa: F401

    def _mistakes(bot: Bot, reply: Reply, router: Router) -> None:
        bot.ask(3)  # type: ignore[arg-type]
        reply.text = "other"  # type: ignore[misc]
        reply.nothing  # type: ignore[attr-defined]  # noqa: B018
        if reply.status == "anwsered":  # type: ignore[comparison-overlap]
            pass
        Router.from_examples(["text alone"])  # type: ignore[list-item]
        router.bars  # type: ignore[attr-defined]  # noqa: B018


def first_title(reply: Reply) -> str | None:
    """The title of the first source."""
    return reply.sources[0].title if reply.sources else None


def problems_of(folder: Path) -> tuple[Problem, ...]:
    """What is wrong with a knowledge base."""
    try:
        KnowledgeBase.load(folder)
    except KnowledgeError as error:
        return error.problems
    return ()


async def talk(bot: Bot, texts: list[str]) -> list[Reply]:
    """One conversation from an event loop."""
    conversation: Conversation = bot.start()
    return [await asyncio.to_thread(conversation.send, text) for text in texts]


def main() -> int:
    """Use what the design promises, and hold it to that."""
    bot = Bot(KnowledgeBase.load())
    define, reasons = asyncio.run(talk(bot, ["what is offshoring", "and why?"]))
    assert (define.intent, reasons.intent, reasons.concepts) == (
        "define",
        "reasons",
        ("offshoring",),
    )
    assert first_title(define)
    assert json.loads(define.to_json())["kb"] == bot.knowledge.stamp
    assert [problem.line for problem in problems_of(Path("nowhere"))] == [0]
    assert issubclass(ConversationError, SourcebotError)
    router = Router.from_examples([("where is my card", "card"), ("i forgot my pin", "pin")])
    with tempfile.TemporaryDirectory() as folder:
        router.save(Path(folder) / "router")
        router = Router.load(Path(folder) / "router")
    routes: list[Route] = router.route_many(["my crad", "pin"])
    why: tuple[Explanation, ...] = routes[0].explain()
    assert why[0].words
    print(f"sourcebot {__version__} is embedded and its types hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
