"""A connection of the web server, with what it leaves open: how long and how large the head of a
request may be, what trailers and offers of another protocol are worth, and errors in the form of
all others.
"""  # noqa: D205

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httptools
import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from sourcebot.server import problems

HEAD_BYTES = 65_536
"""Of a request line and its headers; one read may bring a little more."""
HEAD_SECONDS = 15.0
"""To send them: who opens connections and says nothing would hold them for ever."""

_log = logging.getLogger("uvicorn.error")


class Parser:
    """Reads requests as if nobody offered to go on in another protocol.

    Java's own client offers HTTP/2 with the first request that it sends without TLS, and `curl
    --http2` with each. Nobody has to take that up, but the body counts, which the parser leaves out
    of such a request: so its head is read a second time, without the offer.
    """

    def __init__(self, connection: Connection, first: Any) -> None:
        self._connection = connection
        self._parser = first

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parser, name)

    def feed_data(self, data: bytes) -> None:
        """Read on. Raises httptools.HttpParserError."""
        while True:
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                head = self._connection.head_without_offer()
                self._parser = httptools.HttpRequestParser(self._connection)
                self._parser.feed_data(head)
                data = data[offer.args[0] :]
            else:
                return


class Connection(HttpToolsProtocol):
    """One connection of a client."""

    _in_head = False
    _offered = False
    _head_bytes = 0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self.parser = Parser(self, self.parser)  # type: ignore[assignment]
        super().connection_made(transport)  # type: ignore[arg-type]
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._unwatch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle  # none before the first request
        if self._in_head and self._head_bytes > HEAD_BYTES:
            self._refuse(431, "headers-too-large", "The headers are too large")
        elif self._in_head or cycle is None or cycle.response_complete:
            self._watch()
        else:
            self._unwatch()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        self._offered = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; what comes after the body is none, whatever it says."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head = False
        self._offered = self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"
        if not self._offered:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is whole."""
        if not self._offered:
            super().on_message_complete()

    def head_without_offer(self) -> bytes:
        """The head of the request that was read last, without its offer of another protocol."""
        version = self.parser.get_http_version().encode()
        kept = [pair for pair in self.headers if pair[0] != b"upgrade"]
        lines = [b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, version)]
        lines += [b"%s: %s" % pair for pair in kept]
        return b"\r\n".join([*lines, b"", b""])

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP."""
        self._refuse(400, "bad-request", problems.TITLES["bad-request"][1], msg, log=False)

    def _refuse(
        self, status: int, code: str, title: str, detail: str | None = None, *, log: bool = True
    ) -> None:
        if log:
            _log.warning("%s.", title)
        body = problems.Body("about:blank", title, status, code, detail or f"{title}.")
        encoded = msgspec.json.encode(body)
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
            % (status, title.encode(), problems.MEDIA_TYPE.encode(), len(encoded))
            + encoded
        )
        self.transport.close()

    def _watch(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if not self.transport.is_closing():
            self._refuse(408, "slow-head", "The request took too long to arrive")
