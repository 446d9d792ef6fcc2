"""`sourcebot mcp`: from what was typed to a configuration, and on to the server for assistants."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

import msgspec

from sourcebot.cli import streams
from sourcebot.errors import ServerError
from sourcebot.knowledge.model import KnowledgeBase

USAGE = 2
_EXTRA = "assistants need the extra `mcp`, which is not installed: pip install 'sourcebot-kb[mcp]'"
_NEEDED = ("anyio", "mcp", "mcp_types", "pydantic", "starlette", "uvicorn")


def mcp(options: Namespace, folder: str | None) -> int:
    """Answer assistants until told to stop; 2 where the extra is missing. Raises SourcebotError."""
    misused = [name for name in ("host", "port", "keys") if getattr(options, name) is not None]
    if misused and not options.http:
        streams.complain(f"--{misused[0]} goes with --http (see `sourcebot mcp --help`)")
        return USAGE
    if options.base and hasattr(options, "kb"):
        streams.complain("--kb serves one base, --base several; give one or the other")
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
    if not options.http:
        typed["keys"] = None
    bases = _bases(options.base or [])
    if folder is not None and not bases:
        bases = {KnowledgeBase.load(folder).identity.name: folder}
    if bases:
        typed["bases"] = bases
    changed = msgspec.structs.asdict(config) | typed
    try:
        return msgspec.convert(msgspec.to_builtins(changed), Config)
    except msgspec.ValidationError as error:
        raise ServerError(f"the server cannot be set up so: {error}") from error


def _bases(named: list[str]) -> dict[str, str]:
    """Name -> folder. Raises ServerError."""
    bases: dict[str, str] = {}
    for text in named:
        name, folder = _named(text)
        if name in bases:
            raise ServerError(f"--base names `{name}` twice; give each base a name of its own")
        bases[name] = folder
    return bases


def _named(text: str) -> tuple[str, str]:
    """A name and a folder. Raises ServerError."""
    name, found, folder = text.partition("=")
    if not found or not name.strip() or not folder.strip():
        raise ServerError(
            f"--base takes a name and a folder, as in --base hr=./hr-kb; not `{text}`"
        )
    return name.strip(), folder.strip()
