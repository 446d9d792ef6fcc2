"""How often the advice's first option is among the defensible ones, on documented decisions.

    python benchmarks/decisions.py tests/advice/cases.yaml

A file is a list of cases with `id`, `answers` (criterion -> answer, from what was known before the
decision) and `acceptable` (option ids). The best constant answer is printed beside it.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import yaml

from sourcebot import Bot


def main() -> int:
    """Print a line for each case, then the share; exit 0 always, for it measures only."""
    adviser = Bot.load().adviser
    assert adviser is not None, "the shipped base has criteria"
    for name in sys.argv[1:]:
        cases = yaml.load(Path(name).read_text("utf-8"), Loader=yaml.BaseLoader)
        right = 0
        for case in cases:
            first = adviser.recommend(case["answers"]).ranking[0]
            right += first.option in case["acceptable"]
            mark = "ok " if first.option in case["acceptable"] else "-- "
            print(f"{mark} {case['id']}: {first.option} (of {', '.join(case['acceptable'])})")
        constant = Counter(option for case in cases for option in case["acceptable"])
        option, count = constant.most_common(1)[0]
        print(f"{right} of {len(cases)}; always saying {option}: {count}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
