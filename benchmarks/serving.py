"""Servers as processes of their own, for the benchmarks: started, measured, stopped."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path

HOST = "127.0.0.1"
PATIENCE = 180.0
"""Seconds within which a server has to answer once it was started, and to end once it was told."""
NO_LIMITS = "per_minute = 100000000\nburst = 100000000\nvisitor_per_minute = 100000000\n"
"""Settings of `[limits]` under which a client may ask as fast as it can."""


class Server:
    """A process that serves at a port of its own and writes what it has to say into `log`."""

    def __init__(self, command: Sequence[str], port: int, folder: Path) -> None:
        """Returns once it accepts connections; ends the program where it does not start."""
        self.port = port
        self.log = folder / f"{port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=folder, stderr=log, stdout=log)
        until = time.monotonic() + PATIENCE
        while not _accepts(port):
            if self.process.poll() is not None or time.monotonic() > until:
                self.process.kill()
                raise SystemExit(f"{' '.join(command)} does not start: {self.log.read_text()}")
            time.sleep(0.05)

    def resident(self) -> float | None:
        """Its resident set in megabytes, None where the system does not tell (Linux does)."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return None
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
        return int(found[1]) / 1024 if found is not None else None

    def worked(self) -> float:
        """Seconds of a processor that its threads have taken so far; 0 where that is not known."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body, over a connection of its own."""
        return self.call("GET", path, None, headers)

    def call(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of one request, over a connection of its own."""
        connection = HTTPConnection(HOST, self.port, timeout=PATIENCE)
        try:
            kind = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, path, body, kind | (headers or {}))
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def faults(self) -> list[str]:
        """The lines of its log that tell of a fault, and those that are no JSON."""
        found = []
        for line in self.log.read_text("utf-8", "replace").splitlines():
            try:
                told = json.loads(line)
            except ValueError:
                found.append(f"no JSON in the log: {line[:500]}")
                continue
            if told["event"] == "fault" or told.get("status", 0) >= 500:
                found.append(line[:1_000])
        return found

    def stop(self) -> int:
        """Tell it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def sourcebot(folder: Path, config: str, *more: str) -> Server:
    """`sourcebot serve` with one worker. config: TOML; more: further arguments."""
    port = free_port()
    settings = folder / f"{port}.toml"
    settings.write_text(config, "utf-8")
    python = (sys.executable, "-m", "sourcebot")
    return Server(
        (*python, "serve", "--config", str(settings), "--port", str(port), *more), port, folder
    )


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _accepts(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), 0.2):
            return True
    except OSError:
        return False
