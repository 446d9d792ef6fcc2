"""Where a learner sits: lines in, text out, and the bot for whatever is asked in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sourcebot.cli import streams
from sourcebot.cli.replies import reply_text
from sourcebot.dialogue.bot import Bot

LEAVE = ("/quit", "/exit")
HELP = "/help"
MORE = "/more"
"""Asks the question that stands below the last outcome."""


class Desk:
    """One person's lines, one conversation with the bot."""

    def __init__(
        self,
        bot: Bot,
        lines: Iterator[str],
        say: Callable[[str], None],
        *,
        prompted: bool,
        width: Callable[[], int] = streams.width,
    ) -> None:
        """prompted: a person types, and sees where; width: columns to write at the moment."""
        self.prompted = prompted
        self.ended = False
        self.more = ""
        self._conversation = bot.start()
        self._lines = lines
        self._say = say
        self._width = width

    @classmethod
    def at_terminal(cls, bot: Bot) -> Desk:
        """A desk on standard input and output."""
        return cls(bot, streams.read_lines(), streams.write_text, prompted=streams.interactive())

    @property
    def width(self) -> int:
        """Columns to write."""
        return self._width()

    def show(self, *blocks: str) -> None:
        """Write blocks of text with a blank line between them and after them."""
        text = "\n\n".join(block.strip("\n") for block in blocks if block.strip())
        self._say(f"{text}\n\n")

    def hear(self) -> str | None:
        """The next line; None at the end of input, and where somebody wants to leave."""
        if self.prompted:
            self._say("> ")
        line = next(self._lines, None)
        if line is None:
            self.ended = True
            if self.prompted:
                self._say("\n")  # the cursor stands behind the prompt
            return None
        if self.prompted:
            self._say("\n")
        line = line.strip()
        return None if line.casefold() in LEAVE else line

    def ask_bot(self, message: str) -> None:
        """Have the bot answer, and show what it says; `/more` stands for the question in `more`."""
        if message.casefold() == MORE and self.more:
            message = self.more
        reply = self._conversation.send(message)
        self.show(reply_text(reply, self.width))
