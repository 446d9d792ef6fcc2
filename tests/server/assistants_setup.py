"""What tests of the server for assistants share: servers, clients of both protocols, calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

from mcp import Client
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult

from sourcebot.server.assistants.desk import Desk
from sourcebot.server.assistants.server import create_server
from sourcebot.server.assistants.tokens import Seal
from sourcebot.server.bases import Bases
from sourcebot.server.logs import Log

Mode = Literal["legacy", "auto"]
MODES: tuple[Mode, ...] = ("legacy", "auto")


class Lines:
    """A log that is kept."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def log(self) -> Log:
        """A log that writes here."""
        return Log(write=self.lines.append)


def server_over(bases: Bases, lines: Lines | None = None, seal: Seal | None = None) -> Desk:
    """A server whose log goes nowhere, or where it can be read."""
    kept = lines if lines is not None else Lines()
    return create_server(bases, log=kept.log(), seal=seal)


@asynccontextmanager
async def connected(server: Any, mode: Mode, **options: Any) -> AsyncIterator[Client]:
    """A client of the server, over one of the protocol versions."""
    async with Client(server, mode=mode, **options) as client:
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The structured content of a call that is answered."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    assert result.structured_content is not None
    return dict(result.structured_content)


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    """What a call that cannot be answered is told."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return text_of(result)


def text_of(result: CallToolResult) -> str:
    """The text beside the structured content."""
    assert [block.type for block in result.content] == ["text"]
    text: str = result.content[0].text  # type: ignore[union-attr]
    return text


class Person:
    """Answers forms: with the first choice, the one named, or not at all."""

    def __init__(self, choose: str | None = None, *, declines: bool = False) -> None:
        self.asked: list[str] = []
        self.offered: list[list[str]] = []
        self._choose = choose
        self._declines = declines

    async def answer(self, context: Any, params: ElicitRequestParams) -> ElicitResult:
        """Answer one form."""
        self.asked.append(params.message)
        if self._declines:
            return ElicitResult(action="decline")
        fields = params.requested_schema["properties"]  # type: ignore[union-attr]
        self.offered += [field["enum"] for field in fields.values()]
        picked = {name: self._choose or field["enum"][0] for name, field in fields.items()}
        return ElicitResult(action="accept", content=picked)
