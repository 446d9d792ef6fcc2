"""What can be typed after `sourcebot mcp`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sourcebot.cli.arguments import Parser

_EPILOG = """\
examples:
  sourcebot mcp                                started by an assistant: standard input and output
  sourcebot --kb ./our-kb mcp
  sourcebot mcp --base hr=./hr-kb --base it=./it-kb
  sourcebot mcp --http                         http://127.0.0.1:8765/mcp, for this machine
  sourcebot mcp --http --host 0.0.0.0 --keys keys.json

An assistant's configuration for standard input and output:
  {"mcpServers": {"sourcebot": {"command": "sourcebot", "args": ["mcp"]}}}

All tools only read. Reached by other machines, the server needs API keys with the scope `mcp` (see
`sourcebot keys --help`). A knowledge base that is edited is taken over while it runs. Logs go to
standard error and never hold what is asked.

exit codes:
  0   told to stop        2   wrong usage, or a server that cannot be set up as asked for
"""


def add_mcp(commands: argparse._SubParsersAction[Parser], common: Parser) -> None:
    """Add `mcp` to the command line."""
    mcp = commands.add_parser(
        "mcp", parents=[common], help="the knowledge base for assistants that speak MCP",
        description="Answer assistants over the Model Context Protocol.", epilog=_EPILOG,
    )  # fmt: skip
    mcp.add_argument(
        "--base",
        metavar="NAME=DIR",
        action="append",
        help="serve the knowledge base in DIR under this name (may be given again)",
    )
    mcp.add_argument("--config", metavar="FILE", help="the TOML file of `sourcebot serve`")
    mcp.add_argument(
        "--http", action="store_true", help="over HTTP in place of standard input and output"
    )
    mcp.add_argument("--host", metavar="ADDRESS", help="with --http: where to listen")
    mcp.add_argument("--port", metavar="N", type=int, help="with --http: the port (default: 8765)")
    mcp.add_argument("--keys", metavar="FILE", help="with --http: requests need a key of this file")
