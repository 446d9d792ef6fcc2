"""What the course costs and what it leaves: reviews and memory over 90 days, beside other ways.

    python benchmarks/learning.py [--learners 30] [--days 90] [--svg docs/learning.svg] [--json]

The exercises and lessons are those of the shipped base. All are read in the first week, one or two
lessons a day, and reading an exercise's page and answering it once counts as its first answer.
Then they are reviewed in one of four ways: as the course does it, when `sourcebot.learning.memory`
says so; all of them every day; all of them once a week; not at all. In each way an exercise that
went wrong comes back in the same sitting, as in the app.

Two memories are kept of each exercise and never mixed up. The true one is the learner's: an FSRS
model with the learner's own parameters, from which it is drawn whether the answer is known. The
other is the course's belief: the product's own code, which sees the answers alone. One learner has
exactly the parameters that the course believes in, and never slips: the best case. The others
differ: each parameter is multiplied by log-normal noise within its bounds, a third forget twice as
fast and a third half as fast, one known answer in twenty is given wrong, and one in four that is
not known is guessed where there is one question with choices.

A simulation can show that reviews fall where they do most, what they cost, and how much of this
holds for learners whom the model does not fit. It cannot show that people forget as FSRS says (its
authors fitted it on the reviews of many learners, mostly of vocabulary), that anybody keeps coming
back for 90 days, that an exercise that is remembered can be used at work, or that these exercises
are good ones. That takes people, and none took part here. Retention is the mean chance over all
exercises that the answer is truly known, guesses not counted, before the reviews of that day.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from fsrs import Card, Rating, Scheduler
from fsrs.scheduler import DEFAULT_PARAMETERS, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS
from learning_plot import plot
from msgspec import Struct

from sourcebot import Bot
from sourcebot.learning.memory import Grade, Memory, after
from sourcebot.learning.school import School
from sourcebot.learning.sitting import TRIES

SECONDS = 15
"""Assumed for one answer and reading why; 40 of them are ten minutes."""
FIRST_KNOWN = 0.8
"""Assumed chance that an answer is known right after the lesson's pages."""
SLIP, GUESS = 0.05, 0.25
NOISE = 0.3
"""Standard deviation of the logarithm of what each parameter is multiplied with."""
SPEEDS = (1.0, 0.5, 2.0)
"""How long a memory lasts, as a multiple; the learners take turns."""
FIRST_WEEK = 7
HOURS = (8, 21)
"""Sittings begin at any of these hours: what is due in the evening may come in the morning."""
BETWEEN = timedelta(minutes=5)
"""From a wrong answer until the exercise comes back in the same sitting."""
START = datetime(2026, 1, 5, tzinfo=UTC)
AT = (7, 30, 90)
COURSE = "course"
DIFFER = "who differ"


class Learner(Struct, frozen=True):
    """truth: how this learner forgets; slip, guess: chances that an answer tells otherwise."""

    truth: Scheduler
    slip: float
    guess: float
    seed: int


class Thing(Struct):
    """One exercise in one learner's head. day: its lesson's; asked: the day of the last answer."""

    day: int
    guessable: bool
    chance: random.Random
    card: Card
    belief: Memory | None = None
    asked: int = -1


class Run(Struct, frozen=True):
    """Day 0 to the last: how much is known before the sitting, and answers given before it."""

    known: list[float]
    answers: list[int]


Due = Callable[[Thing, int], bool]
"""Whether something that has been read is reviewed on a day."""


def _by_memory(thing: Thing, day: int) -> bool:
    # As sourcebot.learning.tutor has it: what is due by the end of the day is due.
    assert thing.belief is not None
    return thing.belief.due < START + timedelta(days=day + 1)


WAYS: dict[str, Due] = {
    COURSE: _by_memory,
    "every day": lambda thing, day: True,
    "once a week": lambda thing, day: (day - thing.day) % 7 == 0,
    "never again": lambda thing, day: False,
}


