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


def add_own_base(actions: argparse._SubParsersAction[Parser]) -> None:
    """Add `new` to the actions of `sourcebot kb`."""
    new = actions.add_parser(
        "new", help="begin a knowledge base of your own",
        description="Write a small knowledge base that works, with comments, to be made your own.",
        epilog=_NEW_EPILOG,
    )  # fmt: skip
    new.add_argument("dir", metavar="DIR", help="a new or empty folder")
    new.add_argument(
        "--title", metavar="TEXT", help="what it is about (default: the folder's name)"
    )
