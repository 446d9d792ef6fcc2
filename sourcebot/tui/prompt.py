"""The line the user types on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input

from sourcebot.tui.text import one_line

ASK = "Ask a question"
ANSWER = "A number, or your own words"


class Prompt(Input):
    """An input that remembers what was sent and takes pasted text of any shape."""

    ALLOW_MAXIMIZE = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", "Earlier message", show=False, id="prompt.older"),
        Binding("down", "newer", "Later message", show=False, id="prompt.newer"),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(placeholder=ASK, select_on_focus=False, compact=True, id=id)
        self._past: Sequence[str] = ()
        self._at = 0
        self._draft = ""

    def remember(self, past: Sequence[str]) -> None:
        """Take the messages that up and down go through, oldest first, and start at their end."""
        self._past = past
        self._at = len(past)

    def put(self, text: str) -> None:
        """Put text where the cursor is, on one line, in place of what is selected."""
        self.replace(one_line(text), *self.selection)

    def action_older(self) -> None:
        """Show the message before."""
        if self._at == len(self._past):
            self._draft = self.value
        self._show(self._at - 1)

    def action_newer(self) -> None:
        """Show the message after, or what was being typed."""
        self._show(self._at + 1)

    def _show(self, at: int) -> None:
        if 0 <= at <= len(self._past):
            self._at = at
            self.value = self._draft if at == len(self._past) else one_line(self._past[at])
            self.cursor_position = len(self.value)

    def _on_paste(self, event: events.Paste) -> None:
        # The inherited handler, which keeps the first line only, must not run after this one.
        event.prevent_default()
        event.stop()
        self.put(event.text)
