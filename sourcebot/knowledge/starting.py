"""A knowledge base in a new folder: the files of the starter, there all at once or not at all."""

from __future__ import annotations

import os
import shutil
import string
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sourcebot.errors import KnowledgeError, Problem
from sourcebot.knowledge.folders import shipped
from sourcebot.knowledge.written import identifier, one_line, scalar

ENDING = ".tmpl"
"""So ends what is copied. It is no ending of content, or each base would be made of it."""
LONGEST_TITLE = 200
_ELSEWHERE = f"elsewhere{ENDING}"


def starter_files(title: str, today: date) -> dict[str, str]:
    """The files of a small base that works, by their names in it.

    title: what it is about; today: the day on which its sources count as read. Raises
    KnowledgeError where there is no title in it, and OSError where the starter cannot be read.
    """
    root = shipped("content") / "starter" / "base"
    values = {**naming(title), "today": today.isoformat()}
    return {
        path.relative_to(root).as_posix().removesuffix(ENDING): string.Template(
            path.read_text("utf-8")
        ).substitute(values)
        for path in sorted(root.rglob(f"*{ENDING}"))
    }


def title_of(folder: str | os.PathLike[str]) -> str:
    """A title for the base in a folder, made of the folder's name."""
    words = Path(os.path.realpath(folder)).name.replace("-", " ").replace("_", " ")
    line = one_line(words)[:LONGEST_TITLE]
    return line[:1].upper() + line[1:] or "Our knowledge"


def naming(title: str) -> dict[str, str]:
    """`name` and `title` of kb.yaml for a title, as YAML scalars; KnowledgeError if it is none."""
    line = one_line(title)
    if not line or len(line) > LONGEST_TITLE:
        told = f"a title has 1 to {LONGEST_TITLE} characters; give another --title"
        raise KnowledgeError([Problem("--title", 0, told)])
    return {"name": identifier(line, "base"), "title": scalar(line)}


def elsewhere() -> tuple[str, ...]:
    """Messages that hardly any base is about. Raises OSError where they cannot be read."""
    text = (shipped("content") / "starter" / _ELSEWHERE).read_text("utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@contextmanager
def new_folder(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """A folder to write to beside the one that is wanted, which it becomes when all went well.

    Nothing is written over: raises KnowledgeError where the wanted folder holds anything or cannot
    be made.
    """
    wanted = _refuse_unless_free(folder)
    try:
        beside = wanted if wanted.is_dir() else wanted.parent  # on the same file system
        hidden = Path(tempfile.mkdtemp(dir=beside, prefix=f".{wanted.name[:40]}."))
        # Unlike mkdtemp this leaves the permissions to the user's umask.
        (made := hidden / "base").mkdir()
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        yield made
        try:
            _move(made, wanted)
        except OSError as error:
            raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write files by their names inside a folder; raises KnowledgeError where one cannot be."""
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise _unwritable(folder, error) from error


def _refuse_unless_free(folder: str | os.PathLike[str]) -> Path:
    """The real path of a folder that is not there or is empty."""
    shown = os.fspath(folder)
    try:
        wanted = Path(os.path.realpath(shown))
        if not wanted.parent.is_dir():
            raise KnowledgeError([Problem(shown, 0, "no folder to make it in; make that first")])
        if wanted.is_dir():
            full = next(wanted.iterdir(), None) is not None
            what = "holds files already, and none is written over; name a new folder"
        else:
            full, what = os.path.lexists(wanted), "is no folder; name a new one"
    except (OSError, ValueError) as error:
        raise _unwritable(folder, error) from error
    if full:
        raise KnowledgeError([Problem(shown, 0, what)])
    return wanted


def _move(made: Path, wanted: Path) -> None:
    """Put the finished folder in its place; an empty one that is there stays the same folder.

    A shell may stand in it, or a container's volume be mounted there.
    """
    if not wanted.is_dir():
        os.rename(made, wanted)
        return
    moved: list[Path] = []
    try:
        for entry in sorted(made.iterdir()):
            os.rename(entry, wanted / entry.name)
            moved.append(wanted / entry.name)
    except BaseException:
        for entry in moved:
            os.rename(entry, made / entry.name)
        raise


def _unwritable(folder: str | os.PathLike[str], error: Exception) -> KnowledgeError:
    reason = getattr(error, "strerror", None) or error
    return KnowledgeError([Problem(os.fspath(folder), 0, f"cannot be written: {reason}")])
