"""Where a learner stands: lessons, what is due when, and how sure each memory is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Literal

from msgspec import Struct

from sourcebot.knowledge.course_model import Lesson
from sourcebot.learning.memory import sureness
from sourcebot.learning.records import Attended, Kept, Learner, Review
from sourcebot.learning.school import School
from sourcebot.learning.store import Store

DAYS = 14
"""Days of the forecast of reviews, today included."""
AHEAD = (0, 7, 30, 90)
"""Days at which the forecast says how much would still be known without any review."""
MASTERED_FOR = 7.0
"""Days that a memory must last to count as mastered: it is still there a week later."""

State = Literal["new", "begun", "done", "mastered"]


class LessonStanding(Struct, frozen=True):
    """A lesson and what is left of it.

    state: new, begun, done (finished once) or mastered (all of its exercises will be known in a
    week); items, learnt: exercises, and how many were answered; recall: the mean chance that they
    are remembered (`memory.sureness`), None before the first; due: to be reviewed today; mastered:
    when (UTC).
    """

    id: str
    number: int
    title: str
    goal: str
    state: State
    items: int
    learnt: int
    recall: float | None
    due: int
    finished: datetime | None
    mastered: datetime | None


class Strength(Struct, frozen=True):
    """How sure the memory of one idea is.

    id, name: what is remembered; recall: chance that it is remembered now; days: until one in ten
    would be forgotten; due: when it is asked next (UTC); answers, wrong: how often it was asked.
    """

    id: str
    name: str
    recall: float
    days: float
    due: datetime
    answers: int
    wrong: int


class Standing(Struct, frozen=True):
    """Everything that is told of a learner.

    due: exercises to review today, what has changed included; changed: exercises whose answer is
    another now; gone: exercises whose entry is no longer in the base, kept but not asked; recall:
    mean chance that what was learnt is remembered now; forecast: day -> reviews due; ahead: days
    from now -> the share that would still be known without a review; behind: where the clock was
    set back, the time of the last answer.
    """

    learner: str
    kb: str
    now: datetime
    lessons: tuple[LessonStanding, ...]
    due: int
    changed: int
    gone: int
    learnt: int
    answers: int
    recall: float | None
    forecast: tuple[tuple[date, int], ...]
    ahead: dict[int, float]
    strengths: tuple[Strength, ...]
    behind: datetime | None


def end_of_day(now: datetime) -> datetime:
    """The last moment of this day where the learner is."""
    local = now.astimezone()
    return datetime.combine(local.date(), time.max).astimezone()


def standing_of(school: School, store: Store, learner: Learner, now: datetime) -> Standing:
    """Where a learner stands at `now` (aware, UTC). Raises LearningError."""
    kb = school.base.identity.name
    kept = store.kept(learner, kb)
    reviews = store.reviews(learner, kb)
    attended = store.attended(learner, kb)
    items = school.known(kept)
    here = {id: one for id, one in kept.items() if id in items}
    changed = {id for id, one in here.items() if one.digest != items[id].digest}
    until = end_of_day(now)
    due = {id for id, one in here.items() if id in changed or one.memory.due <= until}
    last = max((review.at for review in reviews), default=None)
    return Standing(
        learner=learner.name,
        kb=school.base.stamp,
        now=now,
        lessons=tuple(
            _lesson(school, number, lesson, here, attended, due, now)
            for number, lesson in enumerate(school.course.lessons, 1)
        ),
        due=len(due),
        changed=len(changed),
        gone=len(kept) - len(here),
        learnt=len(here),
        answers=len(reviews),
        recall=_mean(sureness(one.memory, now) for one in here.values()),
        forecast=_forecast(here, due, now),
        ahead={
            days: _mean(sureness(one.memory, now + timedelta(days)) for one in here.values()) or 0.0
            for days in AHEAD
        }
        if here
        else {},
        strengths=_strengths(school, here, reviews, now),
        behind=last if last is not None and last > now else None,
    )


def _lesson(
    school: School,
    number: int,
    lesson: Lesson,
    kept: Mapping[str, Kept],
    attended: Mapping[str, Attended],
    due: set[str],
    now: datetime,
) -> LessonStanding:
    items = school.exercises(lesson)
    known = [(item, kept[item.id]) for item in items if item.id in kept]
    mine = [one for _, one in known]
    times = attended.get(lesson.id)
    lasting = [
        one
        for item, one in known
        if one.memory.stability >= MASTERED_FOR and one.digest == item.digest
    ]
    finished = times.finished if times is not None else None
    mastered = bool(items) and finished is not None and len(lasting) == len(items)
    state: State = "new" if times is None and not mine else "begun"
    if finished is not None:
        state = "mastered" if mastered else "done"
    return LessonStanding(
        id=lesson.id,
        number=number,
        title=lesson.title,
        goal=lesson.goal,
        state=state,
        items=len(items),
        learnt=len(mine),
        recall=_mean(sureness(one.memory, now) for one in mine),
        due=sum(item.id in due for item in items),
        finished=finished,
        mastered=max(one.memory.last for one in mine) if mastered else None,
    )


def _forecast(
    kept: Mapping[str, Kept], due: set[str], now: datetime
) -> tuple[tuple[date, int], ...]:
    """How many reviews fall on each of the next days; what is overdue falls on today."""
    today = now.astimezone().date()
    days = [today if id in due else one.memory.due.astimezone().date() for id, one in kept.items()]
    return tuple(
        (day, days.count(day)) for day in (today + timedelta(ahead) for ahead in range(DAYS))
    )


def _strengths(
    school: School, kept: Mapping[str, Kept], reviews: Iterable[Review], now: datetime
) -> tuple[Strength, ...]:
    """Each idea by its weakest exercise, the surest first."""
    items = school.known(kept)
    by_idea: dict[str, list[Kept]] = defaultdict(list)
    for id, one in kept.items():
        by_idea[items[id].about[0]].append(one)
    answers: dict[str, list[bool]] = defaultdict(list)
    for review in reviews:
        if review.about:
            answers[review.about[0]].append(review.right)
    found = []
    for id, ones in by_idea.items():
        weakest = min(ones, key=lambda one: sureness(one.memory, now))
        found.append(
            Strength(
                id=id,
                name=school.name(id),
                recall=sureness(weakest.memory, now),
                days=min(one.memory.stability for one in ones),
                due=min(one.memory.due for one in ones),
                answers=len(answers[id]),
                wrong=answers[id].count(False),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.recall, -one.days, one.id)))


def _mean(values: Iterable[float]) -> float | None:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else None
