"""The conversation screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Input

from sourcebot.dialogue.reply import CitedSource, Reply
from sourcebot.history import History
from sourcebot.tui.help import HelpScreen
from sourcebot.tui.prompt import Prompt
from sourcebot.tui.widgets import Suggestions, Turn, Welcome

if TYPE_CHECKING:
    from sourcebot.dialogue.bot import Bot

UNFOLDED_TURNS = 20
QUIT = {"/quit", "/exit", "/q"}
AFRESH = {"/new", "/clear"}


class ChatScreen(Screen[None]):
    """Messages and answers above, what to ask next and the prompt below."""

    AUTO_FOCUS = "#prompt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="chat.help"),
        Binding("f2", "why", "Why?", id="chat.why", tooltip="Why this answer"),
        Binding("ctrl+l", "afresh", "New", id="chat.new", tooltip="Start a new conversation"),
        Binding("ctrl+y", "copy", "Copy", id="chat.copy", tooltip="Copy the last answer"),
        Binding("escape", "prompt", "Back to the prompt", show=False, id="chat.prompt"),
        Binding("pageup", "page(-1)", "Scroll up a page", show=False, id="chat.page-up"),
        Binding("pagedown", "page(1)", "Scroll down a page", show=False, id="chat.page-down"),
        Binding("ctrl+up", "line(-1)", "Scroll up a line", show=False, id="chat.line-up"),
        Binding("ctrl+down", "line(1)", "Scroll down a line", show=False, id="chat.line-down"),
        *(
            Binding(
                f"alt+{n}", f"choose('{n}')", f"Send suggestion {n}", show=False, id=f"chat.{n}"
            )
            for n in range(1, 10)
        ),
    ]

    def __init__(self, bot: Bot, *, history: History) -> None:
        super().__init__()
        self._bot = bot
        self._history = history
        self._conversation = bot.start()
        self._last: Reply | None = None

    def compose(self) -> ComposeResult:
        """The conversation, the suggestions, the prompt and the keys."""
        with Vertical(id="column"):
            yield VerticalScroll(id="conversation", can_focus=False)
            yield Suggestions(id="suggestions")
            yield Prompt(id="prompt")
        yield Footer(compact=True)

    async def on_mount(self) -> None:
        """Begin with the welcome."""
        self.prompt.remember(self._history.texts)
        await self._welcome()

    @property
    def conversation(self) -> VerticalScroll:
        """The turns so far."""
        return self.query_one("#conversation", VerticalScroll)

    @property
    def suggestions(self) -> Suggestions:
        """What to send next."""
        return self.query_one("#suggestions", Suggestions)

    @property
    def prompt(self) -> Prompt:
        """Where the user types."""
        return self.query_one("#prompt", Prompt)

    @property
    def questions(self) -> tuple[str, ...]:
        """What is suggested now, and the example questions."""
        examples = self._bot.knowledge.identity.examples
        return tuple(dict.fromkeys((*self.suggestions.texts, *examples)))

    @property
    def sources(self) -> tuple[CitedSource, ...]:
        """The sources of the last answer."""
        return self._last.sources if self._last is not None else ()

    async def send(self, message: str, *, remember: bool = True) -> None:
        """Send a message, as if it had been typed, and show the reply."""
        message = message.strip()
        if not message:
            return
        if remember:
            self._history.add(message)
            self.prompt.remember(self._history.texts)
        if message.lower() in QUIT:
            self.app.exit()
        elif message.lower() in AFRESH:
            await self.action_afresh()
        else:
            await self._show(message, self._conversation.send(message))

    async def action_afresh(self) -> None:
        """Forget the conversation and begin another."""
        self._conversation = self._bot.start()
        self._last = None
        self.prompt.clear()
        self.prompt.focus()
        await self._welcome()

    async def action_why(self) -> None:
        """Ask why the last answer was given."""
        if self._last is None:
            self.notify("Ask something first.")
        else:
            await self.send("/why", remember=False)

    def action_help(self) -> None:
        """Show all keys and commands."""
        self.app.push_screen(HelpScreen([*self.BINDINGS, *Prompt.BINDINGS, *self.app.BINDINGS]))

    def action_copy(self) -> None:
        """Send the last answer, with its sources, to the clipboard."""
        if self._last is None:
            self.notify("There is no answer to copy yet.")
            return
        self.app.copy_to_clipboard(_as_markdown(self._last))
        self.notify("Sent the answer to the clipboard.")

    def action_prompt(self) -> None:
        """Go back to typing."""
        self.prompt.focus()

    def action_page(self, direction: int) -> None:
        """Scroll by a page while the prompt keeps the focus."""
        self.conversation.scroll_relative(y=direction * (self.conversation.size.height - 1))

    def action_line(self, direction: int) -> None:
        """Scroll by a line while the prompt keeps the focus."""
        self.conversation.scroll_relative(y=direction, animate=False)

    async def action_choose(self, number: str) -> None:
        """Send the suggestion with this number."""
        message = self.suggestions.numbered(number)
        if message is not None:
            await self.send(message)

    @on(Input.Submitted, "#prompt")
    async def submit(self, event: Input.Submitted) -> None:
        """Enter sends the message, or the suggestion whose number was typed."""
        event.stop()
        self.prompt.clear()
        await self.send(self.suggestions.numbered(event.value.strip()) or event.value)

    @on(Suggestions.Chosen)
    async def choose(self, event: Suggestions.Chosen) -> None:
        """A picked suggestion is sent, and typing goes on."""
        self.prompt.focus()
        await self.send(event.text)

    @on(Suggestions.Left)
    def leave_suggestions(self) -> None:
        """Below the last suggestion comes the prompt."""
        self.prompt.focus()

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

    async def _welcome(self) -> None:
        await self.conversation.remove_children()
        await self.conversation.mount(Welcome(self._bot.knowledge))
        self.suggestions.show(self._bot.knowledge.identity.examples, title="For example")

    async def _show(self, message: str, reply: Reply) -> None:
        self._last = reply
        turn = Turn(message, reply)
        with self.app.batch_update():
            await self.conversation.query(Welcome).remove()
            await self.conversation.mount(turn)
            for old in list(self.query(Turn))[:-UNFOLDED_TURNS]:
                await old.fold()
            self.suggestions.show(reply.suggestions, title="Next")
        # From its beginning where the answer is longer than the screen.
        self.call_after_refresh(self.conversation.scroll_to_widget, turn, top=True, animate=False)


def _as_markdown(reply: Reply) -> str:
    lines = [
        "- " + ", ".join(str(part) for part in (s.title, s.publisher, s.year, s.url) if part)
        for s in reply.sources
    ]
    return "\n".join([reply.text.rstrip(), "", *(["Sources:", "", *lines] if lines else [])])
