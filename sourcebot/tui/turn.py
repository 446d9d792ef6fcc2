"""A message and its reply on the screen.

Apart from the other widgets because Markdown is slow to load, and the first screen needs none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Markdown, Static

from sourcebot.tui.text import brief, echo, fit, is_web_address, one_line
from sourcebot.tui.widgets import LinkChosen

if TYPE_CHECKING:
    from sourcebot.dialogue.reply import CitedSource, Reply
    from sourcebot.knowledge.advice_model import Advice


class Sources(Static):
    """The publications that an answer rests on, their titles as links.

    only: the numbers of those to list, where a text cites but some of them.
    """

    def __init__(
        self, sources: Sequence[CitedSource], *, only: Collection[int] | None = None
    ) -> None:
        self._sources = sources
        lines = [
            _cite(source, number)
            for number, source in enumerate(sources)
            if only is None or number + 1 in only
        ]
        super().__init__(Content("\n").join([Content("Sources"), *lines]), markup=False)

    def action_open(self, number: int) -> None:
        """Open the address of a source."""
        address = self._sources[number].url
        if address is not None:
            self.post_message(LinkChosen(address))


def _cite(source: CitedSource, number: int) -> Content:
    mark = Content(f"[{number + 1}] ").stylize("$accent")
    title = Content(one_line(source.title))
    facts = [source.publisher, str(source.year or "")]
    rest = "".join(f", {one_line(fact)}" for fact in facts if fact)
    if source.url is None or not is_web_address(source.url):
        return mark + title + rest
    # A click opens it here; the terminal's own way to open links gets the whole address, too.
    address = one_line(source.url)
    link = Style(link=address) + Style.from_meta({"@click": f"open({number})"})
    return mark + title.stylize(link) + rest + ", " + Content(brief(address)).stylize(link)


class Turn(VerticalGroup):
    """A message and its reply; a folded one keeps the message and forgets its costly widgets."""

    def __init__(self, message: str, reply: Reply, advice: Advice | None = None) -> None:
        super().__init__(classes=f"-{reply.status}")
        self._message = message
        self._advice = advice
        self.reply = reply

    def compose(self) -> ComposeResult:
        """The message, the answer and its sources."""
        yield Static(echo(self._message), classes="message", markup=False)
        yield self._answer()

    def as_markdown(self) -> str:
        """The answer with its sources, to be pasted elsewhere."""
        lines = [
            "- " + ", ".join(str(part) for part in (s.title, s.publisher, s.year, s.url) if part)
            for s in self.reply.sources
        ]
        return "\n".join(
            [self.reply.text.rstrip(), *(["", "Sources:", "", *lines] if lines else [])]
        )

    async def fold(self) -> None:
        """Hide the answer until it is asked for."""
        if not self.has_class("-folded"):
            self.add_class("-folded")
            self._head.update(f"{echo(self._message)}\n(click to show the answer again)")
            await self.query(".answer").remove()

    async def unfold(self) -> None:
        """Show the answer again."""
        self.remove_class("-folded")
        self._head.update(echo(self._message))
        await self.mount(self._answer())

    @property
    def _head(self) -> Static:
        return self.query_one(".message", Static)

    def _answer(self) -> VerticalGroup:
        answer = list(self._said())
        if self.reply.sources:
            answer.append(Sources(self.reply.sources))
        return VerticalGroup(*answer, classes="answer")

    def _said(self) -> Iterator[Widget]:
        """The text, with pictures in place of the figures in it and without the options below."""
        reply, text = self.reply, fit(self.reply.text)
        if reply.question is not None:
            from sourcebot.tui.advice import without_choices

            text = without_choices(text, reply.question)
        if reply.recommendation is not None and self._advice is not None:
            from sourcebot.tui.result import pictures, split_at_figures

            parts = split_at_figures(text)
            if parts is not None:
                yield Markdown(parts[0], open_links=False)
                yield from pictures(reply.recommendation, self._advice)
                text = parts[1]
        yield Markdown(text, open_links=False)

    async def on_click(self) -> None:
        """A folded turn opens where it is clicked."""
        if self.has_class("-folded"):
            await self.unfold()
