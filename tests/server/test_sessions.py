"""Every store of sessions keeps the same promises; then what only one of them has to stand."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from sourcebot.errors import ServerError
from sourcebot.server.sessions.contract import Saved, Sessions, SessionsDown
from sourcebot.server.sessions.memory import MemorySessions
from sourcebot.server.sessions.naming import plain
from sourcebot.server.sessions.opening import open_sessions
from sourcebot.server.sessions.redis import RedisSessions
from sourcebot.server.sessions.sqlite import SqliteSessions
from tests.server.redis_server import RedisServer

SECONDS = 1_800.0
NASTY = ("", "*", "a:b", "a:c:b", "x y", "\x00", "\r\nFLUSHALL\r\n", "é" * 300, "\udc80", "../..")


@dataclass
class Kept:
    """A store; another over the same place, as a second worker has it; a way to let time pass."""

    store: Sessions
    another: Sessions
    later: Callable[[float], Awaitable[None]]


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    async def later(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(params=["memory", "sqlite", "redis"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    clock = Clock()
    if request.param == "memory":
        alone = MemorySessions(SECONDS, clock=clock)
        kept = Kept(alone, alone, clock.later)
    elif request.param == "sqlite":
        path = str(tmp_path / "sessions.db")
        first, second = (
            SqliteSessions(path, SECONDS, clock=clock, patience=20.0) for _ in range(2)
        )
        kept = Kept(first, second, clock.later)
    else:
        url = request.getfixturevalue("redis_server").url
        one, other = (RedisSessions(url, SECONDS, patience=20.0) for _ in range(2))
        kept = Kept(one, other, _aged(url))
    yield kept
    await kept.store.close()
    await kept.another.close()


def _aged(url: str) -> Callable[[float], Awaitable[None]]:
    """Time passes for Redis when every key comes nearer to its end."""

    async def later(seconds: float) -> None:
        with redis.Redis.from_url(url) as client:
            for key in client.keys("sb:*"):
                client.pexpire(key, client.pttl(key) - round(seconds * 1000))

    return later


@pytest.fixture(autouse=True)
def _empty(request: pytest.FixtureRequest) -> None:
    if "redis_server" in request.fixturenames or "redis" in request.node.name:
        with redis.Redis.from_url(request.getfixturevalue("redis_server").url) as client:
            client.flushall()


async def test_a_state_is_read_as_it_was_written(kept: Kept) -> None:
    assert await kept.store.read("tea", "c_1") is None
    assert await kept.store.write("tea", "c_1", b"one", after=0)
    assert await kept.another.read("tea", "c_1") == Saved(1, b"one")
    assert await kept.another.write("tea", "c_1", b"two", after=1)
    assert await kept.store.read("tea", "c_1") == Saved(2, b"two")


@pytest.mark.parametrize(
    "state",
    [b"", b"\x00", bytes(range(256)), b"\r\n$-1\r\n", "日本\u2028".encode(), os.urandom(1_000_000)],
    ids=["nothing", "nul", "all", "protocol", "unicode", "long"],
)
async def test_any_bytes_come_back(kept: Kept, state: bytes) -> None:
    assert await kept.store.write("tea", "c_1", state, after=0)
    assert await kept.another.read("tea", "c_1") == Saved(1, state)


async def test_a_write_after_another_version_is_refused(kept: Kept) -> None:
    assert not await kept.store.write("tea", "c_1", b"x", after=1)
    assert await kept.store.write("tea", "c_1", b"one", after=0)
    for after in (0, 2, 99):
        assert not await kept.another.write("tea", "c_1", b"x", after=after)
    assert await kept.store.read("tea", "c_1") == Saved(1, b"one")


async def test_of_200_writers_at_once_each_counts_once(kept: Kept) -> None:
    await kept.store.write("tea", "c_1", b"0", after=0)

    async def add(store: Sessions) -> int:
        tries = 0
        while True:
            tries += 1
            saved = await store.read("tea", "c_1")
            assert saved is not None
            more = str(int(saved.state) + 1).encode()
            if await store.write("tea", "c_1", more, after=saved.version):
                return tries
            await asyncio.sleep(0)

    stores = [kept.store, kept.another] * 100
    tries = await asyncio.gather(*(add(store) for store in stores))
    assert len(tries) == 200
    assert await kept.store.read("tea", "c_1") == Saved(201, b"200")


async def test_of_200_that_begin_at_once_one_does(kept: Kept) -> None:
    stores = [kept.store, kept.another] * 100
    begun = await asyncio.gather(
        *(store.write("tea", "c_1", str(n).encode(), after=0) for n, store in enumerate(stores))
    )
    assert begun.count(True) == 1
    saved = await kept.store.read("tea", "c_1")
    assert saved == Saved(1, str(begun.index(True)).encode())


async def test_a_silent_state_expires_and_a_write_renews_it(kept: Kept) -> None:
    await kept.store.write("tea", "c_1", b"one", after=0)
    await kept.later(SECONDS - 300)
    await kept.store.write("tea", "c_1", b"two", after=1)
    await kept.later(SECONDS - 300)
    assert await kept.another.read("tea", "c_1") == Saved(2, b"two")
    await kept.later(301)
    assert await kept.another.read("tea", "c_1") is None
    assert not await kept.store.drop("tea", "c_1")
    assert not await kept.store.write("tea", "c_1", b"three", after=2)
    assert await kept.store.write("tea", "c_1", b"new", after=0)
    assert await kept.store.read("tea", "c_1") == Saved(1, b"new")


async def test_a_state_is_dropped_once(kept: Kept) -> None:
    await kept.store.write("tea", "c_1", b"one", after=0)
    assert await kept.another.drop("tea", "c_1")
    assert not await kept.store.drop("tea", "c_1")
    assert await kept.store.read("tea", "c_1") is None
    assert not await kept.store.write("tea", "c_1", b"two", after=1)


async def test_a_name_is_claimed_by_one_until_its_time_is_over(kept: Kept) -> None:
    stores = [kept.store, kept.another] * 100
    claims = await asyncio.gather(*(store.claim("desk:1", 60) for store in stores))
    assert claims.count(True) == 1
    assert await kept.store.claim("desk:2", 60)
    await kept.later(61)
    assert await kept.another.claim("desk:1", 60)
    assert not await kept.store.claim("desk:1", 60)


async def test_a_claim_that_was_given_back_can_be_made_again(kept: Kept) -> None:
    assert await kept.store.claim("desk:1", 60)
    await kept.another.release("desk:1")
    await kept.another.release("never claimed")
    assert await kept.store.claim("desk:1", 60)


async def test_no_base_sees_the_states_of_another(kept: Kept) -> None:
    bases = ("tea", "tea:c", "*", "", "claim", "TEA", "tea\x00")
    for kb in bases:
        assert await kept.store.write(kb, "c_1", kb.encode(), after=0)
    for kb in bases:
        assert await kept.another.read(kb, "c_1") == Saved(1, kb.encode())
    assert await kept.store.drop("tea", "c_1")
    assert await kept.store.read("TEA", "c_1") is not None
    assert await kept.store.read("tea:c", "c_1") is not None


async def test_an_id_of_any_characters_means_itself_alone(kept: Kept) -> None:
    await kept.store.write("tea", "c_1", b"plain", after=0)
    for id in NASTY:
        assert await kept.store.read("tea", id) is None
        assert not await kept.store.drop("tea", id)
    for id in NASTY:
        assert await kept.store.write("tea", id, repr(id).encode(), after=0)
        assert await kept.store.claim(id, 60)
    for id in NASTY:
        assert await kept.another.read("tea", id) == Saved(1, repr(id).encode())
        assert not await kept.another.claim(id, 60)
    assert await kept.store.read("tea", "c_1") == Saved(1, b"plain")


async def test_a_store_that_is_well_can_be_asked_and_closed_twice(kept: Kept) -> None:
    await kept.store.ping()
    await kept.store.close()
    await kept.store.close()


async def test_what_is_called_off_disturbs_nobody_else(kept: Kept) -> None:
    ids = [f"c_{n}" for n in range(20)]
    for id in ids:
        await kept.store.write("tea", id, id.encode() * 1_000, after=0)

    async def impatient(n: int) -> None:
        try:
            async with asyncio.timeout(0.0001 * (n % 30)):
                await kept.store.read("tea", ids[n % 20])
        except TimeoutError:
            return

    async def patient(n: int) -> Saved | None:
        return await kept.store.read("tea", ids[n % 20])

    for _ in range(5):
        hurried = [asyncio.ensure_future(impatient(n)) for n in range(100)]
        found = await asyncio.gather(*(patient(n) for n in range(100)))
        await asyncio.gather(*hurried)
        assert found == [Saved(1, ids[n % 20].encode() * 1_000) for n in range(100)]


@given(st.lists(st.text(), unique=True, min_size=2, max_size=20))
def test_no_two_names_become_the_same(names: list[str]) -> None:
    made = [plain(name) for name in names]
    assert len(set(made)) == len(names)
    assert all(name.isascii() and not set(name) & set(":*? \r\n\x00[]") for name in made)
    assert all(1 <= len(name) <= 100 for name in made)
    assert [plain(name) == name for name in made] == [not name.startswith("=") for name in made]


# Memory


async def test_memory_keeps_so_many_states_and_bytes_at_most() -> None:
    few = MemorySessions(SECONDS, most=3)
    small = MemorySessions(SECONDS, most_bytes=100)
    for n in range(5):
        await few.write("tea", str(n), b"x", after=0)
        await small.write("tea", str(n), b"x" * 40, after=0)
    await few.write("tea", "2", b"y", after=1)
    await few.write("tea", "5", b"x", after=0)
    assert [n for n in range(6) if await few.read("tea", str(n))] == [2, 4, 5]
    assert [n for n in range(5) if await small.read("tea", str(n))] == [3, 4]
    await small.write("tea", "long", b"x" * 1_000, after=0)
    assert await small.read("tea", "long") == Saved(1, b"x" * 1_000)
    assert await small.read("tea", "4") is None


# SQLite


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sessions.db"


async def test_sqlite_keeps_states_across_a_restart_in_a_file_for_its_owner(file: Path) -> None:
    file.touch(0o644)
    store = SqliteSessions(str(file), SECONDS)
    await store.write("tea", "c_1", b"one", after=0)
    assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.glob("sessions.db*")} == {
        0o600
    }
    await store.close()
    again = SqliteSessions(str(file), SECONDS)
    assert await again.read("tea", "c_1") == Saved(1, b"one")
    await again.close()


async def test_sqlite_deletes_what_has_expired_and_what_is_too_much(file: Path) -> None:
    clock = Clock()
    store = SqliteSessions(str(file), SECONDS, clock=clock, most=10, tidy_every=0)

    def rows(table: str) -> int:
        with sqlite3.connect(file) as base:
            found: int = base.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        base.close()
        return found

    for n in range(25):
        clock.now += 1
        await store.write("tea", str(n), b"x", after=0)
        await store.claim(str(n), 60)
    assert (rows("states"), rows("claims")) == (10, 10)
    assert await store.read("tea", "24") is not None
    assert await store.read("tea", "14") is None
    clock.now += SECONDS + 1
    await store.write("tea", "last", b"x", after=0)
    assert (rows("states"), rows("claims")) == (1, 0)
    await store.close()


async def test_workers_that_start_at_once_share_one_new_file(file: Path) -> None:
    stores = await asyncio.gather(
        *(asyncio.to_thread(SqliteSessions, str(file), SECONDS) for _ in range(8))
    )
    for n, store in enumerate(stores):
        assert await store.write("tea", "c_1", b"x", after=n)
    await asyncio.gather(*(store.close() for store in stores))


async def test_a_locked_file_is_down_and_well_afterwards(file: Path) -> None:
    store = SqliteSessions(str(file), SECONDS, patience=1.0)
    await store.write("tea", "c_1", b"one", after=0)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    for down in await asyncio.gather(
        *(store.write("tea", "c_1", b"two", after=1) for _ in range(30)),
        store.ping(),
        return_exceptions=True,
    ):
        assert isinstance(down, SessionsDown)
    assert await store.read("tea", "c_1") == Saved(1, b"one")
    other.execute("ROLLBACK")
    other.close()
    assert await store.write("tea", "c_1", b"two", after=1)
    await store.close()


async def test_a_file_that_is_replaced_costs_the_states_in_it_and_no_more(file: Path) -> None:
    store, other = (SqliteSessions(str(file), SECONDS) for _ in range(2))
    await store.write("tea", "c_1", b"one", after=0)
    await other.read("tea", "c_1")
    for path in file.parent.glob("sessions.db*"):
        path.unlink()
    assert await store.read("tea", "c_1") is None
    assert await store.write("tea", "c_1", b"new", after=0)
    assert await other.read("tea", "c_1") == Saved(1, b"new")
    for path in file.parent.glob("sessions.db*"):
        path.unlink()
    file.write_bytes(b"no database" * 1_000)
    for call in (store.read("tea", "c_1"), store.write("tea", "c_1", b"x", after=0), store.ping()):
        with pytest.raises(SessionsDown):
            await call
    file.unlink()
    assert await store.write("tea", "c_1", b"again", after=0)
    assert await other.read("tea", "c_1") == Saved(1, b"again")
    await store.close()
    await other.close()


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder, seen by a user for whom permissions count; root may write anywhere."""
    folder = Path(tempfile.mkdtemp(prefix="sourcebot-"))
    folder.chmod(0o755)
    root = os.geteuid() == 0
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def _become_a_user() -> None:
    if os.geteuid() == 0:
        os.seteuid(65_534)


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
async def test_a_file_that_can_only_be_read_is_refused(unprivileged: Path) -> None:
    file = unprivileged / "sessions.db"
    store = SqliteSessions(str(file), SECONDS, patience=0.2)
    await store.write("tea", "c_1", b"one", after=0)
    await store.close()
    file.chmod(0o400)
    unprivileged.chmod(0o555)
    _become_a_user()
    with pytest.raises(ServerError, match=r"sessions\.db: cannot"):
        SqliteSessions(str(file), SECONDS)
    with pytest.raises(ServerError, match=r"another\.db: cannot"):
        SqliteSessions(str(unprivileged / "another.db"), SECONDS)


