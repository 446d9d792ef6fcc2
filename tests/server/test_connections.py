"""What comes over the wire and is no request, or takes for ever to be one."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from sourcebot.server import connections
from tests.knowledge.tea import TeaFolder
from tests.server.http_setup import Server, tea_server
from tests.server.process import PATIENCE, read_all, request

GOOD = request(json.dumps({"text": "What is green tea?"}).encode(), "Connection: close")


@pytest.fixture(scope="module")
def server(shared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Server:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        return tea_server(TeaFolder(tmp_path_factory.mktemp("tea")))


@pytest.fixture(scope="module")
def address(server: Server) -> Iterator[tuple[str, int]]:
    """Where the application is reached, behind the connections of `sourcebot serve`."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    settings = uvicorn.Config(
        server.app,
        http="sourcebot.server.connections:Connection",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    running = uvicorn.Server(settings)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive()
    yield listener.getsockname()
    running.should_exit = running.force_exit = True
    thread.join(PATIENCE)
    listener.close()


@pytest.fixture
def connection(address: tuple[str, int]) -> Iterator[socket.socket]:
    with socket.create_connection(address, PATIENCE) as made:
        yield made


def answered(raw: bytes) -> tuple[int, dict[str, Any]]:
    """Status and body of a whole response."""
    head, _, body = raw.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), json.loads(body)


def test_a_request_in_small_pieces_is_answered(connection: socket.socket) -> None:
    for n in range(0, len(GOOD), 7):
        connection.sendall(GOOD[n : n + 7])
    status, reply = answered(read_all(connection))
    assert (status, reply["concepts"]) == (200, ["green-tea"])


def test_one_request_after_the_other_over_one_connection(connection: socket.socket) -> None:
    kept = request(json.dumps({"text": "What is black tea?"}).encode())
    connection.sendall(kept + kept + GOOD)
    told = read_all(connection)
    assert told.count(b"HTTP/1.1 200") == 3
    assert told.index(b"black-tea") < told.index(b"green-tea")


OFFERS = (
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n",
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
)


@pytest.mark.parametrize("offer", OFFERS, ids=["h2c", "websocket"])
@pytest.mark.parametrize("size", [1, 50, 10_000])
def test_who_offers_another_protocol_is_answered_in_this_one(
    connection: socket.socket, offer: bytes, size: int
) -> None:
    body = json.dumps({"text": "What is black tea?"}).encode()
    head = b"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + offer
    plain = b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    chunked = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    sent = head + plain + head + chunked + b"GET /healthz HTTP/1.1\r\n" + offer + b"\r\n" + GOOD
    for n in range(0, len(sent), size):
        connection.sendall(sent[n : n + size])
    _, *answers = read_all(connection).split(b"HTTP/1.1 200 OK")
    expected = (b"black-tea", b"black-tea", b'"status":"ok"', b"green-tea")
    assert len(answers) == len(expected)
    assert all(text in answer for text, answer in zip(expected, answers, strict=True))


def test_an_offer_of_another_protocol_smuggles_nothing(connection: socket.socket) -> None:
    both = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    connection.sendall(b"POST /v1/ask HTTP/1.1\r\nHost: x\r\n" + OFFERS[0] + both + GOOD)
    assert answered(read_all(connection))[0] == 400


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS to a port without it
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/ask HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/ask HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost\r\n\r\n",
        b"\x00" * 100,
        "GÉT / HTTP/1.1\r\n\r\n".encode(),
    ],
    ids=range(9),
)
def test_what_is_no_http_gets_a_problem_and_the_end(
    connection: socket.socket, garbage: bytes
) -> None:
    connection.sendall(garbage)
    status, body = answered(read_all(connection))
    assert (status, body["code"]) == (400, "bad-request")
    assert body["status"] == 400


def test_headers_that_never_end_are_refused(connection: socket.socket) -> None:
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    try:
        for n in range(64):  # more than one read brings, which is not counted to the byte
            connection.sendall(b"X-%d: " % n + b"x" * (connections.HEAD_BYTES // 2) + b"\r\n")
        told = read_all(connection)
    except ConnectionError:
        return  # gone before all was sent, which is refusal enough
    assert not told or answered(told)[0] == 431


def test_a_request_that_does_not_come_is_not_waited_for(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.05)
    for said in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n"):
        with socket.create_connection(address, PATIENCE) as connection:
            connection.sendall(said)
            status, body = answered(read_all(connection))
            assert (status, body["code"]) == (408, "slow-head")


def test_trailers_are_no_headers(connection: socket.socket, server: Server) -> None:
    body = json.dumps({"text": "What is green tea?"}).encode()
    connection.sendall(
        b"POST /v1/ask HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"%x\r\n%s\r\n0\r\nX-Sourcebot-KB: none\r\nX-Request-Id: forged\r\n\r\n"
        % (len(body), body)
    )
    raw = read_all(connection)
    assert answered(raw)[0] == 200
    assert b"forged" not in raw


def test_10_mb_are_refused_and_the_refusal_is_read(connection: socket.socket) -> None:
    big = request(b'{"text": "' + b"x" * 10_000_000 + b'"}')
    connection.sendall(big)
    status, body = answered(read_all(connection))
    assert (status, body["code"]) == (413, "too-large")


def test_who_asks_before_sending_is_refused_before_sending(connection: socket.socket) -> None:
    connection.sendall(request(b"", "Expect: 100-continue").replace(b": 0\r", b": 10000000\r"))
    told = connection.recv(65_536)
    assert told.startswith(b"HTTP/1.1 413")


def test_who_leaves_in_the_middle_disturbs_nobody(
    address: tuple[str, int], connection: socket.socket
) -> None:
    for _ in range(5):
        with socket.create_connection(address, PATIENCE) as other:
            other.sendall(GOOD[:-5])
    connection.sendall(GOOD)
    assert answered(read_all(connection))[0] == 200
