"""`sourcebot mcp --http`: a process of its own, and who may ask it what."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from sourcebot.cli.main import main
from tests.knowledge.tea import TeaFolder
from tests.server.assistants_setup import MODES, Mode, call, refused

HEADERS = {"content-type": "application/json", "accept": "application/json"}
ASKED = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "kb_ask", "arguments": {"question": "what is offshoring"}},
}


class Web:
    """A process that serves. lines: its log, complete once it has ended."""

    def __init__(self, url: str, process: subprocess.Popen[str]) -> None:
        self.url = url
        self.process = process
        self.lines: list[dict[str, Any]] = []

    def post(self, body: object = ASKED, **headers: str) -> httpx2.Response:
        """Send one request as it is."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx2.post(self.url, content=content, headers=HEADERS | named, timeout=60)


@contextmanager
def serving(*arguments: str) -> Iterator[Web]:
    """`sourcebot mcp --http` on a free port; it is told to stop, and ends with 0."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sourcebot", "mcp", "--http", "--port", "0", *arguments],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=dict(os.environ),
    )
    assert process.stderr is not None
    try:
        said = json.loads(process.stderr.readline())
        assert said["event"] == "serving"
        web = Web(said["url"], process)
        yield web
    finally:
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in rest
    web.lines = [json.loads(line) for line in rest.splitlines()]


@pytest.fixture(scope="module")
def web(shared_cache: Path) -> Iterator[Web]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        with serving() as running:
            yield running


@pytest.mark.parametrize("mode", MODES)
async def test_an_assistant_asks_and_is_advised_over_http(web: Web, mode: Mode) -> None:
    async with Client(web.url, mode=mode) as client:
        asked = await call(client, "kb_ask", question="whats ofshoring")
        on = await call(
            client, "kb_ask", question="and the risks?", conversation=asked["conversation"]
        )
        step = await call(client, "kb_advise_step", answers={"core": "commodity"})
        wrong = await refused(client, "kb_entry", concept="quidditch", aspect="risks")
        page = (await client.read_resource("kb://sourcing/index")).contents[0]

    assert web.url.startswith("http://127.0.0.1:")
    assert web.url.endswith("/mcp")
    assert (on["intent"], on["concepts"]) == ("risks", ["offshoring"])
    assert step["question"]["answers"]
    assert "there is no concept" in wrong
    assert "concepts" in json.loads(page.text)  # type: ignore[union-attr]


def test_one_request_needs_no_session(web: Web) -> None:
    answer = web.post()

    assert answer.status_code == 200
    assert answer.json()["result"]["structuredContent"]["status"] == "answered"
    assert answer.headers["x-request-id"]
    assert "mcp-session-id" not in answer.headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "evil.example:8765"}, 421),
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "localhost:1234"}, 200),
        ({"origin": "http://localhost:6274"}, 200),
    ],
)
def test_a_page_of_another_site_is_refused(web: Web, headers: dict[str, str], status: int) -> None:
    assert web.post(**headers).status_code == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{bad", 400),
        (b"\xff\xfe", 400),
        (b"", 400),
        (b"[" * 50_000, 400),
        (b"[]", 400),
        ({"jsonrpc": "2.0", "id": 1}, 400),
        (b'"' + b"x" * 1_000_001 + b'"', 413),
    ],
)
def test_what_is_no_request_is_refused(web: Web, body: object, status: int) -> None:
    assert web.post(body).status_code == status


def test_other_methods_and_paths_say_where_to_go(web: Web) -> None:
    got = httpx2.get(web.url)
    elsewhere = httpx2.get(web.url.removesuffix("/mcp") + "/sse")
    health = httpx2.get(web.url.removesuffix("/mcp") + "/healthz")

    assert (got.status_code, got.headers["allow"]) == (405, "POST")
    assert elsewhere.status_code == 404
    assert "/mcp" in elsewhere.json()["detail"]
    assert health.json()["status"] == "ok"


async def test_keys_open_the_base_that_they_are_for_and_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, tea = str(tmp_path / "keys.json"), str(TeaFolder(tmp_path / "tea").root)

    def key(*arguments: str) -> str:
        assert main(["keys", "new", "--file", file, *arguments]) == 0
        return next(word for word in capsys.readouterr().out.split() if word.startswith("sb_"))

    drinks = key("--scopes", "mcp", "--for", "drinks", "an assistant")
    asking = key("--scopes", "ask", "--for", "drinks", "a help desk")
    bases = ("--base", f"drinks={tea}", "--base", f"secret={tea}")
    with serving(*bases, "--host", "0.0.0.0", "--keys", file) as web:
        url = web.url.replace("0.0.0.0", "127.0.0.1")
        web.url = url
        nobody, wrong = web.post(), web.post(authorization="Bearer sb_x")
        other = web.post(authorization=f"Bearer {asking}")
        proxied = web.post(authorization=f"Bearer {drinks}", host="bot.example")
        bearer = {"authorization": f"Bearer {drinks}"}
        async with (
            httpx2.AsyncClient(headers=bearer, timeout=60) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            told = await call(client, "kb_ask", question="what is oolong")
            hidden = await refused(client, "kb_ask", question="what is oolong", kb="secret")
            uris = [str(one.uri) for one in (await client.list_resources()).resources]

    assert (nobody.status_code, wrong.status_code, other.status_code) == (401, 401, 403)
    assert nobody.headers["www-authenticate"] == "Bearer"
    assert proxied.status_code == 200
    assert told["status"] == "answered"
    assert "there is no knowledge base `secret`; known are: drinks" in hidden
    assert uris == ["kb://drinks/index", "kb://drinks/version"]
    log = json.dumps(web.lines)
    assert "oolong" not in log
    assert drinks.rpartition("_")[2] not in log


def test_it_needs_nothing_of_the_other_extras() -> None:
    code = (
        "import sys\n"
        "for name in ('httptools', 'redis'): sys.modules[name] = None\n"
        "from sourcebot.cli.main import main\n"
        "raise SystemExit(main(['mcp', '--http', '--port', '0']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert process.stderr is not None
    try:
        web = Web(json.loads(process.stderr.readline())["url"], process)
        answer = web.post()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)

    assert answer.json()["result"]["structuredContent"]["status"] == "answered"
    assert process.returncode == 0
