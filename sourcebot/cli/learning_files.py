"""What leaves and enters as files: exports, pages, the report on a team; and forgetting."""

from __future__ import annotations

import sys
import textwrap
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from sourcebot.answers.plain import plain_text
from sourcebot.cli import streams
from sourcebot.cli.documents import refusal, write_document
from sourcebot.cli.learning_who import checked_name, learner_named, tutor_for
from sourcebot.dialogue.bot import Bot
from sourcebot.errors import LearningError
from sourcebot.learning.exports import LARGEST, decoded
from sourcebot.learning.plain import counted
from sourcebot.learning.records import Learner
from sourcebot.learning.school import School
from sourcebot.learning.store import Store
from sourcebot.learning.transfer import Document, document_of, encoded, take_over
from sourcebot.learning.tutor import utc_now

NOTHING, FAULTY = 1, 2
STANDARD = "-"
_ENDINGS = {".html": "html", ".htm": "html", ".csv": "csv", ".md": "markdown"}


def run(options: Namespace, folder: str | None) -> int:
    """Do one of the actions on files; 2 where a file cannot be written."""
    output: str | None = getattr(options, "output", None)
    output = None if output == STANDARD else output
    wrong = refusal(output, keep=None) if output is not None else None
    if wrong is not None:
        streams.complain(wrong)
        return FAULTY
    match options.action:
        case "export":
            return _export(learner_named(options), output)
        case "import":
            return _import(options)
        case "forget":
            return _forget(learner_named(options), sure=options.yes)
        case "page":
            return _page(options, folder, output)
        case _:
            return _team(options, folder, output)


def _export(name: str, output: str | None) -> int:
    store = Store.for_user()
    learner = store.find(name)
    if learner is None:
        raise LearningError(f"nothing is kept of `{name}`{_others(store)}")
    return _deliver(encoded(document_of(store, learner)), output, "the export")


def _import(options: Namespace) -> int:
    given: str | None = getattr(options, "learner", None)
    document = _read(options.file)
    name = checked_name(document.learner.name if given is None else given)
    learner = take_over(Store.for_user(), document, utc_now(), name)
    streams.write_text(
        f'taken over for {learner.name}; see `sourcebot learn status --learner "{learner.name}"`\n'
    )
    return 0


def _read(path: str) -> Document:
    """The document in a file, or on standard input. Raises LearningError."""
    name = "standard input" if path == STANDARD else path
    try:
        if path == STANDARD:
            data = streams.read_bytes(LARGEST)
        else:
            with open(path, "rb") as file:
                data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LearningError(f"{name}: cannot be read: {reason}") from error
    return decoded(data, name, utc_now())


def _forget(name: str, *, sure: bool) -> int:
    store = Store.for_user()
    learner = store.find(name)
    if learner is None:
        streams.complain(f"nothing is kept of `{name}`{_others(store)}")
        return NOTHING
    if not sure and not streams.interactive():
        streams.complain("this deletes for good; say that it is meant with --yes")
        return FAULTY
    if not sure and not _meant(store, learner):
        streams.write_text("nothing was deleted\n")
        return NOTHING
    store.forget(learner)
    streams.write_text(f"all that was kept of {learner.name} is deleted\n")
    return 0


def _meant(store: Store, learner: Learner) -> bool:
    answers = sum(len(store.reviews(learner, kb)) for kb in store.bases(learner))
    told = (
        f"Delete all that is kept of {learner.name} ({counted(answers, 'answer')}) for good? "
        "`sourcebot learn export` would keep a copy."
    )
    streams.write_text(f"{textwrap.fill(told, streams.width())}\nType yes to delete: ")
    return next(streams.read_lines(), "").strip().casefold() in ("y", "yes")


def _others(store: Store) -> str:
    names = ", ".join(learner.name for learner in store.learners())
    return f"; there is {names} (--learner NAME)" if names else ""


def _page(options: Namespace, folder: str | None, output: str | None) -> int:
    from sourcebot.learning.reports import as_html, page_markdown

    tutor = tutor_for(folder, learner_named(options))
    answers = tutor.school.bot.composer.answers
    markdown = page_markdown(tutor.school, answers, tutor.standing())
    match _format(options, output):
        case "html":
            document = as_html(answers, markdown, tutor.school.base.stamp)
        case None if output is None and streams.is_terminal(sys.stdout):
            document = plain_text(markdown, streams.width()).strip("\n") + "\n"
        case _:
            document = markdown + "\n"
    return _deliver_text(document, output, "the page")


def _team(options: Namespace, folder: str | None, output: str | None) -> int:
    from sourcebot.learning.reports import as_html
    from sourcebot.learning.team import team_of
    from sourcebot.learning.team_report import team_csv, team_markdown

    documents = list(_documents(options.files))
    school = School(Bot.load(folder))
    team = team_of(school, documents, utc_now())
    answers = school.bot.composer.answers
    markdown = team_markdown(answers, team, school.course.title)
    match _format(options, output):
        case "csv":
            document = team_csv(team)
        case "html":
            document = as_html(answers, markdown, team.kb)
        case _:
            document = plain_text(markdown, streams.width()).strip("\n") + "\n"
    return _deliver_text(document, output, "the report")


def _documents(files: list[str]) -> Iterator[tuple[str, Document]]:
    """All learners of this machine and of the files, each with where they are from."""
    store = Store.for_user()
    for learner in store.learners():
        yield "", document_of(store, learner)
    for file in files:
        yield "standard input" if file == STANDARD else Path(file).name, _read(file)


def _format(options: Namespace, output: str | None) -> str | None:
    """The format that was asked for, by name or by the file's ending."""
    given: str | None = options.format
    if given is not None or output is None:
        return given
    return _ENDINGS.get(Path(output).suffix.casefold())


def _deliver_text(text: str, output: str | None, what: str) -> int:
    if output is None and streams.is_terminal(sys.stdout):
        streams.write_text(text)
        return 0
    return _deliver(streams.printable(text).encode(), output, what)


def _deliver(data: bytes, output: str | None, what: str) -> int:
    if output is None:
        streams.write_bytes(data)
        return 0
    try:
        write_document(output, data)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        streams.complain(f"{output}: cannot be written: {reason}")
        return FAULTY
    streams.complain(f"{what} is in {output}")
    return 0
