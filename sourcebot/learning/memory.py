"""How well something is remembered, and when to ask again: the FSRS model.

FSRS (free spaced repetition scheduler, Ye and others) keeps for each item its stability, the days
after which it is still recalled in nine cases of ten, and its difficulty, and updates both after
every answer. The parameters are the package's own, fitted by its authors on the reviews of many
learners. Nothing else imports the package.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from fsrs import Card, Rating, Scheduler, State
from msgspec import Struct

Grade = Literal["again", "hard", "good"]
"""How an answer was: wrong, right in part, right."""
RETENTION = 0.9
"""How sure a memory shall still be when it is asked again."""
AGAIN_AFTER = timedelta(minutes=10)
SETTLED_AFTER = timedelta(days=1)
LONGEST = 365
"""Days after which even the surest memory is asked again."""

_RATINGS = {"again": Rating.Again, "hard": Rating.Hard, "good": Rating.Good}


class Memory(Struct, frozen=True):
    """What FSRS knows of one item.

    due: when to ask again; last: when it was last asked (both aware, UTC); stability: days;
    difficulty: 1 to 10; phase: 1 being learnt, 2 in review, 3 being learnt again; step: which
    short wait of those phases comes next.
    """

    due: datetime
    last: datetime
    stability: float
    difficulty: float
    phase: int
    step: int | None


def after(memory: Memory | None, grade: Grade, now: datetime) -> Memory:
    """The memory after an answer at `now` (aware, UTC); None for one never asked before.

    A clock that was set back does not make time negative: the answer counts as given at the same
    moment as the last one.
    """
    at = now if memory is None else max(now, memory.last)
    card, _ = _scheduler().review_card(_card(memory, at), _RATINGS[grade], at)
    assert card.stability is not None
    assert card.difficulty is not None
    return Memory(card.due, at, card.stability, card.difficulty, card.state.value, card.step)


def recall(memory: Memory, now: datetime) -> float:
    """How likely it is to be remembered at `now`, from 0 to 1."""
    at = max(now, memory.last)
    return float(_scheduler().get_card_retrievability(_card(memory, at), at))


def sureness(memory: Memory, now: datetime) -> float:
    """How sure a memory is, as learners are told: `recall`, a day after the answer at the soonest.

    What was answered a minute ago is still in mind, also where the answer had to be told; of that
    the model knows nothing, and would call all of it certain.
    """
    return recall(memory, max(now, memory.last + SETTLED_AFTER))


def _card(memory: Memory | None, now: datetime) -> Card:
    # Given an id, the package need not wait for the clock to make one.
    if memory is None:
        return Card(card_id=1, due=now)
    return Card(
        card_id=1,
        state=State(memory.phase),
        step=memory.step,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due,
        last_review=memory.last,
    )


@cache
def _scheduler() -> Scheduler:
    # Without chance: the same answers at the same times give the same reviews on any machine.
    return Scheduler(
        desired_retention=RETENTION,
        learning_steps=(AGAIN_AFTER,),
        relearning_steps=(AGAIN_AFTER,),
        maximum_interval=LONGEST,
        enable_fuzzing=False,
    )
