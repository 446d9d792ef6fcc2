"""Every endpoint as its clients see it: what it answers, and what it refuses in which words."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcebot import Bot, __version__
from sourcebot.dialogue.bot import Bot as BotClass
from sourcebot.server.bases import Edition
from sourcebot.server.beside import beside
from sourcebot.server.config import Limits
from sourcebot.server.sessions.memory import MemorySessions
from sourcebot.server.turns import Turns
from tests.knowledge.tea import TeaFolder
from tests.knowledge.tea_advice import AdvisingTeaFolder
from tests.server.http_setup import (
    STRANGER,
    Clock,
    Server,
    bearing,
    check_problem,
    full_key,
    key_file,
    other_tea,
    tea_server,
)

JSON = {"Content-Type": "application/json"}
REPLY = {
    "text", "status", "reason", "intent", "concepts", "task", "confidence", "alternatives", "parts",
    "question", "recommendation", "suggestions", "sources", "kb",
}  # fmt: skip
POSTS = ("/v1/ask", "/v1/route", "/v1/route/bulk", "/v1/advise")


@pytest.fixture(scope="module")
def server(shared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One over tea, for the tests that change nothing in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        yield tea_server(TeaFolder(tmp_path_factory.mktemp("tea")))


@pytest.fixture(scope="module")
def advising(shared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One over the tea base that advises."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        yield tea_server(AdvisingTeaFolder(tmp_path_factory.mktemp("advising")))


@pytest.fixture
def tea(tmp_path: Path) -> TeaFolder:
    return TeaFolder(tmp_path / "tea")


def stamp(server: Server) -> str:
    return server.service.bases.default.edition.stamp


def post(server: Server, path: str, body: bytes, **headers: str) -> Any:
    return server.client.post(path, content=body, headers=JSON | headers)


# What is answered


def test_a_question_is_answered_as_the_bot_answers_it(server: Server, tea_bot: Bot) -> None:
    answer = server.ask("whats grean tea")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    reply = answer.json()
    assert reply == json.loads(tea_bot.ask("whats grean tea").to_json())
    assert set(reply) == REPLY
    assert (reply["status"], reply["intent"]) == ("answered", "define")
    assert reply["concepts"] == ["green-tea"]
    assert reply["sources"][0]["id"] in ("leaf-book", "pot-board")
    assert 0 < reply["confidence"] <= 1


def test_the_same_question_gets_the_same_bytes(server: Server) -> None:
    first = server.ask("compare black tea and green tea")
    assert server.ask("compare black tea and green tea").content == first.content


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("who won the football match", "out-of-scope"),
        ("tea " * 100_000, "too-long"),
    ],
)
def test_what_cannot_be_answered_is_an_answer_of_status_unknown(
    server: Server, text: str, reason: str
) -> None:
    answer = server.ask(text)
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["reason"]) == ("unknown", reason)


def test_a_conversation_goes_on_where_it_was(server: Server) -> None:
    begun = server.client.post("/v1/conversations")
    assert begun.status_code == 201
    start = begun.json()
    assert start["turn"] == 0
    assert start["title"] == "Tea"
    assert start["suggestions"][0] == "What is green tea?"
    path = begun.headers["location"]
    assert path == f"/v1/conversations/{start['id']}"

    first, second = server.say(path, "What is green tea?"), server.say(path, "and why?")
    assert set(first.json()) == REPLY
    assert (first.json()["intent"], second.json()["intent"]) == ("define", "reasons")
    assert second.json()["concepts"] == ["green-tea"]
    assert [answer.headers["x-sourcebot-turn"] for answer in (first, second)] == ["1", "2"]

    standing = server.client.get(path).json()
    assert standing == {"id": start["id"], "turn": 2, "kb": stamp(server)}


def test_a_conversation_that_was_forgotten_is_gone(server: Server) -> None:
    path = server.begin()
    gone = server.client.delete(path)
    assert (gone.status_code, gone.content) == (204, b"")
    check_problem(server.client.get(path), 404, "not-found")
    check_problem(server.client.delete(path), 404, "not-found")
    check_problem(server.say(path, "and why?"), 404, "not-found")


def test_a_route_tells_what_is_asked_for_without_an_answer(server: Server) -> None:
    route = server.client.post("/v1/route", json={"text": "how do i brew oolong"}).json()
    assert (route["status"], route["intent"]) == ("answered", "brewing")
    assert route["concepts"] == ["oolong"]
    assert route["why"] is None
    assert set(route) == REPLY - {
        "text", "question", "recommendation", "suggestions", "sources"
    } | {"why"}  # fmt: skip


def test_a_route_says_why_where_it_is_asked_to(server: Server) -> None:
    asked = {"text": "how do i brew oolong", "explain": True}
    why = server.client.post("/v1/route", json=asked).json()["why"]
    assert "brewing.yaml" in why
    assert "oolong" in why


def test_many_texts_are_routed_in_their_order(server: Server) -> None:
    texts = ["and why", "how do i brew oolong", "", "how do i brew oolong"]
    answer = server.client.post("/v1/route/bulk", json={"texts": texts}).json()
    each = [server.client.post("/v1/route", json={"text": text}).json() for text in texts]
    assert answer["routes"] == each
    empty = server.client.post("/v1/route/bulk", json={"texts": []}).json()
    assert empty == {"routes": [], "kb": stamp(server)}


def test_more_texts_than_are_taken_at_once_are_refused(tea: TeaFolder) -> None:
    server = tea_server(tea, limits=Limits(bulk_texts=2))
    answer = server.client.post("/v1/route/bulk", json={"texts": ["a", "b", "c"]})
    assert "2 texts" in check_problem(answer, 422, "invalid")["detail"]


def test_concepts_are_listed_with_what_is_known_of_them(server: Server) -> None:
    listed = server.client.get("/v1/concepts").json()["concepts"]
    oolong = next(concept for concept in listed if concept["id"] == "oolong")
    assert oolong == {
        "id": "oolong",
        "name": "oolong",
        "kind": None,
        "definition": "Oolong is made from leaves that oxidise in part.",
        "aspects": ["brewing", "define"],
    }


def test_the_advice_is_that_of_the_command_line(advising: Server) -> None:
    criteria = advising.client.get("/v1/criteria").json()["criteria"]
    assert set(criteria[0]) == {"id", "text", "why", "answers"}
    taste = next(criterion for criterion in criteria if criterion["id"] == "taste")
    assert [answer["id"] for answer in taste["answers"]] == [
        "signature", "pleasant", "plain", "unknown"
    ]  # fmt: skip
    answers = {"taste": "signature", "now": "bought-pot", "skill": "unknown"}
    result = advising.client.post("/v1/advise", json={"answers": answers}).json()
    counsel = advising.service.bases.default.edition.counsel
    assert counsel is not None
    assert result == counsel.as_json(counsel.recommend(answers))
    assert (result["status"], result["today"]) == ("recommended", "delivery")
    assert result["ranking"][0]["option"] == "homebrew"
    assert result["kb"] == stamp(advising)


def test_the_advice_asks_within_a_conversation(advising: Server) -> None:
    path = advising.begin()
    asking = advising.say(path, "help me decide").json()
    assert (asking["status"], asking["intent"]) == ("asking", "choose")
    assert {"criterion", "text", "why", "answers", "step", "about"} <= set(asking["question"])
    label = asking["question"]["answers"][0]["label"]
    after = advising.say(path, label).json()
    assert after["status"] in ("asking", "recommended")
    assert after["question"] != asking["question"]


@pytest.mark.parametrize(
    ("answers", "said"),
    [({"colour": "red"}, "`colour`"), ({"taste": "red"}, "`taste` has no answer `red`")],
)
def test_an_answer_that_the_advice_does_not_know_is_refused(
    advising: Server, answers: dict[str, str], said: str
) -> None:
    answer = advising.client.post("/v1/advise", json={"answers": answers})
    assert said in check_problem(answer, 422, "invalid")["detail"]


def test_a_base_without_advice_says_so(server: Server) -> None:
    check_problem(server.client.post("/v1/advise", json={"answers": {}}), 404, "not-found")
    assert server.client.get("/v1/criteria").json() == {"kb": stamp(server), "criteria": []}


def test_every_answer_carries_the_base_and_its_digest(server: Server) -> None:
    path = server.begin()
    text = {"text": "What is green tea?"}
    client = server.client
    answers = [
        client.post("/v1/ask", json=text),
        client.post("/v1/ask", json={"text": ""}),
        client.post("/v1/conversations"),
        client.get(path),
        client.post(f"{path}/messages", json=text),
        client.post("/v1/route", json=text),
        client.post("/v1/route/bulk", json={"texts": ["x"]}),
        client.get("/v1/criteria"),
        client.get("/v1/concepts"),
    ]
    digest = server.service.bases.default.edition.bot.knowledge.digest
    assert stamp(server) == f"tea@{digest[:8]}"
    for answer in answers:
        assert answer.json()["kb"] == stamp(server)


def test_it_is_well_and_ready(server: Server) -> None:
    assert server.client.get("/healthz").json() == {"status": "ok", "version": __version__}
    assert server.client.get("/readyz").json() == {
        "status": "ready",
        "bases": [{"name": "tea", "kb": stamp(server), "problem": None}],
        "sessions": "ok",
        "problems": [],
    }


# Ids of requests


def test_a_request_keeps_the_id_that_it_came_with(server: Server) -> None:
    for good in ("abc-1.2_3", "x" * 64):
        assert server.ask("x", **{"X-Request-Id": good}).headers["x-request-id"] == good


@pytest.mark.parametrize("bad", ["", "x" * 65, "a b", 'a"b', "é".encode()])
def test_an_id_that_is_not_plain_is_another_one(server: Server, bad: str | bytes) -> None:
    answer = server.client.get("/nothing", headers={"X-Request-Id": bad})
    made = check_problem(answer, 404, "not-found")["instance"]
    assert made not in (bad, "")
    assert made.isalnum()
    assert server.client.get("/nothing").headers["x-request-id"] != made


def test_answers_may_not_be_taken_for_pages(server: Server) -> None:
    headers = server.ask("x").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers.get_list("x-request-id") == [headers["x-request-id"]]


# What is refused


@pytest.mark.parametrize("path", ["/nothing", "/v1/ask/", "/v1", "/V1/ask", "/v1/ask%00"])
def test_a_path_that_is_none_is_not_found(server: Server, path: str) -> None:
    check_problem(server.client.get(path), 404, "not-found")
    check_problem(server.client.post(path, json={"text": "x"}), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/ask", "POST"),
        ("DELETE", "/v1/conversations", "POST"),
        ("PUT", "/v1/conversations/" + STRANGER, "DELETE, GET, HEAD"),
        ("GET", f"/v1/conversations/{STRANGER}/messages", "POST"),
        ("POST", "/v1/concepts", "GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
        ("OPTIONS", "/v1/ask", "POST"),
        ("TRACE", "/v1/ask", "POST"),
        ("BREW", "/v1/ask", "POST"),
    ],
)
def test_a_wrong_method_is_refused_with_the_right_ones(
    server: Server, method: str, path: str, allowed: str
) -> None:
    answer = server.client.request(method, path)
    check_problem(answer, 405, "method-not-allowed")
    assert sorted(answer.headers["allow"].split(", ")) == allowed.split(", ")


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/route", "messages"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"text": "x"',
        b'{"text": "x"}}',
        b"\xff\xfe\x00",
        b'{"text": "\xff"}',
        b'{"text": "\\ud800"}',
        b'{"text": "\x00"}',
        b'{"text": NaN}',
        b"text=x",
        b"\x1f\x8b\x08\x00",
        b'{"more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 100_000,
    ],
    ids=range(13),
)
def test_what_is_no_json_is_a_bad_request(server: Server, path: str, body: bytes) -> None:
    path = path if path.startswith("/") else f"{server.begin()}/messages"
    check_problem(post(server, path, body), 400, "bad-request")


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/route", "messages"])
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{}", "text"),
        (b'{"texts": ["x"]}', "text"),
        (b'{"text": null}', "$.text"),
        (b'{"text": 1}', "$.text"),
        (b'{"text": ["x"]}', "$.text"),
        (b"[]", "object"),
        (b"null", "object"),
        (b'"x"', "object"),
        (b"[" * 100_000, "object"),
    ],
    ids=range(9),
)
def test_json_of_another_shape_is_invalid_and_says_where(
    server: Server, path: str, body: bytes, said: str
) -> None:
    path = path if path.startswith("/") else f"{server.begin()}/messages"
    assert said in check_problem(post(server, path, body), 422, "invalid")["detail"]


def test_a_problem_does_not_repeat_the_body(server: Server) -> None:
    secret = "my card number is 4000"
    for body in (f'{{"text": {{"{secret}": 1}}}}', f'{{"text": "{secret}', f'"{secret}"'):
        assert secret not in post(server, "/v1/ask", body.encode()).text


def test_fields_that_are_not_known_are_ignored(server: Server) -> None:
    plain = server.ask("What is green tea?").json()
    more = {"text": "What is green tea?", "user": {"id": [1, {}]}, "kb": "more", "TEXT": 1}
    assert server.client.post("/v1/ask", json=more).json() == plain


def test_of_a_field_that_is_there_twice_the_last_one_counts(server: Server) -> None:
    twice = b'{"text": "What is black tea?", "text": "What is green tea?"}'
    assert post(server, "/v1/ask", twice).json()["concepts"] == ["green-tea"]


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
     "application/jsonp", "application/xml", "json"],
)  # fmt: skip
def test_a_body_of_another_type_is_not_read(server: Server, kind: str) -> None:
    answer = server.client.post("/v1/ask", content=b'{"text": "x"}', headers={"Content-Type": kind})
    check_problem(answer, 415, "unsupported-type")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON ;a=b", ""]
)
def test_json_by_any_of_its_names_is_read(server: Server, kind: str) -> None:
    answer = server.client.post(
        "/v1/ask", content=b'{"text": "What is green tea?"}', headers={"Content-Type": kind}
    )
    assert answer.json()["concepts"] == ["green-tea"]


def test_a_packed_body_is_not_unpacked(server: Server) -> None:
    answer = post(server, "/v1/ask", b"\x1f\x8b", **{"Content-Encoding": "gzip"})
    check_problem(answer, 415, "unsupported-type")


def test_a_body_of_10_mb_is_too_large(server: Server) -> None:
    body = b'{"text": "' + b"x" * 10_000_000 + b'"}'
    for path in (*POSTS, f"{server.begin()}/messages"):
        answer = post(server, path, body)
        assert "1,000,000 bytes" in check_problem(answer, 413, "too-large")["detail"]
    in_pieces = iter([body[:900_000], body[900_000:]])
    answer = server.client.post("/v1/ask", content=in_pieces, headers=JSON)
    check_problem(answer, 413, "too-large")
    assert server.ask("What is green tea?").status_code == 200


def test_a_body_may_have_so_many_bytes_and_not_one_more(tea: TeaFolder) -> None:
    server = tea_server(tea, limits=Limits(body_bytes=1_024))
    fits = b'{"text": "' + b"x" * (1_024 - 12) + b'"}'
    assert post(server, "/v1/ask", fits).status_code == 200
    check_problem(post(server, "/v1/ask", fits + b" "), 413, "too-large")


@pytest.mark.parametrize("length", ["-1", "x", "9" * 5_000, "1e9", "0x10", "²"])
def test_a_length_that_is_none_does_no_harm(server: Server, length: str) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", length.encode("latin-1")),
    ]
    status, _ = asyncio.run(called(server, "/v1/ask", headers, [b'{"text": "x"}']))
    assert status in (200, 413)


async def called(
    server: Server,
    path: str,
    headers: list[tuple[bytes, bytes]],
    pieces: list[bytes],
    end: dict[str, Any] | None = None,
) -> tuple[int, dict[str, Any]]:
    """A request as it comes in from the web server: its pieces, and then `end`, or nothing more."""
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
        "root_path": "", "scheme": "http", "query_string": b"", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    waiting = list(pieces)
    sent: list[Any] = []

    async def receive() -> Any:
        if waiting:
            piece = waiting.pop(0)
            more = bool(waiting) or end is not None
            return {"type": "http.request", "body": piece, "more_body": more}
        if end is None or not end:
            await asyncio.Event().wait()
        return end

    async def send(message: Any) -> None:
        sent.append(message)

    await server.app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], json.loads(body)


async def test_a_body_that_does_not_come_is_waited_for_so_long(tea: TeaFolder) -> None:
    server = tea_server(tea, limits=Limits(body_seconds=0.05))
    status, body = await called(server, "/v1/ask", [], [b'{"te'], end={})
    assert (status, body["code"]) == (408, "slow-body")


async def test_a_client_that_leaves_in_the_middle_is_no_fault(tea: TeaFolder) -> None:
    server = tea_server(tea)
    status, body = await called(server, "/v1/ask", [], [b'{"te'], end={"type": "http.disconnect"})
    assert (status, body["code"]) == (400, "bad-request")
    assert [line["event"] for line in server.logged] == ["request"]


async def test_an_answer_that_takes_too_long_is_given_up(
    tea: TeaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = tea_server(tea, limits=Limits(answer_seconds=0.05))

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("sourcebot.server.endpoints.beside", never)
    status, body = await called(server, "/v1/ask", [], [json.dumps({"text": "x" * 400}).encode()])
    assert (status, body["code"]) == (504, "timeout")


async def test_nobody_works_on_for_a_request_in_bulk_that_was_given_up(
    tea: TeaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = tea_server(tea, limits=Limits(answer_seconds=0.05))
    asked, goes_on, ask = [], threading.Event(), Edition.ask

    def waits(self: Edition, text: str) -> Any:
        asked.append(text)
        goes_on.wait(10)
        return ask(self, "")

    monkeypatch.setattr(Edition, "ask", waits)
    texts = [letter * 3_000 for letter in "abcdef"]
    status, body = await called(
        server, "/v1/route/bulk", [], [json.dumps({"texts": texts}).encode()]
    )
    assert (status, body["code"]) == (504, "timeout")
    goes_on.set()
    await asyncio.gather(*(beside(int) for _ in range(4)))  # whatever was waiting has had its turn
    assert asked == texts[:1]


@pytest.mark.parametrize("path", ["/v1/ask", "messages"])
def test_what_nobody_foresaw_is_a_fault_that_tells_nothing(
    tea: TeaFolder, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    server = tea_server(tea)
    path = path if path.startswith("/") else f"{server.begin()}/messages"

    def breaks(*_: object) -> None:
        raise RuntimeError("what somebody wrote")

    monkeypatch.setattr(Edition, "ask", breaks)
    monkeypatch.setattr(BotClass, "resume", breaks)
    answer = server.client.post(path, json={"text": "x"})
    body = check_problem(answer, 500, "internal")
    assert "wrote" not in answer.text
    monkeypatch.undo()
    assert server.client.post(path, json={"text": "What is green tea?"}).status_code == 200
    faults = [line for line in server.logged if line["event"] == "fault"]
    assert [(fault["request"], fault["error"]) for fault in faults] == [
        (body["instance"], "RuntimeError")
    ]
    assert "in breaks" in faults[0]["at"]
    assert "wrote" not in "".join(server.lines)


@given(st.binary(max_size=60), st.sampled_from(POSTS))
def test_any_bytes_get_an_answer(server: Server, body: bytes, path: str) -> None:
    assert post(server, path, body).status_code in (200, 400, 404, 422)


@given(st.text(max_size=60))
def test_any_text_gets_a_reply(server: Server, text: str) -> None:
    answer = server.ask(text)
    assert answer.status_code == 200
    assert set(answer.json()) == REPLY


@given(st.binary(min_size=1, max_size=40))
def test_any_id_of_nobody_is_not_found(server: Server, id: bytes) -> None:
    path = f"/v1/conversations/{quote(id, safe='')}/messages"
    check_problem(server.client.post(path, json={"text": "x"}), 404, "not-found")


# Conversations


def test_a_message_that_is_sent_twice_with_a_key_counts_once(server: Server) -> None:
    path = server.begin()
    once = {"Idempotency-Key": "message 1"}
    first = server.say(path, "What is green tea?", **once)
    again = server.say(path, "What is green tea?", **once)
    assert again.content == first.content
    assert "x-sourcebot-repeated" not in first.headers
    assert again.headers["x-sourcebot-repeated"] == "1"
    assert again.headers["x-sourcebot-turn"] == first.headers["x-sourcebot-turn"] == "1"
    third = server.say(path, "and why?", **{"Idempotency-Key": "message 2"})
    assert third.headers["x-sourcebot-turn"] == "2"
    late = server.say(path, "What is green tea?", **once)
    assert late.content == first.content
    assert server.client.get(path).json()["turn"] == 2


def test_a_key_that_came_with_another_message_is_refused(server: Server) -> None:
    path, once = server.begin(), {"Idempotency-Key": "1"}
    server.say(path, "What is green tea?", **once)
    check_problem(server.say(path, "What is black tea?", **once), 422, "invalid")
    assert server.client.get(path).json()["turn"] == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", b"\x80"])
def test_a_key_that_is_none_is_refused(server: Server, key: str | bytes) -> None:
    path = server.begin()
    answer = server.client.post(
        f"{path}/messages", json={"text": "x"}, headers={"Idempotency-Key": key}
    )
    assert "255" in check_problem(answer, 422, "invalid")["detail"]


async def test_messages_that_come_at_once_are_answered_in_their_order(tea: TeaFolder) -> None:
    server = tea_server(tea)
    transport = httpx2.ASGITransport(app=server.app)
    questions = ["What is green tea?", "and why?", "How do I brew oolong?", "What is assam?"] * 3
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
        path = (await client.post("/v1/conversations")).headers["location"] + "/messages"
        sending = [
            asyncio.create_task(client.post(path, json={"text": text})) for text in questions
        ]
        answers = await asyncio.gather(*sending)
    assert [int(answer.headers["x-sourcebot-turn"]) for answer in answers] == list(range(1, 13))
    intents = [answer.json()["intent"] for answer in answers]
    assert intents == ["define", "reasons", "brewing", "define"] * 3


def test_a_conversation_expires(tea: TeaFolder) -> None:
    server, clock = tea_server(tea), Clock()
    server.service.turns = Turns(MemorySessions(1_800, clock=clock))
    path = server.begin()
    clock.now += 1_700
    assert server.say(path, "What is green tea?").status_code == 200
    clock.now += 1_700
    assert server.say(path, "and why?").json()["intent"] == "reasons"
    clock.now += 1_801
    said = check_problem(server.say(path, "and why?"), 404, "not-found")["detail"]
    assert "begin another" in said
    check_problem(server.client.get(path), 404, "not-found")


def test_an_id_that_was_tampered_with_is_that_of_nobody(server: Server) -> None:
    path = server.begin()
    server.say(path, "What is green tea?")
    other = path[:-1] + ("A" if path[-1] != "A" else "B")
    for tampered in (other, path[:-1], path + "A", path.swapcase(), path + "%00", path + "%0A"):
        answer = server.client.post(f"{tampered}/messages", json={"text": "and why?"})
        check_problem(answer, 404, "not-found")
        assert "tea" not in answer.text
    assert server.client.get(path).json()["turn"] == 1


def test_what_a_help_desk_keeps_is_no_conversation_for_clients(server: Server) -> None:
    asyncio.run(server.service.sessions.write("tea", "desk:x:1", b"{}", after=0))
    for path in ("/v1/conversations/desk:x:1", "/v1/conversations/desk%3Ax%3A1"):
        check_problem(server.client.get(path), 404, "not-found")
        check_problem(server.client.delete(path), 404, "not-found")


# Several knowledge bases


@pytest.fixture
def both(tea: TeaFolder, tmp_path: Path) -> dict[str, str]:
    return {"tea": str(tea.root), "more": str(other_tea(tmp_path / "more").root)}


def test_each_base_answers_for_itself(both: dict[str, str]) -> None:
    server = Server(bases=both)
    question = "What is green tea?"
    first, more = server.ask(question), server.ask(question, **{"X-Sourcebot-KB": "more"})
    assert "heated soon" in first.json()["text"]
    assert "steamed in Uji" in more.json()["text"]
    assert (first.json()["kb"][:4], more.json()["kb"][:5]) == ("tea@", "more@")
    by_query = server.client.post("/v1/ask?kb=more", json={"text": question})
    assert by_query.content == more.content
    both_ways = server.client.post(
        "/v1/ask?kb=tea", json={"text": question}, headers={"X-Sourcebot-KB": "more"}
    )
    assert both_ways.content == more.content
    for name in ("none", "TEA", "../tea", "é"):
        answer = server.client.post(f"/v1/ask?kb={name}", json={"text": question})
        check_problem(answer, 404, "not-found")


def test_a_conversation_of_one_base_is_none_of_the_other(both: dict[str, str]) -> None:
    server = Server(bases=both)
    path = server.begin()
    elsewhere = {"X-Sourcebot-KB": "more"}
    check_problem(server.say(path, "x", **elsewhere), 404, "not-found")
    check_problem(server.client.get(path, headers=elsewhere), 404, "not-found")
    check_problem(server.client.delete(path, headers=elsewhere), 404, "not-found")
    assert server.say(path, "What is green tea?").headers["x-sourcebot-turn"] == "1"


def test_a_key_opens_its_own_base_and_no_other(both: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    tea_key, more_key = key_file(file, ("tea", ("ask", "route")), ("more", ("ask",)))
    server = Server(bases=both, keys=str(file))
    question = "What is green tea?"
    assert server.ask(question, tea_key).json()["kb"].startswith("tea@")
    assert server.ask(question, more_key).json()["kb"].startswith("more@")
    answer = server.ask(question, more_key, **{"X-Sourcebot-KB": "tea"})
    assert "another knowledge base" in check_problem(answer, 403, "forbidden")["detail"]
    path = server.begin(tea_key)
    check_problem(server.say(path, question, more_key), 404, "not-found")
    check_problem(server.client.get(path, headers=bearing(more_key)), 404, "not-found")
    listed = server.client.get("/v1/concepts", headers=bearing(more_key)).json()["concepts"]
    assert any("Uji" in concept["definition"] for concept in listed)


def test_a_key_for_a_base_that_is_not_served_finds_nothing(tea: TeaFolder, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    server = tea_server(tea, keys=str(file))
    key = full_key(file, "gone")
    server.service.keys.renew()
    check_problem(server.ask("x", key), 404, "not-found")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/"])
def test_with_keys_nothing_is_told_of_a_base_to_others(
    tea: TeaFolder, tmp_path: Path, path: str
) -> None:
    file = tmp_path / "keys.json"
    full_key(file)
    answer = tea_server(tea, keys=str(file)).client.get(path)
    assert answer.status_code == 200
    assert "tea" not in answer.text.lower().replace("instead", "")


# Whom a server without keys answers


@pytest.mark.parametrize("host", ["evil.example.com", "Evil.Com.:8765", "127.0.0.1.evil.com"])
def test_a_name_that_leads_here_by_a_trick_is_not_answered(
    tea: TeaFolder, tmp_path: Path, host: str
) -> None:
    called, headers = {"Host": host}, {"Host": host, "X-Forwarded-For": "192.0.2.1"}
    server = tea_server(tea, origins=("https://www.example.com",), rasa=True)
    for answer in (
        server.ask("What is green tea?", **headers),
        server.client.get("/v1/concepts", headers=called),
        server.client.post("/v1/conversations", headers=called),
        server.client.post("/webhooks/rest/webhook", json={"message": "x"}, headers=called),
    ):
        check_problem(answer, 421, "misdirected")
    assert tea_server(tea, trust_proxy=("127.0.0.1",)).ask("x", **called).status_code == 200
    key = full_key(tmp_path / "keys.json")
    keyed = tea_server(tea, keys=str(tmp_path / "keys.json"))
    assert keyed.ask("x", key, **called).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["localhost:8765", "127.0.0.1", "[::1]:80", "bot", "bot.svc.cluster.local", "WWW.example.com"],
)
def test_names_of_this_machine_and_of_origins_are_answered(tea: TeaFolder, host: str) -> None:
    server = tea_server(tea, origins=("https://www.example.com",))
    assert server.ask("x", Host=host).status_code == 200


def test_no_more_bodies_are_held_than_fit_into_memory(
    tea: TeaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = tea_server(tea, limits=Limits(body_bytes=2_000))
    monkeypatch.setattr("sourcebot.server.requests.MOST_HELD", 10_000)
    server.service.held.add(9_000)
    refused = server.ask("x" * 1_500)
    check_problem(refused, 503, "unavailable")
    assert refused.headers["retry-after"] == "5"
    assert server.ask("x").status_code == 200
    assert server.ask("x" * 3_000).status_code == 413
    assert server.service.held.value == 9_000
