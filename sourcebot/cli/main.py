"""The entry point: which command runs, and what happens when it cannot."""

from __future__ import annotations

import gc
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sourcebot.cli import streams
from sourcebot.cli.arguments import build_parser
from sourcebot.errors import SourcebotError

USAGE = 2
INTERNAL = 70
INTERRUPTED = 130
HUNG_UP = 141

_NO_TERMINAL = (
    "the chat needs a terminal, and this is none; for one question use "
    '`sourcebot ask "..."`, for a conversation over lines `sourcebot chat` '
    "(see `sourcebot --help`)"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name and return its exit code.

    Whatever goes wrong ends in one line on standard error; SOURCEBOT_DEBUG=1 shows the traceback.
    """
    streams.open_missing()
    try:
        code = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        streams.abandon_output()
        return HUNG_UP
    except KeyboardInterrupt:
        streams.leave_line()
        streams.abandon_output()
        return INTERRUPTED
    except Exception as error:
        streams.abandon_output()
        if os.environ.get("SOURCEBOT_DEBUG"):
            import traceback

            traceback.print_exc()
        return _explain(error)


def _run(arguments: Sequence[str]) -> int:
    try:
        options = build_parser(next(iter(arguments), None)).parse_args(arguments)
    except SystemExit as done:  # --help, --version, wrong usage
        return done.code if isinstance(done.code, int) else USAGE
    return _dispatch(options)


def _dispatch(options: Namespace) -> int:
    match options.command:
        case "ask":
            with _short_life():
                from sourcebot.cli.ask import ask

                return ask(options.text, folder(options), as_json=options.json)
        case "chat":
            from sourcebot.cli.chat import chat

            return chat(folder(options), as_json=options.json)
        case "advise":
            with _short_life():
                from sourcebot.cli.advise import advise

                return advise(options, folder(options))
        case "learn":
            from sourcebot.cli.learn import learn

            return learn(options, folder(options))
        case "kb":
            from sourcebot.cli import kb

            return kb.run(options, folder(options))
        case "serve":
            from sourcebot.cli.serve import serve

            return serve(options, folder(options))
        case "mcp":
            from sourcebot.cli.mcp import mcp

            return mcp(options, folder(options))
        case "keys":
            from sourcebot.cli.keys import keys

            return keys(options, folder(options))
        case "completion":
            from sourcebot.cli.completion import print_completion

            return print_completion(options.shell)
        case _:
            return _open_chat(options)


@contextmanager
def _short_life() -> Iterator[None]:
    """Do without looking for garbage: where one answer is all, that is a tenth of the time.

    At the end everything is declared permanent, or Python would look through it once more.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def folder(options: Namespace) -> str | None:
    """The knowledge base that was asked for, or None for the shipped one."""
    given: str | None = getattr(options, "kb", None)
    return given if given is not None else os.environ.get("SOURCEBOT_KB") or None


def _open_chat(options: Namespace) -> int:
    if options.plain or (streams.interactive() and os.environ.get("TERM") == "dumb"):
        from sourcebot.cli.chat import chat

        return chat(folder(options), as_json=False)
    if not streams.interactive():
        streams.complain(_NO_TERMINAL)
        return USAGE
    from sourcebot.history import History
    from sourcebot.tui import run

    return run(folder(options), history=History.for_user(wanted=not options.no_history))


def _explain(error: Exception) -> int:
    if isinstance(error, SourcebotError):
        streams.complain(str(error))
        return USAGE
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        streams.complain(f"{error.strerror or error}{where}")
        return USAGE
    streams.complain(
        f"this is a bug in Sourcebot: {type(error).__name__}: {error} (please report it with the "
        "command you ran and what SOURCEBOT_DEBUG=1 adds)"
    )
    return INTERNAL
