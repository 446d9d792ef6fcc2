"""The learners' database: its tables, and how an older one becomes one of today."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sourcebot.errors import LearningError

APPLICATION = 0x50B07EA1
"""Marks the file as one of Sourcebot's learners, in the header that SQLite keeps for this."""

_MIGRATIONS = (
    (
        """CREATE TABLE learner (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE COLLATE NOCASE,
            since TEXT NOT NULL
        )""",
        """CREATE TABLE card (
            learner INTEGER NOT NULL REFERENCES learner ON DELETE CASCADE,
            kb TEXT NOT NULL,
            item TEXT NOT NULL,
            memory TEXT NOT NULL,
            digest TEXT NOT NULL,
            shown TEXT NOT NULL,
            PRIMARY KEY (learner, kb, item)
        ) WITHOUT ROWID""",
        """CREATE TABLE review (
            learner INTEGER NOT NULL REFERENCES learner ON DELETE CASCADE,
            kb TEXT NOT NULL,
            at TEXT NOT NULL,
            item TEXT NOT NULL,
            review TEXT NOT NULL,
            PRIMARY KEY (learner, kb, at, item)
        ) WITHOUT ROWID""",
        """CREATE TABLE lesson (
            learner INTEGER NOT NULL REFERENCES learner ON DELETE CASCADE,
            kb TEXT NOT NULL,
            lesson TEXT NOT NULL,
            attended TEXT NOT NULL,
            PRIMARY KEY (learner, kb, lesson)
        ) WITHOUT ROWID""",
    ),
)
"""Each takes the tables one version further; what has been released is never edited."""
VERSION = len(_MIGRATIONS)


def check_version(db: sqlite3.Connection, path: Path) -> int:
    """The version of an opened file, 0 for an empty one.

    Raises LearningError where it is somebody else's, or a newer Sourcebot's.
    """
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    application: int = db.execute("PRAGMA application_id").fetchone()[0]
    empty = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if empty and version == 0:
        return 0
    if application != APPLICATION:
        raise LearningError(f"{path}: is no file of learners; name another with SOURCEBOT_HOME")
    if version > VERSION:
        raise LearningError(
            f"{path}: was written by a newer Sourcebot (its version is {version}, this one knows "
            f"{VERSION}); update Sourcebot; nothing was changed"
        )
    return version


def migrate(db: sqlite3.Connection, path: Path) -> None:
    """Bring the tables to today's version, all steps at once or none. Raises LearningError."""
    if check_version(db, path) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited for the lock.
        for step in _MIGRATIONS[check_version(db, path) :]:
            for statement in step:
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
