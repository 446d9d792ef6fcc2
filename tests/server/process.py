"""`sourcebot serve` as a process of its own, and plain bytes over its sockets."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2

PATIENCE = 60.0
COMMAND = (sys.executable, "-m", "sourcebot")


def refused(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A server that does not come up."""
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False
    )


class Process:
    """A running server; ended at the end of the `with`, if it has not ended by then."""

    def __init__(self, *arguments: str) -> None:
        self._arguments: Sequence[str] = arguments
        self.lines: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [*COMMAND, *self._arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        # pytest's own time limit ends a wait for a server that never says a word.
        self.lines.append(self._line())
        assert self.lines[0]["event"] == "serving", self.lines
        self.url: str = self.lines[0]["url"]
        self.port = urlsplit(self.url).port or 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.client = httpx2.Client(base_url=self.url, timeout=PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def ask(self, text: str, **headers: str) -> httpx2.Response:
        return self.client.post("/v1/ask", json={"text": text}, headers=headers)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Tell it to stop."""
        self.process.send_signal(how)

    def ended(self) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(PATIENCE)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def listens(self) -> bool:
        """Whether anybody takes connections."""
        try:
            self.connect().close()
        except OSError:
            return False
        return True

    def _line(self) -> dict[str, Any]:
        assert self.process.stderr is not None
        written = self.process.stderr.readline()
        assert written, "the server has ended without a word"
        told: dict[str, Any] = json.loads(written)
        return told

    def _read(self) -> None:
        assert self.process.stderr is not None
        for written in self.process.stderr:
            self.lines.append(json.loads(written))


def request(body: bytes, *headers: str, path: str = "/v1/ask") -> bytes:
    """A POST as it goes over the wire."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def read_all(connection: socket.socket) -> bytes:
    """What comes until the other side ends it."""
    found = b""
    while piece := connection.recv(65_536):
        found += piece
    return found
