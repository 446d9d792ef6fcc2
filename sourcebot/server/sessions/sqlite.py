"""Sessions in a SQLite file: shared by the workers of one machine, and kept across restarts."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sourcebot.atomic import PRIVATE
from sourcebot.errors import ServerError
from sourcebot.server.sessions.contract import Saved, SessionsDown
from sourcebot.server.sessions.naming import plain

MOST = 100_000
"""States that are kept at most; the longest silent ones make room when it is tidied up."""
PATIENCE = 2.0
"""Seconds that a call waits for other processes before the store counts as down."""
TIDY_EVERY = 60.0
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_OURS = 0x53_42_6F_74  # the file's application id, in ASCII: SBot
_LAYOUT = 1
_THREADS = 4
_GRACE = 0.5
_TABLES = (
    "CREATE TABLE IF NOT EXISTS states (kb TEXT NOT NULL, id TEXT NOT NULL, "
    "version INTEGER NOT NULL, state BLOB NOT NULL, until REAL NOT NULL, PRIMARY KEY (kb, id))",
    "CREATE INDEX IF NOT EXISTS states_until ON states (until)",
    "CREATE TABLE IF NOT EXISTS claims (name TEXT PRIMARY KEY, until REAL NOT NULL)",
    "CREATE INDEX IF NOT EXISTS claims_until ON claims (until)",
    f"PRAGMA application_id = {_OURS}",
    f"PRAGMA user_version = {_LAYOUT}",
)
# One opens at a time in a process: see _make_private.
_OPENING = threading.Lock()
T = TypeVar("T")
Call = Callable[[sqlite3.Connection, float], T]


class SqliteSessions:
    """One file. Every write is one statement, which SQLite does as a whole or not at all."""

    def __init__(
        self,
        path: str,
        seconds: float,
        *,
        most: int = MOST,
        patience: float = PATIENCE,
        tidy_every: float = TIDY_EVERY,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """seconds: how long a state lives after it was last written; patience, tidy_every: seconds;
        clock: seconds, the same in all processes. Raises ServerError where the file cannot be used.
        """  # noqa: D205
        if not path:
            raise ServerError("sessions in SQLite need a file: sqlite:PATH")
        self._path = Path(path).absolute()
        self._seconds = seconds
        self._most = most
        self._patience = patience
        self._clock = clock
        self._tidy_every = tidy_every
        self._tidy_at = time.monotonic() + tidy_every
        self._local = threading.local()
        self._open: set[sqlite3.Connection] = set()
        try:
            self._connect()[0].close()
        except OSError as error:
            raise ServerError(f"{path}: cannot be used: {error.strerror or error}") from error
        except (sqlite3.Error, ValueError) as error:
            raise ServerError(
                f"{path}: cannot keep sessions: {error}; name another file"
            ) from error
        self._threads = ThreadPoolExecutor(_THREADS, "sessions")

    async def read(self, kb: str, id: str) -> Saved | None:
        """See Sessions."""

        def call(base: sqlite3.Connection, now: float) -> Saved | None:
            row = base.execute(
                "SELECT version, state FROM states WHERE kb = ? AND id = ? AND until > ?",
                (plain(kb), plain(id), now),
            ).fetchone()
            return Saved(*row) if row is not None else None

        return await self._run(call)

    async def write(self, kb: str, id: str, state: bytes, *, after: int) -> bool:
        """See Sessions."""

        def call(base: sqlite3.Connection, now: float) -> bool:
            key, until = (plain(kb), plain(id)), now + self._seconds
            if after == 0:
                done = base.execute(
                    "INSERT INTO states (kb, id, version, state, until) VALUES (?, ?, 1, ?, ?) "
                    "ON CONFLICT (kb, id) DO UPDATE SET version = 1, state = excluded.state, "
                    "until = excluded.until WHERE states.until <= ?",
                    (*key, state, until, now),
                )
            else:
                done = base.execute(
                    "UPDATE states SET version = version + 1, state = ?, until = ? "
                    "WHERE kb = ? AND id = ? AND version = ? AND until > ?",
                    (state, until, *key, after, now),
                )
            self._tidy(base, now)
            return done.rowcount == 1

        return await self._run(call)

    async def drop(self, kb: str, id: str) -> bool:
        """See Sessions."""

        def call(base: sqlite3.Connection, now: float) -> bool:
            # One that has expired is left to the tidying: it is no longer there for anybody.
            done = base.execute(
                "DELETE FROM states WHERE kb = ? AND id = ? AND until > ?",
                (plain(kb), plain(id), now),
            )
            return done.rowcount == 1

        return await self._run(call)

    async def claim(self, name: str, seconds: float) -> bool:
        """See Sessions."""

        def call(base: sqlite3.Connection, now: float) -> bool:
            done = base.execute(
                "INSERT INTO claims (name, until) VALUES (?, ?) ON CONFLICT (name) "
                "DO UPDATE SET until = excluded.until WHERE claims.until <= ?",
                (plain(name), now + seconds, now),
            )
            self._tidy(base, now)
            return done.rowcount == 1

        return await self._run(call)

    async def release(self, name: str) -> None:
        """See Sessions."""
        await self._run(
            lambda base, _: base.execute("DELETE FROM claims WHERE name = ?", (plain(name),))
        )

    async def ping(self) -> None:
        """See Sessions. That it can be written, too: a full or read-only disk is down."""

        def call(base: sqlite3.Connection, _: float) -> None:
            base.execute("BEGIN IMMEDIATE")
            base.execute("ROLLBACK")

        await self._run(call)

    async def close(self) -> None:
        """See Sessions."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)
        for base in self._open:
            base.close()
        self._open.clear()

    async def _run(self, call: Call[T]) -> T:
        """Beside the event loop, and never for longer than the patience. Raises SessionsDown."""
        loop = asyncio.get_running_loop()
        until = time.monotonic() + self._patience
        try:
            # The call itself keeps to its time; this is for a disk that hangs.
            async with asyncio.timeout(self._patience + _GRACE):
                return await loop.run_in_executor(self._threads, self._call, call, until)
        except TimeoutError as error:
            raise SessionsDown("SQLite is busy") from error
        except sqlite3.Error as error:
            raise SessionsDown(f"SQLite: {error}") from error
        except (OSError, ValueError) as error:
            raise SessionsDown("the SQLite file cannot be used") from error
        except RuntimeError as error:
            raise SessionsDown("the store is closed") from error

    def _call(self, call: Call[T], until: float) -> T:
        """In a thread of ours, over the connection of this thread, until a monotonic time."""
        base, file = getattr(self._local, "held", (None, None))
        if base is None or file != _identity(self._path):
            # The first call of this thread, or somebody has put another file in this place.
            self._forget()
            base, file = self._connect()
            self._open.add(base)
            self._local.held = (base, file)
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        try:
            base.execute(f"PRAGMA busy_timeout = {max(1, int(left * 1000))}")
            return call(base, self._clock())
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _BUSY:
                self._forget()  # whatever is wrong with it, the next call begins anew
            raise

    def _forget(self) -> None:
        base = getattr(self._local, "held", (None, None))[0]
        self._local.held = (None, None)
        if base is not None:
            self._open.discard(base)
            with contextlib.suppress(sqlite3.Error):
                base.close()

    def _connect(self) -> tuple[sqlite3.Connection, tuple[int, int] | None]:
        """A connection, and which file it is to. Raises OSError, sqlite3.Error, ValueError."""
        with _OPENING:
            _make_private(self._path)
            file = _identity(self._path)
            base = sqlite3.connect(
                self._path, timeout=self._patience, isolation_level=None, check_same_thread=False
            )
            try:
                _prepare(base, self._patience)
            except BaseException:
                base.close()
                raise
            return base, file

    def _tidy(self, base: sqlite3.Connection, now: float) -> None:
        """Delete what has expired and what is too much, once in a while."""
        if time.monotonic() < self._tidy_at:
            return
        self._tidy_at = time.monotonic() + self._tidy_every
        with contextlib.suppress(sqlite3.Error):  # what it goes with is done; there is a next time
            base.execute("DELETE FROM claims WHERE until <= ?", (now,))
            base.execute("DELETE FROM states WHERE until <= ?", (now,))
            for table in ("claims", "states"):
                base.execute(
                    f"DELETE FROM {table} WHERE rowid IN "
                    f"(SELECT rowid FROM {table} ORDER BY until DESC LIMIT -1 OFFSET ?)",
                    (self._most,),
                )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return (found.st_dev, found.st_ino)


