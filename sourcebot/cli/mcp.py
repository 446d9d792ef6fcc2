"""`sourcebot mcp`: what can be typed after it, and on to the server for assistants."""

from __future__ import annotations

import argparse
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from sourcebot.cli import streams
from sourcebot.errors import ServerError
from sourcebot.knowledge.model import KnowledgeBase

if TYPE_CHECKING:
    from sourcebot.cli.arguments import Parser

USAGE = 2
_EXTRA = "assistants need the extra `mcp`, which is not installed: pip install 'sourcebot-kb[mcp]'"
_NEEDED = ("anyio", "mcp", "mcp_types", "pydantic", "starlette", "uvicorn")
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


def mcp(options: Namespace, folder: str | None) -> int:
    """Answer assistants until told to stop; 2 where the extra is missing. Raises SourcebotError."""
    misused = [name for name in ("host", "port", "keys") if getattr(options, name) is not None]
    if misused and not options.http:
        streams.complain(f"--{misused[0]} goes with --http (see `sourcebot mcp --help`)")
        return USAGE
    try:
        from sourcebot.server.assistants.running import is_manual, run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _NEEDED:
            raise
        streams.complain(_EXTRA)
        return USAGE
    config = _config(options, folder)
    if not options.http and is_manual():
        streams.complain(
            "waiting for an assistant on standard input; Ctrl-D leaves (see `sourcebot mcp --help`)"
        )
    return run(config, over_http=options.http)


def _config(options: Namespace, folder: str | None) -> Any:
    from sourcebot.server.config import Config, read_config

    config = read_config(Path(options.config)) if options.config is not None else Config()
    # What only `serve` does is neither needed nor opened here.
    typed: dict[str, object] = {"sessions": "memory", "desks": {}, "workers": 1}
    typed |= {
        name: getattr(options, name)
        for name in ("host", "port", "keys")
        if getattr(options, name) is not None
    }
    bases = dict(_named(text) for text in options.base or ())
    if folder is not None and not bases:
        bases = {KnowledgeBase.load(folder).identity.name: folder}
    if bases:
        typed["bases"] = bases
    changed = msgspec.structs.asdict(config) | typed
    try:
        return msgspec.convert(msgspec.to_builtins(changed), Config)
    except msgspec.ValidationError as error:
        raise ServerError(f"the server cannot be set up so: {error}") from error


def _named(text: str) -> tuple[str, str]:
    """A name and a folder. Raises ServerError."""
    name, found, folder = text.partition("=")
    if not found or not name.strip() or not folder.strip():
        raise ServerError(
            f"--base takes a name and a folder, as in --base hr=./hr-kb; not `{text}`"
        )
    return name.strip(), folder.strip()
