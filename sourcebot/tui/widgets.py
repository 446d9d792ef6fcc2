"""What is on the screen before the first answer.

Text of users and curators is never read as console markup: a stray `[/word]` would end the app.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static

from sourcebot.tui.text import fit, one_line

if TYPE_CHECKING:
    from sourcebot.knowledge.model import KnowledgeBase


@dataclass
class LinkChosen(Message):
    """The user wants to open an address."""

    address: str


class LearnChosen(Message):
    """The user wants to learn."""


class Welcome(VerticalGroup):
    """The first screen: what can be asked about, and how fresh the knowledge is."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        super().__init__()
        self._knowledge = knowledge

    def compose(self) -> ComposeResult:
        """Title, one sentence, and the stamp."""
        identity = self._knowledge.identity
        yield Static(fit(identity.title), classes="title", markup=False)
        yield Static(fit(identity.about), classes="about", markup=False)
        yield Static("Ask in your own words, or pick a question below.", classes="hint")
        yield Static(
            fit(f"{self._knowledge.stamp}, reviewed {identity.reviewed}"),
            classes="stamp",
            markup=False,
        )


class Suggestions(OptionList):
    """Numbered messages to send next: by their number, with the arrow keys, or with a click."""

    ALLOW_MAXIMIZE = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Up", show=False, id="suggestions.up"),
        Binding("down", "step(1)", "Down", show=False, id="suggestions.down"),
    ]

    @dataclass
    class Chosen(Message):
        """The user picked a suggestion."""

        text: str

    class Left(Message):
        """The user stepped past the last suggestion, towards the prompt."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False, compact=True)
        self.texts: tuple[str, ...] = ()

    def show(self, texts: Sequence[str], *, title: str) -> None:
        """Offer these messages in place of those before."""
        self.border_title = title
        self.texts = tuple(texts)
        self.clear_options()
        self.add_options(
            Content.assemble((str(number), "$accent bold"), f" {one_line(text)}")
            for number, text in enumerate(self.texts, 1)
        )
        self.display = bool(self.texts)
        if self.has_focus and self.texts:
            self.highlighted = 0

    def numbered(self, number: str) -> str | None:
        """The message that a typed number stands for."""
        if not (number.isascii() and number.isdigit() and len(number) < 3):
            return None
        at = int(number)
        return self.texts[at - 1] if 1 <= at <= len(self.texts) else None

    def action_step(self, by: int) -> None:
        """Go to the next suggestion, or leave after the last."""
        at = (self.highlighted if self.highlighted is not None else -1) + by
        if at >= len(self.texts):
            self.post_message(self.Left())
        else:
            self.highlighted = max(0, at)

    def on_focus(self) -> None:
        """Begin with the first."""
        if self.highlighted is None and self.texts:
            self.highlighted = 0

    def on_blur(self) -> None:
        """Mark nothing while the user types."""
        self.highlighted = None

    def on_key(self, event: events.Key) -> None:
        """A digit picks at once."""
        text = self.numbered(event.character or "")
        if text is not None:
            event.stop()
            self.post_message(self.Chosen(text))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click picks."""
        event.stop()
        self.post_message(self.Chosen(self.texts[event.option_index]))
