"""Accuracy and speed of the router beside others, in one run on one machine.

    python benchmarks/routers.py --data DIR [--sets banking77-train,...] [--peers sourcebot,...]
    python benchmarks/routers.py --data DIR --growth [1000,10000,100000,1000000]

DIR holds `NAME-train.jsonl` (or `NAME-10shot.jsonl`, ...) and `NAME-dev.jsonl`, lines of {"text",
"intent"}; the intent `oos` marks what is out of scope, and is never trained on. A set without a dev
file is split: a quarter of each intent's phrases is asked, and three tenths of the intents are left
out altogether and asked as out of scope. Each peer runs in a process of its own, one after the
other. Typing errors: one random edit in each word of five and more letters with probability one
half. A peer that cannot set its own bar is given one: three times a third of the intents is left
out of its examples, and the score is taken that parts best what is right from what is not.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import string
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from router_peers import IMPORTS, PEERS, SLOW, Fitted, installed

Rows = list[tuple[str, str]]
OUTSIDE = "oos"
MOST_FOR_A_BAR = 2_000


def main() -> int:
    """Measure and print; exit 0 always, for it measures and does not judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", help="names before .jsonl, comma-separated (default: all)")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--growth", nargs="?", const="1000,10000,100000,1000000")
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        name, peer = options.worker
        print(json.dumps(measure(options.data, name, peer)))
        return 0
    if options.growth:
        return growth(options.data, [int(size) for size in options.growth.split(",")])
    every = sorted(p.stem for p in options.data.glob("*.jsonl") if not p.stem.endswith("-dev"))
    for name in options.sets.split(",") if options.sets else every:
        print(f"\n{name}\n{HEAD}")
        results = {}
        for peer in options.peers.split(","):
            if not installed(peer):
                print(f"{peer:11} not installed")
                continue
            results[peer] = _in_a_process(options.data, name, peer)
            print(_line(peer, results[peer]), flush=True)
        if {"sourcebot", "wratio"} <= results.keys():
            times = results["wratio"]["p50"] / results["sourcebot"]["p50"]
            print(f"p50: sourcebot is {times:.0f} times as fast as WRatio")
    return 0


HEAD = (
    "            accuracy  typos   MCC   oos recall  answered   fit s  p50 us  p99 us  "
    "peak MB  import s  saved KB"
)


def _line(peer: str, found: dict[str, Any]) -> str:
    return (
        f"{peer:11} {found['accuracy']:8.1%} {found['typos']:6.1%} {found['mcc']:6.3f} "
        f"{found['oos_recall']:10.1%} {found['answered']:10.1%} {found['fit']:8.2f} "
        f"{found['p50']:7.0f} {found['p99']:7.0f} {found['peak']:8.0f} {found['import']:9.2f} "
        f"{found['size'] / 1024:9.0f}"
    )


