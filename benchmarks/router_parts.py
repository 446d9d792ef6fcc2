"""What each part of the router is worth: accuracy with and without it.

    python benchmarks/router_parts.py --data DIR

DIR as in `routers.py`. For each set: how often the best guess is right on what is in scope, then
with typing errors, then Matthews' correlation at the router's own bar, as `routers.py` splits and
damages.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

from routers import OUTSIDE, damage, matthews, split

from sourcebot import Router
from sourcebot.routing import design, fitting, softmax, trials, weights
from sourcebot.routing.repair import Repairer

SETS = (
    "banking77-5shot", "banking77-10shot", "banking77-train", "clinc150-train",
    "hint3-curekart-subset-train", "hint3-powerplay11-subset-train",
)  # fmt: skip


def _set(**values: float) -> Callable[[ExitStack], None]:
    """Constants by name, in every module that has them."""

    def apply(stack: ExitStack) -> None:
        for module in (design, fitting, softmax, trials, weights):
            for name, value in values.items():
                if hasattr(module, name):
                    stack.enter_context(patch.object(module, name, value))

    return apply


def _without(owner: Any, name: str, instead: Any) -> Callable[[ExitStack], None]:
    return lambda stack: stack.enter_context(patch.object(owner, name, instead)) and None


PARTS: dict[str, Callable[[ExitStack], None]] = {
    "all parts": lambda stack: None,
    "without meaning": _set(MEANING=0.0),
    "without spelling": _set(SPELLING=0.0),
    "without stems": _set(STEMMED=0.0),
    "without compounds": _set(COMPOUND=0.0),
    "without label names": _set(NAME_WORTH=0.0),
    "without fairness": _set(FAIRNESS=0.0),
    "without repair": _without(Repairer, "repair", lambda self, word, at_least=0: None),
    "with nearness 4": lambda stack: None,
}


def main() -> int:
    """Measure and print; exit 0 always."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", default=",".join(SETS))
    options = parser.parse_args()
    sets = options.sets.split(",")
    print("accuracy / with typing errors / MCC", *sets, sep="\n  ")
    for part, leave_out in PARTS.items():
        cells = []
        for name in sets:
            with ExitStack() as stack:
                leave_out(stack)
                nearness = 4.0 if "nearness" in part else 0.0
                cells.append(_measured(options.data, name, nearness))
        print(f"{part:24}", *cells, sep="  ", flush=True)
    return 0


def _measured(data: Path, name: str, nearness: float) -> str:
    train, asked = split(data, name)
    router = Router.from_examples(train, nearness=nearness)
    rng = random.Random(0)
    routes = router.route_many(text for text, _ in asked)
    given = [route.intent or OUTSIDE for route in routes]
    right = [r.ranking[0][0] == w for r, (_, w) in zip(routes, asked, strict=True) if w != OUTSIDE]
    damaged = [
        router.route(damage(text, rng)).ranking[0][0] == wanted
        for text, wanted in asked
        if wanted != OUTSIDE
    ]
    mcc = matthews([wanted for _, wanted in asked], given)
    return f"{statistics.mean(right):.1%} / {statistics.mean(damaged):.1%} / {mcc:.3f}"


if __name__ == "__main__":
    raise SystemExit(main())
