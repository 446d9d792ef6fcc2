"""A client that keeps a server busy: some connections, each of which waits for its reply.

One loop over plain sockets, because the client should take less of a processor than the server
that it measures: with asyncio it would be the slower of the two.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from serving import HOST, PATIENCE, Server

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"


class Request(NamedTuple):
    """The bytes of a request, and the statuses that are right for it."""

    data: bytes
    right: tuple[int, ...] = (200,)


class Load(NamedTuple):
    """What came of a load: seconds in all and of each request, statuses, what was not right, and
    the seconds of a processor that the server took.
    """  # noqa: D205

    seconds: float
    each: list[float]
    statuses: Counter[int]
    wrong: list[str]
    worked: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.each) / self.seconds

    @property
    def work(self) -> float:
        """Seconds of the server's processor for a request."""
        return self.worked / len(self.each)

    def percentile(self, share: float) -> float:
        """The seconds within which such a share of the requests was answered."""
        return sorted(self.each)[min(len(self.each) - 1, int(len(self.each) * share))]


def request(
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Iterable[str] = (),
    right: tuple[int, ...] = (200,),
) -> Request:
    """A request; `headers` are whole lines."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", *headers]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return Request("\r\n".join([*lines, "", ""]).encode() + (body or b""), right)


def drive(server: Server, requests: Iterable[Request], connections: int) -> Load:
    """Send all requests, over so many connections at once."""
    waiting = iter(requests)
    load = Load(0.0, [], Counter(), [], 0.0)
    before, began = server.worked(), time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            one = _Connection(server.port, waiting, load, selector)
            one.next()
        while selector.get_map():
            for key, _ in selector.select(PATIENCE) or _nothing(selector, load):
                key.data.read()
    return load._replace(seconds=time.perf_counter() - began, worked=server.worked() - before)


def _nothing(
    selector: selectors.BaseSelector, load: Load
) -> list[tuple[selectors.SelectorKey, int]]:
    """No reply came for a long time: what is still waited for has failed."""
    for key in list(selector.get_map().values()):
        load.wrong.append("no answer")
        key.data.close()
    return []


class _Connection:
    """One connection: sends the next request as soon as the last reply is there."""

    def __init__(
        self, port: int, waiting: Iterator[Request], load: Load, selector: selectors.BaseSelector
    ) -> None:
        self._port, self._waiting, self._load, self._selector = port, waiting, load, selector
        self._socket: socket.socket | None = None
        self._buffer, self._wanted, self._sent = b"", 0, 0.0
        self._request = Request(b"")

    def next(self) -> None:
        """Send a request, or end where there is none left."""
        following = next(self._waiting, None)
        if following is None:
            self.close()
            return
        self._request = following
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self._port), PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(self._socket, selectors.EVENT_READ, self)
        self._sent = time.perf_counter()
        self._socket.sendall(following.data)

    def read(self) -> None:
        """Take what has come."""
        assert self._socket is not None
        try:
            data = self._socket.recv(1 << 18)
        except OSError:
            data = b""
        if not data:
            self._load.wrong.append(f"hung up on {self._request.data[:80]!r}")
            self.close()
            self.next()
            return
        self._buffer = self._buffer + data if self._buffer else data
        if not self._wanted:
            end = self._buffer.find(_HEAD_END)
            if end < 0:
                return
            length = _LENGTH.search(self._buffer, 0, end)
            self._wanted = end + len(_HEAD_END) + (int(length[1]) if length else 0)
        if len(self._buffer) >= self._wanted:
            self._replied()
            self.next()

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = None
        self._buffer, self._wanted = b"", 0

    def _replied(self) -> None:
        self._load.each.append(time.perf_counter() - self._sent)
        reply = self._buffer
        self._buffer, self._wanted = b"", 0
        status = int(reply[9:12])
        self._load.statuses[status] += 1
        if status not in self._request.right:
            self._load.wrong.append(f"{self._request.data[:80]!r}: {reply[:600]!r}")
        if b"\r\nconnection: close\r\n" in reply[:2_000]:
            self.close()
