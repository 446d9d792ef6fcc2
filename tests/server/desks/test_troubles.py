"""What should not happen and does: the right status, one line in the log, and on it goes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from sourcebot.server.app import create_app
from sourcebot.server.config import Config, Desk, Limits
from sourcebot.server.desks.keeping import Keeping
from sourcebot.server.keys import new_key, utc_now, write_keys
from sourcebot.server.logs import Log
from sourcebot.server.service import Service
from sourcebot.server.sessions.contract import Saved, SessionsDown
from sourcebot.server.sessions.memory import MemorySessions
from tests.server.desks.conftest import World, opened
from tests.server.desks.drivers import Delivery, Driver, Rasa, Webhook
from tests.server.redis_server import RedisServer

GREEN, PERSON, NOTHING = "what is green tea", "can I talk to a person", "why do people drink oolong"
QUIET = Log(write=lambda line: None)


def signed(world: World, body: bytes) -> Delivery:
    """A body of our own, with a signature that is right."""
    made = world.driver.message(GREEN)
    headers = world.driver.sign(dict(made.headers), body, world.driver.secret, time.time())
    return Delivery(made.path, headers, body)


def requests(world: World) -> list[dict[str, Any]]:
    return [line for line in world.lines if line["event"] == "request"]


async def still_answers(world: World) -> None:
    before = len(world.heard)
    await world.deliver(world.driver.message(GREEN, id="999", delivery="d-999"))
    assert len(world.heard) == before + 1


BODIES = {
    "invalid UTF-8": b'{"text": "\xff\xfe"}',
    "half a character": b'{"text": "\\ud800"}',
    "deep objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "deep lists": b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "a number of thousands of digits": b'{"a":' + b"1" * 5_000 + b"}",
    "two objects": b"{}{}",
    "nothing": b"",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_what_cannot_be_read_is_refused_in_one_line(world: World, body: bytes) -> None:
    assert await world.deliver(signed(world, body)) == 400

    (line,) = world.lines
    assert (line["status"], line["outcome"], line["desk"]) == (400, "unreadable", "desk")
    await still_answers(world)


async def test_a_wrong_signature_is_one_line(world: World) -> None:
    if "signature" in world.driver.cannot:
        pytest.skip(world.driver.cannot["signature"])
    made = world.driver.message(GREEN)

    assert await world.deliver(Delivery(made.path, made.headers, made.body + b" ")) == 401

    (line,) = world.lines
    assert (line["status"], line["outcome"], line["signature"]) == (401, "refused", "wrong")
    await still_answers(world)


async def test_a_body_of_ten_megabytes_is_refused_before_it_is_read(
    driver: Driver, tea_folder: Path
) -> None:
    async with opened(driver, tea_folder) as world:
        assert await world.deliver(signed(world, b"{" + b" " * 10_000_000)) == 413
        (line,) = world.lines
        assert (line["status"], line["desk"]) == (413, "desk")
        await still_answers(world)


async def test_a_slow_body_is_not_waited_for(driver: Driver, tea_folder: Path) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    async with opened(driver, tea_folder, limits=Limits(body_seconds=0.05)) as world:
        made = driver.message(GREEN)
        response = await world.client.post(made.path, content=slowly(), headers=dict(made.headers))
        assert response.status_code == 408
        (line,) = world.lines
        assert (line["status"], line["desk"]) == (408, "desk")
        await still_answers(world)


async def test_a_fault_is_told_without_what_was_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "outbound" in world.driver.cannot:
        pytest.skip("it is answered in the response, where the server itself sees to that")

    async def broken(*args: object) -> object:
        raise RuntimeError("it said: what is green tea")

    with monkeypatch.context() as patch:
        patch.setattr(world.service.turns, "send", broken)
        assert await world.deliver(world.driver.message(GREEN)) == 200

    (line,) = [line for line in world.lines if line.get("outcome") == "fault"]
    assert line["error"].startswith("RuntimeError at ")
    assert "green" not in str(world.lines)
    await still_answers(world)


async def test_a_flood_in_one_conversation_is_not_answered(
    driver: Driver, tea_folder: Path
) -> None:
    async with opened(driver, tea_folder, limits=Limits(visitor_per_minute=2)) as world:
        for number in range(401, 405):
            await world.deliver(driver.message(GREEN, id=str(number), delivery=f"d-{number}"))
        assert len(world.heard) == 2
        assert world.outcomes.count("too many") == 2


async def test_who_was_understood_and_cannot_be_answered_gets_a_person(world: World) -> None:
    await world.deliver(world.driver.message(NOTHING))

    if world.driver.notes_only:  # the agent is there already
        assert world.stub.handovers == 0
    else:
        assert world.stub.handovers == 1
        assert any("has nothing on what was asked" in note for note in world.stub.notes)
        assert any(NOTHING in note for note in world.stub.notes)


async def test_a_conversation_that_has_expired_begins_anew(world: World) -> None:
    await world.deliver(world.driver.message(GREEN, id="401", delivery="d-401"))
    world.service.sessions._states.clear()  # type: ignore[attr-defined]

    await world.deliver(world.driver.message("how is it brewed", id="402", delivery="d-402"))

    assert not any("75 degrees" in said for said in world.heard)
    await still_answers(world)


async def test_a_person_keeps_a_conversation_that_has_expired(tea_folder: Path) -> None:
    """It is the only place where it is kept: such a host cannot be asked."""
    driver = Webhook()
    async with opened(driver, tea_folder) as world:
        await world.deliver(driver.message(PERSON, id="401", delivery="d-401"))
        world.service.sessions._states.clear()  # type: ignore[attr-defined]
        before = list(world.stub.said)

        await world.deliver(driver.message(GREEN, id="402", delivery="d-402"))

        assert world.stub.said == before


async def test_with_redis_gone_in_the_middle_nobody_is_talked_over(
    tea_folder: Path, redis_server: RedisServer
) -> None:
    driver = Webhook()
    async with opened(driver, tea_folder, sessions=redis_server.url) as world:
        await world.deliver(driver.message(GREEN, id="401", delivery="d-401"))
        redis_server.kill()
        try:
            await world.deliver(driver.message(GREEN, id="402", delivery="d-402"))
            assert len(world.heard) == 2
            await world.deliver(driver.message(PERSON, id="403", delivery="d-403"))
            assert world.stub.handovers == 1
        finally:
            redis_server.start()
        before = list(world.stub.said)
        for pipeline in world.desks._pipelines.values():
            pipeline._keeping._away_until = 1e-9  # the wait before it is asked again is over

        await world.deliver(driver.message(GREEN, id="404", delivery="d-404"))
        assert world.stub.said == before
        await world.deliver(driver.message(GREEN, id="405", delivery="d-405", conversation="c-9"))
        assert len(world.stub.said) == len(before) + 1
        told = [line["state"] for line in world.lines if line["event"] == "desk-store"]
        assert told == ["away", "back"]


@pytest.mark.parametrize("form", ["env", "file"])
async def test_where_desks_keep_what_they_know_may_be_a_secret(
    form: str, tea_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = f"sqlite:{tmp_path / 'sessions.db'}"
    monkeypatch.setenv("SESSIONS", where)
    (tmp_path / "where").write_text(where, "utf-8")
    sessions = "env:SESSIONS" if form == "env" else f"file:{tmp_path / 'where'}"
    driver = Webhook()

    for number in range(401, 403):  # a second server goes on where the first has ended
        async with opened(driver, tea_folder, sessions=sessions) as world:
            await world.deliver(driver.message(PERSON, id=str(number), delivery=f"d-{number}"))

    assert world.outcomes == ["human owns"]


class Shaky(MemorySessions):
    """A store that can be away."""

    away = False

    async def read(self, kb: str, id: str) -> Saved | None:
        if self.away:
            raise SessionsDown("away")
        return await super().read(kb, id)


async def test_what_one_worker_learnt_while_the_store_was_away_reaches_the_others() -> None:
    talks, owners = Shaky(60), Shaky(60)
    one, other = (Keeping("desk", talks, owners, QUIET, clock=lambda: 0.0) for _ in range(2))
    owners.away = True
    await one.settle("c", True, 100.0)
    assert (await one.owned("c")).human
    owners.away, one._away_until = False, 0.0
    assert not (await other.owned("c")).human

    await one.begin("any other delivery")

    assert (await other.owned("c")).human


async def test_what_was_settled_later_is_not_taken_back() -> None:
    talks, owners = Shaky(60), Shaky(60)
    one, other = (Keeping("desk", talks, owners, QUIET, clock=lambda: 0.0) for _ in range(2))
    owners.away = True
    await one.settle("c", True, 100.0)
    owners.away, one._away_until = False, 0.0
    await other.settle("c", False, 200.0)

    await one.begin("any other delivery")

    assert not (await other.owned("c")).human
    assert not (await one.owned("c")).human


async def test_callers_with_other_keys_have_other_conversations(
    tea_folder: Path, tmp_path: Path
) -> None:
    made = [new_key(name, "tea", ["ask"], utc_now()) for name in ("one", "other")]
    write_keys(tmp_path / "keys", [kept for kept, _ in made])
    config = Config(bases={"tea": str(tea_folder)}, keys=str(tmp_path / "keys"), rasa=True)
    service = Service(config, log=Log(write=lambda line: None))
    transport = httpx2.ASGITransport(create_app(service))
    async with (
        service.running(),
        httpx2.AsyncClient(transport=transport, base_url="http://sourcebot.test") as client,
    ):

        async def ask(text: str, key: str | None) -> httpx2.Response:
            headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
            body = msgspec.json.encode({"sender": "visitor", "message": text})
            return await client.post("/webhooks/rest/webhook", content=body, headers=headers)

        (_, one), (_, other) = made
        await ask(GREEN, one)
        assert "75 degrees" in (await ask("how is it brewed", one)).text
        assert "75 degrees" not in (await ask("how is it brewed", other)).text
        assert (await ask(GREEN, None)).status_code == 401


async def test_messages_without_a_sender_do_not_share_a_conversation(tea_folder: Path) -> None:
    async with opened(Rasa(), tea_folder) as world:
        answers = []
        for text in (GREEN, "how is it brewed"):
            body = msgspec.json.encode({"message": text})
            response = await world.client.post("/webhooks/rest/webhook", content=body)
            answers += response.json()

    assert [item["recipient_id"] for item in answers] == ["default", "default"]
    assert "heated soon" in answers[0]["text"]
    assert "75 degrees" not in answers[1]["text"]


async def test_two_desks_do_not_share_a_conversation(tea_folder: Path) -> None:
    driver = Webhook()
    desks = {name: Desk(kind="webhook", secrets=(driver.secret,)) for name in ("one", "other")}
    config = Config(bases={"tea": str(tea_folder)}, desks=desks)
    service = Service(config, log=Log(write=lambda line: None))
    transport = httpx2.ASGITransport(create_app(service))
    async with (
        service.running(),
        httpx2.AsyncClient(transport=transport, base_url="http://sourcebot.test") as client,
    ):
        answers = []
        for desk, text in (
            ("one", GREEN),
            ("other", "how is it brewed"),
            ("one", "how is it brewed"),
        ):
            made = driver.message(text, id=str(len(answers)), delivery=f"d-{len(answers)}")
            answered = await client.post(
                f"/hooks/{desk}", content=made.body, headers=dict(made.headers)
            )
            answers.append(answered.text)

    assert ["75 degrees" in answer for answer in answers] == [False, False, True]
