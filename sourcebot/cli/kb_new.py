"""`sourcebot kb new`: a small knowledge base that works, in a new folder."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from sourcebot.cli import streams
from sourcebot.knowledge.starting import new_folder, starter_files, title_of, write_files


def new(folder: str, title: str | None) -> int:
    """Write the starter into a folder that is new or empty; raises KnowledgeError otherwise."""
    files = starter_files(title_of(folder) if title is None else title, date.today())
    with new_folder(folder) as made:
        write_files(made, files)
    shown = folder.rstrip(os.sep) or folder
    streams.write_text(
        "".join(f"{Path(shown) / name}\n" for name in sorted(files))
        + f'\nnow: sourcebot --kb {shown} ask "can i get my money back"\n'
        f"     sourcebot --kb {shown} kb check\n"
        f"     sourcebot --kb {shown} kb test\n"
    )
    return 0
