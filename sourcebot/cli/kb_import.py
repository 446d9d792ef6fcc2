"""`sourcebot kb import`: questions and answers from an export, as files to be reviewed."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from sourcebot.cli import streams
from sourcebot.errors import KnowledgeError, Problem
from sourcebot.knowledge.adding import add_to_base, begin_base
from sourcebot.knowledge.asked_files import Asked, read_asked
from sourcebot.knowledge.folders import read_base
from sourcebot.knowledge.gathering import Gathered, gather
from sourcebot.knowledge.importing import Import, Setting, as_files
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.knowledge.starting import title_of

LEFT_OUT = 1
BROKEN = 2
MOST_SHOWN = 20
MOST_ASKED = 1000
"""More questions than these are not asked back: it takes a few milliseconds each."""


def import_files(options: Namespace, folder: str | None) -> int:
    """Import the files and say what became of them.

    1 where a row was left out because another one holds, 2 where nothing could be imported.
    """
    into = options.into or folder
    if into is None:
        streams.complain("into which knowledge base? give --into DIR, a new folder or one of yours")
        return BROKEN
    try:
        return _import(options, into)
    except KnowledgeError as error:
        for problem in error.problems:
            streams.complain(str(problem))
        return BROKEN


def _import(options: Namespace, into: str) -> int:
    rows = _read(options.files)
    base, taken = None, frozenset[str]()
    if _is_base(into):
        base = KnowledgeBase.load(into)
        taken = frozenset(file.name for file in read_base(into).files)
    gathered = gather(rows, base)
    title = base.identity.title if base is not None else options.title or title_of(into)
    name = os.path.basename(options.files[0])
    made = as_files(gathered, Setting(name, title, date.today(), options.hold_out, base, taken))
    if made.files and base is None:
        begin_base(into, made.files)
    elif made.files:
        add_to_base(into, made.files)
    _tell(rows, gathered)
    if not made.files:
        streams.write_text(f"nothing new for {into}; no file was written\n")
    else:
        _tell_of_files(made, into)
        _ask_back(made, into)
    return LEFT_OUT if gathered.conflicts else 0


def _read(files: Sequence[str]) -> list[Asked]:
    rows: list[Asked] = []
    problems: list[Problem] = []
    for file in files:
        try:
            rows += read_asked(file)
        except KnowledgeError as error:
            problems += error.problems
    if problems:
        raise KnowledgeError(problems)
    return rows


def _is_base(folder: str) -> bool:
    return any((Path(folder) / f"kb{end}").is_file() for end in (".yaml", ".yml"))


def _tell(rows: Sequence[Asked], gathered: Gathered) -> None:
    """What was left out, and how much is left."""
    for notes in (gathered.conflicts, gathered.duplicates):
        lines = [f"{note}\n" for note in notes[:MOST_SHOWN]]
        if len(notes) > MOST_SHOWN:
            lines.append(f"... and {len(notes) - MOST_SHOWN:,} more of this kind\n")
        streams.write_text("".join(lines))
    twice, clashing = len(gathered.duplicates), len(gathered.conflicts)
    streams.write_text(
        f"{len(rows):,} rows: {len(gathered.answers):,} new answers, {gathered.asked:,} new ways "
        f"to ask; left out: {twice:,} repeated, {clashing:,} in conflict\n"
    )


def _tell_of_files(made: Import, into: str) -> None:
    streams.write_text("".join(f"wrote {Path(into) / name}\n" for name in sorted(made.files)))


def _ask_back(made: Import, into: str) -> None:
    """Ask the new base what it has learnt and what it has not, and say how it did."""
    from sourcebot.dialogue.bot import Bot

    streams.write_aside("learning ...\n")
    bot = Bot.load(into)
    for what, pairs in (("learnt", made.learnt), ("held out", made.held)):
        known = [pair for pair in pairs if bot.knowledge.entry(pair[1], ()) is not None]
        asked = list(_spread(known, MOST_ASKED))
        replies = ((bot.ask(text), text, id) for text, id in asked)
        missed = [
            (text, id)
            for reply, text, id in replies
            if (reply.status, reply.intent) != ("answered", id)
        ]
        for text, id in missed[:MOST_SHOWN]:
            streams.write_text(f"not found again: “{text}” of `{id}`\n")
        if asked:
            right = len(asked) - len(missed)
            streams.write_text(
                f"asked back, {what}: {right:,} of {len(asked):,} find their answer\n"
            )


def _spread(pairs: Sequence[tuple[str, str]], most: int) -> Iterable[tuple[str, str]]:
    step = max(1.0, len(pairs) / most)
    return (pairs[int(number * step)] for number in range(min(len(pairs), most)))
