"""Sessions in Redis, or in what speaks its protocol: shared by workers on any number of machines.

`sb:{kb}:c:{id}` is a hash of the version `v` and the state `d`; `sb::claim:{name}` is a claim. No
base has the empty name, so that no claim can be taken for a state.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Any, TypeVar, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, AuthorizationError, RedisError
from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import TimeoutError as TooLate

from sourcebot.errors import ServerError
from sourcebot.server.sessions.contract import Saved, SessionsDown
from sourcebot.server.sessions.naming import plain

PATIENCE = 2.0
"""Seconds to connect, and to wait for an answer; a call gives up after half as many more."""
CONNECTIONS = 32
"""Connections that a worker holds at most; further calls wait for one."""
_WRITE = """
if (redis.call('HGET', KEYS[1], 'v') or '0') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'd', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
"""
T = TypeVar("T")


class RedisSessions:
    """One server. It may be away when this is made, and may come and go at any time."""

    def __init__(self, url: str, seconds: float, *, patience: float = PATIENCE) -> None:
        """seconds: how long a state lives after it was last written; patience: see PATIENCE.

        Raises ServerError where the URL says nothing that can be connected to.
        """
        self._milliseconds = _milliseconds(seconds)
        self._patience = patience * 1.5
        try:
            self._pool: BlockingConnectionPool = BlockingConnectionPool.from_url(
                url,
                max_connections=CONNECTIONS,
                timeout=patience,
                socket_connect_timeout=patience,
                socket_timeout=patience,
                # A write that was sent may have been done: sent again, it would fail for itself.
                retry=Retry(NoBackoff(), 0),
                # Understood by every server and every version of the client.
                protocol=2,
            )
            # An option of the URL must not turn states into text.
            self._pool.connection_kwargs["decode_responses"] = False
            _try_options(self._pool)
        except (ValueError, TypeError, OSError, RedisError) as error:
            # Neither the URL nor what is said about it is told: both may hold a password.
            raise ServerError(
                "the Redis URL of the sessions cannot be read; write redis://HOST:PORT/0, "
                "redis://USER:PASSWORD@HOST:PORT/0 (other than letters and digits as %XX), "
                "rediss://... or unix:///PATH"
            ) from error
        self._redis: Redis = Redis(connection_pool=self._pool)
        self._compare_and_set = self._redis.register_script(_WRITE)
        self._calls: set[asyncio.Task[Any]] = set()

    async def read(self, kb: str, id: str) -> Saved | None:
        """See Sessions."""
        version, state = await self._run(self._redis.hmget(_key(kb, id), ["v", "d"]))
        if version is None or state is None:
            return None
        try:
            return Saved(int(version), state)
        except ValueError as error:
            raise SessionsDown("Redis holds something else under a key of ours") from error

    async def write(self, kb: str, id: str, state: bytes, *, after: int) -> bool:
        """See Sessions."""
        args: list[bytes | int] = [after, after + 1, state, self._milliseconds]
        done = await self._run(self._compare_and_set(keys=[_key(kb, id)], args=args))
        return bool(done)

    async def drop(self, kb: str, id: str) -> bool:
        """See Sessions."""
        return bool(await self._run(self._redis.delete(_key(kb, id))))

    async def claim(self, name: str, seconds: float) -> bool:
        """See Sessions."""
        wait = _milliseconds(seconds)
        return bool(await self._run(self._redis.set(_claim(name), b"", nx=True, px=wait)))

    async def release(self, name: str) -> None:
        """See Sessions."""
        await self._run(self._redis.delete(_claim(name)))

    async def ping(self) -> None:
        """See Sessions."""
        await self._run(self._redis.ping())

    async def close(self) -> None:
        """See Sessions."""
        if self._calls:
            await asyncio.wait(set(self._calls), timeout=self._patience)
        with contextlib.suppress(RedisError, OSError):
            await self._redis.aclose()
            await self._pool.disconnect()

    async def _run(self, call: object) -> Any:
        """A call's result. Raises SessionsDown.

        The call is a task of its own, which is left and never cancelled: the client may lose a
        connection of a cancelled call for good, or have the next call read its answer. It ends by
        the time limits of its socket.
        """
        task = asyncio.ensure_future(cast("Awaitable[Any]", call))
        self._calls.add(task)
        task.add_done_callback(self._ended)
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        if not done:
            raise SessionsDown("Redis does not answer in time")
        try:
            return task.result()
        except (AuthenticationError, AuthorizationError) as error:
            raise SessionsDown("Redis does not let us in") from error
        except (TooLate, TimeoutError) as error:
            raise SessionsDown("Redis does not answer in time") from error
        except (Unreachable, OSError) as error:
            raise SessionsDown("Redis cannot be reached") from error
        except RedisError as error:
            # Only the kind: a message may hold names, and this goes to whoever asks for readiness.
            raise SessionsDown(f"Redis refuses: {type(error).__name__}") from error

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._calls.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that one that nobody waits for is not complained about


def _try_options(pool: Any) -> None:
    """Make a connection, without connecting it: it refuses options that nobody knows."""
    pool.make_connection()


def _key(kb: str, id: str) -> str:
    return f"sb:{plain(kb)}:c:{plain(id)}"


def _claim(name: str) -> str:
    return f"sb::claim:{plain(name)}"


def _milliseconds(seconds: float) -> int:
    """At least one: no key is without an end."""
    return max(1, round(seconds * 1000))
