"""How a server gets its address, who may reach it there, and how it is told to stop."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from pathlib import Path

from sourcebot.errors import ServerError
from sourcebot.server.config import Config
from sourcebot.server.keys import read_keys

BACKLOG = 2048


def check_keys(config: Config, command: str) -> None:
    """Refuse to be reached by everybody, or by nobody. command: makes a key. Raises ServerError."""
    if not config.is_local and config.keys is None:
        raise ServerError(
            f"{config.host} can be reached from other machines, so API keys are needed: make one "
            f"with `{command}`, and give its file with --keys"
        )
    if config.keys is not None and not read_keys(Path(config.keys)):
        raise ServerError(
            f"{config.keys}: holds no API key, so nobody could ask anything: make one with "
            f"`{command} --file {config.keys} NAME`"
        )


def listening(config: Config) -> socket.socket:
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


def url_of(config: Config, listener: socket.socket) -> str:
    """Where it is reached, with the port that it got."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{host}:{listener.getsockname()[1]}/"


def stop_with_zero() -> None:
    """To be told to stop is no failure: once all is answered, the process ends with 0.

    uvicorn puts its own handler in place while it runs, and raises the signal again at the end.
    """

    def stop(signum: int, frame: object) -> None:
        raise SystemExit(0)

    with contextlib.suppress(ValueError):  # not the main thread: whoever runs it there stops it
        signal.signal(signal.SIGTERM, stop)
