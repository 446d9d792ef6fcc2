"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

PRIVATE = 0o600


def write_atomically(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write beside the target and rename over it, so that a reader sees old or new, never half.

    mode: the file's permissions; what the user's umask allows where it is None. Raises OSError.
    """
    handle, temporary = _new_file_beside(path, 0o666 if mode is None else mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _new_file_beside(path: Path, mode: int) -> tuple[int, Path]:
    """A file that nobody else has, opened for writing.

    The system applies the umask itself; to ask for it would mean to change it for all threads.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        temporary = path.with_name(f".{path.name[:40]}.{os.urandom(6).hex()}")
        with contextlib.suppress(FileExistsError):
            return os.open(temporary, flags, mode), temporary
