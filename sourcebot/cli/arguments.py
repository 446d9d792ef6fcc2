"""What can be typed after `sourcebot`, and the help that says so."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from sourcebot._version import __version__
from sourcebot.cli.kb_arguments import add_own_base, share
from sourcebot.cli.learn_arguments import add_learn
from sourcebot.cli.mcp_arguments import add_mcp
from sourcebot.cli.serve_arguments import add_keys, add_serve

SHELLS = ("bash", "zsh", "fish")
FORMATS = ("markdown", "html", "json")
REPORTS = ("text", "json", "junit")

_ROOT_EPILOG = """\
examples:
  sourcebot                                    open the chat in this terminal
  sourcebot ask "what is the difference between outsourcing and offshoring?"
  sourcebot ask --json "should I outsource payroll?" | jq .text
  sourcebot ask - < questions.txt              one question a line
  sourcebot chat                               the chat as plain lines, for screen readers
  sourcebot advise                             a few questions, then a recommendation
  sourcebot learn                              lessons, exercises and reviews
  sourcebot --kb ./our-kb kb check             is our own knowledge base sound?

exit codes:
  0   answered            1   a question was not understood, no recommendation was reached,
                              a transcript failed, or a lesson was left
  2   wrong usage, or a knowledge base that cannot be used      130   interrupted
"""

_ASK_EPILOG = """\
examples:
  sourcebot ask what is nearshoring
  sourcebot ask "and the risks of ofshoring?" --json
  printf 'what is voip\\nwhy offshore\\n' | sourcebot ask -
  sourcebot ask -- "-- what does that mean?"

Each question stands on its own; for follow-ups use `sourcebot chat`.
Exit code 0, or 1 when a question was not understood or has two readings.
"""

_CHAT_EPILOG = """\
Plain lines, no colours and no cursor movement; type the number of a suggestion to send it.
  /new    forget what was said       /why    why the last answer was given
  /help   what can be asked          /learn  lessons and exercises
  /quit   leave (or Ctrl-D)

With --json each line of standard input gets exactly one line of JSON, in UTF-8 and at once:
  printf 'what is offshoring\\nand why?\\n' | sourcebot chat --json
"""

_ADVISE_EPILOG = """\
examples:
  sourcebot advise                             asked here, question by question
  sourcebot advise --output brief.html         the same, and a page to hand on
  sourcebot advise --list                      all questions, with the ids of their answers
  sourcebot advise --answers case.yaml --format json | jq .ranking[0]
  printf 'core: commodity\\ncurrent: own-home\\n' | sourcebot advise --answers -

A file holds `answers:` and below it one `question: answer` a line, or those lines alone; `unknown`
is always an answer, and what is left out counts as unknown. While you are asked, you can also ask
back: "why do you ask?", "what does that mean?", "my answers", "result"; /quit leaves.

Without --format the result is plain text in a terminal and Markdown in a pipe; with --output, the
file's ending decides. With --format and without --output, standard output holds the result alone,
and the questions go to standard error.

exit codes:
  0   recommended         1   left before there was a recommendation
  2   wrong usage, answers that cannot be used, or a knowledge base without questions
"""

_TEST_EPILOG = """\
examples:
  sourcebot kb test                            transcripts; accuracy, confusions, calibration
  sourcebot kb test --format junit --output report.xml --min-recall 0.5
  sourcebot kb test --phrases tickets.csv      our own phrases, asked of this knowledge base
  sourcebot kb test --examples nlu.yml         a router alone, each phrase left out in turn
  sourcebot kb test --examples train.jsonl --against test.jsonl

A file is Rasa NLU (.yml), CSV or TSV with columns such as `text` and `intent`, or JSON Lines; the
label `oos` or `out_of_scope` marks what should fit nothing.

exit codes:
  0   all as it should be     1   a transcript went differently, or a recall is too low
  2   wrong usage, or a file or knowledge base that cannot be used
"""

_COMPLETION_EPILOG = """\
examples:
  eval "$(sourcebot completion bash)"          in ~/.bashrc
  eval "$(sourcebot completion zsh)"           in ~/.zshrc, after compinit
  sourcebot completion fish > ~/.config/fish/completions/sourcebot.fish
"""


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors take one line, and whose actions are added when it is used.

    A command with a dozen actions makes a dozen parsers, which a plain `ask` need not wait for.
    """

    def __init__(self, *args: object, **options: object) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        options.setdefault("allow_abbrev", False)
        self._later: Callable[[], None] | None = None
        super().__init__(*args, **options)  # type: ignore[arg-type]

    def fill_later(self, fill: Callable[[], None]) -> None:
        """Let `fill` add the rest once somebody asks for it."""
        self._later = fill

    def fill(self) -> None:
        """Add what was left for later."""
        fill, self._later = self._later, None
        if fill is not None:
            fill()

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> Any:
        """The same as argparse's, with all actions."""
        self.fill()
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Explain on one line of standard error and leave with exit code 2."""
        from sourcebot.cli.streams import complain

        if message.startswith("argument COMMAND: invalid choice"):
            message += '; to ask something: sourcebot ask "..."'
        complain(f"{message} (see `{self.prog} --help`)")
        raise SystemExit(2)


class RootParser(Parser):
    """The parser of `sourcebot` itself, whose help names the files in use."""

    def format_help(self) -> str:
        """The help, with this user's folders."""
        from sourcebot.history import data_folder
        from sourcebot.knowledge.cache import cache_folder
        from sourcebot.knowledge.folders import shipped

        return (
            super().format_help() + "\nfiles:\n"
            f"  knowledge   {shipped('kb')}\n"
            f"              (--kb DIR or SOURCEBOT_KB for another)\n"
            f"  cache       {cache_folder()}\n"
            f"              (SOURCEBOT_CACHE for another; may be deleted at any time)\n"
            f"  history     {data_folder() / 'history.jsonl'}\n"
            f"              (SOURCEBOT_HOME for another folder; SOURCEBOT_HISTORY=0 keeps none)\n"
            f"  learners    {data_folder() / 'learners.sqlite3'}\n"
        )


