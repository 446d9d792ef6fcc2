"""Questions for the benchmarks of the server: some that come again and again, some that are new.

They are made from a few words and a fixed seed, in any number: sensible ones, misspelt ones and
some that the knowledge base has no answer to.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count, islice

KNOWN = 2_000
"""Different questions that come again and again; a worker remembers 4,096 answers."""

TASKS = (
    "payroll", "bookkeeping", "IT support", "customer service", "web development", "data entry",
    "recruitment", "graphic design", "tax preparation", "our legal work", "marketing", "security",
)  # fmt: skip
PLACES = ("India", "Poland", "the Philippines", "Mexico", "Vietnam", "Portugal", "Kenya", "Romania")
WAYS = ("offshoring", "outsourcing", "nearshoring", "reshoring", "insourcing", "BPO", "ITO", "KPO")
SAYINGS = (
    "what is {way} of {task}?",
    "whats the diffrence between {way} and {other} for a firm of {number}",
    "what are the risks of {way} {task} in {place}",
    "why do companies with {number} people use {way}?",
    "can we outsorce {task} to {place}",
    "is {way} cheaper for {number} people in {task}",
    "how do i choose a vendor for {task} in {place}",
    "should a firm with {number} people keep {task} in house",
    "we have {number} staff in {task}, is {way} to {place} a good idea?",
    "give me {number} examples of {way} in {place}",
    "where is my parcel number {number}",
    "how do we tell {number} people in {task} that it moves to {place}",
)


def known() -> list[str]:
    """The questions that come again and again, all different."""
    chance = random.Random(7)
    made = dict.fromkeys(_question(chance, chance.randrange(2, 900)) for _ in range(3 * KNOWN))
    return list(islice(made, KNOWN))


def new() -> Iterator[str]:
    """Questions without end, each with a number of its own: nobody asked it before."""
    chance = random.Random(8)
    for number in count(10_000):
        text = _question(chance, number)
        yield text if str(number) in text else f"{text} (case {number})"


def mixed(repeated: list[str], fresh: Iterator[str], new_share: float, seed: int) -> Iterator[str]:
    """Questions without end: such a share of new ones, the others from those that are known."""
    chance = random.Random(seed)
    while True:
        yield next(fresh) if chance.random() < new_share else chance.choice(repeated)


def _question(chance: random.Random, number: int) -> str:
    way, other = chance.sample(WAYS, 2)
    return chance.choice(SAYINGS).format(
        way=way, other=other, task=chance.choice(TASKS), place=chance.choice(PLACES), number=number
    )
