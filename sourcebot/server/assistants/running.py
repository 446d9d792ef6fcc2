"""`sourcebot mcp`: a configuration, checked and turned into a running server."""

from __future__ import annotations

import logging
import signal
import sys
import threading

import anyio
import uvicorn

from sourcebot.errors import ServerError
from sourcebot.server.assistants.desk import Desk
from sourcebot.server.assistants.http import http_app
from sourcebot.server.assistants.server import create_server
from sourcebot.server.config import Config
from sourcebot.server.logs import Log
from sourcebot.server.service import Service


def run(config: Config, *, over_http: bool) -> int:
    """Answer assistants until told to stop; the exit code.

    Raises KnowledgeError and ServerError where the server cannot be set up as it was asked for.
    """
    if over_http and not config.is_local and config.keys is None:
        raise ServerError(
            f"{config.host} can be reached from other machines, so API keys are needed: make one "
            "with `sourcebot keys new --scopes mcp`, and give its file with --keys"
        )
    service = Service(config)
    quiet(service.log)
    server = create_server(service.bases, log=service.log)
    if over_http:
        _serve(config, service, server)
    else:
        _leave_at_once()
        anyio.run(_speak, service, server)
    return 0


async def _speak(service: Service, server: Desk) -> None:
    """Over standard input and output, which nothing else may use meanwhile."""
    async with service.running():
        await server.run_stdio_async()


def _leave_at_once() -> None:
    """Let Ctrl-C end the process: a thread that waits for input would hold up all else."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def _serve(config: Config, service: Service, server: Desk) -> None:
    uvicorn.run(
        http_app(service, server),
        host=config.host,
        port=config.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=config.limits.shutdown_seconds,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=65_536,
    )


def quiet(log: Log) -> None:
    """Let other packages log where we do, and never what was asked: only that something happened.

    To be called before the server is made, which else sets up a log of its own.
    """
    root = logging.getLogger()
    root.handlers[:] = [_Where(log)]
    root.setLevel(logging.WARNING)


class _Where(logging.Handler):
    """Logs where a record comes from. Its message may hold what people wrote, so it stays out."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        kind = record.exc_info[0] if record.exc_info else None
        self._log.line(
            "library",
            level=record.levelname.lower(),
            at=f"{record.name}:{record.lineno}",
            error=kind.__name__ if kind is not None else None,
        )


def is_manual() -> bool:
    """Whether a person, and no assistant, sits at standard input."""
    return sys.stdin is not None and sys.stdin.isatty()
