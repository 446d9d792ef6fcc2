"""How settled the first place is, and which question would settle it most.

Stochastic multicriteria acceptability analysis (Lahdelma, Hokkanen and Salminen, SMAA, European
Journal of Operational Research 106, 1998): weights and open answers are drawn at random, and an
option's rank-1 acceptability is the share of draws in which it comes first. The draws are the same
for every case and on every machine, so the same answers always give the same figures.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import repeat
from random import Random

from msgspec import Struct

from sourcebot.advice.model import Answer, Model, State, given, open_questions, possible_answers
from sourcebot.advice.naming import label
from sourcebot.advice.scoring import BASE_WEIGHT, ruled_out, values_of

DRAWS = 400
SPREAD = 0.5
"""A weight is drawn from half to one and a half times of what the model says."""


class Outlook(Struct, frozen=True):
    """What the draws say.

    acceptability: for each option, the share of draws in which it is first; information: for each
    open question, how much its answer tells about what will be first (nats, bias corrected);
    entropy: how open the first place is (nats).
    """

    acceptability: tuple[float, ...]
    information: dict[str, float]
    entropy: float


@lru_cache(maxsize=64)
def _numbers(key: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Random numbers from 0 to 1 for one question: for its weight, and for its answer."""
    random = Random(f"sourcebot {key}")
    return (
        tuple(random.random() for _ in range(DRAWS)),
        tuple(random.random() for _ in range(DRAWS)),
    )


def look_ahead(model: Model, state: State) -> Outlook:
    """Draw weights and open answers, and count what comes first.

    All draws of one question are worked out together, which is quicker than draw by draw.
    """
    known = given(model, state)
    left = {q.id: possible_answers(q, state) for q in open_questions(model, state)}
    drawn = {id: _picks(answers, _numbers(id)[1]) for id, answers in left.items()}
    answered = {**{id: [answer] * DRAWS for id, answer in known.items()}, **drawn}
    today = [answer.today for answer in answered.get(model.today, ())] or [None] * DRAWS
    out = [ruled_out(known.values())] * DRAWS
    for id, answers in drawn.items():
        if any(answer.rules_out for answer in left[id]):
            out = [gates | answer.rules_out for gates, answer in zip(out, answers, strict=True)]
    totals = zip(*_totals(model, answered, today), strict=True)
    best = [_best(row, gates) for row, gates in zip(totals, out, strict=True)]
    naming = lru_cache(partial(label, model))
    names = [
        naming(place, option) if option is not None else None
        for place, option in zip(today, best, strict=True)
    ]
    first = Counter(option for option in best if option is not None)
    labels = Counter(name for name in names if name is not None)
    count = max(1, first.total())
    by_answer = {
        id: Counter((a.id, name) for a, name in zip(answers, names, strict=True) if name)
        for id, answers in drawn.items()
    }
    return Outlook(
        acceptability=tuple(first[option] / count for option in range(len(model.options))),
        information={
            id: _information(pairs, labels, count) for id, pairs in by_answer.items() if pairs
        },
        entropy=_entropy(labels.values(), count),
    )


def _picks(answers: list[Answer], numbers: Iterable[float]) -> list[Answer]:
    """The answer in each draw, each taking as much room from 0 to 1 as it is usual."""
    room, last = sum(answer.share for answer in answers), len(answers) - 1
    if all(answer.share == 1 for answer in answers):
        return [answers[min(int(number * room), last)] for number in numbers]
    return [_pick(answers, number * room) for number in numbers]


def _pick(answers: list[Answer], number: float) -> Answer:
    for answer in answers:
        number -= answer.share
        if number < 0:
            return answer
    return answers[-1]


def _totals(
    model: Model, answered: Mapping[str, Sequence[Answer]], today: Sequence[int | None]
) -> list[list[float]]:
    """For each option its weighed sum in each draw."""
    totals = [[BASE_WEIGHT * value] * DRAWS for value in model.base]
    for id, answers in answered.items():
        own = model.questions[id].weight
        weights = [(1 - SPREAD + 2 * SPREAD * number) * own for number in _numbers(id)[0]]
        values = zip(*map(values_of, answers, today), strict=True)
        totals = [
            [total + weight * value for total, weight, value in zip(*lists, strict=True)]
            for lists in zip(totals, repeat(weights), values, strict=False)
        ]
    return totals


def _best(totals: Sequence[float], out: frozenset[int]) -> int | None:
    """The option that comes first; of equal ones the one that is listed first."""
    if not out:
        return totals.index(max(totals))
    left = (option for option in range(len(totals)) if option not in out)
    return max(left, key=totals.__getitem__, default=None)


def _entropy(counts: Iterable[int], total: int) -> float:
    return -math.fsum(n / total * math.log(n / total) for n in counts if n)


def _information(pairs: Counter[tuple[str, str]], labels: Counter[str], total: int) -> float:
    """Mutual information of answer and first place, less what chance alone would show.

    The correction is Miller's (Note on the bias of information estimates, 1955).
    """
    answers: Counter[str] = Counter()
    for (answer, _), n in pairs.items():
        answers[answer] += n
    mutual = sum(
        n / total * math.log(n * total / (answers[answer] * labels[name]))
        for (answer, name), n in pairs.items()
    )
    chance = (len(answers) - 1) * (len(labels) - 1) / (2 * total)
    return max(0.0, mutual - chance)
