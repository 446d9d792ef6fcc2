"""Run a file of questions through `chat --json` and print the share answered rightly.

    python benchmarks/questions.py FILE.yaml [--failures] [--seed-only]

FILE is a list of items: `q` or `turns`, `in_scope`, and for the reply to the last message
`concepts`, `task`, `aspects` and `must_mention` (regular expressions). An in-scope item is right
where the reply is about at least the named concepts and every expression is found in its text (or
where it asks back and `clarify_ok` is set); one out of scope is right where nothing was answered.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from typing import Any

import yaml

DECLINED = {"unknown", "smalltalk", "handoff"}


def main() -> int:
    """Print shares per kind; exit 0 always, for it measures and does not judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file")
    parser.add_argument("--failures", action="store_true", help="show what went wrong")
    parser.add_argument("--seed-only", action="store_true", help="leave out items not `seed`")
    parser.add_argument("--kb", default=None)
    options = parser.parse_args()
    with open(options.file, encoding="utf-8") as file:
        items = yaml.safe_load(file)
    replies = _ask(items, options.kb)
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for item, reply in zip(items, replies, strict=True):
        if options.seed_only and item["in_scope"] and not item.get("seed"):
            continue
        faults = _faults(item, reply)
        groups = [str(item["kind"]), "in scope" if item["in_scope"] else "out of scope"]
        if item.get("seed"):
            groups.append("seed")
        elif item["in_scope"]:
            groups.append("beyond the seed")
        for group in groups:
            total[group] += 1
            right[group] += not faults
        if item["in_scope"] and item.get("aspects"):
            total["intent (not counted above)"] += 1
            right["intent (not counted above)"] += reply["intent"] in item["aspects"] or bool(
                {part["intent"] for part in reply["parts"]} & set(item["aspects"])
            )
        if faults and options.failures:
            _show(item, reply, faults)
    for group in sorted(total):
        share = right[group] / total[group]
        print(f"{group:28} {right[group]:4} of {total[group]:4}  {share:6.1%}")
    return 0


def _ask(items: list[dict[str, Any]], kb: str | None) -> list[dict[str, Any]]:
    """The reply to the last message of each item, from one `chat --json` process."""
    lines: list[str] = []
    last: list[int] = []
    for item in items:
        lines.append("/new")
        turns = item.get("turns") or [item["q"]]
        lines += [re.sub(r"[\r\n]", " ", turn) for turn in turns]
        last.append(len(lines) - 1)
    command = [sys.executable, "-m", "sourcebot", "chat", "--json", *(["--kb", kb] if kb else [])]
    done = subprocess.run(
        command, input="\n".join(lines).encode() + b"\n", capture_output=True, check=True
    )
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    return [replies[position] for position in last]


def _faults(item: dict[str, Any], reply: dict[str, Any]) -> list[str]:
    if not item["in_scope"]:
        return [] if reply["status"] in DECLINED else [f"answered ({reply['status']})"]
    if reply["status"] == "clarify" and item.get("clarify_ok"):
        return []
    faults = [] if reply["status"] == "answered" else [f"status {reply['status']}"]
    missing = set(item.get("concepts") or ()) - set(reply["concepts"])
    if missing:
        faults.append(f"not about {', '.join(sorted(missing))}")
    for expression in item.get("must_mention") or ():
        if not re.search(expression, reply["text"], re.IGNORECASE):
            faults.append(f"no {expression[:50]}")
    return faults


def _show(item: dict[str, Any], reply: dict[str, Any], faults: list[str]) -> None:
    print(f"{item['kind']}: {' / '.join(item.get('turns') or [item['q']])}")
    wanted = f"{'|'.join(item.get('aspects') or [])} {item.get('concepts')} {item.get('task')}"
    got = f"{reply['intent']} {reply['concepts']} {reply['task']} {reply['confidence']}"
    print(f"    wanted {wanted}\n    got    {reply['status']} {got}\n    {'; '.join(faults)}")


if __name__ == "__main__":
    raise SystemExit(main())
