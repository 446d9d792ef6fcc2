"""`sourcebot advise`: the guided advice, asked line by line or from a file with all answers."""

from __future__ import annotations

import gc
import sys
import textwrap
from argparse import Namespace
from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from sourcebot.answers.render import Answers
from sourcebot.cli import streams
from sourcebot.cli.documents import refusal, write_document
from sourcebot.dialogue.advising.counsel import Counsel
from sourcebot.knowledge.model import KnowledgeBase

if TYPE_CHECKING:
    from sourcebot.advice.result import Recommendation
    from sourcebot.dialogue.advising.adviser import Adviser
    from sourcebot.dialogue.advising.state import Advising
    from sourcebot.dialogue.bot import Bot
    from sourcebot.dialogue.reply import Reply
    from sourcebot.knowledge.advice_model import Conflict
    from sourcebot.knowledge.answers_file import Given

NO_RESULT = 1
UNUSABLE = 2
STANDARD = "-"
_ENDINGS = {".html": "html", ".htm": "html", ".json": "json"}
_AFRESH = ("/new", "/clear")


class _Wanted(Struct, frozen=True):
    """How the result is wanted: as a document in a format, or as text (None); and in which file."""

    format: str | None
    output: str | None

    @property
    def aside(self) -> bool:
        """Whether standard output is to hold the document and nothing else."""
        return self.format is not None and self.output is None


def advise(options: Namespace, folder: str | None) -> int:
    """Recommend what the answers come to; 1 where no recommendation was reached, 2 on faults."""
    wanted = _wanted(options)
    wrong = _misuse(options, wanted)
    if wrong is not None:
        streams.complain(wrong)
        return UNUSABLE
    base = KnowledgeBase.load(folder)
    if not base.can_advise:
        streams.complain(f"{base.stamp}: has no criteria to advise by; give --kb a base that does")
        return UNUSABLE
    if options.list:
        return _list(Counsel(base, Answers(base)), as_json=options.json)
    if options.answers is not None:
        return _from_file(Counsel(base, Answers(base)), options.answers, wanted)
    return _asked(base, wanted)


def _wanted(options: Namespace) -> _Wanted:
    output = None if options.output == STANDARD else options.output
    if options.format is not None:
        return _Wanted(options.format, output)
    if output is not None:
        ending = output[output.rfind(".") :].casefold()
        return _Wanted(_ENDINGS.get(ending, "markdown"), output)
    read_on = options.output == STANDARD or not streams.is_terminal(sys.stdout)
    return _Wanted("markdown" if options.answers is not None and read_on else None, None)


def _misuse(options: Namespace, wanted: _Wanted) -> str | None:
    """What is wrong with the options, on one line."""
    see = "(see `sourcebot advise --help`)"
    if options.list and (options.answers, options.format, options.output) != (None, None, None):
        return f"--list shows the questions; it goes with --json alone {see}"
    if options.json and not options.list:
        return f"--json goes with --list; for the result use --format json {see}"
    return refusal(wanted.output, keep=options.answers) if wanted.output is not None else None


def _list(counsel: Counsel, *, as_json: bool) -> int:
    listing = counsel.listing()
    if as_json:
        streams.write_bytes(msgspec.json.encode(listing) + b"\n")
        return 0
    width = streams.width()
    blocks = []
    for criterion in listing["criteria"]:
        answers = criterion["answers"]
        column = max(len(answer["id"]) for answer in answers)
        lines = [criterion["id"], _block(criterion["text"], "  ", "  ", width)]
        for answer in answers:
            lead = f"    {answer['id']:<{column}}  "
            lines.append(_block(answer["label"], lead, " " * len(lead), width))
        blocks.append("\n".join(lines) + "\n")
    streams.write_text("\n".join(blocks))
    return 0


