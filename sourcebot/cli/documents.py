"""A document into the file that was asked for: whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from sourcebot.atomic import write_atomically


def refusal(path: str, *, keep: str | None) -> str | None:
    """Why a file cannot be written, as far as that shows beforehand.

    keep: a file that must not be written over.
    """
    try:
        if keep is not None and os.path.exists(path) and os.path.samefile(path, keep):
            return f"{path}: holds the answers; give --output another file"
    except (OSError, ValueError):
        pass  # what cannot be read is told when it is read
    folder = os.path.dirname(path) or os.curdir
    if os.path.isdir(path):
        return f"{path}: cannot be written: is a folder"
    if not os.path.isdir(folder):
        return f"{path}: cannot be written: no such folder"
    if not os.path.exists(path) and not os.access(folder, os.W_OK | os.X_OK):
        return f"{path}: cannot be written: permission denied"
    return None


def write_document(path: str, data: bytes) -> None:
    """Write the file, under the permissions that it has already. Raises OSError."""
    mode = None
    with contextlib.suppress(FileNotFoundError):
        mode = os.stat(path).st_mode
    if mode is not None and not stat.S_ISREG(mode):
        with open(path, "wb") as device:  # a device or a pipe must not be replaced by a file
            device.write(data)
        return
    write_atomically(
        Path(os.path.realpath(path)), data, stat.S_IMODE(mode) if mode is not None else None
    )
