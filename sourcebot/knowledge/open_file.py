"""A file that stays readable for as long as somebody holds it."""

from __future__ import annotations

import os
from pathlib import Path

_AT_ANY_PLACE = hasattr(os, "pread")


class OpenFile:
    """Bytes of a file from any place, for any number of threads.

    What was opened can be read to the end, also where the file was replaced or deleted since. (On
    Windows a file that is held open could not be; there it is opened for each reading.)
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self._handle: int | None = None
        self._path = path
        if _AT_ANY_PLACE:
            self._handle = os.open(path, os.O_RDONLY)

    def size(self) -> int:
        """How many bytes it has now. Raises OSError."""
        return (os.fstat(self._handle) if self._handle is not None else self._path.stat()).st_size

    def read(self, first: int, end: int) -> bytes:
        """The bytes from one place to another, fewer where the file ends. Raises OSError."""
        if self._handle is not None:
            return os.pread(self._handle, end - first, first)
        with self._path.open("rb", buffering=0) as file:
            file.seek(first)
            return file.read(end - first)

    def __del__(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)