def _block(text: str, lead: str, rest: str, width: int) -> str:
    return textwrap.fill(
        text,
        max(width, len(lead) + 20),
        initial_indent=lead,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _from_file(counsel: Counsel, path: str, wanted: _Wanted) -> int:
    from sourcebot.knowledge.answers_file import MAX_BYTES, read_answers

    name = "standard input" if path == STANDARD else path
    try:
        data = _read(path, MAX_BYTES)
    except (OSError, ValueError) as error:
        streams.complain(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}")
        return UNUSABLE
    given, problems = read_answers(data, name, counsel.advice)
    for problem in problems:
        streams.complain(str(problem))
    if problems:
        return UNUSABLE
    answers = {id: told.answer for id, told in given.items()}
    for conflict in counsel.contradictions(answers):
        streams.complain(_contradiction(conflict, given, name))
    return _deliver(counsel, counsel.recommend(answers), None, wanted)


def _read(path: str, at_most: int) -> bytes:
    if path == STANDARD:
        return streams.read_bytes(at_most)
    with open(path, "rb") as file:
        return file.read(at_most + 1)


def _contradiction(conflict: Conflict, given: dict[str, Given], file: str) -> str:
    """One line with the place of both answers."""
    told = sorted((given[id].line, id, given[id].answer) for id in conflict.answers)
    answers = " and ".join(f"`{id}: {answer}` ({file}:{line})" for line, id, answer in told)
    return (
        f"{file}:{told[0][0]}: warning: {answers} contradict each other, so both count as unknown: "
        f"{conflict.says} Correct one of them."
    )


def _deliver(counsel: Counsel, result: Recommendation, task: str | None, wanted: _Wanted) -> int:
    """Print or write the result; 2 where the file cannot be written."""
    if wanted.format is None:
        from sourcebot.cli.replies import cited_text

        streams.write_text(cited_text(*counsel.as_markdown(result, task), streams.width()) + "\n")
        return 0
    document = _document(counsel, result, task, wanted.format)
    if wanted.output is None:
        streams.write_bytes(document)
        return 0
    try:
        write_document(wanted.output, document)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        streams.complain(f"{wanted.output}: cannot be written: {reason}")
        return UNUSABLE
    streams.complain(f"the recommendation is in {wanted.output}")
    return 0


def _document(counsel: Counsel, result: Recommendation, task: str | None, format: str) -> bytes:
    if format == "json":
        return msgspec.json.encode(counsel.as_json(result)) + b"\n"
    as_text = counsel.as_page if format == "html" else counsel.as_document
    return streams.printable(as_text(result, task)).encode()


def _asked(base: KnowledgeBase, wanted: _Wanted) -> int:
    """Ask until there is a recommendation, or somebody leaves."""
    from sourcebot.cli.chat import talk
    from sourcebot.cli.replies import reply_text
    from sourcebot.dialogue.bot import Bot

    gc.enable()  # there may be many turns; `main` switched it off for one answer
    bot = Bot(base)
    assert bot.adviser is not None, "the base can advise"
    say = streams.write_aside if wanted.aside else streams.write_text
    prompted = streams.interactive(aside=wanted.aside)
    guided = _Guided(bot, bot.adviser)
    first = guided.begin()
    if prompted:
        say(f"{base.identity.title}\n/quit leaves, /new begins again.\n")
    try:
        for reply in chain([first], talk(guided.send, say, first.suggestions)):
            if reply.status == "recommended":
                say("\n" if prompted else "")
                return _conclude(bot.adviser, guided.state, wanted)
            text = reply_text(reply, streams.width(), numbered=True)
            say(f"\n{text}\n> " if prompted else f"{text}\n")
    except KeyboardInterrupt:
        _leave(guided.state, say)
        raise
    if prompted and wanted.aside:
        say("\n")  # as `talk` does on standard output
    _leave(guided.state, say)
    return NO_RESULT


class _Guided:
    """A conversation that is about the advice from its first turn on."""

    def __init__(self, bot: Bot, adviser: Adviser) -> None:
        self._bot = bot
        self._adviser = adviser

    def begin(self) -> Reply:
        """The first turn, with nothing known yet."""
        from sourcebot.dialogue.bot import Conversation
        from sourcebot.dialogue.context import Context

        turn = self._adviser.begin({})
        context = Context(offered=turn.reply.suggestions, advising=turn.state)
        self._conversation = Conversation(self._bot, context)
        return turn.reply

    def send(self, text: str) -> Reply:
        """Answer one message."""
        if text.strip().casefold() in _AFRESH:
            return self.begin()
        return self._conversation.send(text)

    @property
    def state(self) -> Advising:
        """Where the advice stands."""
        from sourcebot.dialogue.advising.state import Advising

        return msgspec.convert(self._conversation.dump()["context"]["advising"], Advising)


def _conclude(adviser: Adviser, state: Advising, wanted: _Wanted) -> int:
    """Deliver the result of a conversation; where the file fails, the result is shown at least."""
    result = adviser.recommend(state.answers, state.possible)
    code = _deliver(adviser, result, state.task, wanted)
    if code and wanted.output is not None:
        _deliver(adviser, result, state.task, _Wanted(None, None))
    return code


def _leave(state: Advising, say: Callable[[str], None]) -> None:
    """Hand back the answers given so far, so that nothing is lost."""
    from sourcebot.knowledge.answers_file import write_answers

    if not state.answers:
        streams.complain("no recommendation was reached")
        return
    say(f"\n{write_answers(state.answers)}\n")
    streams.complain(
        "no recommendation was reached; for one from the answers so far, save them as a file and "
        "give it with --answers"
    )
