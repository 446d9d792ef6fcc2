"""The Textual application: themes, links and the commands that hold on every screen."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme

from sourcebot.tui.chat import ChatScreen
from sourcebot.tui.once import Once
from sourcebot.tui.palette import Questions
from sourcebot.tui.text import fit, is_web_address
from sourcebot.tui.widgets import LearnChosen, LinkChosen

if TYPE_CHECKING:
    from textual.widgets import Markdown

    from sourcebot.dialogue.bot import Bot
    from sourcebot.history import History
    from sourcebot.learning.tutor import Tutor

DARK = Theme(
    name="sourcebot-dark",
    dark=True,
    primary="#4fa3b8",
    secondary="#7f9bb3",
    accent="#e0a458",
    warning="#e0a458",
    error="#d9776c",
    success="#7fb685",
    foreground="#dde3e8",
    background="#11161b",
    surface="#182027",
    panel="#202a33",
)
LIGHT = Theme(
    name="sourcebot-light",
    dark=False,
    primary="#0f6a80",
    secondary="#4a6478",
    accent="#9a5200",
    warning="#9a5200",
    error="#a8322a",
    success="#2f6b3a",
    foreground="#1d2830",
    background="#fbfaf7",
    surface="#f1efe9",
    panel="#e5e2da",
)

_WIDTHS = [(0, "-narrow"), (60, "-normal"), (100, "-wide")]
_HEIGHTS = [(0, "-short"), (20, "-tall")]


class SourcebotApp(App[int]):
    """The chat in the terminal, and the lessons over it.

    enrol: who teaches from a bot's knowledge base, by default whom this user's file is kept for;
    learning: whether to begin with the lessons.
    """

    TITLE = "Sourcebot"
    CSS_PATH = "app.tcss"
    COMMANDS = App.COMMANDS | {lambda: Questions}
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "toggle_light", "Theme", id="app.theme", tooltip="Light or dark"),
        Binding("ctrl+p", "command_palette", "Palette", show=False, id="app.palette"),
        Binding("ctrl+q", "quit", "Quit", priority=True, id="app.quit"),
    ]

    def __init__(
        self,
        load: Callable[[], Bot],
        *,
        history: History,
        enrol: Callable[[Bot], Tutor] | None = None,
        learning: bool = False,
    ) -> None:
        super().__init__()
        self.failure: Exception | None = None
        self._load = Once(load)
        self._tutor = Once(lambda: (enrol or _this_user)(self._load()))
        self._learning = learning
        self._history = history
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        if self.no_color:
            # Without colours of its own, an ansi theme would show black on black.
            for theme in [theme for theme in self.available_themes.values() if theme.ansi]:
                self.unregister_theme(theme.name)
        wanted = os.environ.get("TEXTUAL_THEME", "")
        self.theme = wanted if wanted in self.available_themes else DARK.name

    def get_default_screen(self) -> Screen[None]:
        """The chat is the only screen below all others."""
        return ChatScreen(self._load, history=self._history)

    def on_mount(self) -> None:
        """Begin with the lessons where somebody came for them."""
        if self._learning:
            self.open_lessons()

    @on(LearnChosen)
    def open_lessons(self) -> None:
        """Show the lessons over the chat."""
        from sourcebot.tui.lessons import LearnScreen

        self.push_screen(LearnScreen(self._tutor))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Textual's commands and ours."""
        yield from super().get_system_commands(screen)
        yield SystemCommand("Light or dark", "Switch the colours", self.action_toggle_light)
        if isinstance(screen, ChatScreen):
            yield SystemCommand("New", "Start a new conversation", screen.action_afresh)
            yield SystemCommand("Learn", "Lessons, exercises and reviews", screen.action_learn)
            yield SystemCommand("Why", "Why the last answer was given", screen.action_why)
            yield SystemCommand("Copy", "Copy the last answer", screen.action_copy)
            if screen.check_action("answers", ()):
                yield SystemCommand("Answers", "Your answers so far", screen.action_answers)
            if screen.check_action("back", ()):
                yield SystemCommand("Back", "The question before", screen.action_back)
            yield SystemCommand("Help", "All keys and commands", screen.action_help)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy text; what cannot be encoded is left out, where Textual would give up."""
        super().copy_to_clipboard(fit(text))

    def action_toggle_light(self) -> None:
        """Change between light and dark."""
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name

    def on_markdown_link_clicked(self, event: Markdown.LinkClicked) -> None:
        """A link in an answer."""
        self.open_address(event.href)

    @on(ChatScreen.Failed)
    def give_up(self, event: ChatScreen.Failed) -> None:
        """Without a knowledge base there is nothing to show."""
        self.failure = event.error
        self.exit(return_code=2)

    @on(LinkChosen)
    def follow_source(self, event: LinkChosen) -> None:
        """A link in the sources."""
        self.open_address(event.address)

    def open_address(self, address: str) -> None:
        """Open a web address in the browser; where there is none, offer the address itself."""
        if not is_web_address(address):
            self.notify("Only web addresses can be opened.", severity="warning", markup=False)
        elif self.is_web or _has_browser_window():
            self.open_url(address)
        else:
            self.copy_to_clipboard(address)
            self.notify(f"No browser here. Sent to the clipboard: {address}", markup=False)


def _this_user(bot: Bot) -> Tutor:
    # Whoever only chats need not wait for what keeps progress, nor leave a trace of it.
    from sourcebot.tui.enrolment import tutor_of

    return tutor_of(bot)


def _has_browser_window() -> bool:
    """Whether opening a page leaves the terminal alone: a browser in the terminal would not."""
    import webbrowser

    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    in_terminal = isinstance(browser, webbrowser.GenericBrowser)
    return not in_terminal or isinstance(browser, webbrowser.BackgroundBrowser)
