"""How much one client may ask, and how it is told to wait."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcebot.server import limits as limits_module
from sourcebot.server.config import Limits
from sourcebot.server.limits import Buckets
from tests.knowledge.tea import TeaFolder
from tests.server.http_setup import (
    Clock,
    Server,
    bearing,
    check_problem,
    full_key,
    key_file,
    tea_server,
)


@pytest.fixture
def tea(tmp_path: Path) -> TeaFolder:
    return TeaFolder(tmp_path / "tea")


def from_address(server: Server, client: str, **headers: str) -> int:
    """The status of a question from an address."""
    from starlette.testclient import TestClient

    there = TestClient(server.app, client=(client, 1))
    status: int = there.post("/v1/ask", json={"text": "x"}, headers=headers).status_code
    return status


# The bucket


def test_a_burst_and_then_so_many_a_minute() -> None:
    clock = Clock()
    buckets = Buckets(60, 3, clock=clock)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 1]
    clock.now += 1
    assert [buckets.take("a") for _ in range(2)] == [0, 1]
    clock.now += 3_600
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 1]


def test_one_does_not_wait_for_another() -> None:
    buckets = Buckets(60, 1, clock=Clock())
    assert [buckets.take("a"), buckets.take("a"), buckets.take("b")] == [0, 1, 0]


def test_who_tries_before_the_time_waits_no_longer_for_it() -> None:
    clock = Clock()
    buckets = Buckets(6, 1, clock=clock)
    buckets.take("a")
    for passed in range(10):
        assert buckets.take("a") == 10 - passed
        clock.now += 1
    assert buckets.take("a") == 0


def test_more_than_fits_waits_for_a_full_bucket_and_not_for_ever() -> None:
    clock = Clock()
    buckets = Buckets(60, 10, clock=clock)
    assert buckets.take("a", 1_000) == 0
    assert buckets.take("a", 1_000) == 10
    clock.now += 10
    assert buckets.take("a", 1_000) == 0


def test_those_longest_silent_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_module, "MOST", 2)
    buckets = Buckets(1, 1, clock=Clock())
    for name in ("a", "b", "a", "c"):
        buckets.take(name)
    assert buckets.take("a") > 0
    assert buckets.take("b") == 0


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 20)), max_size=40))
def test_nobody_gets_more_than_the_burst_and_what_the_time_brings(
    steps: list[tuple[float, float]],
) -> None:
    clock = Clock()
    start = clock.now
    buckets = Buckets(60, 10, clock=clock)
    taken = 0.0
    for passed, tokens in steps:
        clock.now += passed
        wait = buckets.take("a", tokens)
        assert wait >= 0
        taken += min(tokens, 10) if not wait else 0
        assert taken <= 10 + (clock.now - start) + 1e-6


# Over HTTP


def test_too_many_requests_are_told_when_to_come_again(tea: TeaFolder) -> None:
    server = tea_server(tea)
    clock = server.limit(per_minute=6, burst=2)
    assert [server.ask("x").status_code for _ in range(2)] == [200, 200]
    refused = server.ask("x")
    assert "10 seconds" in check_problem(refused, 429, "too-many")["detail"]
    assert refused.headers["retry-after"] == "10"
    clock.now += 4
    assert server.ask("x").headers["retry-after"] == "6"
    clock.now += 6
    assert server.ask("x").status_code == 200


def test_the_limits_are_those_of_the_configuration(tea: TeaFolder) -> None:
    server = tea_server(tea, limits=Limits(per_minute=1, burst=3))
    statuses = [server.ask("x").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


def test_every_text_of_a_request_in_bulk_counts(tea: TeaFolder) -> None:
    server = tea_server(tea)
    clock = server.limit(per_minute=60, burst=10)

    def bulk(number: int) -> Any:
        return server.client.post("/v1/route/bulk", json={"texts": ["x"] * number})

    assert bulk(6).status_code == 200
    assert bulk(4).status_code == 200
    check_problem(bulk(1), 429, "too-many")
    clock.now += 10
    assert bulk(500).status_code == 200
    clock.now += 5
    refused = bulk(500)
    assert 1 <= int(refused.headers["retry-after"]) <= 10


def test_health_and_metrics_are_not_held_up(tea: TeaFolder) -> None:
    server = tea_server(tea)
    server.limit(per_minute=1, burst=1)
    server.ask("x")
    assert server.ask("x").status_code == 429
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/"):
        assert [server.client.get(path).status_code for _ in range(3)] == [200] * 3


def test_a_conversation_may_be_written_so_often(tea: TeaFolder) -> None:
    server, clock = tea_server(tea), Clock()
    server.service.visitors = Buckets(60, 2, clock=clock)
    first, second = server.begin(), server.begin()
    statuses = [server.say(first, "x").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert server.say(second, "x").status_code == 200
    clock.now += 1
    assert server.say(first, "x").headers["x-sourcebot-turn"] == "3"


def test_a_key_is_counted_and_not_the_address(tea: TeaFolder, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    one, two = key_file(file, ("tea", ("ask",)), ("tea", ("ask",)))
    server = tea_server(tea, keys=str(file))
    server.limit(per_minute=1, burst=1)
    assert from_address(server, "192.0.2.1", **bearing(one)) == 200
    assert from_address(server, "192.0.2.2", **bearing(one)) == 429
    assert from_address(server, "192.0.2.1", **bearing(two)) == 200


def test_who_guesses_keys_is_held_up_and_nobody_else(tea: TeaFolder, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    key = full_key(file)
    server = tea_server(tea, keys=str(file))
    server.limit(per_minute=1, burst=3)
    guesses = [from_address(server, "192.0.2.1", **bearing("sb_guess")) for _ in range(5)]
    assert guesses == [401, 401, 401, 429, 429]
    assert from_address(server, "192.0.2.1", **bearing(key)) == 200
    assert from_address(server, "192.0.2.2") == 401


# Behind a proxy


def test_a_client_cannot_name_another_address(tea: TeaFolder) -> None:
    server = tea_server(tea)
    server.limit(per_minute=1, burst=1)
    named = [
        from_address(server, "192.0.2.1", **{"X-Forwarded-For": f"198.51.100.{n}"})
        for n in range(3)
    ]
    assert named == [200, 429, 429]


def test_behind_a_trusted_proxy_its_last_word_counts(tea: TeaFolder) -> None:
    proxies = ("10.0.0.1", "10.0.0.2")
    server = tea_server(tea, trust_proxy=proxies)
    server.limit(per_minute=1, burst=1)

    def through(forwarded: str) -> int:
        return from_address(server, "10.0.0.1", **{"X-Forwarded-For": forwarded})

    assert through("192.0.2.1") == 200
    assert through("192.0.2.1") == 429
    assert through("192.0.2.2") == 200
    # What stands further to the left was written by the client.
    assert through("203.0.113.9, 192.0.2.2") == 429
    assert through("192.0.2.3, 10.0.0.2") == 200
    assert through("192.0.2.3") == 429
    assert through("") == 200
    assert through("10.0.0.2") == 429  # nobody is named: both times the proxy itself
