"""Where knowledge and content are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from sourcebot.errors import KnowledgeError, Problem

MAX_FILES = 5_000
MAX_TOTAL_BYTES = 60_000_000
_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(name: str) -> Path:
    """The shipped `kb` or `content` folder."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def root_of(folder: str | os.PathLike[str] | None) -> Path:
    """A knowledge base's folder: the shipped one for None."""
    return Path(folder) if folder is not None else shipped("kb")


class RawFile(Struct, frozen=True):
    """A file as read: `name` is its path inside the base, `shown` the path a curator recognises."""

    name: str
    shown: str
    data: bytes


class RawBase(Struct, frozen=True):
    """All bytes a knowledge base is made from, and their digest."""

    files: tuple[RawFile, ...]
    content: tuple[RawFile, ...]
    digest: str


def read_base(folder: str | os.PathLike[str] | None) -> RawBase:
    """Read a knowledge base folder and the content that belongs to it.

    The folder's own `content/` overrides the shipped content file by file.
    Raises KnowledgeError where the folder or one of its files cannot be read.
    """
    root = root_of(folder)
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "no such folder"
        raise KnowledgeError([Problem(str(root), 0, f"{what}; give --kb a knowledge base folder")])
    if not any((root / f"kb{end}").is_file() for end in (".yaml", ".yml")):
        raise KnowledgeError(
            [Problem(str(root), 0, "no kb.yaml in it; give --kb a knowledge base folder")]
        )
    files = _read_folder(root, _YAML, skip=root / "content")
    content = {file.name: file for file in _read_folder(shipped("content"), _CONTENT)}
    if (root / "content").is_dir():
        content |= {file.name: file for file in _read_folder(root / "content", _CONTENT)}
    ordered = tuple(content[name] for name in sorted(content))
    digest = hashlib.sha256()
    for file in (*files, *ordered):
        digest.update(f"{file.name}\0{len(file.data)}\0".encode("utf-8", "surrogateescape"))
        digest.update(file.data)
    return RawBase(files, ordered, digest.hexdigest())


_YAML = (".yaml", ".yml")
_CONTENT = (".j2", *_YAML, ".txt")
_SETTLED = 2_000_000_000
"""Nanoseconds after which a file's times tell every later change of it, on any file system."""


def fingerprint(folder: str | os.PathLike[str] | None) -> str | None:
    """What the times and sizes of a base's files come to: equal ones mean equal bytes.

    It costs a fraction of reading them. None where it cannot be told: a file was changed a moment
    ago (a second change might leave its times as they are), or the folder cannot be read.
    """
    root, own = root_of(folder), root_of(folder) / "content"
    seen: list[tuple[str, int, int, int]] = []
    try:
        for path in (
            *_walk(str(root), _YAML, str(own)),
            *(_walk(str(own), _CONTENT, "") if own.is_dir() else ()),
            *_walk(str(shipped("content")), _CONTENT, ""),
        ):
            found = os.stat(path)
            seen.append((path, found.st_size, found.st_mtime_ns, found.st_ctime_ns))
    except OSError:
        return None
    latest = max((max(times) for _, _, *times in seen), default=0)
    if latest > time.time_ns() - _SETTLED:
        return None
    return hashlib.sha256(repr(seen).encode("utf-8", "surrogateescape")).hexdigest()


def _read_folder(
    root: Path, endings: tuple[str, ...], skip: Path | None = None
) -> tuple[RawFile, ...]:
    found: list[RawFile] = []
    inside = os.path.join(root, "")
    total = 0
    try:
        for path in _walk(str(root), endings, str(skip)):
            data = _read(path, MAX_TOTAL_BYTES - total)
            total += len(data)
            if len(found) >= MAX_FILES or total > MAX_TOTAL_BYTES:
                raise KnowledgeError(
                    [Problem(str(root), 0, "too many or too large files for a knowledge base")]
                )
            name = path.removeprefix(inside).replace(os.sep, "/")
            found.append(RawFile(name, path, data))
    except OSError as error:
        reason = error.strerror or str(error)
        where = str(error.filename or root)
        raise KnowledgeError([Problem(where, 0, f"cannot be read: {reason}")]) from error
    return tuple(sorted(found, key=lambda file: file.name))


def _walk(folder: str, endings: tuple[str, ...], skip: str) -> Iterator[str]:
    """The files below a folder that may belong to a base; hidden ones do not. Raises OSError."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.startswith(".") or entry.path == skip:
                continue
            if entry.is_dir():
                yield from _walk(entry.path, endings, skip)
            elif entry.name.endswith(endings):
                yield entry.path


def _read(path: str, at_most: int) -> bytes:
    """A plain file's bytes (one more than `at_most` where it is longer). Raises OSError."""
    if not path.isprintable() or not _is_text(path):
        shown = path.encode("utf-8", "backslashreplace").decode()
        raise KnowledgeError([Problem(shown, 0, "the name is not plain text; rename the file")])
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise KnowledgeError([Problem(path, 0, "is no plain file; take it out of the folder")])
    with open(path, "rb") as file:
        # Room for `at_most` would be set aside for every small file.
        return file.read() if found.st_size <= at_most else file.read(at_most + 1)


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
