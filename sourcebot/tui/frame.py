"""The frame of a sitting: how far it is, the middle, what can be done, and a line to type on."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Footer, Static

from sourcebot.tui.charts import Meter
from sourcebot.tui.help import HelpScreen
from sourcebot.tui.listing import Choices
from sourcebot.tui.prompt import Prompt
from sourcebot.tui.typing import TypingScreen

MORE = " · page down for more"
HELP = {
    "enter": "Go on, or answer with what is marked or typed",
    "1 to 9": "Answer with this one at once, or do what stands there",
    "a enter": "Answer with a (b, c, …); its whole label does it, too",
    "type": "Anything else you type is asked, and the exercise waits",
    "?": "Where words are the answer, ? before or after them makes them a question",
    "up, down": "Mark another one; on a page: scroll",
    "tab": "Between the choices and the line to type on",
}


class StudyFrame(TypingScreen[str | None]):
    """What holds for every step: typing, scrolling, help."""

    CSS_PATH = "learn.tcss"
    AUTO_FOCUS = "#choices"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="study.help"),
        Binding("escape", "leave", "Leave", id="study.leave", tooltip="Leave; progress is kept"),
        Binding("space,pagedown", "page(1)", "Scroll", show=False, id="study.page-down"),
        Binding("pageup", "page(-1)", "Scroll up a page", show=False, id="study.page-up"),
        Binding("ctrl+up", "line(-1)", "Scroll up a line", show=False, id="study.line-up"),
        Binding("ctrl+down", "line(1)", "Scroll down a line", show=False, id="study.line-down"),
    ]

    def compose(self) -> ComposeResult:
        """How far it is, the step, what can be done, the prompt and the keys."""
        with Vertical(id="column"):
            with Horizontal(id="where"):
                yield Static("", id="title", markup=False)
                yield Static("", id="step", classes="hint", markup=False)
            yield Meter(id="meter")
            yield VerticalScroll(id="body", can_focus=False)
            yield Choices(id="choices")
            yield Prompt(id="prompt")
        yield Footer(compact=True)

    async def on_mount(self) -> None:
        """Keep track of whether there is more to read."""
        for changing in ("scroll_y", "virtual_size"):
            self.watch(self.body, changing, self.tell_more, init=False)

    def on_resize(self) -> None:
        """With another size more or less of the text is in sight."""
        self.call_after_refresh(self.tell_more)

    @property
    def body(self) -> VerticalScroll:
        """Where the step is shown."""
        return self.query_one("#body", VerticalScroll)

    @property
    def choices(self) -> Choices:
        """What can be done now."""
        return self.query_one("#choices", Choices)

    def tell_more(self) -> None:
        """Say whether the text goes on below."""
        more = self.body.scroll_offset.y < self.body.max_scroll_y
        self.choices.border_title = self.choices.title + (MORE if more else "")

    @on(Choices.Stepped)
    def step_out(self, event: Choices.Stepped) -> None:
        """Beyond the only choice the text scrolls; below the last of several comes the prompt."""
        if len(self.choices.picks) == 1:
            self.action_line(event.by)
        elif event.by > 0:
            self.prompt.focus()

    def action_page(self, direction: int) -> None:
        """Scroll by a page wherever the focus is."""
        self.body.scroll_relative(y=direction * (self.body.size.height - 1), animate=False)

    def action_line(self, direction: int) -> None:
        """Scroll by a line wherever the focus is."""
        self.body.scroll_relative(y=direction, animate=False)

    def action_help(self) -> None:
        """Show all keys."""
        bindings = [*StudyFrame.BINDINGS, *self.app.BINDINGS]
        self.app.push_screen(HelpScreen(bindings, first=HELP, commands={}))
