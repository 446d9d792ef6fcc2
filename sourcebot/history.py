"""What the user typed, kept on this machine: JSON lines in the user's data folder.

Keeping it is a convenience and never a reason to fail: a read-only home, a broken line or a second
process at work cost at most what could not be kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from sourcebot.atomic import PRIVATE, write_atomically

KEEP = 1000
_SLACK = 200
_LONGEST = 4_000
_READ_AT_MOST = 8_000_000
_LOCK_TRIES = 40
_OFF = {"0", "false", "no", "off"}


def data_folder() -> Path:
    """`$SOURCEBOT_HOME`, or the platform's data folder for this user."""
    override = os.environ.get("SOURCEBOT_HOME")
    if override:
        return Path(override)
    import platformdirs

    return Path(platformdirs.user_data_dir("sourcebot", appauthor=False))


class History:
    """Messages typed so far, oldest first; kept in memory only where `path` is None."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._texts = _read(path) if path is not None else []

    @classmethod
    def for_user(cls, *, wanted: bool = True) -> History:
        """This user's history; in memory only where unwanted or `SOURCEBOT_HISTORY=0`."""
        if not wanted or os.environ.get("SOURCEBOT_HISTORY", "").strip().lower() in _OFF:
            return cls()
        try:
            return cls(data_folder() / "history.jsonl")
        except RuntimeError:  # this user has no home folder
            return cls()

    @property
    def texts(self) -> tuple[str, ...]:
        """The messages, oldest first."""
        return tuple(self._texts)

    def add(self, text: str) -> None:
        """Remember a message, unless it is blank, very long, or the same as the one before."""
        text = text.strip()
        if not text or len(text) > _LONGEST or self._texts[-1:] == [text]:
            return
        self._texts = [*self._texts, text][-KEEP:]
        if self.path is not None:
            with contextlib.suppress(OSError):
                _append(self.path, text)


def _read(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _READ_AT_MOST))
            lines = file.read(_READ_AT_MOST).split(b"\n")
    except OSError:
        return []
    texts: list[str] = []
    for line in reversed(lines):
        text = _decode(line)
        if text is not None:
            texts.append(text)
        if len(texts) == KEEP:
            break
    return texts[::-1]


def _decode(line: bytes) -> str | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    text = record.get("text") if isinstance(record, dict) else None
    return text if isinstance(text, str) and 0 < len(text) <= _LONGEST else None


def _encode(text: str) -> bytes:
    return json.dumps({"text": text}).encode("ascii") + b"\n"


def _append(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            # A line cut short by a crash must not swallow this one.
            file.seek(max(0, size - 1))
            whole = size == 0 or file.read(1) == b"\n"
            file.write((b"" if whole else b"\n") + _encode(text))
            file.seek(max(0, size - _READ_AT_MOST))
            lines = file.read(_READ_AT_MOST).count(b"\n")
        if lines > KEEP + _SLACK or size > _READ_AT_MOST:
            write_atomically(path, b"".join(_encode(kept) for kept in _read(path)), PRIVATE)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other processes from adding a line to a file that is just being replaced.

    Where the platform or the file system knows no such lock, or another process sits on it,
    appending goes on without: typing must not wait.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    with open(path.with_suffix(".lock"), "ab") as file:
        for _ in range(_LOCK_TRIES):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.005)
            except OSError:
                break
        yield
