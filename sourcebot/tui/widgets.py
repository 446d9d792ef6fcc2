"""What a conversation is made of on the screen.

Text of users and curators is never read as console markup: a stray `[/word]` would end the app.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Markdown, OptionList, Static

from sourcebot.dialogue.reply import CitedSource, Reply
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.tui.text import echo, fit, is_web_address, one_line


@dataclass
class LinkChosen(Message):
    """The user wants to open an address."""

    address: str


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


class Sources(Static):
    """The publications that an answer rests on, their titles as links."""

    def __init__(self, sources: Sequence[CitedSource]) -> None:
        self._sources = sources
        lines = [_cite(source, number) for number, source in enumerate(sources)]
        super().__init__(Content("\n").join([Content("Sources"), *lines]), markup=False)

    def action_open(self, number: int) -> None:
        """Open the address of a source."""
        address = self._sources[number].url
        if address is not None:
            self.post_message(LinkChosen(address))


def _cite(source: CitedSource, number: int) -> Content:
    title = Content(f"{number + 1} {one_line(source.title)}")
    facts = [source.publisher, str(source.year or "")]
    rest = "".join(f", {one_line(fact)}" for fact in facts if fact)
    if source.url is None or not is_web_address(source.url):
        return title + rest
    link = Style.from_meta({"@click": f"open({number})"})
    address = Content(one_line(source.url)).stylize(link)
    return title.stylize(link, 2) + rest + "\n  " + address


class Turn(VerticalGroup):
    """A message and its reply; a folded one keeps the message and forgets its costly widgets."""

    def __init__(self, message: str, reply: Reply) -> None:
        super().__init__(classes=f"-{reply.status}")
        self._message = message
        self.reply = reply

    def compose(self) -> ComposeResult:
        """The message, the answer and its sources."""
        yield Static(echo(self._message), classes="message", markup=False)
        yield VerticalGroup(*self._answer(), classes="answer")

    async def fold(self) -> None:
        """Hide the answer behind one line."""
        if not self.has_class("-folded"):
            self.add_class("-folded")
            await self._fill(Static("Click to show the answer again.", classes="hint"))

    async def unfold(self) -> None:
        """Show the answer again."""
        self.remove_class("-folded")
        await self._fill(*self._answer())

    def _answer(self) -> list[Static | Markdown]:
        answer: list[Static | Markdown] = [Markdown(fit(self.reply.text), open_links=False)]
        if self.reply.sources:
            answer.append(Sources(self.reply.sources))
        return answer

    async def _fill(self, *widgets: Static | Markdown) -> None:
        group = self.query_one(".answer", VerticalGroup)
        await group.remove_children()
        await group.mount(*widgets)

    async def on_click(self) -> None:
        """A folded turn opens where it is clicked."""
        if self.has_class("-folded"):
            await self.unfold()


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
