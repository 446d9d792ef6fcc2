"""Saved routers: JSON with a version and a checksum; refuses what is not its own."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sourcebot.atomic import write_atomically
from sourcebot.errors import RouterFileError

FORMAT = "sourcebot-router"
VERSION = 3


def write_router(path: Path, data: dict[str, Any]) -> None:
    """Write beside the target and rename over it. Raises OSError."""
    body = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    head = {"format": FORMAT, "version": VERSION, "sha256": _digest(body)}
    write_atomically(path, f"{json.dumps(head)}\n{body}".encode())


def read_router(path: Path) -> dict[str, Any]:
    """Read what `write_router` wrote. Raises OSError or RouterFileError."""
    try:
        head_line, _, body = path.read_text(encoding="utf-8").partition("\n")
        head = json.loads(head_line)
        version = head["version"] if head["format"] == FORMAT else None
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError):
        version = head = None
    if head is None or version is None:
        raise RouterFileError(f"{path}: not a saved router; make one with Router.save")
    if version != VERSION:
        raise RouterFileError(
            f"{path}: saved by another version (format {version}, this is {VERSION}); save it again"
        )
    if _digest(body) != head.get("sha256"):
        raise RouterFileError(f"{path}: the file is damaged or cut short; save it again")
    try:
        data: dict[str, Any] = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RouterFileError(f"{path}: holds no router; save it again") from error
    return data


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
