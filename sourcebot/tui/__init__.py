"""The terminal app. Nothing here is imported before the app is wanted: Textual is slow to load."""

from __future__ import annotations

import gc
from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sourcebot.dialogue.bot import Bot
    from sourcebot.history import History
    from sourcebot.learning.store import Store
    from sourcebot.learning.tutor import Tutor


def run(
    bot_or_folder: Bot | str | PathLike[str] | None = None,
    *,
    history: History | None = None,
    learner: str | None = None,
) -> int:
    """Show the chat until the user quits; return the exit code.

    Given the folder of a knowledge base (None for the shipped one), the first frame is there
    before the base is loaded; SourcebotError is raised where it cannot be used. Needs a terminal
    on both standard input and output. Without a history, messages are remembered for this run only.
    learner: whose progress the lessons keep, by default `who.default_learner`.
    """
    return _show(bot_or_folder, history=history, learner=learner)


def learn(
    bot_or_folder: Bot | str | PathLike[str] | None = None,
    *,
    learner: str | None = None,
    store: Store | None = None,
    history: History | None = None,
) -> int:
    """Show the lessons, with the chat below them, until the user quits; return the exit code.

    As `run`; store: where progress is kept, by default this user's file.
    """
    return _show(bot_or_folder, history=history, learner=learner, store=store, learning=True)


def _show(
    bot_or_folder: Bot | str | PathLike[str] | None,
    *,
    history: History | None,
    learner: str | None,
    store: Store | None = None,
    learning: bool = False,
) -> int:
    from sourcebot.history import History
    from sourcebot.tui.app import SourcebotApp

    def load() -> Bot:
        from sourcebot.dialogue.bot import Bot

        if bot_or_folder is None or isinstance(bot_or_folder, str | PathLike):
            bot = Bot.load(bot_or_folder)
        else:
            bot = bot_or_folder
        # The bot stays to the end. Going through it for garbage, as would happen every few answers,
        # holds the screen up for a blink each time.
        gc.freeze()
        gc.set_threshold(50_000, 5, 5)
        return bot

    def enrol(bot: Bot) -> Tutor:
        from sourcebot.tui.enrolment import tutor_of

        return tutor_of(bot, learner, store)

    app = SourcebotApp(
        load,
        history=history if history is not None else History(),
        enrol=enrol,
        learning=learning,
    )
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
