"""A worker under a mixed load, while its knowledge base and its API keys are edited all the time.

    python benchmarks/soak.py [--requests 100000] [--connections 16] [--every 4]

One client asks, talks, routes, asks for advice and begins conversations, and one request in six is
wrong on purpose: no key, a key without the scope, no JSON, no such path, too large, and so on. Each
has to be answered with the very status that is right for it; nothing may fail.

Meanwhile an editor changes the knowledge base every few seconds (seen in the next answers), breaks
it (refused, the last good edition stays, and readiness says so) and mends it; makes a key (works),
rotates it (both work) and ends it (refused).

The resident set (Linux) is taken after every tenth of the requests. Exits with 1 where anything was
answered otherwise than it should, or an edit did not come through.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

from asking import known, mixed, new
from load import Request, drive, request
from serving import NO_LIMITS, Server, sourcebot

CONVERSATIONS = 50
FOLLOW_UPS = ("and why?", "what are its risks?", "what about India?", "payroll?", "/why", "thanks")
PATIENCE = 180.0
"""Seconds within which an edit has to come through, on a busy machine."""


class Editor:
    """Edits what the server works with, and looks whether it notices."""

    def __init__(self, folder: Path, every: float) -> None:
        """`folder` gets a copy of the shipped base and a file of keys."""
        self.base, self.keys = folder / "kb", folder / "keys.json"
        shutil.copytree(Path(__file__).parent.parent / "kb", self.base)
        self._about = (self.base / "kb.yaml").read_text("utf-8")
        self.key, self.narrow = self._make("ask,route,metrics"), self._make("metrics")
        self._every, self._ended = every, threading.Event()
        self.done, self.faults = Counter[str](), list[str]()

    def start(self, server: Server) -> None:
        """Begin to edit, beside the load."""
        self._server, self._thread = server, threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """End after the round that is being done."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        for number in count(1):
            for edit in (self._change, self._break, self._change, self._change_keys):
                if self._ended.wait(self._every):
                    return
                try:
                    edit(number)
                except Exception as error:  # the load goes on, and the end tells of it
                    self.faults.append(f"{edit.__name__}: {type(error).__name__}: {error}")

    def _change(self, number: int) -> None:
        before, mark = self._stamp(), f"Edition {number} of {time.monotonic_ns()}."
        self._write(self._about.replace("about: >-\n", f"about: >-\n  {mark}\n", 1))
        self._until("a changed base is served", lambda: self._stamp() != before)
        _, begun = self._call("POST", "/v1/conversations", self.key)
        if mark not in json.loads(begun)["about"]:
            self.faults.append(f"an edit is not seen: {begun[:300]!r}")

    def _break(self, number: int) -> None:
        before = self._stamp()
        self._write(self._about + "\nno_such_field: [\n")
        self._until("a broken base is refused", lambda: self._readiness()["status"] == "degraded")
        if self._stamp() != before:
            self.faults.append("a broken base took the place of the last good one")
        self._write(self._about)
        self._until("a base is mended", lambda: self._readiness()["status"] == "ready")

    def _change_keys(self, number: int) -> None:
        made = self._make("ask")
        self._until("a new key works", lambda: self._call("GET", "/v1/criteria", made)[0] == 200)
        id = made.split("_")[1]
        following = self._keys("rotate", id)
        self._until("a rotated key works", lambda: self._works(following) and self._works(made))
        self._keys("end", id)
        self._until("an ended key is refused", lambda: not self._works(made))
        if not self._works(following):
            self.faults.append("a key was ended, and the one after it with it")

    def _write(self, text: str) -> None:
        temporary = self.base.parent / "kb.yaml.new"
        temporary.write_text(text, "utf-8")
        os.replace(temporary, self.base / "kb.yaml")

    def _make(self, scopes: str) -> str:
        return self._keys("new", "--scopes", scopes, "soak")

    def _keys(self, *args: str) -> str:
        action, *more = args
        command = [sys.executable, "-m", "sourcebot", "keys", action, "--file", str(self.keys)]
        done = subprocess.run([*command, *more], capture_output=True, check=True, text=True)
        return done.stdout.strip()

    def _until(self, what: str, so: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not so():
            if time.monotonic() > until:
                self.faults.append(f"not within {PATIENCE:.0f} s: {what}")
                return
            time.sleep(0.1)
        self.done[what] += 1

    def _works(self, key: str) -> bool:
        return self._call("GET", "/v1/criteria", key)[0] == 200

    def _readiness(self) -> dict[str, object]:
        read: dict[str, object] = json.loads(self._call("GET", "/readyz", self.narrow)[1])
        return read

    def _stamp(self) -> str:
        return str(json.loads(self._call("GET", "/v1/criteria", self.key)[1])["kb"])

    def _call(self, method: str, path: str, key: str) -> tuple[int, bytes]:
        body = b"" if method == "POST" else None
        return self._server.call(method, path, body, {"Authorization": f"Bearer {key}"})


def requests(editor: Editor, conversations: list[str]) -> Iterator[Request]:
    """Without end: right ones and wrong ones, each with the status that is right for it."""
    chance, texts = random.Random(3), mixed(known(), new(), 0.1, 4)
    key, narrow = f"Authorization: Bearer {editor.key}", f"Authorization: Bearer {editor.narrow}"
    unknown = f"Authorization: Bearer sb_00000000_{'A' * 43}"
    large = b'{"text": "' + b"a" * 1_000_001 + b'"}'

    def post(path: str, value: object, *lines: str, right: int = 200) -> Request:
        return request("POST", path, json.dumps(value).encode(), (key, *lines), (right,))

    def wrong() -> Request:
        body = b'{"text": "why?"}'
        return chance.choice((
            lambda: request("POST", "/v1/ask", body, (), (401,)),
            lambda: request("POST", "/v1/ask", body, (unknown,), (401,)),
            lambda: request("POST", "/v1/ask", body, (narrow,), (403,)),
            lambda: request("POST", "/v1/ask", body, (key, "X-Sourcebot-KB: other"), (403,)),
            lambda: request("POST", "/v1/ask", b'{"text": ', (key,), (400,)),
            lambda: request("POST", "/v1/ask", b'{"text": "\xff"}', (key,), (400,)),
            lambda: request("POST", "/v1/route/bulk", b"[" * 20_000, (key,), (400, 422)),
            lambda: post("/v1/ask", {"texts": []}, right=422),
            lambda: post("/v1/advise", {"answers": {"no-such-criterion": "a"}}, right=422),
            lambda: post("/v1/conversations/c_none/messages", {"text": "why?"}, right=404),
            lambda: request("GET", "/v1/nothing", None, (key,), (404,)),
            lambda: request("PUT", "/v1/ask", body, (key,), (405,)),
            lambda: request("POST", "/v1/ask", large, (key,), (413,)),
        ))()  # fmt: skip

    def talk() -> Request:
        once = (f"Idempotency-Key: {chance.getrandbits(64)}",) if chance.random() < 0.5 else ()
        text = chance.choice(FOLLOW_UPS) if chance.random() < 0.7 else next(texts)
        return post(
            f"/v1/conversations/{chance.choice(conversations)}/messages", {"text": text}, *once
        )

    kinds: tuple[tuple[int, Callable[[], Request]], ...] = (
        (50, lambda: post("/v1/ask", {"text": next(texts)})),
        (15, talk),
        (2, lambda: post("/v1/conversations", {}, right=201)),
        (6, lambda: post("/v1/route", {"text": next(texts), "explain": chance.random() < 0.2})),
        (2, lambda: post("/v1/route/bulk", {"texts": [next(texts) for _ in range(10)]})),
        (1, lambda: post("/v1/advise", {"answers": {"core": "commodity"}})),
        (1, lambda: request("GET", "/v1/concepts", None, (key,))),
        (2, lambda: request("GET", "/healthz")),
        (1, lambda: request("GET", "/metrics", None, (narrow,))),
        (16, wrong),
    )
    weights, makers = zip(*kinds, strict=True)
    while True:
        yield chance.choices(makers, weights)[0]()


def main() -> int:
    """Run it, print, and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--every", type=float, default=4.0, help="seconds between two edits")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sourcebot-") as name:
        folder = Path(name)
        os.environ["SOURCEBOT_CACHE"] = str(folder / "cache")
        editor = Editor(folder, options.every)
        config = f"session_minutes = 1.0\n[limits]\n{NO_LIMITS}"
        server = sourcebot(
            folder, config, "--kb", str(editor.base), "--keys", str(editor.keys)
        )  # fmt: skip
        try:
            wrong = _load(server, editor, options)
        finally:
            code = server.stop()
        wrong += [f"the server ended with {code}"] if code else []
        wrong += server.faults()
    print("\n".join(wrong[:20]) or "nothing failed, and every edit came through")
    return 1 if wrong else 0


def _load(server: Server, editor: Editor, options: argparse.Namespace) -> list[str]:
    bearer = {"Authorization": f"Bearer {editor.key}"}
    begun = (server.call("POST", "/v1/conversations", b"", bearer) for _ in range(CONVERSATIONS))
    asked = requests(editor, [json.loads(body)["id"] for _, body in begun])
    statuses, wrong, sizes, began = Counter[int](), list[str](), list[float](), time.monotonic()
    step = options.requests // 10
    editor.start(server)
    try:
        for tenth in range(1, 11):
            load = drive(server, islice(asked, step), options.connections)
            statuses += load.statuses
            wrong += load.wrong
            size = server.resident()
            sizes += [size] if size is not None else []
            print(
                f"after {tenth * step:,} requests and {editor.done.total()} edits: "
                f"resident set {size or 0:.1f} MB, "
                f"p99 {load.percentile(0.99) * 1e3:.0f} ms, {load.rate:.0f} requests/s",
                flush=True,
            )
    finally:
        editor.stop()
    print(
        f"{sum(statuses.values()):,} requests in {time.monotonic() - began:.0f} s; statuses ",
        end="",
    )
    print(", ".join(f"{status}: {number:,}" for status, number in sorted(statuses.items())))
    print("; ".join(f"{what}: {times} times" for what, times in sorted(editor.done.items())))
    if len(sizes) > 5:
        done = [step * place for place in range(5, 5 + len(sizes[4:]))]
        slope = statistics.linear_regression(done, sizes[4:]).slope
        print(f"slope of the resident set over the second half: {slope * 1e6:+.0f} bytes a request")
    return wrong + editor.faults


if __name__ == "__main__":
    sys.exit(main())
