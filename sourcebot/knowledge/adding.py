"""New files into a knowledge base: all of them or none, and never over what is there."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from sourcebot.errors import KnowledgeError, Problem
from sourcebot.knowledge.folders import RawBase, RawFile, read_base
from sourcebot.knowledge.loader import compile_base
from sourcebot.knowledge.starting import new_folder, write_files


def begin_base(folder: str | os.PathLike[str], files: Mapping[str, str]) -> None:
    """Make a knowledge base of these files in a folder that is new or empty.

    Raises KnowledgeError, with the folder as it was, where it holds anything, where it cannot be
    written to, or where the files make no base.
    """
    with new_folder(folder) as made:
        write_files(made, files)
        compile_base(read_base(made))


def add_to_base(folder: str | os.PathLike[str], files: Mapping[str, str]) -> None:
    """Add these files to the base in a folder.

    Raises KnowledgeError, with the folder as it was, where one of them exists, cannot be written,
    or does not fit what is there.
    """
    root = Path(folder)
    raw = read_base(root)
    added = (RawFile(name, str(root / name), text.encode()) for name, text in files.items())
    every = tuple(sorted((*raw.files, *added), key=lambda file: file.name))
    compile_base(RawBase(every, raw.content, raw.digest))
    try:
        _add(root, files)
    except OSError as error:
        where = str(error.filename or folder)
        told = f"cannot be written: {error.strerror or error}; nothing was added"
        raise KnowledgeError([Problem(where, 0, told)]) from error


def _add(root: Path, files: Mapping[str, str]) -> None:
    beside = Path(tempfile.mkdtemp(dir=root, prefix=".import."))  # hidden: no part of the base
    undo = contextlib.ExitStack()
    try:
        write_files(beside, files)
        for name in files:
            target = root / name
            if not target.parent.is_dir():
                target.parent.mkdir()
                undo.callback(_drop, os.rmdir, target.parent)
            _place(beside / name, target)
            undo.callback(_drop, os.unlink, target)
        undo.pop_all()
    finally:
        undo.close()
        shutil.rmtree(beside, ignore_errors=True)


def _place(written: Path, target: Path) -> None:
    """Give a whole file its name, unless somebody has the name already."""
    try:
        os.link(written, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        with open(target, "xb") as file:
            file.write(written.read_bytes())


def _drop(how: Callable[[Path], None], path: Path) -> None:
    with contextlib.suppress(OSError):
        how(path)
