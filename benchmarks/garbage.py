"""Bytes that a server should never get, and gets: made from a seed, sent as they are.

Noise, half requests, wrong lengths, odd chunks, heads without end, JSON in a thousand wrong ways.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import re
from collections.abc import Callable
from typing import NamedTuple

from serving import HOST

POSTS = (
    "/v1/ask", "/v1/conversations", "/v1/conversations/{id}/messages", "/v1/route",
    "/v1/route/bulk", "/v1/advise", "/hooks/desk", "/hooks/signed", "/hooks/nowhere",
    "/webhooks/rest/webhook",
)  # fmt: skip
GETS = ("/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/v1/concepts", "/v1/criteria")
GOOD = {
    "/v1/ask": b'{"text": "what is offshoring?"}',
    "/v1/route": b'{"text": "why ofshoring", "explain": true}',
    "/v1/route/bulk": b'{"texts": ["why ofshoring", "is it cheaper?"]}',
    "/v1/advise": b'{"answers": {"core": "commodity"}}',
    "/webhooks/rest/webhook": b'{"sender": "me", "message": "what is offshoring?"}',
}
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "PATCH", "CONNECT", "BREW")
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_END = b"\r\n\r\n"


class Garbage(NamedTuple):
    """kind: what is wrong; pieces: bytes in the order in which they are sent, each on its own."""

    kind: str
    pieces: tuple[bytes, ...]


async def send(port: int, garbage: Garbage, silence: float, pause: float = 0.0) -> list[int]:
    """The statuses of what came back until the server hung up or said nothing for a while.

    silence: seconds of it; pause: seconds between two pieces.
    """
    reader, writer = await asyncio.open_connection(HOST, port)
    got = bytearray()
    try:
        for piece in garbage.pieces:
            writer.write(piece)
            await asyncio.wait_for(writer.drain(), 5)
            if pause:
                await asyncio.sleep(pause)
        while data := await asyncio.wait_for(reader.read(1 << 18), silence):
            got += data
            if len(garbage.pieces) == 1 and _is_whole(got):
                silence = min(silence, 0.02)
    except (OSError, TimeoutError):
        pass  # it hung up, or has nothing more to say: both are its right
    finally:
        writer.close()
    return _statuses(bytes(got))


def make(seed: int, conversation: str) -> Garbage:
    """One piece of garbage, always the same for a seed. conversation: the id of one that exists."""
    chance = random.Random(seed)
    kind = chance.choice(list(_KINDS))
    made = _KINDS[kind](chance)
    pieces = made if isinstance(made, tuple) else (made,)
    return Garbage(kind, tuple(piece.replace(b"{id}", conversation.encode()) for piece in pieces))


def slow(conversation: str) -> list[Garbage]:
    """Requests that begin well and never end: the server has to give them up."""
    bodies = [
        Garbage("slow-body", (_head("POST", path, {"Content-Length": "50"}), b'{"te'))
        for path in POSTS
        if path not in ("/v1/conversations", "/hooks/nowhere")  # whose body nobody reads
    ]
    drops = tuple(bytes([byte]) for byte in b"POST /v1/ask HTTP/1.1\r\nHost: h\r\nX-A: ")
    heads = [Garbage("slow-head", (b"GET /healthz HTT",)), Garbage("slow-head", drops)]
    return [
        Garbage(kind, tuple(piece.replace(b"{id}", conversation.encode()) for piece in pieces))
        for kind, pieces in bodies + heads
    ]


def _head(method: str, path: str, headers: dict[str, str], version: str = "HTTP/1.1") -> bytes:
    lines = [f"{method} {path} {version}", f"Host: {HOST}", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def _post(chance: random.Random, body: bytes, path: str | None = None) -> bytes:
    path = path or chance.choice(POSTS)
    return _head("POST", path, {"Content-Length": str(len(body))}) + body


def _fine(chance: random.Random) -> bytes:
    path = chance.choice((*GOOD, "/v1/conversations/{id}/messages", *GETS))
    if path in GETS:
        return _head("GET", path, {})
    return _post(chance, GOOD.get(path, b'{"text": "and why?"}'), path)


def _noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice((1, 10, 100, 4_096, 200_000)))


def _mutated(chance: random.Random) -> bytes:
    made = bytearray(_fine(chance))
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(made))
        match chance.randrange(4):
            case 0:
                made[place] = chance.randrange(256)
            case 1:
                del made[place : place + chance.randint(1, 4)]
            case 2:
                made[place:place] = chance.choice(
                    (b"\0", b"\r", b"\n", b"\r\n", b" ", b"\xff", b":")
                )
            case _:
                made[place:place] = made[place : place + 20]
        made = made or bytearray(b"x")
    return bytes(made)


def _half(chance: random.Random) -> bytes:
    whole = _fine(chance)
    return whole[: chance.randrange(1, len(whole))]


def _pieces(chance: random.Random) -> tuple[bytes, ...]:
    whole = _fine(chance)
    cuts = sorted(chance.sample(range(len(whole)), min(8, len(whole))))
    return tuple(whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True))


def _pipelined(chance: random.Random) -> bytes:
    return b"".join(chance.choice((_fine, _fine, _half, _mutated))(chance) for _ in range(5))


def _text(chance: random.Random) -> bytes:
    alphabet = chance.choice(
        (
            (0, 0x7F),
            (0x80, 0x7FF),
            (0x300, 0x36F),
            (0x2000, 0x206F),
            (0x1F300, 0x1FAFF),
            (0, 0x10FFFF),
        )
    )
    points = (chance.randint(*alphabet) for _ in range(chance.choice((0, 1, 30, 500, 20_000))))
    text = "".join(chr(point) for point in points if not 0xD800 <= point <= 0xDFFF)
    shape = chance.choice(({"text": text}, {"texts": [text] * 3}, {"answers": {text: text}}))
    shape |= {"sender": text, "message": text}
    return _post(chance, json.dumps(shape, ensure_ascii=chance.random() < 0.5).encode())


def _texts_with_meaning(chance: random.Random) -> bytes:
    text = chance.choice(
        ("{{ 7 * 7 }}{% for x in range(9999999) %}", "/why", "/new", "/no-such-command", "%s%n%x",
         "<script>alert(1)</script>", "a" * 200_000, "why " * 40_000, "?" * 5_000,
         "\u202e\ufeff\0", "what is " + "very " * 999 + "offshoring", "'; DROP TABLE x; --",
         "../../etc/passwd")
    )  # fmt: skip
    return _post(chance, json.dumps({"text": text, "texts": [text], "message": text}).encode())


def _odd_json(chance: random.Random) -> bytes:
    depth = chance.choice((100, 1_100, 50_000, 400_000))
    body = chance.choice(
        (b"", b"null", b"[]", b"{}", b'""', b"0", b"nan", b"{'text': 1}", b'{"text": null}',
         b'{"text": 1e400}', b'{"text": ' + b"9" * 5_000 + b"}", b'{"text": "a", "text": ["b"]}',
         b'{"text": "\\ud800"}', b'{"text": "\\udc00\\ud800 why"}', b'{"text": "\xff\xfe"}',
         b'{"text": "\xed\xa0\x80"}', b'{"text": "\xc0\xaf"}', b'{"text": "\0"}',
         b'{"text": "\\u0000"}', b'\xef\xbb\xbf{"text": "why"}',
         '{"text": "why"}'.encode("utf-16"), b'{"text": "why"} more', b'{"text": "why"',
         b'{"texts": "why"}', b'{"texts": [1, null]}', b'{"texts": [' + b'"",' * 9_999 + b'""]}',
         b'{"answers": {"core": 1}}', b'{"answers": []}', b'{"answers": {"": ""}}', b"[" * depth,
         b"[" * depth + b"]" * depth, b'{"text":' * depth + b"1" + b"}" * depth,
         b'{"answers": ' + b'{"a":' * depth + b"1" + b"}" * depth + b"}")
    )  # fmt: skip
    return _post(chance, body)


def _wrong_length(chance: random.Random) -> bytes:
    body = b'{"text": "what is offshoring?"}'
    length = chance.choice(
        ("0", "1", "29", "33", "1000", "-1", "+31", " 31", "31 ", "0x1f", "31,31", "31, 32", "",
         "a", "3 1", "1e1", "18446744073709551616", "9" * 400, "\u0663\u0661",
         "31\r\nContent-Length: 5", "31\r\nTransfer-Encoding: chunked")
    )  # fmt: skip
    return _head("POST", chance.choice(POSTS), {"Content-Length": length}) + body


def _odd_chunks(chance: random.Random) -> bytes:
    coding = chance.choice(("chunked",) * 4 + ("gzip, chunked", "Chunked", "x", "identity"))
    body = chance.choice(
        (b"1f\r\n" + GOOD["/v1/ask"] + b"\r\n0\r\n\r\n",
         b"0\r\n\r\n", b"0\r\nX-Request-Id: a\r\n\r\n", b"5\r\n{}\r\n0\r\n\r\n", b"-1\r\n{}\r\n",
         b"zz\r\n{}\r\n", b"ffffffffffffffffff\r\n{}\r\n",
         b"2;" + b"x" * 70_000 + b"\r\n{}\r\n0\r\n\r\n", b"2\n{}\n0\n\n", b"2\r\n{}0\r\n\r\n",
         b"\r\n", b"2\r\n{", b"1\r\n{\r\n" * 3_000, b"0\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
         b"0x2\r\n{}\r\n0\r\n\r\n",
         b"0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")
    )  # fmt: skip
    return _head("POST", chance.choice(POSTS), {"Transfer-Encoding": coding}) + body


def _odd_head(chance: random.Random) -> bytes:
    name = chance.choice(
        ("X-Request-Id", "Idempotency-Key", "X-Sourcebot-KB", "Authorization", "Cookie", "Expect",
         "X-Forwarded-For", "Content-Type", "Accept", "Connection", "Upgrade", "Origin", "Host",
         "", "X A", "X\0A", "\u00fc", ":path", "Content-Encoding", "webhook-timestamp")
    )  # fmt: skip
    value = chance.choice(
        ("", " ", "a" * 300, "a" * 70_000, "\0", "a\0b", "\u00e9", "\udcff\udc80", "a\tb",
         "a\r\n b", "a\rb", "a\nX-B: c", "100-continue", "chunked", "close", "keep-alive, Upgrade",
         "websocket", "h2c", "Bearer sb_x", "Bearer sb_00000000_" + "A" * 43, "Basic OjA=", "gzip",
         "*", "null", "application/json; charset=utf-16", "text/plain", "1" * 30, "-1", "{{1}}",
         "sourcing")
    )  # fmt: skip
    headers = {name: value} | (
        {f"X-{n}": "y" for n in range(5_000)} if chance.random() < 0.1 else {}
    )
    if chance.random() < 0.3:
        return _head(chance.choice(METHODS), chance.choice(GETS), headers)
    body = b'{"text": "what is offshoring?", "sender": "a", "message": "b"}'
    return _head("POST", chance.choice(POSTS), headers | {"Content-Length": str(len(body))}) + body


def _odd_line(chance: random.Random) -> bytes:
    path = chance.choice(
        ("*", "", "//", "/../../etc/passwd", "/%2e%2e/%00", "/%ff%fe", "/v1/ask/", "/v1//ask",
         "/\0", "/v1/conversations/%00", "/v1/conversations/..%2f",
         "/v1/conversations/" + "c" * 9_000, "/hooks/%f0%28", "/hooks/" + "x" * 70_000,
         "http://a@[::1/", "http://x:99999/v1/ask", "/v1/ask?kb=%ff", "/v1/ask?kb=" + "k" * 5_000,
         "/v1/ask?" + "a&" * 20_000, "/v1/ask#x", "/\u00fc\u4e2d", "/ a b",
         "/v1/criteria?kb=sourcing&kb=", "/readyz;x", "/widget.js%00")
    )  # fmt: skip
    version = chance.choice(("HTTP/1.1", "HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.", "", "ICY"))
    return _head(chance.choice(METHODS), path, {"Content-Length": "0"}, version)


def _other_protocol(chance: random.Random) -> bytes:
    upgrade = {"Connection": "Upgrade", "Upgrade": chance.choice(("websocket", "h2c", "TLS/1.0"))}
    upgrade["Sec-WebSocket-Key"] = "x"
    return chance.choice(
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
         b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", b"*1\r\n$4\r\nPING\r\n", b"EHLO x\r\n",
         b"SSH-2.0-x\r\n", b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n", b"\0" * 1_000, b"\r\n" * 50_000,
         b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\n\n\n",
         _head("GET", "/v1/ask", upgrade))
    )  # fmt: skip


def _large(chance: random.Random) -> bytes:
    body = chance.choice(
        (
            b'{"text": "' + b"a" * 1_200_000 + b'"}',
            b" " * 10_000_000,
            gzip.compress(b" " * 9_000_000),
        )
    )
    coding = {"Content-Encoding": "gzip"} if body[:2] == b"\x1f\x8b" else {}
    return _head("POST", chance.choice(POSTS), coding | {"Content-Length": str(len(body))}) + body


_KINDS: dict[str, Callable[[random.Random], bytes | tuple[bytes, ...]]] = {
    "noise": _noise,
    "mutated": _mutated,
    "half": _half,
    "pieces": _pieces,
    "pipelined": _pipelined,
    "any-text": _text,
    "text-with-meaning": _texts_with_meaning,
    "odd-json": _odd_json,
    "wrong-length": _wrong_length,
    "odd-chunks": _odd_chunks,
    "odd-head": _odd_head,
    "odd-line": _odd_line,
    "other-protocol": _other_protocol,
    "large": _large,
}


def _is_whole(got: bytearray) -> bool:
    end = got.find(_END)
    length = _LENGTH.search(got, 0, end + 2) if end >= 0 else None
    return length is not None and len(got) >= end + len(_END) + int(length[1])


def _statuses(got: bytes) -> list[int]:
    """Of all replies, one after the other; a body is skipped, whatever it holds."""
    found = []
    while match := _STATUS.match(got):
        found.append(int(match[1]))
        end = got.find(_END)
        length = _LENGTH.search(got, 0, end + 2)
        got = got[end + len(_END) + (int(length[1]) if length else 0) :]
    return found
