"""The server over standard input and output, with what the package's own transport leaves open.

A line that is no message is answered, for who sent it may be waiting; where the input ends, what
was asked before is still answered, as with `sourcebot mcp < requests.jsonl`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import (
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
)
from pydantic import ValidationError

PATIENCE = 5.0
"""Seconds after the end of the input for what was asked before it; answers take milliseconds."""
_UNREADABLE = "this line is no JSON-RPC message: send one message a line, as JSON in UTF-8"
Run = Callable[[Any, Any], Awaitable[None]]
"""Serves one connection: takes a stream of messages in and one of messages out."""


class Open:
    """The requests that wait for an answer."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._none = anyio.Event()

    def heard(self, message: object) -> None:
        """Note what came in."""
        match message:
            case JSONRPCRequest():
                self._ids.add(str(message.id))
            case JSONRPCNotification(method="notifications/cancelled"):
                # It will not be answered.
                self._settle((message.params or {}).get("requestId"))
            case _:
                pass

    def said(self, message: object) -> None:
        """Note what went out."""
        if isinstance(message, JSONRPCResponse | JSONRPCError):
            self._settle(message.id)

    async def all_answered(self) -> None:
        """Wait until nothing waits."""
        while self._ids:
            self._none = anyio.Event()
            await self._none.wait()

    def _settle(self, id: object) -> None:
        self._ids.discard(str(id))
        if not self._ids:
            self._none.set()


async def speak(run: Run) -> None:
    """Serve until the input ends."""
    to_server, heard = anyio.create_memory_object_stream[Any](0)
    said, from_server = anyio.create_memory_object_stream[Any](0)
    waiting = Open()
    async with stdio_server() as (wire_in, wire_out), anyio.create_task_group() as tasks:

        async def hear() -> None:
            async with to_server:
                async for item in wire_in:
                    if isinstance(item, Exception):
                        if not _is_blank(item):
                            await wire_out.send(_unreadable())
                        continue
                    waiting.heard(item.message)
                    await to_server.send(item)
                with anyio.move_on_after(PATIENCE):
                    await waiting.all_answered()

        async def say() -> None:
            async with wire_out:
                async for item in from_server:
                    await wire_out.send(item)
                    waiting.said(item.message)

        tasks.start_soon(hear)
        tasks.start_soon(say)
        await run(heard, said)


def _is_blank(error: Exception) -> bool:
    """Whether the line that was no message was an empty one, which asks nothing."""
    if not isinstance(error, ValidationError):
        return False
    line = error.errors(include_url=False)[0]["input"]
    return isinstance(line, str) and not line.strip()


def _unreadable() -> SessionMessage:
    return SessionMessage(
        JSONRPCError(jsonrpc="2.0", id=None, error=ErrorData(code=PARSE_ERROR, message=_UNREADABLE))
    )
