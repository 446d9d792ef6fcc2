"""What can be typed after `sourcebot serve` and `sourcebot keys`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from sourcebot.cli.arguments import Parser

_SERVE_EPILOG = """\
examples:
  sourcebot serve                              the bot on http://127.0.0.1:8765/, for this machine
  sourcebot --kb ./our-kb serve --port 9000
  sourcebot serve --host 0.0.0.0 --keys keys.json
  sourcebot serve --workers 4 --sessions redis://localhost:6379/0
  sourcebot serve --config sourcebot.toml      several knowledge bases, help desks, limits

  curl -s localhost:8765/v1/ask -H 'content-type: application/json' \\
       -d '{"text": "what is offshoring"}' | jq .text

Reached by other machines, it needs API keys (see `sourcebot keys --help`). A knowledge base that is
edited is taken over while it runs; a broken one is refused, and the last good one stays. What
stands on the command line wins over the configuration.

exit codes:
  0   told to stop        2   wrong usage, or a server that cannot be set up as asked for
"""

_KEYS_EPILOG = """\
examples:
  sourcebot keys new --file keys.json "our help desk"
  sourcebot keys new --file keys.json --scopes ask,route --days 365 "the website"
  sourcebot keys list --file keys.json
  sourcebot keys rotate --file keys.json 3f9c2a1b --hours 24
  sourcebot keys end --file keys.json 3f9c2a1b

A key is shown once; the file keeps only its hash. A running server takes over what changes in the
file. scopes: ask (answers, conversations, advice), route, mcp, metrics.
"""


def add_serve(commands: argparse._SubParsersAction[Parser], common: Parser) -> None:
    """Add `serve` to the command line."""
    serve = commands.add_parser(
        "serve", parents=[common], help="the bot over HTTP, for help desks and web pages",
        description="Answer over HTTP.", epilog=_SERVE_EPILOG,
    )  # fmt: skip
    serve.add_argument(
        "--config", metavar="FILE", help="a TOML file with everything below and more"
    )
    serve.add_argument("--host", metavar="ADDRESS", help="where to listen (default: 127.0.0.1)")
    serve.add_argument("--port", metavar="N", type=int, help="the port (default: 8765)")
    serve.add_argument("--workers", metavar="N", type=int, help="processes (default: 1)")
    serve.add_argument("--keys", metavar="FILE", help="requests need a key of this file")
    serve.add_argument(
        "--sessions",
        metavar="WHERE",
        help="where conversations are kept: memory, sqlite:PATH or redis://HOST:PORT/0",
    )
    serve.add_argument(
        "--origin",
        metavar="URL",
        action="append",
        help="a web page that may show the widget (may be given again)",
    )
    serve.add_argument(
        "--log-messages", action="store_true", help="log also what people write (default: never)"
    )


def add_keys(commands: argparse._SubParsersAction[Parser], common: Parser) -> None:
    """Add `keys` and its actions to the command line."""
    keys = commands.add_parser(
        "keys", parents=[common], help="API keys for `serve`: make, list, rotate, end",
        description="The API keys of a server.", epilog=_KEYS_EPILOG,
    )  # fmt: skip
    keys.fill_later(lambda: _add_key_actions(keys, common))


def _add_key_actions(keys: Parser, common: Parser) -> None:
    from datetime import timedelta

    make = type(common)
    file = make(add_help=False)
    file.add_argument("--file", metavar="FILE", required=True, help="the file of keys")
    one = make(add_help=False)
    one.add_argument("id", metavar="ID", help="the id of the key, as `list` shows it")
    actions = keys.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=make)
    new = actions.add_parser(
        "new", parents=[common, file], help="make a key and show it once",
        description="Make a key and show it once.",
    )  # fmt: skip
    new.add_argument("name", metavar="NAME", help="whose it is, for people")
    new.add_argument(
        "--scopes", metavar="LIST", default="ask", help="what it allows (default: ask)"
    )
    new.add_argument("--for", metavar="BASE", dest="base", help="the name of the knowledge base")
    new.add_argument(
        "--days", metavar="N", type=_span("days"), help="when it ends (default: never)"
    )
    actions.add_parser(
        "list", parents=[common, file], help="all keys, without their secrets",
        description="List all keys, without their secrets.",
    )  # fmt: skip
    rotate = actions.add_parser(
        "rotate", parents=[common, file, one], help="a new key in place of one that ends later",
        description="Make a new key like this one, which goes on for a while.",
    )  # fmt: skip
    rotate.add_argument(
        "--hours", metavar="N", type=_span("hours"), default=timedelta(hours=24),
        help="how long both work (default: 24)",
    )  # fmt: skip
    actions.add_parser(
        "end", parents=[common, file, one], help="end a key at once",
        description="End a key at once.",
    )  # fmt: skip


def _span(unit: str) -> Callable[[str], timedelta]:
    """A reader of so many days or hours; a hundred years are enough."""
    from datetime import timedelta

    def span(text: str) -> timedelta:
        try:
            found = timedelta(**{unit: float(text)})
        except (ValueError, OverflowError):
            found = timedelta(-1)
        if not timedelta() <= found <= timedelta(days=36_500):
            raise argparse.ArgumentTypeError(f"`{text}` is no number of {unit}, such as 30")
        return found

    return span
