"""The learners' file: SQLite in the user's data folder, one file, written a transaction at a time.

An answer is on the disk when it has been given, or not at all: with the rollback journal and full
synchronisation, a killed process loses at most the answer that it was just writing. Two processes
take turns. Whatever goes wrong is one LearningError that says what to do, and changes nothing.
"""

from __future__ import annotations

import os
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec.structs import replace

from sourcebot.errors import LearningError
from sourcebot.history import data_folder
from sourcebot.learning.records import Attended, Kept, Learner, Review
from sourcebot.learning.schema import migrate

FILE = "learners.sqlite3"
LONGEST_NAME = 80
_PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""
_SMALLEST = 512
"""Bytes of SQLite's smallest page; it takes a shorter file for an empty one and writes over it."""

Change = Callable[[Kept | None], tuple[Kept, Review]]
"""What an answer makes of what is remembered: the memory after it, and the entry in the log."""


class Store:
    """What is kept of all learners on this machine. A file that does not exist yet reads as empty.

    Every call opens and closes the file, so that a store may be shared between threads.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def for_user(cls) -> Store:
        """This user's file. Raises LearningError where there is no home folder to keep it in."""
        try:
            return cls(data_folder() / FILE)
        except RuntimeError as error:
            raise LearningError(
                f"there is no home folder to keep progress in ({error}); set SOURCEBOT_HOME"
            ) from error

    def learners(self) -> tuple[Learner, ...]:
        """Everybody, by name."""
        with self._reading() as db:
            return _learners(db)

    def find(self, name: str) -> Learner | None:
        """The learner of this name, in whatever case."""
        with self._reading() as db:
            return _named(db, name)

    def enrol(self, name: str, now: datetime) -> Learner:
        """The learner of this name, who begins now where there is none."""
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise LearningError(
                f"a learner's name has 1 to {LONGEST_NAME} characters that can be printed"
            )
        with self._writing() as db:
            if _named(db, name) is None:
                db.execute("INSERT INTO learner (name, since) VALUES (?, ?)", (name, _time(now)))
            found = _named(db, name)
        assert found is not None, "it was written a moment ago"
        return found

    def bases(self, learner: Learner) -> tuple[str, ...]:
        """The names of the knowledge bases from which somebody has learnt."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT kb FROM review WHERE learner = ? UNION "
                "SELECT kb FROM lesson WHERE learner = ? ORDER BY kb",
                (learner.id, learner.id),
            ).fetchall()
        return tuple(kb for (kb,) in rows)

    def kept(self, learner: Learner, kb: str) -> dict[str, Kept]:
        """What somebody remembers of a knowledge base: item -> memory."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT item, memory, digest, shown FROM card WHERE learner = ? AND kb = ?",
                (learner.id, kb),
            ).fetchall()
            return {item: _kept(*rest) for item, *rest in rows}

    def reviews(self, learner: Learner, kb: str) -> tuple[Review, ...]:
        """All answers of somebody to a knowledge base's exercises, the oldest first."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT review FROM review WHERE learner = ? AND kb = ? ORDER BY at, item",
                (learner.id, kb),
            ).fetchall()
            return tuple(msgspec.json.decode(text, type=Review) for (text,) in rows)

    def attended(self, learner: Learner, kb: str) -> dict[str, Attended]:
        """The lessons that somebody has begun: lesson -> when."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT lesson, attended FROM lesson WHERE learner = ? AND kb = ?",
                (learner.id, kb),
            ).fetchall()
            return {lesson: msgspec.json.decode(text, type=Attended) for lesson, text in rows}

    def answer(self, learner: Learner, kb: str, item: str, change: Change) -> Kept:
        """Keep an answer. `change` is called with what is remembered at that moment, under the
        lock, so that two processes cannot undo each other's answers.
        """  # noqa: D205
        with self._writing() as db:
            row = db.execute(
                "SELECT memory, digest, shown FROM card WHERE learner = ? AND kb = ? AND item = ?",
                (learner.id, kb, item),
            ).fetchone()
            kept, review = change(_kept(*row) if row is not None else None)
            _put(db, learner, kb, item, kept)
            _log(db, learner, kb, review)
        return kept

    def attend(self, learner: Learner, kb: str, lesson: str, now: datetime, *, done: bool) -> None:
        """Note that somebody begins a lesson, or is done with it."""
        with self._writing() as db:
            row = db.execute(
                "SELECT attended FROM lesson WHERE learner = ? AND kb = ? AND lesson = ?",
                (learner.id, kb, lesson),
            ).fetchone()
            before = msgspec.json.decode(row[0], type=Attended) if row is not None else None
            begun = before.begun if before is not None else now
            finished = now if done else before.finished if before is not None else None
            _put_lesson(db, learner, kb, lesson, Attended(begun, finished))

    def restore(
        self,
        learner: Learner,
        kb: str,
        kept: dict[str, Kept],
        reviews: tuple[Review, ...],
        attended: dict[str, Attended],
    ) -> None:
        """Put what another file holds in place of what is here for one base, at once or not."""
        with self._writing() as db:
            for table in ("card", "review", "lesson"):
                db.execute(f"DELETE FROM {table} WHERE learner = ? AND kb = ?", (learner.id, kb))
            for item, one in kept.items():
                _put(db, learner, kb, item, one)
            for review in reviews:
                _log(db, learner, kb, review)
            for lesson, times in attended.items():
                _put_lesson(db, learner, kb, lesson, times)

    def forget(self, learner: Learner) -> None:
        """Delete all that is kept of somebody for good: what was written is overwritten."""
        with self._writing() as db:
            db.execute("DELETE FROM learner WHERE id = ?", (learner.id,))
        with self._connected() as db:
            db.execute("VACUUM")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """The file as it is, or an empty one in memory where there is none."""
        if not self._size():
            with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
                migrate(db, self.path)
                yield db
            return
        with self._connected() as db:
            migrate(db, self.path)
            yield db

    def _size(self) -> int:
        """Bytes of the file, 0 where there is none. Raises LearningError."""
        try:
            size = self.path.stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return 0
        except OSError as error:
            raise LearningError(f"{self.path}: {_ADVICE['SQLITE_CANTOPEN']}") from error
        if 0 < size < _SMALLEST and self.path.is_file():
            raise LearningError(f"{self.path}: {_DAMAGED}")
        return size

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it, or nothing."""
        self._size()
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Private from the first byte on; SQLite gives its journal the same permissions.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise LearningError(
                f"{self.path}: cannot be written: {error.strerror or error}; nothing was kept"
            ) from error
        with self._connected() as db:
            migrate(db, self.path)
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)) as db:
                db.execute("PRAGMA foreign_keys = ON")
                db.execute("PRAGMA secure_delete = ON")
                db.execute("PRAGMA synchronous = FULL")
                yield db
        except sqlite3.Error as error:
            raise LearningError(f"{self.path}: {_what_to_do(error)}") from error
        except msgspec.DecodeError as error:
            raise LearningError(f"{self.path}: {_DAMAGED} ({error})") from error


_DAMAGED = (
    "is damaged; move it aside, and if there is an export, bring it back with `sourcebot learn "
    "import`; nothing was changed"
)
_ADVICE = {
    "SQLITE_FULL": "the disk is full, so this was not kept; free some space and try again",
    "SQLITE_READONLY": "may not be written, so this was not kept; make it writable, or name "
    "another folder with SOURCEBOT_HOME",
    "SQLITE_CANTOPEN": "cannot be opened; look at the permissions of the file and its folder",
    "SQLITE_PERM": "cannot be opened; look at the permissions of the file and its folder",
    "SQLITE_BUSY": "another process keeps it locked; close that one and try again",
    "SQLITE_IOERR": "cannot be read or written: the disk reports an error; nothing was kept",
    "SQLITE_CONSTRAINT": "this learner was forgotten in the meantime, so this was not kept; enrol "
    "again",
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_CORRUPT": _DAMAGED,
}


def _what_to_do(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "") or ""
    told = next((told for start, told in _ADVICE.items() if name.startswith(start)), None)
    return told if told is not None else f"{_DAMAGED} ({error})"


def _time(when: datetime) -> str:
    """A time as text that sorts by time."""
    return when.astimezone(UTC).isoformat(timespec="microseconds")


_COLUMNS = ("id", "name", "since")


def _learners(db: sqlite3.Connection) -> tuple[Learner, ...]:
    rows = db.execute(f"SELECT {', '.join(_COLUMNS)} FROM learner ORDER BY name").fetchall()
    return tuple(msgspec.convert(dict(zip(_COLUMNS, row, strict=True)), Learner) for row in rows)


def _named(db: sqlite3.Connection, name: str) -> Learner | None:
    # SQLite folds the case of ASCII letters alone, and knows nothing of composed umlauts.
    wanted = _folded(name)
    return next((one for one in _learners(db) if _folded(one.name) == wanted), None)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


def _kept(memory: str, digest: str, shown: str) -> Kept:
    return msgspec.convert(
        {
            "memory": msgspec.json.decode(memory),
            "digest": digest,
            "shown": msgspec.json.decode(shown),
        },
        Kept,
    )


def _put(db: sqlite3.Connection, learner: Learner, kb: str, item: str, kept: Kept) -> None:
    memory, shown = (msgspec.json.encode(part).decode() for part in (kept.memory, kept.shown))
    db.execute(
        "INSERT OR REPLACE INTO card (learner, kb, item, memory, digest, shown) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (learner.id, kb, item, memory, kept.digest, shown),
    )


def _log(db: sqlite3.Connection, learner: Learner, kb: str, review: Review) -> None:
    # By a clock that was set back, answers come at the same moment; none may replace another.
    same = "SELECT 1 FROM review WHERE learner = ? AND kb = ? AND at = ? AND item = ?"
    while db.execute(same, (learner.id, kb, _time(review.at), review.item)).fetchone():
        review = replace(review, at=review.at + timedelta.resolution)
    db.execute(
        "INSERT INTO review (learner, kb, at, item, review) VALUES (?, ?, ?, ?, ?)",
        (learner.id, kb, _time(review.at), review.item, msgspec.json.encode(review).decode()),
    )


def _put_lesson(
    db: sqlite3.Connection, learner: Learner, kb: str, lesson: str, attended: Attended
) -> None:
    db.execute(
        "INSERT OR REPLACE INTO lesson (learner, kb, lesson, attended) VALUES (?, ?, ?, ?)",
        (learner.id, kb, lesson, msgspec.json.encode(attended).decode()),
    )
