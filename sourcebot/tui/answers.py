"""The answers so far, beside the conversation or over it, each of them to be changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from sourcebot.tui.advice import Given, Progress
from sourcebot.tui.text import heading, one_line

TITLE = "Your answers"
WAITING = "▸"


class AnswerList(OptionList):
    """What was answered, line by line, and the question that waits."""

    ALLOW_MAXIMIZE = False

    @dataclass
    class Picked(Message):
        """The user wants to change an answer; None: to give the one that is asked for."""

        answer: Given | None

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False, compact=True)
        self._given: tuple[Given, ...] = ()

    def show(self, progress: Progress, *, waiting: str) -> None:
        """Show how far it is; waiting: the name of the question that waits, or nothing."""
        self._given = progress.given
        self.clear_options()
        self.add_options(_answer(given, progress.waiting) for given in self._given)
        if progress.waiting not in (None, *(given.criterion for given in self._given)):
            self.add_option(Content(f"{WAITING} {heading(waiting)}").stylize("$accent bold"))
        if self.has_focus:
            self.on_focus()
        self.call_after_refresh(self.scroll_end, animate=False)

    def on_focus(self) -> None:
        """Begin with the last."""
        if self.highlighted is None and self.options:
            self.highlighted = len(self.options) - 1

    def on_blur(self) -> None:
        """Mark nothing while the user types."""
        self.highlighted = None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click picks."""
        event.stop()
        at = event.option_index
        self.post_message(self.Picked(self._given[at] if at < len(self._given) else None))


def _answer(given: Given, waiting: str | None) -> Content:
    asked = given.criterion == waiting
    name = f"{WAITING} {heading(given.name)}" if asked else heading(given.name)
    return Content.assemble(
        (f"{name}: ", "$accent bold" if asked else "$secondary"), one_line(given.label)
    )


class AnswersScreen(ModalScreen[Given | None]):
    """The answers over the conversation, where there is no room beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f3,q", "close", "Close", id="answers.close"),
    ]

    def __init__(self, progress: Progress, *, waiting: str) -> None:
        super().__init__()
        self._progress = progress
        self._waiting = waiting

    def compose(self) -> ComposeResult:
        """The list, and what to do with it."""
        with Vertical(id="answers-box"):
            yield Static(TITLE, classes="title")
            yield AnswerList(id="answers-list")
            yield Static("Enter changes one, Escape closes.", classes="hint")

    def on_mount(self) -> None:
        """Fill the list."""
        self.query_one(AnswerList).show(self._progress, waiting=self._waiting)

    def on_answer_list_picked(self, event: AnswerList.Picked) -> None:
        """Hand back the answer that is to be changed."""
        event.stop()
        self.dismiss(event.answer)

    def action_close(self) -> None:
        """Back to the conversation."""
        self.dismiss(None)
