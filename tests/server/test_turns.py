"""Turns: in order, each once, whoever takes them, and a clear word where that cannot be."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcebot import Bot
from sourcebot.dialogue.reply import Reply
from sourcebot.server import turns as turns_module
from sourcebot.server.problems import Problem
from sourcebot.server.sessions.contract import Saved, Sessions, SessionsDown
from sourcebot.server.sessions.memory import MemorySessions
from sourcebot.server.sessions.redis import RedisSessions
from sourcebot.server.sessions.sqlite import SqliteSessions
from sourcebot.server.turns import REMEMBERED, State, Turn, Turns

SECONDS = 1_800.0
# Messages of which each has its own answer, so that it shows whose answer a reply is.
MESSAGES = {
    "What is green tea?": ("define", ("green-tea",)),
    "What is black tea?": ("define", ("black-tea",)),
    "How do I brew green tea?": ("brewing", ("green-tea",)),
    "How do I brew black tea?": ("brewing", ("black-tea",)),
    "Why do people drink black tea?": ("reasons", ("black-tea",)),
}
TEXTS = list(MESSAGES)


@pytest.fixture
def turns() -> Turns:
    return Turns(MemorySessions(SECONDS))


@pytest.fixture(params=["memory", "sqlite", "redis"])
async def workers(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[Turns, Turns]]:
    """Two workers over one store."""
    stores: list[Sessions]
    if request.param == "memory":
        stores = [MemorySessions(SECONDS)] * 2
    elif request.param == "sqlite":
        file = str(tmp_path / "sessions.db")
        stores = [SqliteSessions(file, SECONDS, patience=20.0) for _ in range(2)]
    else:
        url = request.getfixturevalue("redis_server").url
        stores = [RedisSessions(url, SECONDS, patience=20.0) for _ in range(2)]
    yield Turns(stores[0]), Turns(stores[1])
    for store in stores:
        await store.close()


class Changed(MemorySessions):
    """A store that does something else before it writes, or refuses to."""

    def __init__(self, *, down: bool = False, refuses: bool = False, drops: bool = False) -> None:
        super().__init__(SECONDS)
        self.down, self.refuses, self.drops = down, refuses, drops
        self.down_on_write = False

    async def read(self, kb: str, id: str) -> Saved | None:
        if self.down:
            raise SessionsDown("not there")
        return await super().read(kb, id)

    async def write(self, kb: str, id: str, state: bytes, *, after: int) -> bool:
        if self.down or self.down_on_write:
            raise SessionsDown("not there")
        if self.refuses and after:
            return False
        if self.drops and after:
            await super().drop(kb, id)
        return await super().write(kb, id, state, after=after)

    async def drop(self, kb: str, id: str) -> bool:
        if self.down:
            raise SessionsDown("not there")
        return await super().drop(kb, id)


def _belongs(turn: Turn, text: str) -> bool:
    reply = msgspec.json.decode(turn.reply, type=Reply)
    return (reply.intent, reply.concepts) == MESSAGES[text]


async def _problem(call: Coroutine[Any, Any, object]) -> Problem:
    with pytest.raises(Problem) as raised:
        await call
    return raised.value


async def test_a_follow_up_is_understood_by_whichever_worker_takes_it(
    workers: tuple[Turns, Turns], tea_bot: Bot
) -> None:
    one, other = workers
    id = await one.begin("tea", tea_bot)
    await one.send("tea", id, tea_bot, "What is green tea?", None)
    turn = await other.send("tea", id, tea_bot, "and how do I brew it?", None)
    reply = msgspec.json.decode(turn.reply, type=Reply)
    assert (turn.number, reply.intent, reply.concepts) == (2, "brewing", ("green-tea",))
    assert (await one.state("tea", id)).turn == 2


async def test_a_message_with_a_key_counts_once(workers: tuple[Turns, Turns], tea_bot: Bot) -> None:
    one, other = workers
    id = await one.begin("tea", tea_bot)
    first = await one.send("tea", id, tea_bot, TEXTS[0], "key")
    await other.send("tea", id, tea_bot, TEXTS[1], "another")
    again = await other.send("tea", id, tea_bot, TEXTS[0], "key")
    assert (first.again, again.again) == (False, True)
    assert (again.number, again.reply) == (first.number, first.reply)
    assert (await one.state("tea", id)).turn == 2


async def test_a_message_with_a_key_that_comes_20_times_at_once_counts_once(
    workers: tuple[Turns, Turns], tea_bot: Bot
) -> None:
    id = await workers[0].begin("tea", tea_bot)
    given = await asyncio.gather(
        *(workers[n % 2].send("tea", id, tea_bot, TEXTS[0], "key") for n in range(20))
    )
    assert {(turn.number, turn.reply) for turn in given} == {(1, given[0].reply)}
    assert [turn.again for turn in given].count(False) == 1
    assert (await workers[0].state("tea", id)).turn == 1


async def test_a_key_is_for_one_message_and_one_conversation(turns: Turns, tea_bot: Bot) -> None:
    id, other = [await turns.begin("tea", tea_bot) for _ in range(2)]
    await turns.send("tea", id, tea_bot, TEXTS[0], "key")
    problem = await _problem(turns.send("tea", id, tea_bot, TEXTS[1], "key"))
    assert problem.code == "invalid"
    assert (await turns.state("tea", id)).turn == 1
    assert not (await turns.send("tea", other, tea_bot, TEXTS[1], "key")).again


async def test_without_a_key_every_message_counts(turns: Turns, tea_bot: Bot) -> None:
    id = await turns.begin("tea", tea_bot)
    numbers = [(await turns.send("tea", id, tea_bot, TEXTS[0], None)).number for _ in range(3)]
    assert numbers == [1, 2, 3]
    assert (await turns.state("tea", id)).said == ()


async def test_keys_are_remembered_so_long_and_no_longer(
    turns: Turns, tea_bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await turns.begin("tea", tea_bot)
    for n in range(REMEMBERED + 1):
        await turns.send("tea", id, tea_bot, TEXTS[0], str(n))
    assert (await turns.send("tea", id, tea_bot, TEXTS[0], "1")).again
    assert not (await turns.send("tea", id, tea_bot, TEXTS[0], "0")).again
    monkeypatch.setattr(turns_module, "REMEMBERED_BYTES", 10)
    await turns.send("tea", id, tea_bot, TEXTS[0], "last")
    assert [said.key for said in (await turns.state("tea", id)).said] == ["last"]
    assert (await turns.send("tea", id, tea_bot, TEXTS[0], "last")).again


async def test_messages_that_come_at_once_are_answered_in_the_order_in_which_they_came(
    turns: Turns, tea_bot: Bot
) -> None:
    id = await turns.begin("tea", tea_bot)
    texts = [TEXTS[n % len(TEXTS)] for n in range(50)]
    given = await asyncio.gather(*(turns.send("tea", id, tea_bot, text, None) for text in texts))
    assert [turn.number for turn in given] == list(range(1, 51))
    assert all(_belongs(turn, text) for turn, text in zip(given, texts, strict=True))


async def test_50_turns_of_one_conversation_over_two_workers_are_each_taken_once(
    workers: tuple[Turns, Turns], tea_bot: Bot
) -> None:
    id = await workers[0].begin("tea", tea_bot)
    texts = [TEXTS[n % len(TEXTS)] for n in range(50)]
    given = await asyncio.gather(
        *(workers[n % 2].send("tea", id, tea_bot, text, f"key {n}") for n, text in enumerate(texts))
    )
    assert sorted(turn.number for turn in given) == list(range(1, 51))
    assert all(_belongs(turn, text) for turn, text in zip(given, texts, strict=True))
    # Each worker takes its own messages in their order.
    for mine in (given[::2], given[1::2]):
        numbers = [turn.number for turn in mine]
        assert numbers == sorted(numbers)
    state = await workers[1].state("tea", id)
    assert state.turn == 50
    assert [said.turn for said in state.said] == list(range(51 - REMEMBERED, 51))
    by_number = {turn.number: turn.reply for turn in given}
    assert all(by_number[said.turn] == bytes(said.reply) for said in state.said)


async def test_conversations_do_not_hear_each_other(
    workers: tuple[Turns, Turns], tea_bot: Bot
) -> None:
    ids = [await workers[n % 2].begin("tea", tea_bot) for n in range(10)]
    assert len(set(ids)) == 10
    firsts = ("What is green tea?", "What is black tea?")
    await asyncio.gather(
        *(workers[n % 2].send("tea", id, tea_bot, firsts[n % 2], None) for n, id in enumerate(ids))
    )
    given = await asyncio.gather(
        *(
            workers[(n + 1) % 2].send("tea", id, tea_bot, "and how do I brew it?", None)
            for n, id in enumerate(ids)
        )
    )
    concepts = [msgspec.json.decode(turn.reply, type=Reply).concepts for turn in given]
    assert concepts == [("green-tea",), ("black-tea",)] * 5


async def test_an_id_that_is_not_known_is_not_found(
    workers: tuple[Turns, Turns], tea_bot: Bot
) -> None:
    turns = workers[0]
    id = await turns.begin("tea", tea_bot)
    dropped = await turns.begin("tea", tea_bot)
    assert await turns.drop("tea", dropped)
    assert not await turns.drop("tea", dropped)
    tampered = (id[:-1], id + "x", id.swapcase(), f"{id}\n", f" {id}", id[2:], "c_", "*", "\x00", "\udc80")  # fmt: skip  # noqa: E501
    for wrong in (dropped, *tampered):
        assert (await _problem(turns.send("tea", wrong, tea_bot, "hi", None))).code == "not-found"
        assert (await _problem(turns.state("tea", wrong))).code == "not-found"
        assert not await turns.drop("tea", wrong)
    assert (await _problem(turns.send("coffee", id, tea_bot, "hi", None))).code == "not-found"
    assert (await turns.state("tea", id)).turn == 0


async def test_a_conversation_expires(tea_bot: Bot) -> None:
    now = 0.0
    turns = Turns(MemorySessions(SECONDS, clock=lambda: now))
    id = await turns.begin("tea", tea_bot)
    now = SECONDS - 1
    assert (await turns.send("tea", id, tea_bot, TEXTS[0], None)).number == 1
    now = 2 * SECONDS - 2
    assert (await turns.state("tea", id)).turn == 1
    now = 2 * SECONDS
    assert (await _problem(turns.send("tea", id, tea_bot, TEXTS[0], None))).code == "not-found"


async def test_a_conversation_that_is_dropped_during_a_turn_stays_dropped(tea_bot: Bot) -> None:
    store = Changed(drops=True)
    turns = Turns(store)
    id = await turns.begin("tea", tea_bot)
    assert (await _problem(turns.send("tea", id, tea_bot, TEXTS[0], None))).code == "not-found"
    assert await store.read("tea", id) is None


async def test_a_state_of_another_version_loses_what_was_said_and_no_turn(
    turns: Turns, tea_bot: Bot
) -> None:
    id = await turns.begin("tea", tea_bot)
    store: Sessions = turns._sessions
    saved = {"format": "sourcebot-conversation", "version": 99, "mood": "good"}
    later = {"turn": 7, "saved": saved, "said": [], "more": True}
    assert await store.write("tea", id, msgspec.json.encode(later), after=1)
    turn = await turns.send("tea", id, tea_bot, TEXTS[0], None)
    assert turn.number == 8
    assert _belongs(turn, TEXTS[0])


@given(
    st.binary(max_size=40)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["turn", "saved", "said", "format", "version", "context", "x"]),
                inner,
            )
        ),
        max_leaves=10,
    ).map(msgspec.json.encode)
)
def test_whatever_is_kept_a_turn_is_taken_or_not_found(tea_bot: Bot, kept: bytes) -> None:
    async def show() -> None:
        store = MemorySessions(SECONDS)
        await store.write("tea", "c_1", kept, after=0)
        call = Turns(store).send("tea", "c_1", tea_bot, TEXTS[0], "key")
        given = (await asyncio.gather(call, return_exceptions=True))[0]
        assert isinstance(given, Turn) or getattr(given, "code", given) == "not-found"

    asyncio.run(show())


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*TEXTS, "and how do I brew it?", "2", "/why", "/new"])
            | st.text(max_size=20),
            st.none() | st.sampled_from("abc"),
        ),
        max_size=12,
    )
)
def test_turns_are_those_of_a_plain_conversation(
    tea_bot: Bot, sent: list[tuple[str, str | None]]
) -> None:
    async def show() -> None:
        turns, plain = Turns(MemorySessions(SECONDS)), tea_bot.start()
        id = await turns.begin("tea", tea_bot)
        number, known = 0, dict[str, tuple[str, Turn]]()
        for text, key in sent:
            if key in known and known[key][0] != text:
                problem = await _problem(turns.send("tea", id, tea_bot, text, key))
                assert problem.code == "invalid"
                continue
            turn = await turns.send("tea", id, tea_bot, text, key)
            if key in known:
                before = known[key][1]
                assert turn == Turn(before.number, before.reply, again=True)
                continue
            number += 1
            assert turn == Turn(number, plain.send(text).to_json(), again=False)
            if key is not None:
                known[key] = (text, turn)
        assert (await turns.state("tea", id)).turn == number

    asyncio.run(show())


async def test_a_store_that_is_down_is_said_to_be_unavailable(tea_bot: Bot) -> None:
    store = Changed()
    turns = Turns(store)
    id = await turns.begin("tea", tea_bot)
    store.down = True
    for call in (
        turns.begin("tea", tea_bot),
        turns.send("tea", id, tea_bot, TEXTS[0], None),
        turns.state("tea", id),
        turns.drop("tea", id),
    ):
        problem = await _problem(call)
        assert (problem.code, problem.status) == ("unavailable", 503)
        assert problem.headers["Retry-After"]
    store.down, store.down_on_write = False, True
    assert (await _problem(turns.send("tea", id, tea_bot, TEXTS[0], "k"))).code == "unavailable"
    store.down_on_write = False
    assert (await turns.send("tea", id, tea_bot, TEXTS[0], "k")).number == 1


async def test_a_turn_that_is_never_the_first_gives_up(
    tea_bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns_module, "TRIES", 5)
    turns = Turns(Changed(refuses=True))
    id = await turns.begin("tea", tea_bot)
    assert (await _problem(turns.send("tea", id, tea_bot, TEXTS[0], None))).code == "conflict"


async def test_a_turn_that_is_called_off_holds_up_no_other(turns: Turns, tea_bot: Bot) -> None:
    id = await turns.begin("tea", tea_bot)
    given = [
        asyncio.ensure_future(turns.send("tea", id, tea_bot, TEXTS[n % 5], f"{n}"))
        for n in range(10)
    ]
    await asyncio.sleep(0)
    for task in given[::3]:
        task.cancel()
    await asyncio.gather(*given, return_exceptions=True)
    # Whoever sends them again gets each of them once.
    again = [await turns.send("tea", id, tea_bot, TEXTS[n % 5], f"{n}") for n in range(10)]
    assert sorted(turn.number for turn in again) == list(range(1, 11))
    assert (await turns.state("tea", id)).turn == 10
    del given, task
    gc.collect()
    assert not turns._locks


def test_a_state_comes_back_as_it_was_kept() -> None:
    said = turns_module.Said("k", "d", 3, msgspec.Raw(b'{"text":"x"}'))
    state = State(3, {"a": [1, "\u2028"]}, (said,))
    again = msgspec.json.decode(msgspec.json.encode(state), type=State)
    assert (again.turn, again.saved) == (3, state.saved)
    assert bytes(again.said[0].reply) == b'{"text":"x"}'
