"""The terminal app. Nothing here is imported before the app is wanted: Textual is slow to load."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

    from sourcebot.dialogue.bot import Bot
    from sourcebot.history import History


def run(folder: str | PathLike[str] | None = None, *, history: History | None = None) -> int:
    """Show the chat over a knowledge base until the user quits; return the exit code.

    Needs a terminal on both standard input and output. Without a history, messages are
    remembered for this run only. Raises SourcebotError where the base cannot be used.
    """
    from sourcebot.history import History
    from sourcebot.tui.app import SourcebotApp

    def load() -> Bot:
        from sourcebot.dialogue.bot import Bot

        return Bot.load(folder)

    app = SourcebotApp(load, history=history if history is not None else History())
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
