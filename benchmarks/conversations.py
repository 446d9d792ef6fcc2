"""Conversations over several workers, one of which is killed: each turn is taken once, in order.

    python benchmarks/conversations.py [--conversations 200] [--turns 10] [--workers 4]
                                       [--kills 1] [--store redis|sqlite]

Starts a Redis server (or takes a SQLite file) and the server with its workers, all in a temporary
folder. Clients send turn after turn, each conversation on its own and all at once, over connections
that any worker may have taken. While they do, a worker is killed (SIGKILL), which its parent
replaces. A client whose connection breaks sends the message again with the same Idempotency-Key.
Every second message only makes sense after the one before ("and what are its risks?"), so that a
reply shows whether the state before it was the right one.

Exits with 1 where a turn was lost, taken twice, out of order, or answered for another message.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from serving import HOST, NO_LIMITS, Server, sourcebot

CONCEPTS = ("offshoring", "nearshoring", "crowdsourcing", "reshoring", "outsourcing")
FIRST, SECOND = "What is {}?", "and what are its risks?"
PATIENCE = 60.0
GIVE_UP_AFTER = 200


@dataclass
class Tally:
    """What came of it. seconds: of each turn, with all its tries; faults: what must not be."""

    seconds: list[float] = field(default_factory=list)
    broken: int = 0
    repeated: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Client:
    """One connection at a time, kept open."""

    def __init__(self, port: int, tally: Tally) -> None:
        self._port = port
        self._tally = tally
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(
        self, method: str, path: str, body: Any = None, key: str | None = None
    ) -> tuple[dict[str, str], Any]:
        """Headers and body of the response, after as many tries as it takes."""
        for _ in range(GIVE_UP_AFTER):
            try:
                async with asyncio.timeout(PATIENCE):
                    status, headers, data = await self._once(method, path, body, key)
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                self._tally.broken += 1
                self.close()
                await asyncio.sleep(0.02)
                continue
            if status < 300:
                return headers, json.loads(data) if data else None
            self._tally.refused[status] += 1
            if status < 500 and status not in (408, 429):
                raise RuntimeError(f"{method} {path}: {status} {data[:300]!r}")
            await asyncio.sleep(0.2)
        raise RuntimeError(f"{method} {path}: no answer after {GIVE_UP_AFTER} tries")

    def close(self) -> None:
        """Let go of the connection; the next request makes another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _once(
        self, method: str, path: str, body: Any, key: str | None
    ) -> tuple[int, dict[str, str], bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(HOST, self._port)
        reader, writer = self._streams
        data = json.dumps(body).encode() if body is not None else b""
        head = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {len(data)}"]
        head += ["Content-Type: application/json"] if data else []
        head += [f"Idempotency-Key: {key}"] if key else []
        writer.write("\r\n".join([*head, "", ""]).encode() + data)
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        told = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection") == "close":
            self.close()
        return int(lines[0].split()[1]), headers, told


async def converse(n: int, turns: int, port: int, tally: Tally, done: list[int]) -> None:
    """One conversation, from its beginning to its end, and whether all was well with it."""
    client = Client(port, tally)
    _, begun = await client.send("POST", "/v1/conversations")
    path = f"/v1/conversations/{begun['id']}"
    concept = ""
    for turn in range(1, turns + 1):
        if turn % 2:
            concept = CONCEPTS[(n + turn // 2) % len(CONCEPTS)]
        text = FIRST.format(concept) if turn % 2 else SECOND
        began = time.perf_counter()
        headers, reply = await client.send("POST", f"{path}/messages", {"text": text}, f"{turn}")
        tally.seconds.append(time.perf_counter() - began)
        tally.repeated += "x-sourcebot-repeated" in headers
        if headers["x-sourcebot-turn"] != str(turn):
            tally.faults.append(f"{n}: turn {turn} came as {headers['x-sourcebot-turn']}")
        wanted = ("define" if turn % 2 else "risks", [concept])
        if (reply["intent"], reply["concepts"]) != wanted:
            tally.faults.append(f"{n}: turn {turn} answers {reply['intent']} {reply['concepts']}")
        done[0] += 1
    _, standing = await client.send("GET", path)
    if standing["turn"] != turns:
        tally.faults.append(f"{n}: {standing['turn']} turns were taken, not {turns}")
    client.close()


def workers_of(parent: int) -> set[int]:
    """The process ids of the workers; the other child of the parent only looks after it."""
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return {pid for pid in map(int, found) if b"spawn_main" in _command(pid)}


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


async def kill_some(kills: int, total: int, parent: int, done: list[int]) -> list[str]:
    """Kill a worker whenever a further share of the turns is done; how that went."""
    told = []
    for kill in range(1, kills + 1):
        while done[0] < total * kill / (kills + 1):
            await asyncio.sleep(0.005)
        before = workers_of(parent)
        victim = min(before)
        os.kill(victim, signal.SIGKILL)
        at, began = done[0], time.perf_counter()
        while not workers_of(parent) - before:
            await asyncio.sleep(0.02)
        seconds = time.perf_counter() - began
        told.append(f"after {at} turns; another was started {seconds:.1f} s later")
    return told


async def ready(parent: int, workers: int) -> None:
    """Return once all workers are there, and have had time to load the knowledge base."""
    until = time.monotonic() + PATIENCE
    while len(workers_of(parent)) < workers and time.monotonic() < until:
        await asyncio.sleep(0.1)
    await asyncio.sleep(5)


async def run(options: argparse.Namespace, server: Server) -> Tally:
    """All conversations at once, and what they cost."""
    port, parent = server.port, server.process.pid
    await ready(parent, options.workers)
    tally, done, first = Tally(), [0], workers_of(parent)
    total = options.conversations * options.turns
    began = time.perf_counter()
    killing = asyncio.create_task(kill_some(options.kills, total, parent, done))
    await asyncio.gather(
        *(converse(n, options.turns, port, tally, done) for n in range(options.conversations))
    )
    seconds = time.perf_counter() - began
    cuts = statistics.quantiles(tally.seconds, n=100)
    print(
        f"{options.conversations} conversations of {options.turns} turns at once, "
        f"{options.workers} workers, {options.store}: {len(tally.seconds):,} turns in "
        f"{seconds:.1f} s, {len(tally.seconds) / seconds:.0f} turns/s"
    )
    print(
        f"a turn took (median, 95 %, 99 %, most) {cuts[49] * 1e3:.0f}, {cuts[94] * 1e3:.0f}, ",
        end="",
    )
    print(f"{cuts[98] * 1e3:.0f}, {max(tally.seconds) * 1e3:.0f} ms, tries included")
    for told in await killing:
        print(f"a worker was killed {told}")
    if len(gone := first - workers_of(parent)) > options.kills:
        tally.faults.append(f"{len(gone) - options.kills} further workers have ended")
    print(
        f"{tally.broken} connections broke and their requests were sent again, "
        f"{tally.repeated} of them had been answered before; "
        f"refused: {dict(tally.refused) or 'none'}"
    )
    return tally


def start_redis(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A Redis server that keeps nothing, and its address."""
    if shutil.which("redis-server") is None:
        sys.exit("redis-server is not installed (on Debian and Ubuntu: apt install redis-server)")
    place = folder / "socket"
    # fmt: off
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", str(place), "--save", "",
         "--appendonly", "no", "--dir", str(folder)], stdout=subprocess.DEVNULL)
    # fmt: on
    while not place.exists():
        time.sleep(0.02)
    return server, f"unix://{place}"


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--conversations", type=int, default=200)
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kills", type=int, default=1)
    parser.add_argument("--store", choices=("redis", "sqlite"), default="redis")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sourcebot-"))
    redis: subprocess.Popen[bytes] | None = None
    try:
        if options.store == "redis":
            redis, address = start_redis(folder)
        else:
            address = f"sqlite:{folder / 'sessions.db'}"
        more = ("--workers", str(options.workers), "--sessions", address)
        server = sourcebot(folder, f"[limits]\n{NO_LIMITS}", *more)
        try:
            tally = asyncio.run(run(options, server))
        finally:
            code = server.stop()
        if code != 0:
            tally.faults.append(f"the server ended with {code}")
        # 503 is how a server says that it cannot now; what counts is that the turn came through.
        tally.faults += [line for line in server.faults() if '"status":503' not in line]
        print("\n".join(tally.faults[:20]) or "no turn was lost, taken twice or out of order")
        return 1 if tally.faults else 0
    finally:
        if redis is not None:
            redis.terminate()
            redis.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
