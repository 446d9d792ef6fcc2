"""All keys and commands, read from where they are bound so that they are always true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

COMMANDS = {
    "/why": "Why the last answer was given",
    "/new": "Start a new conversation",
    "/learn": "Lessons, exercises and reviews",
    "/help": "What can be asked",
    "/quit": "Quit",
}
FIRST_KEYS = {
    "enter": "Send the message",
    "1 enter": "Send suggestion 1 (2, 3, …)",
    "tab": "To the suggestions: arrow keys and enter, a digit, or a click send one",
    "ctrl+c": "Copy what is selected with the mouse",
}


class HelpScreen(ModalScreen[None]):
    """The help, over the conversation or the lessons.

    first: keys that no binding tells of; commands: what can be typed as a message.
    """

    AUTO_FOCUS = "#help"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,enter", "close", "Close", id="help.close"),
    ]

    def __init__(
        self,
        bindings: Iterable[BindingType],
        *,
        first: Mapping[str, str] = FIRST_KEYS,
        commands: Mapping[str, str] = COMMANDS,
    ) -> None:
        super().__init__()
        self._commands = commands
        self._keys = dict(first) | {
            binding.key: binding.tooltip or binding.description
            for binding in bindings
            if isinstance(binding, Binding)
        }

    def compose(self) -> ComposeResult:
        """A line for each key and each command."""
        with VerticalScroll(id="help"):
            yield Static("Keys", classes="title")
            yield _table(self._keys)
            if self._commands:
                yield Static("Commands, typed as a message", classes="title")
                yield _table(self._commands)
            yield Static("Escape closes this help.", classes="hint")

    def action_close(self) -> None:
        """Back to what is below."""
        self.dismiss()


def _table(entries: Mapping[str, str]) -> Grid:
    return Grid(
        *(
            Static(text, classes=column, markup=False)
            for key, meaning in entries.items()
            for column, text in (("key", key), ("meaning", meaning))
        ),
        classes="entries",
    )