def test_a_path_that_cannot_hold_sessions_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "garbage").write_bytes(b"no database at all, but long enough" * 100)
    with sqlite3.connect(tmp_path / "foreign") as base:
        base.execute("CREATE TABLE customers (name TEXT)")
    base.close()
    foreign = (tmp_path / "foreign").read_bytes()
    for name in ("", ".", "garbage", "foreign", "missing/sessions.db", "garbage/x", "nul\0"):
        with pytest.raises(ServerError) as error:
            open_sessions(f"sqlite:{tmp_path / name if name else ''}", SECONDS)
        assert "\n" not in str(error.value)
    with sqlite3.connect(tmp_path / "foreign") as base:
        assert base.execute("SELECT count(*) FROM customers").fetchone() == (0,)
    base.close()
    assert len((tmp_path / "foreign").read_bytes()) == len(foreign)


async def test_a_closed_store_is_down(file: Path) -> None:
    store = SqliteSessions(str(file), SECONDS)
    await store.write("tea", "c_1", b"one", after=0)
    await store.close()
    with pytest.raises(SessionsDown):
        await store.read("tea", "c_1")


# Redis


async def _all_down(store: Sessions) -> None:
    """Every call says that the store is down, and none hangs."""
    for call in (
        store.read("tea", "c_1"),
        store.write("tea", "c_1", b"x", after=0),
        store.drop("tea", "c_1"),
        store.claim("x", 60),
        store.release("x"),
        store.ping(),
    ):
        with pytest.raises(SessionsDown):
            await call


