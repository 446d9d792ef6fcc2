"""`sourcebot kb test`: hold the transcripts, measure how phrases are routed, report both."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from sourcebot.cli import streams
from sourcebot.cli.documents import refusal, write_document
from sourcebot.cli.reports import Findings, as_json, as_junit, as_text, summary
from sourcebot.errors import KnowledgeError
from sourcebot.knowledge.examples_files import read_examples
from sourcebot.knowledge.facts import Place
from sourcebot.knowledge.folders import root_of

BROKEN = 2
FAILED = 1


def test(options: Namespace, folder: str | None) -> int:
    """Measure what the options name and print the report.

    1 where a transcript went differently or a recall is below what was asked for, 2 where
    something cannot be read or written.
    """
    fault = _fault(options)
    if fault is not None:
        streams.complain(fault)
        return BROKEN
    try:
        findings = _find(options, folder)
    except KnowledgeError as error:
        for problem in error.problems:
            streams.complain(str(problem))
        return BROKEN
    if not _write(findings, options):
        return BROKEN
    return FAILED if findings.failed else 0


def _fault(options: Namespace) -> str | None:
    if options.against is not None and options.examples is None:
        return "--against needs --examples: the file to learn from"
    if options.output is None:
        return None
    for given in (options.phrases, options.examples, options.against):
        if given is not None and os.path.realpath(given) == os.path.realpath(options.output):
            return f"{options.output}: cannot be written: holds the phrases"
    return refusal(options.output, keep=None)


def _find(options: Namespace, folder: str | None) -> Findings:
    from sourcebot.dialogue import cross_validation as trying
    from sourcebot.dialogue.bot import Bot
    from sourcebot.dialogue.measuring import measure
    from sourcebot.dialogue.transcripts import run_transcripts

    if options.examples is not None:
        train = read_examples(options.examples)
        if options.against is None:
            how = f"a router on {options.examples}, each phrase left out of what it learnt"
            return Findings(how, measure(trying.rows_unseen(train)), options.min_recall)
        how = f"a router that learnt from {options.examples}, on {options.against}"
        rows = trying.rows_against(train, read_examples(options.against))
        return Findings(how, measure(rows), options.min_recall)
    asked = read_examples(options.phrases) if options.phrases is not None else None
    bot = Bot.load(folder)
    stamp = bot.knowledge.stamp
    if asked is not None:
        how = f"the phrases of {options.phrases}, asked of {stamp}"
        rows = trying.rows_of_bot(bot, asked)
        return Findings(how, measure(rows), options.min_recall, kb=stamp)
    root = root_of(folder)
    transcripts = tuple(
        (result.name, _below(root, result.place), result.failures)
        for result in run_transcripts(bot)
    )
    how = f"the phrases of {stamp}, each left out of what the router learnt"
    rows = trying.rows_of_base(bot, root)
    return Findings(how, measure(rows), options.min_recall, kb=stamp, transcripts=transcripts)


def _below(root: Path, place: Place) -> Place:
    return Place(str(root / place.file), place.line)


def _write(findings: Findings, options: Namespace) -> bool:
    """Whether the report was written."""
    if options.format == "text" and options.output is None:
        streams.write_text(as_text(findings))
        return True
    match options.format:
        case "json":
            document = as_json(findings)
        case "junit":
            document = as_junit(findings)
        case _:
            document = streams.printable(as_text(findings)).encode()
    if options.output is None:
        streams.write_bytes(document)
        return True
    try:
        write_document(options.output, document)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        streams.complain(f"{options.output}: cannot be written: {reason}")
        return False
    streams.write_text(f"{options.output}: {summary(findings)}\n")
    return True
