"""`sourcebot serve`: a configuration, checked and turned into a running server."""

from __future__ import annotations

import os

import msgspec

from sourcebot.errors import ServerError
from sourcebot.server.app import CONFIG, create_app
from sourcebot.server.config import Config
from sourcebot.server.service import Service

FACTORY = "sourcebot.server.app:from_environment"


def serve(config: Config) -> int:
    """Answer requests until the process is told to stop; the exit code.

    Raises KnowledgeError and ServerError where the server cannot be set up as it was asked for.
    """
    import uvicorn

    if not config.is_local and config.keys is None:
        raise ServerError(
            f"{config.host} can be reached from other machines, so API keys are needed: make one "
            "with `sourcebot keys new`, and give its file with --keys"
        )
    if config.workers > 1 and config.sessions == "memory":
        raise ServerError(
            "several workers cannot share sessions in memory; use --sessions sqlite:PATH or "
            "--sessions redis://HOST:PORT/0"
        )
    # Made here also for several workers: what is wrong is said once, before any of them starts.
    service = Service(config)
    options = {
        "host": config.host,
        "port": config.port,
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": config.limits.shutdown_seconds,
        "timeout_keep_alive": 30,
        "h11_max_incomplete_event_size": 65_536,
    }
    if config.workers == 1:
        uvicorn.run(create_app(service), **options)  # type: ignore[arg-type]
        return 0
    os.environ[CONFIG] = msgspec.json.encode(config).decode()
    uvicorn.run(FACTORY, factory=True, workers=config.workers, **options)  # type: ignore[arg-type]
    return 0