def main() -> int:
    """Simulate and print; exit 0 always, for it measures and does not judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--learners", type=int, default=30)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--svg", type=Path, help="draw the learners who differ")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    things = _exercises()
    groups = {
        "as the model has it": [_ideal(seed) for seed in range(options.learners)],
        DIFFER: [_different(seed) for seed in range(options.learners)],
    }
    found = {
        group: {way: [_run(way, one, things, options.days) for one in learners] for way in WAYS}
        for group, learners in groups.items()
    }
    found[f"{DIFFER}, those alone who forget twice as fast"] = {
        way: runs[1 :: len(SPEEDS)] or runs for way, runs in found[DIFFER].items()
    }
    at = [*(day for day in AT if day < options.days), options.days]
    told = {group: _told(runs, at) for group, runs in found.items()}
    if options.json:
        print(json.dumps({"exercises": len(things), "groups": told}, indent=1))
    else:
        print(f"{len(things)} exercises, {options.learners} learners of each sort, seed fixed")
        for group, ways in told.items():
            print(f"\nLearners {group}")
            _print(ways, at)
    if options.svg is not None:
        every = found[DIFFER]
        known = {way: _mean_curve([run.known for run in runs]) for way, runs in every.items()}
        answers = {way: _mean_curve([run.answers for run in runs]) for way, runs in every.items()}
        options.svg.write_text(plot(known, answers, len(things), options.learners), "utf-8")
    return 0


def _exercises() -> list[tuple[int, bool]]:
    """Each exercise of the shipped course: the day of its lesson, and whether it can be guessed."""
    school = School(Bot.load())
    lessons = school.course.lessons
    found: dict[str, tuple[int, bool]] = {}
    for number, lesson in enumerate(lessons):
        for item in school.exercises(lesson):
            day = number * FIRST_WEEK // len(lessons)
            found.setdefault(item.id, (day, len(item.asks) == 1))
    return list(found.values())


def _ideal(seed: int) -> Learner:
    return Learner(_scheduler(DEFAULT_PARAMETERS), 0.0, 0.0, seed)


def _different(seed: int) -> Learner:
    chance = random.Random(f"learner {seed}")
    noisy = [value * math.exp(chance.gauss(0.0, NOISE)) for value in DEFAULT_PARAMETERS]
    return Learner(_scheduler(_lasting(noisy, SPEEDS[seed % len(SPEEDS)])), SLIP, GUESS, seed)


def _lasting(parameters: Sequence[float], times: float) -> tuple[float, ...]:
    """Parameters with which the same answers give memories that last so many times as long.

    Scaling the first stabilities alone would not do: the model lets short memories catch up, so
    what they are raised by is scaled as well.
    """
    w = list(parameters)
    w[:4] = [value * times for value in w[:4]]
    w[8] += w[9] * math.log(times)
    w[11] *= times
    w[18] += w[19] * math.log(times) / w[17]
    bounds = zip(w, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS, strict=True)
    return tuple(min(max(value, least), most) for value, least, most in bounds)


@cache
def _scheduler(parameters: tuple[float, ...]) -> Scheduler:
    # Only stability and difficulty are of interest: when to ask is the way's business.
    return Scheduler(parameters=parameters, enable_fuzzing=False)


def _run(way: str, learner: Learner, exercises: Sequence[tuple[int, bool]], days: int) -> Run:
    # The same seed in every way: a learner begins each with the same luck.
    things = [
        Thing(day, guessable, random.Random(f"{learner.seed} {n}"), Card(card_id=1, due=START))
        for n, (day, guessable) in enumerate(exercises)
    ]
    hours = random.Random(f"hours {learner.seed}")
    run = Run([], [])
    given = 0
    for day in range(days + 1):
        now = START + timedelta(days=day)
        known = (learner.truth.get_card_retrievability(thing.card, now) for thing in things)
        run.known.append(statistics.fmean(known))
        run.answers.append(given)
        at = now + timedelta(hours=hours.randint(*HOURS))
        for thing in things:
            if thing.day == day or (thing.asked >= 0 and WAYS[way](thing, day)):
                given += _sit(learner, thing, now, at if way == COURSE else None)
                thing.asked = day
    return run


def _sit(learner: Learner, thing: Thing, now: datetime, at: datetime | None) -> int:
    """Ask once, and again what went wrong; returns the number of answers.

    at: when it is by the clock, where the course keeps a memory of its own.
    """
    for tried in range(TRIES):
        chance = FIRST_KNOWN
        if thing.asked >= 0:
            chance = learner.truth.get_card_retrievability(thing.card, now)
        knows = thing.chance.random() < chance
        luck = thing.chance.random()
        lucky = thing.guessable and luck < learner.guess
        right = luck >= learner.slip if knows else lucky
        # The learner's memory goes by what was known, and counts days; the course's goes by what
        # was answered, and by the clock.
        rating = Rating.Good if knows else Rating.Again
        thing.card, _ = learner.truth.review_card(thing.card, rating, now)
        if at is not None:
            grade: Grade = "good" if right else "again"
            thing.belief = after(thing.belief, grade, at + tried * BETWEEN)
        if right:
            return tried + 1
    return TRIES


def _told(ways: dict[str, list[Run]], at: Sequence[int]) -> dict[str, Any]:
    """Way -> the figures of the table."""
    told: dict[str, Any] = {}
    for way, runs in ways.items():
        known = {day: [run.known[day] for run in runs] for day in at}
        answers = {day: statistics.fmean(run.answers[day] for run in runs) for day in at}
        always = [statistics.fmean(run.known[FIRST_WEEK:]) for run in runs]
        told[way] = {
            "answers": answers,
            "most_answers": {day: -_worst([-run.answers[day] for run in runs]) for day in at},
            "per_day": {day: answers[day] / day for day in at},
            "minutes": {day: answers[day] * SECONDS / 60 for day in at},
            "known": {day: statistics.fmean(known[day]) for day in at},
            "known_worst": {day: _worst(known[day]) for day in at},
            "known_mean": statistics.fmean(always),
            "known_mean_worst": _worst(always),
        }
    daily = told["every day"]
    for figures in told.values():
        for key in ("answers", "known"):
            figures[f"{key}_ratio"] = {day: figures[key][day] / daily[key][day] for day in at}
        figures["known_mean_ratio"] = figures["known_mean"] / daily["known_mean"]
    return told


def _worst(values: Sequence[float]) -> float:
    """The mean of the lowest tenth."""
    return statistics.fmean(sorted(values)[: max(1, len(values) // 10)])


def _print(ways: dict[str, Any], at: Sequence[int]) -> None:
    head = "".join(f"{way:>14}" for way in ways)
    print(f"{'':34}{head}")
    rows: list[tuple[str, str, str]] = [
        ("answers", "answers by day {}", ",.0f"),
        ("most_answers", "  most burdened tenth", ",.0f"),
        ("answers_ratio", "  times those of every day", ".3f"),
        ("per_day", "  a day", ".1f"),
        ("minutes", f"  minutes at {SECONDS} s (assumed)", ",.0f"),
        ("known", "truly known on day {}", ".1%"),
        ("known_worst", "  worst tenth", ".1%"),
        ("known_ratio", "  times that of every day", ".3f"),
    ]
    for day in at:
        for key, name, form in rows:
            cells = "".join(f"{figures[key][day]:>14{form}}" for figures in ways.values())
            print(f"{name.format(day):34}{cells}")
    for key, name, form in (
        ("known_mean", f"truly known, mean from day {FIRST_WEEK} on", ".1%"),
        ("known_mean_worst", "  worst tenth", ".1%"),
        ("known_mean_ratio", "  times that of every day", ".3f"),
    ):
        print(f"{name:34}" + "".join(f"{figures[key]:>14{form}}" for figures in ways.values()))


def _mean_curve(curves: Sequence[Sequence[float]]) -> list[float]:
    return [statistics.fmean(values) for values in zip(*curves, strict=True)]


if __name__ == "__main__":
    raise SystemExit(main())
