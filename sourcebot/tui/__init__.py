"""The terminal app. Nothing here is imported before the app is wanted: Textual is slow to load."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sourcebot.dialogue.bot import Bot
    from sourcebot.history import History


def run(bot: Bot, *, history: History | None = None) -> int:
    """Show the chat until the user quits; return the exit code.

    Needs a terminal on both standard input and output. Without a history, messages are
    remembered for this run only.
    """
    from sourcebot.history import History
    from sourcebot.tui.app import SourcebotApp

    app = SourcebotApp(bot, history=history if history is not None else History())
    app.run()
    return app.return_code or 0
