"""The memory of one exercise: what answers and time make of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sourcebot.learning.memory import LONGEST, RETENTION, Grade, Memory, after, recall

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

grades: st.SearchStrategy[Grade] = st.sampled_from(("again", "hard", "good"))
waits = st.timedeltas(timedelta(0), timedelta(days=400))
# A wait may be negative: somebody sets the clock back.
any_waits = st.timedeltas(timedelta(days=-400), timedelta(days=400))
histories = st.lists(st.tuples(any_waits, grades), min_size=1, max_size=12)


def learnt(answers: Sequence[tuple[timedelta, Grade]]) -> tuple[Memory, datetime]:
    """The memory after these answers, and what the clock says then."""
    now, memory = NOON, None
    for wait, grade in answers:
        now += wait
        memory = after(memory, grade, now)
    assert memory is not None
    return memory, now


@given(histories)
def test_it_is_asked_again_later_than_it_was_asked(
    answers: list[tuple[timedelta, Grade]],
) -> None:
    memory, _ = learnt(answers)

    assert memory.last < memory.due <= memory.last + timedelta(days=LONGEST)
    assert memory.stability > 0
    assert 1 <= memory.difficulty <= 10


@given(histories, st.lists(waits, min_size=2, max_size=6))
def test_what_is_not_asked_fades_and_never_leaves_0_to_1(
    answers: list[tuple[timedelta, Grade]], ahead: list[timedelta]
) -> None:
    memory, now = learnt(answers)

    chances = [recall(memory, now + wait) for wait in sorted(ahead)]

    assert chances == sorted(chances, reverse=True)
    assert all(0 <= chance <= 1 for chance in chances)


@given(histories, waits)
def test_the_better_the_answer_the_longer_it_lasts(
    answers: list[tuple[timedelta, Grade]], wait: timedelta
) -> None:
    before, now = learnt(answers)

    again, hard, good = (after(before, grade, now + wait) for grade in ("again", "hard", "good"))

    assert again.stability < good.stability
    assert again.stability <= hard.stability <= good.stability
    assert again.due < good.due
    assert again.difficulty >= good.difficulty


@given(histories, st.timedeltas(timedelta(0), timedelta(days=4_000)), grades)
def test_a_clock_set_back_makes_no_time_negative(
    answers: list[tuple[timedelta, Grade]], back: timedelta, grade: Grade
) -> None:
    memory, _ = learnt(answers)
    earlier = memory.last - back

    later = after(memory, grade, earlier)

    assert later.last == memory.last
    assert later == after(memory, grade, memory.last)
    assert recall(memory, earlier) == recall(memory, memory.last) == 1


@given(histories)
def test_the_same_answers_at_the_same_times_are_remembered_the_same(
    answers: list[tuple[timedelta, Grade]],
) -> None:
    assert learnt(answers) == learnt(answers)


@given(histories, waits, grades)
def test_a_memory_that_was_handed_on_is_not_changed(
    answers: list[tuple[timedelta, Grade]], wait: timedelta, grade: Grade
) -> None:
    memory, now = learnt(answers)
    copy = Memory(*(getattr(memory, name) for name in memory.__struct_fields__))

    after(memory, grade, now + wait)
    recall(memory, now + wait)

    assert memory == copy


def test_a_right_answer_when_due_comes_back_at_ever_longer_intervals() -> None:
    memory, now, intervals = after(None, "good", NOON), NOON, []
    for _ in range(6):
        intervals.append(memory.due - memory.last)
        now = memory.due
        memory = after(memory, "good", now)

    assert intervals == sorted(intervals)
    assert intervals[-1] > 10 * intervals[0] > timedelta(0)


def test_it_is_asked_when_it_would_soon_be_forgotten() -> None:
    memory = after(None, "good", NOON)
    for _ in range(2):
        memory = after(memory, "good", memory.due)

    assert abs(recall(memory, memory.due) - RETENTION) < 0.01


def test_a_wrong_answer_is_asked_again_the_same_day_and_soon_after() -> None:
    sure = after(after(None, "good", NOON), "good", NOON + timedelta(days=3))

    wrong = after(sure, "again", sure.due)

    assert wrong.due - wrong.last < timedelta(hours=1)
    assert wrong.stability < sure.stability
