"""What is written down of requests, and what is counted."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcebot.server.logs import LONGEST, Handler, Log
from sourcebot.server.metrics import BOUNDS, Metrics
from tests.knowledge.tea import TeaFolder
from tests.server.http_setup import (
    STRANGER,
    Server,
    bearing,
    full_key,
    tea_server,
)

SECRET = "my salary is 4711"


@pytest.fixture
def tea(tmp_path: Path) -> TeaFolder:
    return TeaFolder(tmp_path / "tea")


@pytest.fixture
def server(tea: TeaFolder) -> Server:
    return tea_server(tea)


def ask_everything(server: Server, text: str, key: str | None = None) -> None:
    """A text in every place where a client could put one."""
    path, headers = server.begin(key), bearing(key)
    server.ask(text, key)
    server.say(path, text, key, **{"Idempotency-Key": text})
    client = server.client
    client.post("/v1/route", json={"text": text, "explain": True}, headers=headers)
    client.post("/v1/route/bulk", json={"texts": [text]}, headers=headers)
    client.post("/v1/advise", json={"answers": {text: text}}, headers=headers)
    client.post("/v1/ask", json={text: text, "text": {}}, headers=headers)
    client.post("/v1/ask", content=text, headers=headers)
    client.post(f"/v1/ask?text={text}&kb={text}", json={"text": text}, headers=headers)
    client.get(f"/{text}", headers=headers)
    client.get("/", headers={"X-Request-Id": text, "User-Agent": text, "X-Forwarded-For": text})
    client.get(f"/v1/conversations/{text}", headers=headers)
    client.post("/v1/ask", json={"text": text}, headers=bearing(text))
    client.request(text.split()[0].upper(), "/v1/ask")


# The log


def test_a_request_is_one_line(server: Server) -> None:
    answer = server.ask("What is green tea?")
    (line,) = server.logged
    assert line["ms"] >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])
    del line["time"], line["ms"]
    assert line == {
        "event": "request",
        "request": answer.headers["x-request-id"],
        "method": "POST",
        "route": "/v1/ask",
        "status": 200,
        "kb": answer.json()["kb"],
        "reply": "answered",
        "intent": "define",
    }


def test_what_people_write_is_not_logged(server: Server) -> None:
    ask_everything(server, SECRET)
    log = "".join(server.lines)
    assert [line["event"] for line in server.logged] == ["request"] * 14
    assert "salary" not in log.replace("%20", " ")
    assert "4711" not in log
    assert "salary" not in server.client.get("/metrics").text


def test_keys_and_ids_of_conversations_are_not_logged(tea: TeaFolder, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    key = full_key(file)
    server = tea_server(tea, keys=str(file))
    path = server.begin(key)
    server.say(path, "What is green tea?", key)
    server.client.get(path, headers=bearing(key))
    server.client.get(path, headers=bearing(key[:-1]))
    log = "".join(server.lines)
    assert path.rpartition("/")[2] not in log
    assert key[12:] not in log
    assert server.logged[0]["caller"] == f"key:{key[3:11]}"  # whose key it was, by its id


def test_messages_are_logged_where_it_is_asked_for(tea: TeaFolder) -> None:
    server = tea_server(tea, log_messages=True)
    server.ask(SECRET)
    server.say(server.begin(), "x" * 2 * LONGEST)
    assert server.logged[0]["text"] == SECRET
    assert server.logged[2]["text"] == "x" * LONGEST


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v1/ask", 405),
        ("POST", "/v1/ask", 422),
        ("GET", f"/v1/conversations/{STRANGER}", 404),
    ],
)
def test_an_error_is_one_line(server: Server, method: str, path: str, status: int) -> None:
    server.client.request(method, path, json={} if method == "POST" else None)
    (line,) = server.logged
    assert (line["event"], line["status"]) == ("request", status)


def test_nobody_writes_a_line_of_their_own(tea: TeaFolder) -> None:
    server = tea_server(tea, log_messages=True)
    forged = 'x"}\n{"event": "request"}\r\u2028\x00\x1b[2J'
    server.ask(forged)
    (line,) = server.lines
    assert line.count("\n") == 1
    assert "\r" not in line
    assert "\x1b" not in line
    assert json.loads(line)["text"] == forged


@given(st.text(max_size=50), st.text(st.characters(categories=["Cs"]), max_size=5))
def test_any_text_makes_a_line(text: str, halves: str) -> None:
    lines: list[str] = []
    Log(messages=True, write=lines.append).line("x", text=text + halves, more=halves)
    (line,) = lines
    assert line.endswith("\n")
    assert line[:-1].isprintable() or "\n" not in line[:-1]
    assert json.loads(line)["event"] == "x"


def test_the_log_goes_to_standard_error_and_a_closed_one_ends_nothing(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", sys.__stderr__)
        Log().line("x", number=1, nothing=None)
    told = json.loads(capfd.readouterr().err)
    assert (told["event"], told["number"]) == ("x", 1)
    assert "nothing" not in told

    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as gone, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", gone)
        Log().line("x")
    monkeypatch.setattr(sys, "stderr", None)
    Log().line("x")


def test_what_the_web_server_says_is_a_line_of_the_same_kind(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", sys.__stderr__)
    logger = logging.getLogger("uvicorn.sourcebot-test-of-the-handler")
    logger.propagate = False
    logger.addHandler(Handler())
    try:
        raise ValueError(SECRET)
    except ValueError:
        logger.exception("Exception in %s", "the application")
    logger.info("not told")
    told = json.loads(capfd.readouterr().err)
    assert told["event"] == "server"
    assert told["level"] == "error"
    assert told["message"] == "Exception in the application"
    assert told["error"] == "ValueError"
    assert SECRET not in json.dumps(told)


def test_what_libraries_have_to_say_quotes_nobody(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", sys.__stderr__)
    handler = Handler()
    made = logging.makeLogRecord
    handler.handle(made({"name": "redis", "levelno": 30, "msg": SECRET, "lineno": 7}))
    loop = asyncio.new_event_loop()
    loop.set_debug(False)
    monkeypatch.setattr("asyncio.base_events.logger", logging.Logger("asyncio"))
    asyncio.base_events.logger.addHandler(handler)
    loop.call_exception_handler({"message": "Task exception was never retrieved", "text": SECRET})
    loop.close()
    first, second = (json.loads(line) for line in capfd.readouterr().err.splitlines())
    assert first["at"] == "redis:7"
    assert "message" not in first
    assert second["message"] == "Task exception was never retrieved"
    assert SECRET not in json.dumps([first, second])


# The metrics


SAMPLE = re.compile(
    r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
    r'(?:\{(?P<labels>(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? '
    r"(?P<value>[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf|NaN))"
)


def parsed(text: str) -> dict[str, dict[str, float]]:
    """Series of a family by their labels. Fails where Prometheus could not read it."""
    found: dict[str, dict[str, float]] = {}
    kinds: dict[str, str] = {}
    assert text.endswith("\n")
    for line in text[:-1].split("\n"):
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert kind in ("counter", "gauge", "histogram")
            assert name not in kinds
            kinds[name] = kind
            continue
        if line.startswith("# HELP "):
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample is not None, line
        name = sample["name"]
        family = re.sub("_(bucket|sum|count)$", "", name)
        assert kinds.get(family if kinds.get(family) == "histogram" else name), line
        series = found.setdefault(name, {})
        labels = sample["labels"] or ""
        assert labels not in series
        series[labels] = float(sample["value"])
    return found


def counts(server: Server) -> dict[str, dict[str, float]]:
    answer = server.client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return parsed(answer.text)


def test_requests_and_replies_are_counted(server: Server) -> None:
    for text in ("What is green tea?", "What is black tea?", "who won the football match"):
        server.ask(text)
    path = server.begin()
    server.say(path, "What is green tea?", **{"Idempotency-Key": "1"})
    server.say(path, "What is green tea?", **{"Idempotency-Key": "1"})
    server.client.get("/nothing")
    found = counts(server)
    requests = found["sourcebot_requests_total"]
    assert requests['route="/v1/ask",status="200"'] == 3
    assert requests['route="none",status="404"'] == 1
    assert requests['route="/v1/conversations/{id}/messages",status="200"'] == 2
    replies = found["sourcebot_replies_total"]
    assert replies['intent="define",kb="tea",status="answered"'] == 3  # a repeated one is none
    assert sum(replies.values()) == 4
    assert found["sourcebot_in_flight"] == {"": 1}  # this very request


def test_times_are_put_into_buckets_that_add_up(server: Server) -> None:
    for _ in range(5):
        server.ask("What is green tea?")
    found = counts(server)
    buckets = found["sourcebot_request_seconds_bucket"]
    of_ask = [value for labels, value in buckets.items() if 'route="/v1/ask"' in labels]
    assert len(of_ask) == len(BOUNDS) + 1
    assert of_ask == sorted(of_ask)
    assert of_ask[-1] == 5 == found["sourcebot_request_seconds_count"]['route="/v1/ask"']
    assert found["sourcebot_request_seconds_sum"]['route="/v1/ask"'] > 0


def test_paths_of_clients_make_no_new_series(server: Server) -> None:
    def series() -> int:
        return sum(len(each) for each in counts(server).values())

    ask_everything(server, "one thing")
    series()
    before = series()
    for n in range(20):
        ask_everything(server, f"BREW{n} {n}")
    assert series() == before


def test_of_several_workers_each_counts_under_its_own_name(tea: TeaFolder, tmp_path: Path) -> None:
    several = tea_server(tea, workers=2, sessions=f"sqlite:{tmp_path / 'sessions.db'}")
    several.ask("What is green tea?")
    found = counts(several)
    mine = f'process="{os.getpid()}",'
    assert found["sourcebot_requests_total"] == {f'{mine}route="/v1/ask",status="200"': 1}
    assert all(labels.startswith(mine[:-1]) for series in found.values() for labels in series)


@given(st.text(max_size=20), st.floats(0, 1e12))
def test_any_label_and_number_can_be_read(label: str, number: float) -> None:
    metrics = Metrics()
    metrics.count("sourcebot_replies_total", number, kb=label)
    found: dict[str, Any] = parsed(metrics.text({"sourcebot_more": number}))
    assert list(found["sourcebot_replies_total"].values()) == [number]
