"""The conversation screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Footer, Input, Static

from sourcebot.tui.help import HelpScreen
from sourcebot.tui.prompt import ANSWER, ASK, Prompt
from sourcebot.tui.typing import TypingScreen
from sourcebot.tui.widgets import LearnChosen, Suggestions, Welcome

if TYPE_CHECKING:
    from sourcebot.dialogue.bot import Bot, Conversation
    from sourcebot.dialogue.reply import CitedSource, Reply
    from sourcebot.history import History
    from sourcebot.tui.advice import Given, Progress
    from sourcebot.tui.answers import AnswerList
    from sourcebot.tui.turn import Turn

# An answer is some forty widgets, and Textual goes through all there are for every new one.
UNFOLDED_TURNS = 12
QUIT = {"/quit", "/exit", "/q"}
AFRESH = {"/new", "/clear"}
LEARN = {"/learn"}


class ChatScreen(TypingScreen[None]):
    """Messages and answers above, what to ask next and the prompt below."""

    AUTO_FOCUS = "#prompt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="chat.help"),
        Binding("f2", "why", "Why?", id="chat.why", tooltip="Why this answer"),
        Binding(
            "f3", "answers", "Answers", id="chat.answers", tooltip="Your answers: see, change them"
        ),
        Binding("f4", "back", "Back", id="chat.back", tooltip="Back to the question before"),
        Binding("f5", "learn", "Learn", id="chat.learn", tooltip="Lessons, exercises and reviews"),
        Binding("ctrl+l", "afresh", "New", id="chat.new", tooltip="Start a new conversation"),
        Binding("ctrl+y", "copy", "Copy", id="chat.copy", tooltip="Copy the last answer"),
        Binding("escape", "prompt", "Back to the prompt", show=False, id="chat.prompt"),
        Binding("pageup", "page(-1)", "Scroll up a page", show=False, id="chat.page-up"),
        Binding("pagedown", "page(1)", "Scroll down a page", show=False, id="chat.page-down"),
        Binding("ctrl+up", "line(-1)", "Scroll up a line", show=False, id="chat.line-up"),
        Binding("ctrl+down", "line(1)", "Scroll down a line", show=False, id="chat.line-down"),
    ]

    @dataclass
    class Loaded(Message):
        """The bot can be asked."""

        bot: Bot

    @dataclass
    class Failed(Message):
        """The knowledge base cannot be used."""

        error: Exception

    def __init__(self, load: Callable[[], Bot], *, history: History) -> None:
        super().__init__()
        self._load = load
        self._history = history
        self._bot: Bot | None = None
        self._conversation: Conversation | None = None
        self._early: list[str] = []
        self._last: Turn | None = None
        self._progress: Progress | None = None

    def compose(self) -> ComposeResult:
        """The conversation, the suggestions, the prompt and the keys."""
        with Vertical(id="column"):
            with VerticalScroll(id="conversation", can_focus=False):
                yield Static("Reading the knowledge base …", id="loading", classes="hint")
            yield Suggestions(id="suggestions")
            yield Prompt(id="prompt")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Show the first frame; what takes time comes after it."""
        self.prompt.remember(self._history.texts)
        self.call_after_refresh(self._begin)

    @work(thread=True)
    def _begin(self) -> None:
        try:
            self.post_message(self.Loaded(self._load()))
        except Exception as error:
            self.post_message(self.Failed(error))
        else:
            # Slow to load and wanted soon: while the user reads the welcome is a good time.
            import sourcebot.tui.turn  # noqa: F401

    @on(Loaded)
    async def begin(self, event: Loaded) -> None:
        """Welcome the user, and answer what was sent too early."""
        self._bot = event.bot
        await self._start()
        for message in self._early:
            self.post_message(Suggestions.Chosen(message))

    @property
    def ready(self) -> bool:
        """Whether messages are answered at once; until then they wait."""
        return self._conversation is not None

    @property
    def conversation(self) -> VerticalScroll:
        """The turns so far."""
        return self.query_one("#conversation", VerticalScroll)

    @property
    def suggestions(self) -> Suggestions:
        """What to send next."""
        return self.query_one("#suggestions", Suggestions)

    @property
    def questions(self) -> tuple[str, ...]:
        """What is suggested now, and the example questions."""
        examples = self._bot.knowledge.identity.examples if self._bot is not None else ()
        return tuple(dict.fromkeys((*self.suggestions.texts, *examples)))

    @property
    def sources(self) -> tuple[CitedSource, ...]:
        """The sources of the last answer."""
        return self._last.reply.sources if self._last is not None else ()

    @property
    def focus_chain(self) -> list[Widget]:
        """From the prompt to the suggestions, the answers beside them, and back to the prompt."""
        return sorted(super().focus_chain, key=lambda widget: widget.id == "prompt")

    async def send(self, message: str, *, remember: bool = True, shown: str = "") -> None:
        """Send a message, as if it had been typed, and show the reply.

        shown: what stands in the conversation where the message itself is not made to be read.
        """
        message = message.strip()
        command = message[:10].lower()
        if command in QUIT:
            self.app.exit(return_code=0)
        elif command in LEARN:
            self.action_learn()
        elif message and self._conversation is None:
            self._early.append(message)
        elif message and self._conversation is not None:
            if remember:
                self._history.add(message)
                self.prompt.remember(self._history.texts)
            if command in AFRESH:
                await self.action_afresh()
            else:
                await self._show(shown or message, self._conversation.send(message))

    async def action_afresh(self) -> None:
        """Forget the conversation and begin another."""
        self.prompt.clear()
        self.prompt.focus()
        await self._start()

    async def action_why(self) -> None:
        """Ask why the last answer was given."""
        if self._last is None:
            self.notify("Ask something first.")
        else:
            await self.send("/why", remember=False)

    def action_learn(self) -> None:
        """Go to the lessons; the conversation stays as it is."""
        self.post_message(LearnChosen())

    def action_answers(self) -> None:
        """Go to the answers so far: beside the conversation, or over it where it is narrow."""
        if self._progress is None:
            return
        beside = self._answers
        if beside is not None and beside.display:
            (self.prompt if beside.has_focus else beside).focus()
            return
        from sourcebot.tui.answers import AnswersScreen

        screen = AnswersScreen(self._progress, waiting=self._waiting)
        self.app.push_screen(screen, self.change)

    async def action_back(self) -> None:
        """Ask again what was answered last."""
        if self._bot is not None and self._progress is not None:
            phrase = self._bot.knowledge.language.advice.acts["back"][0]
            await self.send(phrase, remember=False, shown="Back")

    async def change(self, answer: Given | None) -> None:
        """Have a question asked again; without one, go on with that which waits."""
        if answer is not None:
            shown = f"Change an answer: {answer.name}"
            await self.send(f"/change {answer.criterion}", remember=False, shown=shown)
        (self.suggestions if self._asking else self.prompt).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys of the advice hold only while somebody is advised."""
        progress = self._progress
        if action == "answers":
            return progress is not None
        if action == "back":
            return progress is not None and bool(progress.given) and not progress.stopped
        return True

    def action_help(self) -> None:
        """Show all keys and commands."""
        self.app.push_screen(HelpScreen([*self.BINDINGS, *Prompt.BINDINGS, *self.app.BINDINGS]))

    def action_copy(self) -> None:
        """Send the last answer, with its sources, to the clipboard."""
        if self._last is None:
            self.notify("There is no answer to copy yet.")
            return
        self.app.copy_to_clipboard(self._last.as_markdown())
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

    @on(Input.Submitted, "#prompt")
    async def submit(self, event: Input.Submitted) -> None:
        """Enter sends the message, or the suggestion whose number was typed."""
        event.stop()
        self.prompt.clear()
        await self.send(self.suggestions.numbered(event.value.strip()) or event.value)

    @on(Suggestions.Chosen)
    async def choose(self, event: Suggestions.Chosen) -> None:
        """A picked suggestion is sent, and typing goes on, or picking where a question follows."""
        picking = self.suggestions.has_focus
        await self.send(event.text)
        (self.suggestions if picking and self._asking else self.prompt).focus()

    @on(Suggestions.Left)
    def leave_suggestions(self) -> None:
        """Below the last suggestion comes the prompt."""
        self.prompt.focus()

    async def on_answer_list_picked(self, event: AnswerList.Picked) -> None:
        """An answer beside the conversation was picked."""
        event.stop()
        await self.change(event.answer)

    async def _start(self) -> None:
        if self._bot is None:
            return
        self._conversation = self._bot.start()
        self._last = None
        await self._show_progress(None)
        self.suggestions.show(self._bot.knowledge.identity.examples, title="For example")
        await self.conversation.remove_children()
        await self.conversation.mount(Welcome(self._bot.knowledge))

    async def _show(self, message: str, reply: Reply) -> None:
        from sourcebot.tui.turn import Turn

        assert self._bot is not None
        knowledge = self._bot.knowledge
        progress, title, advice = self._progress, "Next", None
        if progress is not None or reply.question or reply.recommendation:
            from sourcebot.tui.advice import follow, title_of

            advice = knowledge.advice
            progress = follow(progress, reply, knowledge)
            if progress is not None and progress.question is not None:
                title = title_of(progress.question, advice)
        self._last = turn = Turn(message, reply, advice)
        with self.app.batch_update():
            await self._show_progress(progress)
            await self.conversation.query(Welcome).remove()
            await self.conversation.mount(turn)
            for old in list(self.query(Turn))[:-UNFOLDED_TURNS]:
                await old.fold()
            self.suggestions.show(reply.suggestions, title=title)
        if reply.status == "asking":
            # The question stands at its end.
            self.call_after_refresh(self.conversation.scroll_end, animate=False)
        else:
            # From its beginning where the answer is longer than the screen.
            scroll = self.conversation.scroll_to_widget
            self.call_after_refresh(scroll, turn, top=True, animate=False)

    @property
    def _asking(self) -> bool:
        return self._progress is not None and self._progress.question is not None

    @property
    def _waiting(self) -> str:
        """The name of the question that waits."""
        from sourcebot.tui.advice import name_of_waiting

        return name_of_waiting(self._progress, self._bot)

    @property
    def _answers(self) -> AnswerList | None:
        """The answers beside the conversation."""
        found = self.query("#answers")
        return cast("AnswerList", found.first()) if found else None

    async def _show_progress(self, progress: Progress | None) -> None:
        """Show how far the advice is, or take away what shows it."""
        if progress == self._progress:
            return
        self._progress = progress
        self.suggestions.set_class(self._asking, "-asking")
        self.prompt.placeholder = ANSWER if self._asking else ASK
        self.refresh_bindings()
        answers = self._answers
        if progress is None:
            if answers is not None:
                await answers.remove()
            return
        if answers is None:
            from sourcebot.tui.answers import TITLE, AnswerList

            answers = AnswerList(id="answers")
            answers.border_title = TITLE
            await self.mount(answers, after="#column")
        answers.show(progress, waiting=self._waiting)
