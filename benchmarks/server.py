"""How many questions a worker answers in a second, against an endpoint that only echoes JSON.

    python benchmarks/server.py [--requests 20000] [--rounds 10] [--connections 16]
                                [--memory 100000]

Two real servers with one worker each: `sourcebot serve` as it comes, its log going to a file, and a
bare Starlette application on uvicorn with the same settings, whose one endpoint parses a JSON body
and sends it back. A client in a third process loads them in turn, round after round (keep-alive, no
pipelining, every connection waits for its reply), with the same bodies, of four kinds:

- known: 2,000 different questions in random order, all of which were asked before. A worker
  remembers its last 4,096 answers, so that these are looked up and not worked out.
- 1 % new, 10 % new: such a share of questions that nobody asked before, among the known ones.
- new: only such. Nothing can be looked up; this is what working an answer out takes.

The ratio of the rates is what to look at: figures themselves depend on the machine. Where other
programs are at work, the ratio of the processor time that the two servers took for a request
(Linux) is the steadier one. "busy" is the share of the time for which the server had a processor:
where it is far below 100 %, the client or the machine was what it waited for.

The memory of the worker (resident set, Linux) is taken after every tenth of `--memory` requests, a
tenth of which are new, once its memory of answers is full.

Exits with 1 where a request was not answered with 200.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from asking import known, mixed, new
from load import Load, Request, drive, request
from serving import NO_LIMITS, Server, free_port, sourcebot

SHARES = {"known": 0.0, "1 % new": 0.01, "10 % new": 0.1, "new": 1.0}
FEWER = {"10 % new": 4, "new": 20}
"""So many times fewer requests of these are enough, for each takes longer."""
REMEMBERED = 4_096
"""Answers that a worker remembers: see sourcebot/server/bases.py."""

BARE = """\
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def echo(request):
    return JSONResponse(await request.json())

app = Starlette(routes=[Route("/v1/ask", echo, methods=["POST"])])
"""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=int, default=20_000, help="known ones of each server")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--memory", type=int, default=0, help="requests to watch the memory over")
    options = parser.parse_args()
    fresh, wrong = new(), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        servers = {"sourcebot": sourcebot(folder, f"[limits]\n{NO_LIMITS}"), "bare": _bare(folder)}
        try:
            for server in servers.values():
                wrong += drive(server, _requests(known()), options.connections).wrong
            loads = {kind: _compare(kind, servers, fresh, options) for kind in SHARES}
            wrong += [line for both in loads.values() for load in both for line in load.wrong]
            _print_limit(loads)
            if options.memory:
                wrong += _memory(servers["sourcebot"], fresh, options)
        finally:
            for server in servers.values():
                server.stop()
    print("\n".join(wrong[:10]) or "every request was answered with 200")
    return 1 if wrong else 0


def _bare(folder: Path) -> Server:
    (folder / "bare.py").write_text(BARE)
    port = free_port()
    # fmt: off
    return Server(
        (sys.executable, "-m", "uvicorn", "bare:app", "--port", str(port), "--http", "httptools",
         "--ws", "none", "--no-proxy-headers", "--no-server-header", "--no-access-log",
         "--log-level", "warning"), port, folder,
    )
    # fmt: on


def _compare(
    kind: str, servers: dict[str, Server], fresh: Iterator[str], options: argparse.Namespace
) -> tuple[Load, Load]:
    """The loads of both servers, each as that of one long round."""
    rounds: dict[str, list[Load]] = {name: [] for name in servers}
    size = options.requests // FEWER.get(kind, 1) // options.rounds
    for turn in range(options.rounds):
        texts = list(islice(mixed(known(), fresh, SHARES[kind], turn), size))
        for name in sorted(servers, reverse=bool(turn % 2)):
            rounds[name].append(drive(servers[name], _requests(texts), options.connections))
    print(f"{kind}: {options.rounds} rounds of {size} requests over {options.connections} at once")
    for name, loads in rounds.items():
        rate = statistics.median(load.rate for load in loads)
        p50, p99 = (
            statistics.median(load.percentile(share) for load in loads) for share in (0.5, 0.99)
        )
        work = statistics.median(load.work for load in loads)
        busy = statistics.median(load.worked / load.seconds for load in loads)
        print(
            f"  {name:10}{rate:7.0f} requests/s   p50 {p50 * 1e3:6.2f} ms   p99 {p99 * 1e3:6.2f} ms"
            f"   processor {work * 1e6:5.0f} us a request   busy {busy:4.0%}"
        )
    pairs = list(zip(rounds["sourcebot"], rounds["bare"], strict=True))
    rates = sorted(ours.rate / theirs.rate for ours, theirs in pairs)
    tails = [ours.percentile(0.99) / theirs.percentile(0.99) for ours, theirs in pairs]
    line = (
        f"  ratio     {statistics.median(rates):.2f} of the bare endpoint's requests/s "
        f"({rates[0]:.2f} to {rates[-1]:.2f}), {statistics.median(tails):.1f} times its p99"
    )
    works = [theirs.work / ours.work for ours, theirs in pairs if ours.work and theirs.work]
    if works:
        line += f", {statistics.median(works):.2f} by processor time"
    print(line, flush=True)
    return _together(rounds["sourcebot"]), _together(rounds["bare"])


def _together(loads: list[Load]) -> Load:
    whole = loads[0]
    for load in loads[1:]:
        whole = Load(
            whole.seconds + load.seconds,
            whole.each + load.each,
            whole.statuses + load.statuses,
            whole.wrong + load.wrong,
            whole.worked + load.worked,
        )
    return whole


def _print_limit(loads: dict[str, tuple[Load, Load]]) -> None:
    """The share of new questions up to which half of the bare endpoint's rate is kept."""
    (remembered, bare), (worked_out, _) = loads["known"], loads["new"]
    if bare.work and worked_out.work > remembered.work:
        share = (2 * bare.work - remembered.work) / (worked_out.work - remembered.work)
        print(
            f"by processor time, half of the bare endpoint's rate holds up to {share:.1%} of "
            "questions that nobody asked before"
        )


def _memory(server: Server, fresh: Iterator[str], options: argparse.Namespace) -> list[str]:
    """Print the resident set; what was not answered."""
    filling = drive(server, _requests(islice(fresh, REMEMBERED + 400)), options.connections)
    texts = mixed(known(), fresh, 0.1, 99)
    sizes, wrong, step = [server.resident()], filling.wrong, options.memory // 10
    print(f"memory, {options.memory} requests, a tenth of them new:")
    for _ in range(10):
        wrong += drive(server, _requests(islice(texts, step)), options.connections).wrong
        sizes.append(server.resident())
    known_sizes = [size for size in sizes if size is not None]
    if not known_sizes:
        print("  not known on this system")
        return wrong
    print("  resident set at the start and after each tenth, MB: ", end="")
    print(" ".join(f"{size:.1f}" for size in known_sizes))
    done = [step * place for place in range(len(known_sizes))]
    for what, start in (("all", 0), ("the second half", 5)):
        slope = statistics.linear_regression(done[start:], known_sizes[start:]).slope
        print(f"  slope over {what}: {slope * 1e6:+.1f} bytes a request")
    return wrong


def _requests(texts: Iterable[str]) -> Iterator[Request]:
    for text in texts:
        yield request("POST", "/v1/ask", json.dumps({"text": text}).encode())


if __name__ == "__main__":
    sys.exit(main())
