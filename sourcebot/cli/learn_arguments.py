"""What can be typed after `sourcebot learn`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sourcebot.cli.arguments import Parser

PAGES = ("markdown", "html")
TEAM_FORMATS = ("text", "csv", "html")

_LEARN_EPILOG = """\
examples:
  sourcebot learn                              lessons, reviews and progress in this terminal
  sourcebot learn --plain                      the same as plain lines, for screen readers
  sourcebot learn lesson 1                     straight into the first lesson
  sourcebot learn review                       what is about to be forgotten
  sourcebot learn status --json | jq .due
  sourcebot learn export --output ann.json     and, elsewhere: sourcebot learn import ann.json
  sourcebot learn team *.json --output team.csv

Answer an exercise with its letter or its words, or with ? where you do not know; whatever else you
type is a question and is answered. /quit leaves, and what was answered is kept.
All that is kept is on this machine: one file, for as many learners as there are.

exit codes:
  0   done                1   a lesson or review was left before its end; nothing to forget
  2   wrong usage, or a file or knowledge base that cannot be used
"""

_IMPORT_EPILOG = """\
examples:
  sourcebot learn import ann.json              into the learner that the file names
  sourcebot learn import ann.json --learner "Ann Lee"
  ssh old-machine sourcebot learn export | sourcebot learn import -

Answers that are here stay, those of the file are added, and none counts twice.
"""

_TEAM_EPILOG = """\
examples:
  sourcebot learn team                         all who learn on this machine
  sourcebot learn team exports/*.json          and those who sent what `learn export` wrote
  sourcebot learn team *.json --output team.csv

With --output, the file's ending decides: .csv, .html, else text. Exports of one learner that have
answers in common count as one.
"""


def add_learn(commands: argparse._SubParsersAction[Parser], common: Parser) -> None:
    """Add `learn` and its actions to the command line."""
    learner = type(common)(add_help=False)
    learner.add_argument(
        "--learner",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help="who learns (default: $SOURCEBOT_LEARNER, else your user name)",
    )
    learn = commands.add_parser(
        "learn", parents=[common, learner], help="lessons, exercises, reviews and progress",
        description="Learn the ideas in short lessons, and review them before they are forgotten."
        "\nWithout an action it opens the course.",
        epilog=_LEARN_EPILOG,
    )  # fmt: skip
    learn.add_argument(
        "--plain", action="store_true", help="in plain lines (as do TERM=dumb and a pipe)"
    )
    learn.fill_later(lambda: _add_actions(learn, common, learner))


def _add_actions(learn: Parser, common: Parser, learner: Parser) -> None:
    actions = learn.add_subparsers(dest="action", metavar="ACTION", parser_class=type(common))
    parents = [common, learner]
    lesson = actions.add_parser(
        "lesson", parents=parents, help="take a lesson, in plain lines",
        description="Take a lesson, in plain lines; one that was left goes on.",
    )  # fmt: skip
    lesson.add_argument("lesson", metavar="ID|N", help="its id or its number")
    actions.add_parser(
        "review", parents=parents, help="answer what is due, in plain lines",
        description="Answer what is due today, in plain lines.",
    )  # fmt: skip
    for name, told in (
        ("status", "lessons, what is due, and how sure each memory is"),
        ("due", "the exercises to review today"),
        ("lessons", "the lessons of the course"),
    ):
        shown = actions.add_parser(name, parents=parents, help=told, description=f"Show {told}.")
        shown.add_argument("--json", action="store_true", help="the same as one line of JSON")
    actions.add_parser(
        "learners", parents=[common], help="who learns on this machine",
        description="List who learns on this machine.",
    )  # fmt: skip
    _add_files(actions, common, learner)


def _add_files(
    actions: argparse._SubParsersAction[Parser], common: Parser, learner: Parser
) -> None:
    parents = [common, learner]
    export = actions.add_parser(
        "export", parents=parents, help="write all that is kept of a learner",
        description="Write all that is kept of a learner, of all knowledge bases, as JSON.",
    )  # fmt: skip
    export.add_argument("--output", metavar="FILE", help="write to a file")
    taken = actions.add_parser(
        "import", parents=parents, help="take over what `export` wrote",
        description="Add what `export` wrote to what is known here.", epilog=_IMPORT_EPILOG,
    )  # fmt: skip
    taken.add_argument("file", metavar="FILE", help="the export; - reads standard input")
    forget = actions.add_parser(
        "forget", parents=parents, help="delete all that is kept of a learner",
        description="Delete all that is kept of a learner, for good.",
    )  # fmt: skip
    forget.add_argument("--yes", action="store_true", help="do not ask whether that is meant")
    page = actions.add_parser(
        "page", parents=parents, help="a page of what was mastered, and when",
        description="Write a page of what a learner has mastered, and when.",
    )  # fmt: skip
    page.add_argument("--format", choices=PAGES, help="which kind of document")
    page.add_argument("--output", metavar="FILE", help="write to a file; its ending decides")
    team = actions.add_parser(
        "team", parents=[common], help="how all learners stand, and what they get wrong",
        description="Show how all learners stand, and which ideas they get wrong most.",
        epilog=_TEAM_EPILOG,
    )  # fmt: skip
    team.add_argument("files", metavar="FILE", nargs="*", help="exports of others")
    team.add_argument("--format", choices=TEAM_FORMATS, help="how to show it")
    team.add_argument("--output", metavar="FILE", help="write to a file; its ending decides")
