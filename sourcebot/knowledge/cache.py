"""Compiled forms: shipped inside a wheel, else in the user's cache folder.

They are written atomically, checked when read, and never needed: what cannot be read is made anew.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from sourcebot._version import __version__
from sourcebot.atomic import PRIVATE, write_atomically

KEEP, ROOM = 200, 100_000_000
"""So many files of a kind stay, and so many bytes: a process may work with many bases, and those of
a checkout get a new one with each edit."""
_MAKERS = ("knowledge", "routing", "dialogue", "dialogue/advising")
_SHIPPED = Path(__file__).resolve().parent.parent / "compiled"


def cache_folder() -> Path:
    """`$SOURCEBOT_CACHE`, or the platform's cache folder for this user."""
    override = os.environ.get("SOURCEBOT_CACHE")
    if override:
        return Path(override)
    import platformdirs

    return Path(platformdirs.user_cache_dir("sourcebot", appauthor=False))


def read_cached(kind: str, digest: str) -> bytes | None:
    """The compiled bytes, shipped or cached, or None where there are none to be had."""
    path = find_cached(kind, digest)
    try:
        return path.read_bytes() if path is not None else None
    except OSError:
        return None


def find_cached(kind: str, digest: str) -> Path | None:
    """The compiled file, shipped or cached, or None where there is none."""
    name = file_name(kind, digest)
    shipped = _SHIPPED / name
    if shipped.is_file():
        return shipped
    try:
        cached = cache_folder() / _stamped(name)
        return cached if cached.is_file() else None
    except (OSError, RuntimeError):
        return None


def write_cached(kind: str, digest: str, data: bytes) -> None:
    """Write atomically and drop the oldest of the same kind; silently not, where nothing can be."""
    with contextlib.suppress(OSError, RuntimeError):
        path = cache_folder() / _stamped(file_name(kind, digest))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data, PRIVATE)
        kept = [(p.stat(), p) for p in path.parent.glob(f"*-{kind}-*") if p != path]
        kept.sort(key=lambda found: (found[0].st_mtime_ns, found[1]), reverse=True)
        sizes = accumulate((found.st_size for found, _ in kept), initial=len(data))
        next(sizes)
        for number, ((_, stale), size) in enumerate(zip(kept, sizes, strict=True), start=2):
            if number > KEEP or size > ROOM:
                stale.unlink(missing_ok=True)


def _stamped(name: str) -> str:
    """The name in the user's cache, where changed code must not meet an older form."""
    return f"{_code_stamp()}-{name}"


@lru_cache(maxsize=1)
def _code_stamp() -> str:
    """Eight digits that change with the code that makes the forms.

    A released version is told by its number, but a checkout changes under one number.
    """
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    found = sorted(
        (entry.path, entry.stat().st_size, entry.stat().st_mtime_ns)
        for room in _MAKERS
        for entry in os.scandir(os.path.join(package, room))
        if entry.name.endswith((".py", ".bin"))
    )
    return f"{zlib.crc32(repr(found).encode()):08x}"


def file_name(kind: str, digest: str) -> str:
    """The name of a compiled form; another version of Sourcebot never reads it."""
    return f"{kind}-{__version__}-{digest[:32]}.json"
