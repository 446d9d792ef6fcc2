"""A screen on which whatever is typed lands in its prompt."""

from __future__ import annotations

from textual import events
from textual.screen import Screen, ScreenResultType

from sourcebot.tui.prompt import Prompt


class TypingScreen(Screen[ScreenResultType]):
    """Has a `Prompt` of the id `prompt`, and needs no focus on it to be typed at."""

    @property
    def prompt(self) -> Prompt:
        """Where the user types."""
        return self.query_one("#prompt", Prompt)

    def on_key(self, event: events.Key) -> None:
        """Typing lands in the prompt wherever the focus is."""
        if event.is_printable and event.character and not self.prompt.has_focus:
            event.stop()
            self.prompt.focus()
            self.prompt.put(event.character)

    def on_paste(self, event: events.Paste) -> None:
        """So does pasting."""
        event.stop()
        self.prompt.focus()
        self.prompt.put(event.text)
