"""`sourcebot serve`: a configuration, checked and turned into a running server."""

from __future__ import annotations

import contextlib
import inspect
import os
from typing import Any

import msgspec

from sourcebot.errors import ServerError
from sourcebot.server.app import CONFIG, create_app
from sourcebot.server.config import Config, check, secret
from sourcebot.server.listening import check_keys, listening, stop_with_zero, url_of
from sourcebot.server.service import Service

FACTORY = "sourcebot.server.app:from_environment"
HUNG_AFTER = 10
"""Seconds without a sign of life after which a worker is replaced. uvicorn's own 5 end healthy ones
where a machine is busy, and those that only just start most of all."""
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"lines": {"class": "sourcebot.server.logs.Handler"}},
    "root": {"handlers": ["lines"], "level": "WARNING"},
    "loggers": {
        "uvicorn": {"handlers": ["lines"], "level": "WARNING", "propagate": False},
        "asyncio": {"handlers": ["lines"], "level": "WARNING", "propagate": False},
    },
}
"""Whatever the web server and other libraries have to say goes into the same log."""


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
    with listening(config) as listener:
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
            timeout_worker_healthcheck=HUNG_AFTER,
        )
        stop_with_zero()
        service.log.line(
            "serving",
            url=url_of(config, listener),
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
    check(config)
    check_keys(config, "sourcebot keys new")
    if config.workers > 1 and secret(config.sessions) == "memory":
        raise ServerError(
            "several workers cannot share sessions in memory; use --sessions sqlite:PATH or "
            "--sessions redis://HOST:PORT/0"
        )
