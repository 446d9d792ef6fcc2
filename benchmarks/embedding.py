"""What a bot costs the process that embeds it: time to load, memory, time to answer.

    python benchmarks/embedding.py [--bases 8]

Loads the shipped knowledge base, then copies of it under other names, each with its own bot, and
asks all of them the messages of its transcripts. Memory is what the system counts for the process
(resident, Linux only); a base that was never loaded before is compiled in a process of its own.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

from sourcebot import Bot

COMPILE = "import sys; from sourcebot import Bot; Bot.load(sys.argv[1]).ask('help me decide')"


def main() -> int:
    """Measure and print; exit 0 always, for it measures and does not judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bases", type=int, default=8)
    bases = parser.parse_args().bases
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SOURCEBOT_CACHE"] = str(Path(folder) / "cache")
        _measure([_copy(Path(folder), number) for number in range(bases)])
    return 0


def _copy(folder: Path, number: int) -> Path:
    """The shipped base under another name, so that it is another base."""
    copy = folder / f"base-{number}"
    shutil.copytree(Path(__file__).parent.parent / "kb", copy)
    kb = copy / "kb.yaml"
    kb.write_text(kb.read_text("utf-8").replace("name: sourcing", f"name: copy-{number}"), "utf-8")
    return copy


def _measure(folders: list[Path]) -> None:
    compiling = []
    for folder in folders:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", COMPILE, str(folder)], check=True)
        compiling.append(time.perf_counter() - start)
    print(f"never loaded before, in a process  {statistics.median(compiling):9.1f} s")
    print(f"memory before                      {_megabytes():9.1f} MB")
    bots, loading, sizes = [], [], [_megabytes()]
    for folder in folders:
        start = time.perf_counter()
        bots.append(Bot.load(folder))
        loading.append((time.perf_counter() - start) * 1000)
        sizes.append(_megabytes())
    _print("loading", loading, "ms")
    _print("memory, loaded", _steps(sizes), "MB")
    messages = [turn.user for t in bots[0].knowledge.transcripts for turn in t.turns]
    sizes, answering = [_megabytes()], []
    for bot in bots:
        answering = []
        for message in messages:
            start = time.perf_counter()
            bot.ask(message)
            answering.append((time.perf_counter() - start) * 1000)
        sizes.append(_megabytes())
    _print(f"memory, {len(messages)} messages later", _steps(sizes), "MB")
    cuts = statistics.quantiles(answering, n=100)
    print(
        f"an answer                          {cuts[49]:9.2f} ms at the median, {cuts[98]:.2f} p99"
    )
    for threads in (1, 4):
        start = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(bots[0].ask, messages))
        rate = len(messages) / (time.perf_counter() - start)
        print(f"messages a second, {threads} thread(s)    {rate:9.0f}")


def _steps(sizes: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(sizes)]


def _print(what: str, values: list[float], unit: str) -> None:
    others = values[1:] or values
    print(
        f"{what:34} {values[0]:9.1f} {unit} the first, {statistics.median(others):.1f} each other"
    )


def _megabytes() -> float:
    gc.collect()
    with open("/proc/self/status", encoding="ascii") as file:
        [line] = [line for line in file if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
