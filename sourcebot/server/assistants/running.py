"""`sourcebot mcp`: a configuration, checked and turned into a running server."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
import threading
from importlib.util import find_spec

import anyio
import uvicorn
from msgspec.structs import replace

from sourcebot.server.assistants.desk import Desk
from sourcebot.server.assistants.http import PATH, http_app
from sourcebot.server.assistants.server import create_server
from sourcebot.server.config import Config
from sourcebot.server.listening import check_keys, listening, stop_with_zero, url_of
from sourcebot.server.logs import Log
from sourcebot.server.service import Service

_STRICT = "sourcebot.server.connections:Connection"


def run(config: Config, *, over_http: bool) -> int:
    """Answer assistants until told to stop; the exit code.

    Raises KnowledgeError and ServerError where the server cannot be set up as it was asked for.
    """
    if over_http:
        check_keys(config, "sourcebot keys new --scopes mcp")
    # Help desks are not answered here, and what calls them belongs to another extra.
    service = Service(replace(config, desks={}, rasa=False))
    quiet(service.log)
    server = create_server(service.bases, log=service.log)
    if over_http:
        return _serve(config, service, server)
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


def _serve(config: Config, service: Service, server: Desk) -> int:
    with listening(config) as listener:
        settings = uvicorn.Config(
            http_app(service, server),
            # What reads HTTP faster, and is stricter with who says nothing, is of another extra.
            http=_STRICT if find_spec("httptools") is not None else "h11",
            h11_max_incomplete_event_size=65_536,
            ws="none",
            proxy_headers=False,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=config.limits.shutdown_seconds,
            timeout_keep_alive=30,
        )
        stop_with_zero()
        service.log.line(
            "serving",
            url=url_of(config, listener).rstrip("/") + PATH,
            kb=[served.edition.stamp for served in service.bases],
        )
        web = uvicorn.Server(settings)
        with contextlib.suppress(KeyboardInterrupt):
            web.run(sockets=[listener])
        return 0 if web.started else 1


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