def _make_private(path: Path) -> None:
    """A file that only its owner reads: it holds what people said. Raises OSError, ValueError.

    One that is there is not opened: closing it again would take away the locks that SQLite holds
    on it in this process, for POSIX knows locks of processes only.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE))
    except FileExistsError:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            raise ValueError("it is no file") from None
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            os.chmod(path, PRIVATE)


def _prepare(base: sqlite3.Connection, patience: float) -> None:
    """Tables and settings. Raises sqlite3.Error, ValueError where the file is of something else."""
    _write_ahead(base, patience)
    # What a crash of the process leaves is whole; a power cut may cost the last turns.
    base.execute("PRAGMA synchronous = NORMAL")
    base.execute("PRAGMA journal_size_limit = 16000000")
    # Looked at under the lock, for another worker may be making the tables; and a file that can
    # only be read is told from one that can be written.
    base.execute("BEGIN IMMEDIATE")
    ours = base.execute("PRAGMA application_id").fetchone()[0]
    layout = base.execute("PRAGMA user_version").fetchone()[0]
    if (ours, layout) != (_OURS, _LAYOUT):
        if base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise ValueError("it is the database of something else, or of another version")
        for statement in _TABLES:
            base.execute(statement)
    base.execute("COMMIT")


def _write_ahead(base: sqlite3.Connection, patience: float) -> None:
    """Let readers go on while somebody writes. SQLite does not wait here by itself."""
    until = time.monotonic() + patience
    while True:
        try:
            base.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= until:
                raise
            time.sleep(0.01)
