"""A Redis server of one's own: in a temporary folder, on a Unix socket, with nothing kept."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAM = "redis-server"
_PATIENCE = 20.0


def installed() -> bool:
    """Whether there is a Redis server to start."""
    return shutil.which(PROGRAM) is not None


class RedisServer:
    """Started by `start`; what it held is gone once it was stopped or killed."""

    def __init__(self) -> None:
        # Not in pytest's folder: the path of a socket may have about 100 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="sourcebot-redis-"))
        self._socket = self._folder / "socket"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._socket}?db=0"

    def start(self) -> None:
        """Returns once it answers."""
        assert self._process is None
        # fmt: off
        self._process = subprocess.Popen(
            [PROGRAM, "--port", "0", "--unixsocket", str(self._socket), "--save", "",
             "--appendonly", "no", "--dir", str(self._folder)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        # fmt: on
        until = time.monotonic() + _PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise RuntimeError(f"{PROGRAM} does not start")
            time.sleep(0.01)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it hold its connections and answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def remove(self) -> None:
        """End it for good."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