async def test_a_redis_that_dies_and_comes_back_is_used_again(redis_server: RedisServer) -> None:
    store = RedisSessions(redis_server.url, SECONDS)
    await asyncio.gather(*(store.write("tea", f"c_{n}", b"x", after=0) for n in range(50)))
    redis_server.kill()
    try:
        await _all_down(store)
    finally:
        redis_server.start()
    # What it held is gone, and so is the script that it had been given.
    assert await store.read("tea", "c_1") is None
    written = await asyncio.gather(
        *(store.write("tea", f"c_{n}", b"y", after=0) for n in range(50))
    )
    assert all(written)
    await store.close()


async def test_a_redis_that_dies_amid_writes_counts_none_twice(redis_server: RedisServer) -> None:
    store = RedisSessions(redis_server.url, SECONDS)
    down = 0

    async def add() -> None:
        nonlocal down
        for _ in range(40):
            try:
                saved = await store.read("tea", "c_1")
                version, state = (saved.version, saved.state) if saved else (0, b"0")
                more = str(int(state) + 1).encode()
                await store.write("tea", "c_1", more, after=version)
            except SessionsDown:
                down += 1
                await asyncio.sleep(0.01)

    writers = [asyncio.ensure_future(add()) for _ in range(20)]
    await asyncio.sleep(0.05)
    await asyncio.to_thread(redis_server.kill)
    await asyncio.sleep(0.05)
    await asyncio.to_thread(redis_server.start)
    await asyncio.gather(*writers)
    assert down
    await store.write("tea", "c_2", b"", after=0)
    saved = await store.read("tea", "c_1")
    assert saved is None or int(saved.state) == saved.version
    await store.close()


