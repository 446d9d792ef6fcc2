"""`sourcebot serve`: from what was typed to a configuration, and on to the server."""

from __future__ import annotations

from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from sourcebot.cli import streams
from sourcebot.errors import ServerError
from sourcebot.knowledge.model import KnowledgeBase

USAGE = 2
_NEEDED = ("httptools", "starlette", "uvicorn")
_EXTRA = (
    "serving needs the extra `serve`, which is not installed: pip install 'sourcebot-kb[serve]'"
)


def serve(options: Namespace, folder: str | None) -> int:
    """Serve until told to stop; 2 where the extra is missing. Raises SourcebotError."""
    if any(find_spec(name) is None for name in _NEEDED):
        streams.complain(_EXTRA)
        return USAGE
    from sourcebot.server.running import serve as run

    return run(_config(options, folder))


def _config(options: Namespace, folder: str | None) -> Any:
    from sourcebot.server.config import Config, read_config

    config = read_config(Path(options.config)) if options.config is not None else Config()
    typed = {
        name: getattr(options, name)
        for name in ("host", "port", "workers", "keys", "sessions")
        if getattr(options, name) is not None
    }
    if options.log_messages:
        typed["log_messages"] = True
    if options.origin:
        typed["origins"] = (*config.origins, *options.origin)
    if folder is not None:
        typed["bases"] = {KnowledgeBase.load(folder).identity.name: folder}
    changed = msgspec.structs.asdict(config) | typed
    try:
        return msgspec.convert(msgspec.to_builtins(changed), Config)
    except msgspec.ValidationError as error:
        raise ServerError(f"the server cannot be set up so: {error}") from error
