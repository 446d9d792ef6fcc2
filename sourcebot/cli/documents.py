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
    if not path:
        return "--output is empty; give it the name of a file"
    try:
        reason = _fault(path, keep)
    except (OSError, ValueError) as error:
        reason = str(error)
    return f"{path}: cannot be written: {reason}" if reason is not None else None


def _fault(path: str, keep: str | None) -> str | None:
    folder = os.path.dirname(os.path.realpath(path))
    if os.path.isdir(path):
        return "is a folder"
    if not os.path.isdir(folder):
        return "no such folder"
    there = os.path.exists(path)
    if there and keep is not None and os.path.exists(keep) and os.path.samefile(path, keep):
        return "holds the answers"
    replaced = not there or os.path.isfile(path)
    if there and not os.access(path, os.W_OK):
        return "permission denied"
    if replaced and not os.access(folder, os.W_OK | os.X_OK):
        return f"permission denied in {folder}"
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