def _in_a_process(data: Path, name: str, peer: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--data", str(data), "--worker", name, peer]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    loads = [_seconds(IMPORTS[peer]) - _seconds("pass") for _ in range(5)]
    return {**found, "import": statistics.median(loads)}


def _seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return time.perf_counter() - start


def measure(data: Path, name: str, peer: str) -> dict[str, Any]:
    """Fit one peer to one set and ask it everything."""
    train, asked = split(data, name)
    texts, labels = [text for text, _ in train], [label for _, label in train]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        fitted: Fitted = PEERS[peer](texts, labels, Path(folder))
        took = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        asked = random.Random(1).sample(asked, min(len(asked), SLOW.get(peer, len(asked))))
        times, answers = [], []
        for text, _ in asked:
            start = time.perf_counter()
            answers.append(fitted.ask(text))
            times.append((time.perf_counter() - start) * 1e6)
        rng = random.Random(0)
        inside = [row for row in asked if row[1] != OUTSIDE]
        damaged = [fitted.ask(damage(text, rng))[0] == label for text, label in inside]
        bar = fitted.bar if fitted.bar is not None else _bar_for(peer, train, Path(folder))
    times.sort()
    wanted = [label for _, label in asked]
    given = [label if score >= bar else OUTSIDE for label, score in answers]
    right = [a[0] == w for a, w in zip(answers, wanted, strict=True) if w != OUTSIDE]
    refused = [g == OUTSIDE for g, w in zip(given, wanted, strict=True) if w == OUTSIDE]
    answered = [g != OUTSIDE for g, w in zip(given, wanted, strict=True) if w != OUTSIDE]
    return {
        "accuracy": statistics.mean(right),
        "typos": statistics.mean(damaged),
        "mcc": matthews(wanted, given),
        "oos_recall": statistics.mean(refused) if refused else float("nan"),
        "answered": statistics.mean(answered),
        "fit": took,
        "p50": times[len(times) // 2],
        "p99": times[len(times) * 99 // 100],
        "peak": peak,
        "size": fitted.size,
    }


def split(data: Path, name: str) -> tuple[Rows, Rows]:
    """(to train on, to ask) of a set; see the module's docstring."""
    rows = _read(data / f"{name}.jsonl")
    dev = data / f"{name.rpartition('-')[0]}-dev.jsonl"
    if dev.exists():
        return [row for row in rows if row[1] != OUTSIDE], _read(dev)
    rng = random.Random(0)
    intents = sorted({label for _, label in rows})
    strange = set(rng.sample(intents, round(len(intents) * 0.3)))
    train: Rows = []
    asked: Rows = [(text, OUTSIDE) for text, label in rows if label in strange]
    for intent in intents:
        own = [row for row in rows if row[1] == intent]
        if intent not in strange:
            rng.shuffle(own)
            asked += own[: len(own) // 4]
            train += own[len(own) // 4 :]
    return train, asked


def _read(path: Path) -> Rows:
    lines = path.read_text("utf-8").splitlines()
    return [(row["text"], row["intent"]) for row in map(json.loads, lines)]


def damage(text: str, rng: random.Random) -> str:
    """Typing errors: see the module's docstring."""
    return " ".join(
        _slip(w, rng) if len(w) >= 5 and rng.random() < 0.5 else w for w in text.split()
    )


def _slip(word: str, rng: random.Random) -> str:
    at, letter = rng.randrange(len(word)), rng.choice(string.ascii_lowercase)
    match rng.choice(("swap", "drop", "insert", "replace")):
        case "swap":
            return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
        case "drop":
            return word[:at] + word[at + 1 :]
        case "insert":
            return word[:at] + letter + word[at:]
        case _:
            return word[:at] + letter + word[at + 1 :]


def _bar_for(peer: str, train: Rows, folder: Path) -> float:
    """A bar from the training rows alone, for a peer that sets none."""
    rng = random.Random(0)
    rows = rng.sample(train, min(len(train), MOST_FOR_A_BAR))
    intents = sorted({label for _, label in rows})
    rng.shuffle(intents)
    scored: list[tuple[float, bool]] = []
    for part in range(3):
        strange = set(intents[part::3])
        own = [row for row in rows if row[1] not in strange]
        asked = own[part::6] + [row for row in rows if row[1] in strange][::6]
        own = [row for number, row in enumerate(own) if number % 6 != part]
        fitted = PEERS[peer]([text for text, _ in own], [label for _, label in own], folder)
        for text, label in asked:
            guess, score = fitted.ask(text)
            scored.append((score, guess == label))
    best, bar = -2.0, 0.0
    for score, _ in scored:
        quality = matthews([ok for _, ok in scored], [other >= score for other, _ in scored])
        if quality > best:
            best, bar = quality, score
    return bar


def matthews(wanted: list[Any], given: list[Any]) -> float:
    """Matthews' correlation over any number of classes (Gorodkin 2004)."""
    total = len(wanted)
    correct = sum(w == g for w, g in zip(wanted, given, strict=True))
    truly, told = Counter(wanted), Counter(given)
    agreement = correct * total - sum(truly[c] * told[c] for c in truly)
    spread = (total**2 - sum(n * n for n in told.values())) * (
        total**2 - sum(n * n for n in truly.values())
    )
    return float(agreement / spread**0.5) if spread else 0.0


def growth(data: Path, sizes: list[int]) -> int:
    """Time the router on recombined phrases of all sets, 500 intents, at several sizes."""
    phrases = [text for path in sorted(data.glob("*-train.jsonl")) for text, _ in _read(path)]
    asked = [text for path in sorted(data.glob("*-dev.jsonl")) for text, _ in _read(path)][::4]
    first = None
    print("  examples    fit s   p50 us   p99 us   p50 against the 10,000 (or the first)")
    for size in sizes:
        texts, labels = recombined(phrases, size)
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            fitted = PEERS["sourcebot"](texts, labels, Path(folder))
            took = time.perf_counter() - start
        times = []
        for text in asked:
            start = time.perf_counter()
            fitted.ask(text)
            times.append((time.perf_counter() - start) * 1e6)
        times.sort()
        middle = times[len(times) // 2]
        first = middle if first is None or size == 10_000 else first
        print(
            f"{size:10,} {took:8.1f} {middle:8.1f} {times[len(times) * 99 // 100]:8.0f} "
            f"{middle / first:8.2f}",
            flush=True,
        )
    return 0


def recombined(phrases: list[str], size: int, intents: int = 500) -> tuple[list[str], list[str]]:
    """Phrases made of the beginning of one and the end of another of the same dozen."""
    rng = random.Random(0)
    dozens = [rng.sample(phrases, 12) for _ in range(intents)]
    texts, labels = [], []
    for number in range(size):
        one, other = (p.split() for p in rng.sample(dozens[number % intents], 2))
        texts.append(" ".join(one[: rng.randint(1, len(one))] + other[rng.randrange(len(other)) :]))
        labels.append(f"intent {number % intents}")
    return texts, labels


if __name__ == "__main__":
    raise SystemExit(main())
