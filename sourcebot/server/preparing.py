"""An edited base is compiled in a process of its own: beside the answering, in one process, it
would slow every answer down for as long as it takes.
"""  # noqa: D205

from __future__ import annotations

import contextlib
import subprocess
import sys

from sourcebot.knowledge.cache import cache_folder, find_cached
from sourcebot.knowledge.folders import read_base

LARGE = 100_000
"""Bytes of YAML from which starting a process takes less time than compiling a base."""
PATIENCE = 300.0
"""Seconds after which the base is compiled here, be that as slow as it may."""
_PROGRAM = """\
import sys
from sourcebot import Bot
try:
    from fcntl import LOCK_EX, flock
    lock = open(sys.argv[2], "ab")
    flock(lock, LOCK_EX)
except (ImportError, OSError):
    pass
Bot.load(sys.argv[1] or None).adviser
"""
"""One after the other, where the system has such locks: of several workers one compiles what they
all see edited, and the others find it in the cache."""


def prepare(folder: str | None) -> None:
    """Leave the compiled form of a base in the cache, where it takes long to make.

    Where that does not work out nothing is lost: whoever loads the base makes the form themselves,
    or is told what is wrong with it. Takes as long as compiling: call it outside of the event loop.
    Raises KnowledgeError where the folder cannot be read.
    """
    base = read_base(folder)
    if sum(len(file.data) for file in base.files) < LARGE or not sys.executable:
        return
    if find_cached("index", base.digest) is not None:
        return
    with contextlib.suppress(OSError, RuntimeError, subprocess.SubprocessError):
        lock = cache_folder() / "compiling.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, "-P", "-c", _PROGRAM, folder or "", str(lock)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
        )