async def test_a_redis_that_holds_still_is_down_in_time(redis_server: RedisServer) -> None:
    store = RedisSessions(redis_server.url, SECONDS, patience=0.4)
    await store.write("tea", "c_1", b"one", after=0)
    redis_server.freeze()
    try:
        # More calls than there are connections.
        calls = (store.read("tea", "c_1") for _ in range(100))
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(result, SessionsDown) for result in results)
    finally:
        redis_server.thaw()
    patient = RedisSessions(redis_server.url, SECONDS, patience=20.0)
    assert await patient.read("tea", "c_1") == Saved(1, b"one")
    for _ in range(100):
        try:
            assert await store.read("tea", "c_1") == Saved(1, b"one")
            break
        except SessionsDown:
            await asyncio.sleep(0.05)
    else:
        pytest.fail("it does not recover")
    await store.close()
    await patient.close()


async def test_a_server_that_says_nothing_is_down_in_time() -> None:
    held: list[asyncio.StreamWriter] = []

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    silent = await asyncio.start_server(hold, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    try:
        for scheme in ("redis", "rediss"):
            store = RedisSessions(f"{scheme}://127.0.0.1:{port}/0", SECONDS, patience=0.2)
            await _all_down(store)
            await store.close()
    finally:
        for writer in held:
            writer.close()
        silent.close()
        await silent.wait_closed()


@pytest.mark.parametrize(
    "url", ["redis://127.0.0.1:1/0", "rediss://127.0.0.1:1/0", "unix:///nowhere/socket"]
)
async def test_a_server_that_is_not_there_is_down_at_once(url: str) -> None:
    store = open_sessions(url, SECONDS)
    await _all_down(store)
    await store.close()


async def test_every_key_has_an_end_and_keeps_to_the_layout(redis_server: RedisServer) -> None:
    store = RedisSessions(redis_server.url, SECONDS)
    for n in range(3):
        await store.write("tea", "c_1", b"x", after=n)
    for id in NASTY:
        await store.write(id, id, b"x", after=0)
        await store.claim(id, 60)
    with redis.Redis.from_url(redis_server.url) as client:
        keys = client.keys("*")
        assert b"sb:tea:c:c_1" in keys
        assert client.hget("sb:tea:c:c_1", "v") == b"3"
        assert {key.count(b":") for key in keys} <= {2, 3}
        assert all(0 < client.pttl(key) <= SECONDS * 1000 for key in keys)
    await store.close()


async def test_what_somebody_else_put_under_a_key_is_told(redis_server: RedisServer) -> None:
    store = RedisSessions(redis_server.url, SECONDS)
    with redis.Redis.from_url(redis_server.url) as client:
        client.set("sb:tea:c:c_1", "a text")
        client.hset("sb:tea:c:c_2", mapping={"v": "no number", "d": "x"})
    for id in ("c_1", "c_2"):
        with pytest.raises(SessionsDown):
            await store.read("tea", id)
    await store.close()


async def test_a_redis_that_is_full_or_locked_is_told(redis_server: RedisServer) -> None:
    store = RedisSessions(redis_server.url, SECONDS)
    with redis.Redis.from_url(redis_server.url) as client:
        await store.write("tea", "c_1", b"one", after=0)
        client.config_set("maxmemory", "1")
        try:
            with pytest.raises(SessionsDown, match="refuses"):
                await store.write("tea", "c_1", b"two", after=1)
        finally:
            client.config_set("maxmemory", "0")
        client.config_set("requirepass", "secret")
        try:
            locked = RedisSessions(redis_server.url, SECONDS)
            with pytest.raises(SessionsDown):
                await locked.read("tea", "c_1")
            let_in = RedisSessions(f"{redis_server.url}&password=secret", SECONDS)
            assert await let_in.read("tea", "c_1") == Saved(1, b"one")
            await locked.close()
            await let_in.close()
        finally:
            client.config_set("requirepass", "")
    await store.close()


def test_an_address_that_means_no_store_is_refused_and_its_password_not_told() -> None:
    for address in (
        "",
        "memories",
        "postgres://user:s3cret@host/0",
        "Redis://:s3cret@host",
        "redis://user:s3cret/x@host:port/0",
        "redis://:s3cret@host:99999999/0",
        "redis://:s3cret@host/0?colour=blue",
        "redis://:s3cret@[::1/0",
    ):
        with pytest.raises(ServerError) as error:
            open_sessions(address, SECONDS)
        assert "s3cret" not in str(error.value)
        assert "\n" not in str(error.value)
