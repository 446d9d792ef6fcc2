"""`sourcebot mcp` over standard input and output: a process of its own, as assistants start it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from sourcebot import Bot
from sourcebot.server.assistants import stdio
from tests.knowledge.tea import TeaFolder
from tests.server.assistants_setup import MODES, Mode, call, refused

COMMAND = ("-m", "sourcebot", "mcp")
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "a test", "version": "1"},
    },
}
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


@asynccontextmanager
async def started(mode: Mode, log: Path, *arguments: str) -> AsyncIterator[Client]:
    """A client of a process that it starts; what the process logs goes to a file."""
    with log.open("w", encoding="utf-8") as errors:
        server = StdioServerParameters(
            command=sys.executable, args=[*COMMAND, *arguments], env=dict(os.environ)
        )
        async with Client(stdio_client(server, errlog=errors), mode=mode) as client:
            yield client


def called(id: int, tool: str, **arguments: object) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}


def spoken(*lines: object) -> list[dict[str, Any]]:
    """What a process says to lines that are all sent at once; it ends by itself."""
    written = b"".join(
        (line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines
    )
    done = subprocess.run(
        [sys.executable, *COMMAND], input=written, capture_output=True, timeout=100, check=False
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("mode", MODES)
async def test_an_assistant_asks_compares_lists_and_is_advised(mode: Mode, tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with started(mode, log) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        asked = await call(client, "kb_ask", question="whats ofshoring")
        on = await call(
            client, "kb_ask", question="and the risks?", conversation=asked["conversation"]
        )
        listed = await call(client, "kb_list", kind="concepts", query="shoring")
        step = await call(client, "kb_advise_step")
        wrong = await refused(client, "kb_ask", question="x" * 100_000)
        page = (await client.read_resource("kb://sourcing/concepts/bpo")).contents[0]

    assert len(tools) == 6
    assert asked["text"] == Bot.load().ask("whats ofshoring").text
    assert (on["intent"], on["concepts"]) == ("risks", ["offshoring"])
    assert "reshoring" in [item["id"] for item in listed["items"]]
    assert step["status"] == "asking"
    assert "at most 4,000 characters" in wrong
    assert "BPO" in page.text  # type: ignore[union-attr]
    logged = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [one["tool"] for one in logged if one["event"] == "tool"] == [
        "kb_ask",
        "kb_ask",
        "kb_list",
        "kb_advise_step",
        "kb_ask",
    ]
    assert "shoring" not in log.read_text("utf-8")


async def test_bases_of_ones_own_are_served_by_name(tmp_path: Path) -> None:
    tea = str(TeaFolder(tmp_path / "tea").root)
    async with started("auto", tmp_path / "one", "--kb", tea) as client:
        alone = await call(client, "kb_ask", question="what is oolong")
    bases = ("--base", f"drinks={tea}", "--base", f"more={tea}")
    async with started("auto", tmp_path / "two", *bases) as client:
        uris = [str(one.uri) for one in (await client.list_resources()).resources]
        named = await call(client, "kb_ask", question="what is oolong", kb="more")

    assert alone["status"] == named["status"] == "answered"
    assert alone["kb"].startswith("tea@")
    assert {"kb://drinks/index", "kb://more/index"} <= set(uris)


def test_what_is_asked_before_the_input_ends_is_answered() -> None:
    answers = spoken(
        HELLO,
        READY,
        called(2, "kb_ask", question="what is offshoring"),
        called(3, "kb_recommend", answers={"core": "commodity"}),
        called(4, "kb_list", kind="people"),
    )

    by_id = {answer["id"]: answer["result"] for answer in answers}
    assert set(by_id) == {1, 2, 3, 4}
    assert by_id[2]["structuredContent"]["status"] == "answered"
    assert by_id[3]["structuredContent"]["status"] == "recommended"
    assert by_id[4]["isError"] is True


def test_lines_that_are_no_messages_are_answered_and_do_no_harm() -> None:
    answers = spoken(
        HELLO,
        READY,
        b"\xff\xfe\x00 garbage",
        b"{bad",
        b"",
        b"   ",
        b"[" * 100_000,
        b'{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": "\\ud800"}',
        {"jsonrpc": "2.0", "id": 2, "method": "no/such/method"},
        called(3, "kb_ask", question="what is voip"),
    )

    unreadable = [answer["error"] for answer in answers if answer["id"] is None]
    by_id = {answer["id"]: answer for answer in answers}
    assert [error["code"] for error in unreadable] == [-32700] * 4
    assert "one message a line" in unreadable[0]["message"]
    assert by_id[2]["error"]["code"] == -32601
    assert by_id[3]["result"]["structuredContent"]["concepts"] == ["voip"]


async def test_the_end_is_waited_for_until_nothing_is_open() -> None:
    waiting = stdio.Open()
    message = stdio.JSONRPCRequest(jsonrpc="2.0", id=1, method="ping")
    other = stdio.JSONRPCRequest(jsonrpc="2.0", id="b", method="ping")
    cancelled = stdio.JSONRPCNotification(
        jsonrpc="2.0", method="notifications/cancelled", params={"requestId": "b"}
    )
    waiting.heard(message)
    waiting.heard(other)
    ended = anyio.Event()

    async def wait() -> None:
        await waiting.all_answered()
        ended.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        waiting.said(stdio.JSONRPCResponse(jsonrpc="2.0", id=1, result={}))
        await anyio.wait_all_tasks_blocked()
        assert not ended.is_set()
        waiting.heard(cancelled)
        await ended.wait()
