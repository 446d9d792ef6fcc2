"""How long a cold `ask` and `advise` take, against importing rapidfuzz, jinja2 and yaml.

    python benchmarks/cold_start.py [--runs 20]

All are whole processes, run in turn after one warm-up each; medians and the ratio of medians are
printed. The compiled form of the knowledge base is in place, as it is from the second question on
(and from the first in an installed wheel).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

IMPORTS = (sys.executable, "-c", "import rapidfuzz, jinja2, yaml")
QUESTION = "what is the diffrence between outsorcing and offshoring"
ASK = (sys.executable, "-m", "sourcebot", "ask", QUESTION)
ASK_JSON = (*ASK[:4], "--json", QUESTION)
ANSWERS = "answers: {current: own-home, core: commodity, skill: cannot, codified: yes-both}"


def main() -> int:
    """Measure and print; exit 0 always, for it measures and does not judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    answers = Path(tempfile.mkdtemp()) / "answers.yaml"
    answers.write_text(ANSWERS, "utf-8")
    advise = (*ASK[:3], "advise", "--answers", str(answers), "--format", "json")
    commands = {
        "imports alone": IMPORTS,
        "ask": ASK,
        "ask --json": ASK_JSON,
        "advise --json": advise,
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        _seconds(command)
    for _ in range(runs):
        for name, command in commands.items():
            taken[name].append(_seconds(command))
    base = statistics.median(taken["imports alone"])
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        print(f"{name:14} {median * 1000:6.1f} ms   {median / base:4.2f} x")
    return 0


def _seconds(command: tuple[str, ...]) -> float:
    # Without its bytecode every start compiles the source anew, which no user's does.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, env=environment, check=False)
    return time.perf_counter() - start


if __name__ == "__main__":
    raise SystemExit(main())
