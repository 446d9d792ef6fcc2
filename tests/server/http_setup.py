"""What the tests of the HTTP server share: a service over tea, its log, and how problems look."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from starlette.testclient import TestClient

from sourcebot.server.app import create_app
from sourcebot.server.config import Config
from sourcebot.server.keys import SCOPES, ApiKey, Scope, new_key, write_keys
from sourcebot.server.limits import Buckets
from sourcebot.server.logs import Log
from sourcebot.server.problems import TITLES
from sourcebot.server.service import Service
from tests.knowledge.tea import TeaFolder

NOW = datetime(2026, 11, 24, tzinfo=UTC)
STRANGER = "c_" + "x" * 24
"""An id such as are given out, of a conversation that there is not."""


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Server:
    """A service, a client of it, and what it has logged."""

    def __init__(self, *, log_messages: bool = False, **config: Any) -> None:
        self.lines: list[str] = []
        told = Log(messages=log_messages, write=self.lines.append)
        self.service = Service(Config(log_messages=log_messages, **config), log=told)
        self.app = create_app(self.service)
        self.client = TestClient(self.app, raise_server_exceptions=False)

    @property
    def logged(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    def limit(self, per_minute: int, burst: int) -> Clock:
        """Other limits of requests, by a clock that stands still."""
        clock = Clock()
        self.service.buckets = Buckets(per_minute, burst, clock=clock)
        return clock

    def ask(self, text: str, key: str | None = None, **headers: str) -> Any:
        return self.client.post("/v1/ask", json={"text": text}, headers=bearing(key) | headers)

    def begin(self, key: str | None = None, **headers: str) -> str:
        """The path of a new conversation."""
        begun = self.client.post("/v1/conversations", headers=bearing(key) | headers)
        assert begun.status_code == 201, begun.text
        location: str = begun.headers["location"]
        return location

    def say(self, path: str, text: str, key: str | None = None, **headers: str) -> Any:
        return self.client.post(
            f"{path}/messages", json={"text": text}, headers=bearing(key) | headers
        )


def bearing(key: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"} if key is not None else {}


def tea_server(tea: TeaFolder, **config: Any) -> Server:
    return Server(bases={"tea": str(tea.root)}, **config)


def other_tea(root: Path) -> TeaFolder:
    """A second base, that knows of one thing something else."""
    other = TeaFolder(root)
    other.replace("kb.yaml", "name: tea", "name: more")
    other.replace("kb.yaml", "title: Tea", "title: More tea")
    other.replace("concepts/green-tea.yaml", "heated soon after picking", "steamed in Uji")
    return other


def key_file(path: Path, *wanted: tuple[str, tuple[Scope, ...]]) -> list[str]:
    """Write a file of keys, each for a base with some scopes; the keys as they are sent."""
    made = [new_key(f"key {n}", kb, scopes, NOW) for n, (kb, scopes) in enumerate(wanted)]
    write_keys(path, [key for key, _ in made])
    return [text for _, text in made]


def full_key(path: Path, kb: str = "tea") -> str:
    """One key that may do everything with a base."""
    return key_file(path, (kb, SCOPES))[0]


def expire(key: ApiKey, at: datetime) -> ApiKey:
    return replace(key, expires=at)


def check_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """That an answer is a problem of a kind, whole and in its form; its body."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["code"] == code
    assert (status, body["title"]) == TITLES[code]
    assert body["type"] == "about:blank"
    assert body["detail"]
    assert body["instance"] == answer.headers["x-request-id"]
    return body
