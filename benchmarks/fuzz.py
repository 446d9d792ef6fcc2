"""A worker is sent whatever there is: no answer may be a 5xx, and none of it may leave a trace.

    pip install schemathesis
    python benchmarks/fuzz.py [--requests 10000] [--garbage 6000] [--seed 1]

Two real servers, one open and one that wants API keys, each with a desk and Rasa's channel.

1. schemathesis makes requests from `/openapi.json`, right ones and wrong ones, and holds what comes
   back against the description with all of its checks: statuses, types, headers and bodies as they
   are described, wrong data refused, right data taken, what was deleted is gone, no answer without
   a key. It is run with one seed after the other until both servers have had their share.
2. Raw garbage, on connections of its own (`garbage.py`): noise, half requests, wrong lengths, odd
   chunks, heads without end, deep JSON, NULs, other protocols, and bodies that never end.

Amid the garbage and after it a good question has to get the very answer that it got before. In the
end every line of the log has to be JSON without a fault, all connections have to be closed, and the
servers have to end with 0.

Exits with 1 where anything of this is not so.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import garbage
from serving import HOST, NO_LIMITS, Server, sourcebot

QUESTION = json.dumps({"text": "what is the diffrence between outsorcing and offshoring"}).encode()
CONFIG = f"""\
rasa = true
[limits]
body_seconds = 2.0
{NO_LIMITS}
[desks.desk]
kind = "webhook"
signature = "off"
[desks.signed]
kind = "webhook"
secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
"""
HEAD_SECONDS = 15.0
"""After which the server gives up a request whose head does not come: see connections.py."""
# What no description of all bases and all desks can tell: which questions a base has, whether a key
# came with another message before, and what the body of a delivery is like. Of a delivery, Rasa's
# included, what cannot be understood is passed over: desks send again what is refused.
SETTINGS = """\
[[operations]]
include-name = ["POST /v1/advise", "POST /v1/conversations/{id}/messages"]
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422, 429]
[[operations]]
include-path-regex = "hooks"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409, 422, 429]
checks.negative_data_rejection.expected-statuses = ["2xx", 400, 401, 403, 404, 405, 413, 415, 422]
parameters = { "path.desk" = "desk" }
"""
AT_ONCE = 40
_SERIES = re.compile(r'^sourcebot_requests_total\{route="(.*)",status="(\d+)"\} (\d+)$', re.M)


class Target:
    """A server, how to get in, and what was found wrong with it."""

    def __init__(self, folder: Path, *, keys: bool) -> None:
        folder.mkdir()
        (folder / "schemathesis.toml").write_text(SETTINGS)
        self.folder, self.keys = folder, keys
        self.faults: list[str] = []
        self.headers: dict[str, str] = {}
        if keys:
            # fmt: off
            command = [sys.executable, "-m", "sourcebot", "keys", "new", "--file", "keys.json",
                       "--scopes", "ask,route,metrics", "fuzz"]
            # fmt: on
            made = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
            self.headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
        more = ("--keys", "keys.json") if keys else ()
        self.server: Server = sourcebot(folder, CONFIG, *more)
        self.answer = self.ask()

    @property
    def name(self) -> str:
        """For people."""
        return "with keys" if self.keys else "open"

    def ask(self) -> bytes:
        """The answer to a good question."""
        status, body = self.server.call("POST", "/v1/ask", QUESTION, self.headers)
        return body if status == 200 else b"status %d: %b" % (status, body[:200])

    def must_answer(self, when: str) -> None:
        """Whether it still answers as it did at first."""
        if (found := self.ask()) != self.answer:
            self.faults.append(f"{self.name}, {when}: answers {found[:200]!r}")

    def statuses(self) -> Counter[tuple[str, int]]:
        """How many requests there were, by route and status."""
        _, body = self.server.get("/metrics", self.headers)
        return Counter(
            {(route, int(status)): int(n) for route, status, n in _SERIES.findall(body.decode())}
        )

    def open_files(self) -> int:
        """How many it holds open, 0 where that is not known."""
        held = Path(f"/proc/{self.server.process.pid}/fd")
        return len(list(held.iterdir())) if held.exists() else 0

    def end(self) -> None:
        """Stop it, and read what it had to say."""
        if (code := self.server.stop()) != 0:
            self.faults.append(f"{self.name}: ended with {code}")
        self.faults += [f"{self.name}: {fault}" for fault in self.server.faults()]


def main() -> int:
    """Run all of it, print, and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000, help="by schemathesis, in all")
    parser.add_argument("--examples", type=int, default=150, help="for an operation and a seed")
    parser.add_argument("--garbage", type=int, default=6_000, help="in all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    if program is None:
        sys.exit("this needs schemathesis: pip install schemathesis")
    with tempfile.TemporaryDirectory(prefix="sourcebot-") as name:
        targets = [Target(Path(name) / kind, keys=kind == "keys") for kind in ("open", "keys")]
        try:
            for target in targets:
                _schemathesis(program, target, options)
            for target in targets:
                asyncio.run(_garbage(target, options))
        finally:
            for target in targets:
                target.end()
    faults = [fault for target in targets for fault in target.faults]
    print("\n".join(faults[:40]) or "no 5xx, no fault in the log, every good question answered")
    return 1 if faults else 0


def _schemathesis(program: str, target: Target, options: argparse.Namespace) -> None:
    """Runs with one seed after the other, until there were enough requests."""
    # fmt: off
    command = [
        program, "run", f"http://{HOST}:{target.server.port}/openapi.json", "--no-color",
        "--max-examples", str(options.examples), "--continue-on-failure", "--checks", "all",
        "--generation-database", "none", "--header", "X-Sourcebot-KB: sourcing",
    ]
    # fmt: on
    for name, value in target.headers.items():
        command += ["--header", f"{name}: {value}"]
    began, seed, done = target.statuses(), options.seed, 0
    while done < options.requests // 2:
        run = subprocess.run(
            [*command, "--seed", str(seed)], cwd=target.folder, capture_output=True, text=True
        )
        if run.returncode != 0:
            told = re.split(r"=+ (?:FAILURES|ERRORS) =+", run.stdout)[-1]
            target.faults.append(f"{target.name}, schemathesis with seed {seed}:{told}{run.stderr}")
        target.must_answer(f"after schemathesis with seed {seed}")
        seed, before = seed + 1, done
        done = sum((target.statuses() - began).values())
        if done == before or run.returncode not in (0, 1):
            return
    statuses = Counter[int]()
    for (_, status), number in (target.statuses() - began).items():
        statuses[status] += number
    print(
        f"{target.name}: {done:,} requests by schemathesis, seeds {options.seed} to {seed - 1}; "
        f"statuses {_told(statuses)}",
        flush=True,
    )


async def _garbage(target: Target, options: argparse.Namespace) -> None:
    port, number = target.server.port, options.garbage // 2
    _, begun = target.server.call("POST", "/v1/conversations", b"", target.headers)
    conversation = json.loads(begun)["id"]
    files, size = target.open_files(), target.server.resident()
    statuses, kinds, free = Counter[int](), Counter[str](), asyncio.Semaphore(AT_ONCE)

    async def one(seed: int) -> None:
        made = garbage.make(seed, conversation)
        if target.keys and b"\r\nHost: " in made.pieces[0] and seed % 2:
            line = "".join(f"{name}: {value}\r\n" for name, value in target.headers.items())
            first = made.pieces[0].replace(b"Host: ", line.encode() + b"Host: ", 1)
            made = garbage.Garbage(made.kind, (first, *made.pieces[1:]))
        async with free:
            got = await garbage.send(port, made, silence=0.5)
        statuses.update(got)
        kinds[made.kind] += 1
        target.faults += [
            f"{target.name}: {made.kind} (seed {seed}) is answered with {status}"
            for status in got
            if status >= 500
        ]

    for start in range(0, number, 500):
        first = options.seed * 1_000_000 + start
        await asyncio.gather(*(one(first + n) for n in range(min(500, number - start))))
        await asyncio.to_thread(target.must_answer, f"after {start + 500} pieces of garbage")
    print(f"{target.name}: {number:,} pieces of garbage ({', '.join(sorted(kinds))})")
    print(f"  answered with {_told(statuses)}")
    await _slow(target, conversation)
    await asyncio.sleep(1)
    print(
        f"  open files {files} before, {target.open_files()} after; "
        f"resident set {size or 0:.0f} MB before, {target.server.resident() or 0:.0f} MB after",
        flush=True,
    )
    if target.open_files() > files + 2:
        target.faults.append(f"{target.name}: holds {target.open_files()} files open, not {files}")


async def _slow(target: Target, conversation: str) -> None:
    """What never ends is given up, and does not keep others waiting."""
    port, all_slow = target.server.port, garbage.slow(conversation)
    sending = [
        asyncio.create_task(garbage.send(port, one, HEAD_SECONDS + 10, pause=0.2))
        for one in all_slow
    ]
    await asyncio.sleep(1)
    await asyncio.to_thread(target.must_answer, "amid slow requests")
    for one, got in zip(all_slow, await asyncio.gather(*sending), strict=True):
        if got[-1:] != [408] or (got != [408] and not target.keys):
            target.faults.append(f"{target.name}: {one.kind} {one.pieces[0][:60]!r} gets {got}")
    print(f"  {len(all_slow)} requests that never end were given up")


def _told(statuses: Counter[int]) -> str:
    return ", ".join(f"{status}: {number:,}" for status, number in sorted(statuses.items()))


if __name__ == "__main__":
    sys.exit(main())
