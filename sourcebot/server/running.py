"""`sourcebot serve`: a configuration, checked and turned into a running server."""

from __future__ import annotations

import contextlib
import inspect
import os
import signal
import socket
from pathlib import Path
from typing import Any

import msgspec

from sourcebot.errors import ServerError
from sourcebot.server.app import CONFIG, create_app
from sourcebot.server.config import Config
from sourcebot.server.keys import read_keys
from sourcebot.server.service import Service

FACTORY = "sourcebot.server.app:from_environment"
BACKLOG = 2048
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"lines": {"class": "sourcebot.server.logs.Handler"}},
    "loggers": {
        "uvicorn": {"handlers": ["lines"], "level": "WARNING", "propagate": False},
        "asyncio": {"handlers": ["lines"], "level": "WARNING", "propagate": False},
    },
}
"""Whatever the web server has to say goes into the same log, in the same form."""


def serve(config: Config) -> int:
    """Answer requests until the process is told to stop; the exit code.

    Raises KnowledgeError and ServerError where the server cannot be set up as it was asked for.
    """
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    _check(config)
    # Made here also for several workers: what is wrong is said once, before any of them starts.
    service = Service(config)
    several = config.workers > 1
    os.environ[CONFIG] = msgspec.json.encode(config).decode()
    with _listening(config) as listener:
        settings = uvicorn.Config(
            FACTORY if several else create_app(service),
            factory=several,
            workers=config.workers,
            http="sourcebot.server.connections:Connection",
            ws="none",
            # Which proxies are believed is settled in one place, and not by uvicorn as well.
            proxy_headers=False,
            log_config=LOGGING,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=config.limits.shutdown_seconds,
            timeout_keep_alive=30,
        )
        _stop_with_zero()
        service.log.line(
            "serving",
            url=_url(config, listener),
            workers=config.workers,
            kb=[served.edition.stamp for served in service.bases],
        )
        del service  # the workers have their own
        server = uvicorn.Server(settings)
        with contextlib.suppress(KeyboardInterrupt):
            if not several:
                server.run(sockets=[listener])
                return 0 if server.started else 1
            # Its later versions make the servers themselves.
            known = inspect.signature(Multiprocess).parameters
            more: dict[str, Any] = {"target": server.run} if "target" in known else {}
            Multiprocess(settings, sockets=[listener], **more).run()
    return 0


def _check(config: Config) -> None:
    """Refuse what would be unsafe, or could not work. Raises ServerError."""
    if not config.is_local and config.keys is None:
        raise ServerError(
            f"{config.host} can be reached from other machines, so API keys are needed: make one "
            "with `sourcebot keys new`, and give its file with --keys"
        )
    if config.keys is not None and not read_keys(Path(config.keys)):
        raise ServerError(
            f"{config.keys}: holds no API key, so nobody could ask anything: make one with "
            f"`sourcebot keys new --file {config.keys} NAME`"
        )
    if config.workers > 1 and config.sessions == "memory":
        raise ServerError(
            "several workers cannot share sessions in memory; use --sessions sqlite:PATH or "
            "--sessions redis://HOST:PORT/0"
        )


def _listening(config: Config) -> socket.socket:
    """A socket at the address. Raises ServerError where it is taken, or none of this machine's."""
    try:
        found = socket.getaddrinfo(
            config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise ServerError(f"{config.host}: is no address of this machine: {error}") from error
    try:
        if os.name == "posix":
            # Elsewhere it would let two servers share a port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.set_inheritable(True)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise ServerError(f"cannot listen on {config.host}:{config.port}: {reason}") from error
    return listener


def _url(config: Config, listener: socket.socket) -> str:
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{host}:{listener.getsockname()[1]}/"


def _stop_with_zero() -> None:
    """To be told to stop is no failure: once all is answered, the process ends with 0.

    uvicorn puts its own handler in place while it runs, and raises the signal again at the end.
    """

    def stop(signum: int, frame: object) -> None:
        raise SystemExit(0)

    with contextlib.suppress(ValueError):  # not the main thread: whoever runs it there stops it
        signal.signal(signal.SIGTERM, stop)
