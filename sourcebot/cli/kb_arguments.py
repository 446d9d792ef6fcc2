"""What can be typed after `sourcebot kb new` and `sourcebot kb import`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sourcebot.cli.arguments import Parser

_NEW_EPILOG = """\
examples:
  sourcebot kb new ./our-kb                    three small concepts to write over
  sourcebot kb new ./our-kb --title "Returns and repairs"
  sourcebot --kb ./our-kb ask "can i get my money back"

Every file says in comments what belongs into it. Nothing is ever written over: a folder that holds
files is refused.
"""

_IMPORT_EPILOG = """\
examples:
  sourcebot kb import tickets.csv --into ./our-kb --title "IT help"
  sourcebot kb import next-month.csv --into ./our-kb --hold-out 0.2
  sourcebot kb import nlu.yml domain.yml --into ./our-kb

A table (.csv, .tsv) names its columns in the first line: `question` and `answer`; if you like also
`category` (its own file in questions/), `aspect` (an id for the answer) and `source`. Rows with the
same answer, or the same `aspect`, become one answer with several ways to ask it. Rasa NLU (.yml,
with its responses), a CSV of `text` and `intent`, and JSON Lines are read as well: what has no
answer yet is listed by `kb check`, and `oos` marks what nothing is to answer.

A new or empty DIR becomes a knowledge base. To one that exists, files are added; none is changed.
Either all is written or nothing.

exit codes:
  0   imported         1   imported, but rows contradict others and were left out
  2   wrong usage, or a file or knowledge base that cannot be used: nothing was written
"""


def add_own_base(actions: argparse._SubParsersAction[Parser]) -> None:
    """Add `new` and `import` to the actions of `sourcebot kb`."""
    new = actions.add_parser(
        "new", help="begin a knowledge base of your own",
        description="Write a small knowledge base that works, with comments, to be made your own.",
        epilog=_NEW_EPILOG,
    )  # fmt: skip
    new.add_argument("dir", metavar="DIR", help="a new or empty folder")
    new.add_argument(
        "--title", metavar="TEXT", help="what it is about (default: the folder's name)"
    )

    given = actions.add_parser(
        "import", help="questions and answers from an export of tickets",
        description="Write questions and answers from files into a knowledge base, to be reviewed.",
        epilog=_IMPORT_EPILOG,
    )  # fmt: skip
    given.add_argument("files", metavar="FILE", nargs="+", help="a table, Rasa NLU, or JSON Lines")
    given.add_argument(
        "--into", metavar="DIR", help="a new folder, or a knowledge base (default: that of --kb)"
    )
    given.add_argument(
        "--title", metavar="TEXT", help="what a new base is about (default: the folder's name)"
    )
    given.add_argument(
        "--hold-out", metavar="SHARE", type=share, default=0.1,
        help="the share of each answer's questions that is tested and not learnt (default: 0.1, "
        "so one of ten)",
    )  # fmt: skip


def share(text: str) -> float:
    """A share from 0 to 1, as an argument."""
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"`{text}` is no share; give one from 0 to 1")
    return share
