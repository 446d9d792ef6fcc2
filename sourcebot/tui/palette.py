"""What the command palette offers besides Textual's own commands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.types import IgnoreReturnCallbackType

from sourcebot.tui.chat import ChatScreen
from sourcebot.tui.text import one_line
from sourcebot.tui.widgets import LinkChosen


class Questions(Provider):
    """Questions that can be sent, and the sources of the last answer."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for text, help_text, run in self._commands():
            yield DiscoveryHit(Content(text), run, text=text, help=help_text)

    async def search(self, query: str) -> Hits:
        """Those that fit what is typed."""
        matcher = self.matcher(query)
        for text, help_text, run in self._commands():
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, Content(text), run, text=text, help=help_text)

    def _commands(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        chat = self.screen
        if isinstance(chat, ChatScreen):
            for question in chat.questions:
                yield one_line(question), "Ask this", partial(chat.send, question)
            for source in chat.sources:
                if source.url is not None:
                    run = partial(chat.post_message, LinkChosen(source.url))
                    yield f"Open {one_line(source.title)}", "A source of the last answer", run