def build_parser(wanted: str | None = None) -> Parser:
    """The parser of the command line; `command` says which was chosen, None for none.

    wanted: the command that will be parsed, where it is known: the others are then left out.
    """
    common = Parser(add_help=False)
    common.add_argument(
        "--kb",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="use the knowledge base in DIR (default: $SOURCEBOT_KB, else the shipped one)",
    )
    root = RootParser(
        prog="sourcebot",
        parents=[common],
        description="Explains outsourcing, offshoring and their relatives: ask in your own words, "
        "typos and all.\nWithout a command it opens the chat.",
        epilog=_ROOT_EPILOG,
    )
    root.add_argument("--version", action="version", version=f"sourcebot {__version__}")
    root.add_argument(
        "--plain", action="store_true", help="chat in plain lines (as does TERM=dumb)"
    )
    root.add_argument("--no-history", action="store_true", help="do not keep what is asked")
    commands = root.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for name, add in _COMMANDS.items():
        if wanted == name or wanted not in _COMMANDS:
            add(commands, common)
    return root


def _add_ask(commands: argparse._SubParsersAction[Parser], common: Parser) -> None:
    ask = commands.add_parser(
        "ask", parents=[common], help="one question, one answer",
        description="Answer one question.", epilog=_ASK_EPILOG,
    )  # fmt: skip
    ask.add_argument("text", metavar="TEXT", nargs="+", help="the question; - reads one a line")
    ask.add_argument("--json", action="store_true", help="one line of JSON for each question")


def _add_chat(commands: argparse._SubParsersAction[Parser], common: Parser) -> None:
    chat = commands.add_parser(
        "chat", parents=[common], help="one conversation, line by line",
        description="Hold one conversation over lines.", epilog=_CHAT_EPILOG,
    )  # fmt: skip
    chat.add_argument("--json", action="store_true", help="one line of JSON for each line in")


def _add_completion(commands: argparse._SubParsersAction[Parser], common: Parser) -> None:
    completion = commands.add_parser(
        "completion", help="completion for your shell",
        description="Print a completion script.", epilog=_COMPLETION_EPILOG,
    )  # fmt: skip
    completion.add_argument("shell", choices=SHELLS, help="the shell to complete in")


def _add_advise(commands: argparse._SubParsersAction[Parser], common: Parser) -> None:
    advise = commands.add_parser(
        "advise", parents=[common], help="a few questions, then a recommendation",
        description="Recommend what fits your case, with reasons and what would change it.",
        epilog=_ADVISE_EPILOG,
    )  # fmt: skip
    advise.add_argument(
        "--answers", metavar="FILE", help="take the answers from a YAML file; - from standard input"
    )
    advise.add_argument("--format", choices=FORMATS, help="the result as a document of this kind")
    advise.add_argument("--output", metavar="FILE", help="write the result to a file")
    advise.add_argument("--list", action="store_true", help="show all questions and answers")
    advise.add_argument("--json", action="store_true", help="with --list: as one line of JSON")


def _add_kb(commands: argparse._SubParsersAction[Parser], common: Parser) -> None:
    kb = commands.add_parser(
        "kb", parents=[common], help="begin, fill, check and test a knowledge base",
        description="The curator's bench.",
    )  # fmt: skip
    kb.fill_later(lambda: _add_kb_actions(kb, common))


def _add_kb_actions(kb: Parser, common: Parser) -> None:
    actions = kb.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    add_own_base(actions)
    actions.add_parser(
        "check", parents=[common], help="list every problem as file:line: message",
        description="List every problem as file:line: message. Exit code 2 when there are errors; "
        "warnings alone do not count.",
    )  # fmt: skip
    stats = actions.add_parser(
        "stats", parents=[common], help="what is covered: concept by aspect",
        description="Count what is known, and show it concept by aspect.",
    )  # fmt: skip
    stats.add_argument("--json", action="store_true", help="the same as JSON")
    schema = actions.add_parser(
        "schema", parents=[common], help="write JSON Schemas for your editor",
        description="Write <kind>.schema.json for every kind of file in a knowledge base, so that "
        "an editor can complete and check it.",
    )  # fmt: skip
    schema.add_argument("output", metavar="DIR", help="the folder to write to")
    test = actions.add_parser(
        "test", parents=[common], help="hold the transcripts, measure the asking phrases",
        description="Hold the conversations in transcripts/, and route every asking phrase as if "
        "it were new.", epilog=_TEST_EPILOG,
    )  # fmt: skip
    measured = test.add_mutually_exclusive_group()
    measured.add_argument("--phrases", metavar="FILE", help="ask the bot your own labelled phrases")
    measured.add_argument(
        "--examples", metavar="FILE", help="measure a plain router on them, without knowledge base"
    )
    test.add_argument(
        "--against", metavar="FILE", help="with --examples: learn from those, test on these"
    )
    test.add_argument(
        "--min-recall", metavar="SHARE", type=share, help="fail where an intent's recall is lower"
    )
    test.add_argument("--format", choices=REPORTS, default="text", help="how to print the report")
    test.add_argument("--output", metavar="FILE", help="write the report to a file")


_COMMANDS = {
    "ask": _add_ask,
    "chat": _add_chat,
    "advise": _add_advise,
    "learn": add_learn,
    "serve": add_serve,
    "mcp": add_mcp,
    "keys": add_keys,
    "kb": _add_kb,
    "completion": _add_completion,
}
"""What adds each command, in the order of the help."""
