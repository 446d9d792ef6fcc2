"""What a bot costs the process that embeds it: time to load, memory, time to answer.

    python benchmarks/embedding.py [--bases 8]

Loads copies of the shipped knowledge base under names of their own, each with its own bot, and asks
all of them the messages of its transcripts, the guided advice among them. Times are of the
processor, so that what else a machine does counts little; memory is what the system counts for the
process (resident, Linux only). A base is compiled in a process of its own.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
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
        before = _of_children()
        subprocess.run([sys.executable, "-c", COMPILE, str(folder)], check=True)
        compiling.append(_of_children() - before)
    print(f"compiling, advice included          {statistics.median(compiling):9.1f} s")
    print(f"memory before                      {_megabytes():9.1f} MB")
    bots, loading, sizes = [], [], [_megabytes()]
    for folder in folders:
        start = time.process_time()
        bots.append(Bot.load(folder))
        loading.append((time.process_time() - start) * 1000)
        sizes.append(_megabytes())
    _print("loading", loading, "ms")
    _print("memory, loaded", _steps(sizes), "MB")
    messages = [turn.user for t in bots[0].knowledge.transcripts for turn in t.turns]
    sizes, answering = [_megabytes()], []
    for bot in bots:
        answering = []
        for message in messages:
            start = time.process_time()
            bot.ask(message)
            answering.append((time.process_time() - start) * 1000)
        sizes.append(_megabytes())
    _print(f"memory, {len(messages)} messages later", _steps(sizes), "MB")
    cuts = statistics.quantiles(answering, n=100)
    print(
        f"an answer                          {cuts[49]:9.2f} ms at the median, {cuts[98]:.2f} p99"
    )


def _steps(sizes: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(sizes)]


def _print(what: str, values: list[float], unit: str) -> None:
    others = values[1:] or values
    print(
        f"{what:34} {values[0]:9.1f} {unit} the first, {statistics.median(others):.1f} each other"
    )


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _megabytes() -> float:
    gc.collect()
    with open("/proc/self/status", encoding="ascii") as file:
        [line] = [line for line in file if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
