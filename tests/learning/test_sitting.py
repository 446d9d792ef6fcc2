"""Lessons and reviews from the first page to the last answer, and where a learner stands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sourcebot import Bot
from sourcebot.errors import LearningError
from sourcebot.learning import tutor as tutor_module
from sourcebot.learning.records import Attended, Learner, Review
from sourcebot.learning.school import School
from sourcebot.learning.sitting import TRIES, Sitting
from sourcebot.learning.standing import AHEAD, DAYS, LessonStanding, Standing
from sourcebot.learning.steps import Exercise, Finished, Outcome, Page, Step
from sourcebot.learning.store import FILE, Store
from sourcebot.learning.tutor import Tutor
from tests.knowledge.tea import TeaFolder

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is told to go on, or back."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


@pytest.fixture(scope="module")
def _caches(shared_cache: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        yield


@pytest.fixture(scope="module")
def shipped(_caches: None) -> School:
    """The shipped base as a school."""
    return School(Bot.load())


@pytest.fixture(scope="module")
def tea(_caches: None, tmp_path_factory: pytest.TempPathFactory) -> School:
    """Another team's base, whose course is made from what it holds."""
    return School(Bot.load(TeaFolder(tmp_path_factory.mktemp("tea")).root))


@pytest.fixture
def folder(tmp_path: Path, own_cache: Path) -> TeaFolder:
    """The tea base, to be changed."""
    return TeaFolder(tmp_path / "tea")


@pytest.fixture
def clock() -> Clock:
    """Noon, until told otherwise."""
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A file of the test's own."""
    return Store(tmp_path / "home" / FILE)


@pytest.fixture
def ada(store: Store) -> Learner:
    """Who learns."""
    return store.enrol("Ada", NOON)


@pytest.fixture
def tutor(tea: School, store: Store, ada: Learner, clock: Clock) -> Tutor:
    """Ada's tutor on tea."""
    return Tutor(tea, store, ada, clock)


def school_of(folder: TeaFolder) -> School:
    return School(Bot.load(folder.root))


def right(asked: Exercise) -> str:
    """The best answer to what is asked."""
    return asked.item.free.model if asked.item.free else asked.item.asks[asked.row - 1].right


def wrong(asked: Exercise) -> str | None:
    """An answer that is not the best one; nothing, where the answer is in free words."""
    best = right(asked)
    return next((choice.id for choice in asked.choices if choice.id != best), None)


def exercise(step: Step) -> Exercise:
    """The step, which must be an exercise."""
    assert isinstance(step, Exercise), step
    return step


def to_exercise(sitting: Sitting) -> Exercise:
    """Read on to the next exercise."""
    while isinstance(sitting.step, Page | Outcome):
        sitting.go_on()
    return exercise(sitting.step)


def answered(sitting: Sitting, given: Callable[[Exercise], str | None] = right) -> Outcome:
    """Read on to the next exercise and answer the row that is asked."""
    outcome = sitting.answer(given(to_exercise(sitting)))
    assert isinstance(outcome, Outcome)
    return outcome


def finish(
    sitting: Sitting, clock: Clock, given: Callable[[Exercise], str | None] = right
) -> Finished:
    """Read and answer all that is left, twenty seconds for each."""
    for _ in range(500):
        if isinstance(sitting.step, Finished):
            return sitting.step
        clock.wait(seconds=20)
        if isinstance(sitting.step, Exercise):
            sitting.answer(given(sitting.step))
        else:
            sitting.go_on()
    raise AssertionError("it does not end")


def take_all(tutor: Tutor, clock: Clock) -> None:
    """Take the course to its end."""
    while (lesson := tutor.next_lesson()) is not None:
        finish(tutor.lesson(lesson), clock)


def lesson_of(standing: Standing, id: str) -> LessonStanding:
    return next(lesson for lesson in standing.lessons if lesson.id == id)


# A lesson


def test_a_lesson_goes_from_its_first_page_to_its_end(tutor: Tutor, clock: Clock) -> None:
    sitting = tutor.lesson("ideas-1")
    lesson = tutor.school.lesson("ideas-1")
    pages, items = tutor.school.tell(lesson).pages, tutor.school.exercises(lesson)
    count = len(pages) + len(items)

    assert sitting.progress == (0, count)
    for number, text in enumerate(pages, 1):
        page = sitting.step
        assert isinstance(page, Page)
        assert (page.title, page.text, page.number, page.of) == (
            lesson.title, text, number, len(pages),
        )  # fmt: skip
        assert sitting.answer("anything") is page
        sitting.go_on()
    for number, item in enumerate(items, 1):
        asked = exercise(sitting.step)
        assert (asked.item, asked.number, asked.of) == (item, number, len(items))
        assert not asked.repeated
        assert asked.changed is None
        assert sitting.progress == (len(pages) + number - 1, count)
        assert sitting.go_on() is asked
        clock.wait(seconds=20)
        outcome = answered(sitting)
        assert outcome.right
        assert item.why in outcome.text
        assert outcome.place == str(item.place)
        assert [source.id for source in outcome.sources] == list(item.sources)
        assert outcome.due is not None
        assert outcome.due > clock.now
        assert sitting.answer("anything") is outcome
        sitting.go_on()
    end = sitting.step

    assert isinstance(end, Finished)
    assert (end.right, end.asked, end.next) == (len(items), len(items), "ideas-2")
    assert lesson.title in end.text
    assert sitting.progress == (count, count)
    assert sitting.go_on() is end
    assert tutor.store.attended(tutor.learner, "tea") == {"ideas-1": Attended(NOON, clock.now)}


def test_a_lesson_of_the_shipped_base_goes_to_its_end(
    shipped: School, store: Store, ada: Learner, clock: Clock
) -> None:
    tutor = Tutor(shipped, store, ada, clock)

    end = finish(tutor.lesson("1"), clock)

    assert end.right == end.asked == len(shipped.exercises(shipped.lesson("1")))
    assert end.next == shipped.course.lessons[1].id
    assert tutor.next_lesson() == end.next


def test_what_went_wrong_comes_back_at_the_end(tutor: Tutor, clock: Clock) -> None:
    sitting = tutor.lesson("ideas-1")
    first = to_exercise(sitting).item
    outcome = answered(sitting, wrong)
    seen = [to_exercise(sitting).item.id]
    while not exercise(sitting.step).repeated:
        clock.wait(seconds=20)
        answered(sitting)
        seen.append(to_exercise(sitting).item.id)

    assert not outcome.right
    assert first.asks[0].best.label in outcome.text
    assert seen[-1] == first.id
    assert first.id not in seen[:-1]
    assert exercise(sitting.step).number == exercise(sitting.step).of

    answered(sitting)
    end = sitting.go_on()

    assert isinstance(end, Finished)
    assert end.right == end.asked - 1
    assert tutor.school.name(first.about[0]) in end.text
    reviews = tutor.store.reviews(tutor.learner, "tea")
    assert [one.grade for one in reviews if one.item == first.id] == ["again", "good"]


def test_what_goes_wrong_again_and_again_ends_the_sitting_all_the_same(
    tutor: Tutor, clock: Clock
) -> None:
    end = finish(tutor.lesson("ideas-1"), clock, lambda asked: None)

    reviews = tutor.store.reviews(tutor.learner, "tea")
    assert (end.right, end.asked) == (0, 6)
    assert len(reviews) == 6 * TRIES
    assert {review.grade for review in reviews} == {"again"}
    assert end.due is not None
    assert end.due <= clock.now + timedelta(minutes=10)


def test_rows_are_answered_one_by_one_and_most_of_them_are_right_in_part(
    shipped: School, store: Store, ada: Learner, clock: Clock
) -> None:
    tutor = Tutor(shipped, store, ada, clock)
    lesson, item = next(
        (lesson, item)
        for lesson in shipped.course.lessons
        for item in shipped.exercises(lesson)
        if len(item.asks) == 3
    )
    sitting = tutor.lesson(lesson.id)
    while to_exercise(sitting).item != item:
        clock.wait(seconds=20)
        answered(sitting)
    orders, outcomes = [], []
    for row in (1, 2, 3):
        asked = to_exercise(sitting)
        assert (asked.row, asked.rows, asked.text) == (row, 3, item.asks[row - 1].text)
        orders.append([choice.id for choice in asked.choices])
        outcomes.append(answered(sitting, wrong if row == 2 else right))

    assert orders[0] == orders[1] == orders[2]
    assert [one.right for one in outcomes] == [True, False, True]
    assert [one.more for one in outcomes] == [True, True, False]
    assert [one.due is None for one in outcomes] == [True, True, False]
    (review,) = (one for one in store.reviews(ada, shipped.base.identity.name)
                 if one.item == item.id)  # fmt: skip
    assert review.grade == "hard"
    assert [pair[0] for pair in review.wrong] == [item.asks[1].right]


def test_each_answer_is_on_the_disk_before_its_outcome_is_shown(
    tutor: Tutor, store: Store, ada: Learner
) -> None:
    sitting = tutor.lesson("ideas-1")
    item = to_exercise(sitting).item

    answered(sitting)

    assert list(Store(store.path).kept(ada, "tea")) == [item.id]


def test_an_answer_that_cannot_be_kept_can_be_given_again(
    tutor: Tutor, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = tutor.lesson("ideas-1")
    asked = to_exercise(sitting)

    def full(*_: object) -> None:
        raise LearningError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(store, "answer", full)
        with pytest.raises(LearningError, match="the disk is full"):
            sitting.answer(right(asked))

    assert sitting.step is asked
    assert answered(sitting).right
    assert len(store.reviews(tutor.learner, "tea")) == 1


def test_a_lesson_that_was_broken_off_goes_on_where_it_was_left(
    tutor: Tutor, tea: School, store: Store, ada: Learner, clock: Clock
) -> None:
    sitting = tutor.lesson("ideas-1")
    for _ in range(2):
        clock.wait(seconds=20)
        answered(sitting)
    clock.wait(days=1)

    again = Tutor(tea, Store(store.path), ada, clock)
    left = again.lesson("ideas-1")

    asked = [item.id for item in tea.exercises(tea.lesson("ideas-1"))]
    assert lesson_of(again.standing(), "ideas-1").state == "begun"
    assert isinstance(left.step, Page)
    assert to_exercise(left).item.id == asked[2]
    assert to_exercise(left).of == len(asked) - 2
    finish(left, clock)
    assert lesson_of(again.standing(), "ideas-1").state == "done"
    assert store.attended(ada, "tea")["ideas-1"].begun == NOON
    # Once done, it is taken as a whole again.
    assert to_exercise(again.lesson("ideas-1")).of == len(asked)


def test_a_lesson_is_found_by_its_number_and_its_id(tea: School) -> None:
    assert tea.lesson("1") == tea.lesson("ideas-1") == tea.course.lessons[0]
    for unknown in ("0", "4", "99999999999", "-1", "١", "", "ideas"):
        with pytest.raises(LearningError, match=f"there is no lesson `{unknown}`"):
            tea.lesson(unknown)


def test_choices_keep_their_order_until_the_next_answer(
    tutor: Tutor, tea: School, store: Store, ada: Learner, clock: Clock
) -> None:
    first = to_exercise(tutor.lesson("ideas-1")).choices
    again = to_exercise(Tutor(tea, store, ada, clock).lesson("ideas-1")).choices

    assert first == again


def test_two_sittings_at_once_undo_no_answer(tutor: Tutor, clock: Clock) -> None:
    one, other = tutor.lesson("ideas-1"), tutor.lesson("ideas-1")
    item = to_exercise(one).item
    answered(one)
    clock.wait(seconds=1)
    answered(other, wrong)

    assert [review.grade for review in tutor.store.reviews(tutor.learner, "tea")] == [
        "good",
        "again",
    ]
    kept = tutor.store.kept(tutor.learner, "tea")[item.id]
    assert kept.memory.last == clock.now
    assert kept.memory.difficulty > 6, "as after a right and a wrong answer"


# Reviews


def test_nothing_is_due_right_after_a_lesson_and_all_of_it_some_days_later(
    tutor: Tutor, clock: Clock
) -> None:
    finish(tutor.lesson("ideas-1"), clock)

    assert tutor.due() == ()
    assert isinstance(tutor.review().step, Finished)
    clock.wait(days=5)
    assert len(tutor.due()) == tutor.standing().due == 6

    end = finish(tutor.review(), clock)

    assert (end.right, end.asked, end.next) == (6, 6, None)
    assert tutor.due() == ()
    assert end.due is not None
    assert end.due > clock.now + timedelta(days=5)


def test_the_weakest_memory_is_reviewed_first(
    tutor: Tutor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first lesson is known well after its reviews, the second was only just begun.
    finish(tutor.lesson("ideas-1"), clock)
    for _ in range(2):
        clock.wait(days=3)
        finish(tutor.review(), clock)
    clock.wait(days=20)
    finish(tutor.lesson("ideas-2"), clock, lambda asked: None)
    clock.wait(days=5)

    due = [item.about[0] for item in tutor.due()]

    assert due[:3] == ["oolong"] * 3
    assert len(due) == 9
    monkeypatch.setattr(tutor_module, "MOST_REVIEWS", 2)
    sitting = tutor.review()
    assert to_exercise(sitting).of == 2
    finish(sitting, clock)
    assert len(tutor.due()) == 7


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="needs time zones that can be set")
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_what_is_due_later_today_is_due_from_midnight_on(
    tutor: Tutor, clock: Clock, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        clock.now = datetime(2026, 3, 2, 20).astimezone(UTC)
        finish(tutor.lesson("claims"), clock)
        (kept,) = tutor.store.kept(tutor.learner, "tea").values()
        day = kept.memory.due.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)

        clock.now = (day - timedelta(seconds=1)).astimezone(UTC)
        assert tutor.due() == ()
        assert [count for _, count in tutor.standing().forecast[:2]] == [0, 1]
        clock.now = day.astimezone(UTC)
        assert len(tutor.due()) == 1
        assert tutor.standing().forecast[0] == (day.date(), 1)
    finally:
        monkeypatch.undo()
        time.tzset()


# A knowledge base that changes


def test_a_changed_answer_comes_back_with_what_it_was_and_is_learnt_anew(
    folder: TeaFolder, store: Store, ada: Learner, clock: Clock
) -> None:
    old = school_of(folder)
    take_all(Tutor(old, store, ada, clock), clock)
    clock.wait(days=3)
    finish(Tutor(old, store, ada, clock).review(), clock)
    before = store.kept(ada, "tea")["definition:green-tea"]
    folder.replace("concepts/green-tea.yaml", "heated soon after picking", "steamed for a minute")

    tutor = Tutor(school_of(folder), store, ada, clock)
    standing = tutor.standing()
    changed = [item.id for item in tutor.due()[: standing.changed]]

    # What has changed is asked today, before all else; what has not is left in peace.
    assert sorted(changed) == ["definition:green-tea", "free:define:green-tea"]
    assert standing.due == standing.changed == 2
    assert standing.forecast[0][1] == 2
    sitting = tutor.review()
    while to_exercise(sitting).item.id != "definition:green-tea":
        answered(sitting)
    asked = to_exercise(sitting)
    assert asked.changed == before.shown
    assert "heated soon after picking" in before.shown.answer
    assert "steamed for a minute" in asked.item.answer
    clock.wait(seconds=20)
    answered(sitting)

    kept = store.kept(ada, "tea")["definition:green-tea"]
    reviews = [one for one in store.reviews(ada, "tea") if one.item == "definition:green-tea"]
    assert [one.anew for one in reviews] == [False, False, True]
    assert kept.digest == asked.item.digest != before.digest
    assert kept.memory.stability < before.memory.stability
    finish(sitting, clock)
    assert tutor.standing().changed == 0
    assert tutor.due() == ()


def test_a_changed_answer_that_goes_wrong_is_new_only_once(
    folder: TeaFolder, store: Store, ada: Learner, clock: Clock
) -> None:
    finish(Tutor(school_of(folder), store, ada, clock).lesson("ideas-1"), clock)
    folder.replace("concepts/green-tea.yaml", "heated soon after picking", "steamed for a minute")
    seen: list[tuple[str, bool, bool]] = []

    def note(asked: Exercise) -> None:
        seen.append((asked.item.id, asked.changed is not None, asked.repeated))

    finish(Tutor(school_of(folder), store, ada, clock).review(), clock, note)

    assert sorted(seen)[:TRIES] == [
        ("definition:green-tea", False, True),
        ("definition:green-tea", False, True),
        ("definition:green-tea", True, False),
    ]


def test_a_change_touches_only_what_is_asked_of_it(
    folder: TeaFolder, store: Store, ada: Learner, clock: Clock
) -> None:
    finish(Tutor(school_of(folder), store, ada, clock).lesson("ideas-1"), clock)
    folder.replace("concepts/black-tea.yaml", "leaves that oxidise fully", "leaves that went brown")

    tutor = Tutor(school_of(folder), store, ada, clock)
    changed = {item.id for item in tutor.due()}

    # Where it is but a wrong choice, nothing has changed.
    items = {item.id: item for item in tutor.school.exercises(tutor.school.lesson("ideas-1"))}
    assert "black-tea" in items["definition:green-tea"].asks[0].wrong
    assert changed == {"definition:black-tea", "free:define:black-tea"}


def test_what_is_gone_from_the_base_is_kept_and_comes_back_with_it(
    folder: TeaFolder, store: Store, ada: Learner, clock: Clock
) -> None:
    take_all(Tutor(school_of(folder), store, ada, clock), clock)
    kept = store.kept(ada, "tea")
    claims = folder.path("claims.yaml").read_text("utf-8")
    folder.path("claims.yaml").unlink()
    clock.wait(days=30)

    without = Tutor(school_of(folder), store, ada, clock)
    standing = without.standing()
    asked: set[str] = set()

    def note(one: Exercise) -> str:
        asked.add(one.item.id)
        return right(one)

    end = finish(without.review(), clock, note)

    assert standing.gone == 1
    assert standing.learnt == len(kept) - 1
    assert asked == set(kept) - {"claim:two-plants"}
    assert store.kept(ada, "tea")["claim:two-plants"] == kept["claim:two-plants"]
    # What will not be asked is not announced either.
    assert end.due is not None
    assert end.due > clock.now

    folder.write("claims.yaml", claims)
    back = Tutor(school_of(folder), store, ada, clock)

    assert back.standing().gone == 0
    assert [item.id for item in back.due()] == ["claim:two-plants"]
    assert to_exercise(back.review()).changed is None


# Where a learner stands


def test_who_has_not_begun_has_everything_ahead(tutor: Tutor, tea: School) -> None:
    standing = tutor.standing()

    assert {lesson.state for lesson in standing.lessons} == {"new"}
    assert [lesson.number for lesson in standing.lessons] == [1, 2, 3]
    assert [lesson.items for lesson in standing.lessons] == [
        len(tea.exercises(lesson)) for lesson in tea.course.lessons
    ]
    assert (standing.due, standing.learnt, standing.answers, standing.gone) == (0, 0, 0, 0)
    assert standing.recall is None
    assert standing.ahead == {}
    assert standing.strengths == ()
    assert standing.behind is None
    assert len(standing.forecast) == DAYS
    assert sum(count for _, count in standing.forecast) == 0


def test_another_teams_course_can_be_taken_to_the_end(tutor: Tutor, clock: Clock) -> None:
    taken = []
    while (lesson := tutor.next_lesson()) is not None:
        taken.append(lesson)
        end = finish(tutor.lesson(lesson), clock)
        assert end.right == end.asked > 0
        assert end.next == tutor.next_lesson()

    standing = tutor.standing()

    assert taken == [lesson.id for lesson in tutor.school.course.lessons]
    assert {lesson.state for lesson in standing.lessons} == {"done"}
    assert all(lesson.learnt == lesson.items > 0 for lesson in standing.lessons)
    assert standing.recall is not None
    assert 0.9 < standing.recall < 1
    assert {one.name for one in standing.strengths} >= {"green tea", "black tea", "oolong"}


def test_the_forecast_and_the_curve_add_up(tutor: Tutor, clock: Clock) -> None:
    take_all(tutor, clock)
    for days in (0.5, 2, 1, 4, 9):
        clock.wait(days=days)
        if days == 2:
            finish(
                tutor.review(),
                clock,
                lambda asked: wrong(asked) if asked.number < 4 else right(asked),
            )
        standing = tutor.standing()
        kept = tutor.store.kept(tutor.learner, "tea").values()
        last = clock.now.astimezone().date() + timedelta(days=DAYS - 1)

        assert standing.forecast[0] == (clock.now.astimezone().date(), standing.due)
        assert [day for day, _ in standing.forecast] == sorted({d for d, _ in standing.forecast})
        assert sum(count for _, count in standing.forecast) == sum(
            one.memory.due.astimezone().date() <= last for one in kept
        )
        assert standing.due == len(tutor.due())
        assert tuple(standing.ahead) == AHEAD
        assert standing.ahead[0] == standing.recall
        assert list(standing.ahead.values()) == sorted(standing.ahead.values(), reverse=True)
        assert all(0 < share <= 1 for share in standing.ahead.values())
        assert standing.learnt == len(kept)


def test_strengths_begin_with_the_surest_and_count_the_answers(tutor: Tutor, clock: Clock) -> None:
    finish(tutor.lesson("ideas-1"), clock)
    finish(tutor.lesson("ideas-2"), clock, lambda asked: None)
    clock.wait(days=3)

    strengths = tutor.standing().strengths

    chances = [one.recall for one in strengths]
    assert chances == sorted(chances, reverse=True)
    assert strengths[-1].id == "oolong"
    assert (strengths[-1].answers, strengths[-1].wrong) == (3 * TRIES, 3 * TRIES)
    assert sum(one.answers for one in strengths) == tutor.standing().answers


def test_a_lesson_is_mastered_after_a_week_of_right_answers(
    folder: TeaFolder, store: Store, ada: Learner, clock: Clock
) -> None:
    tutor = Tutor(school_of(folder), store, ada, clock)
    finish(tutor.lesson("ideas-1"), clock)
    states = [lesson_of(tutor.standing(), "ideas-1").state]
    for _ in range(7):
        clock.wait(days=1)
        finish(tutor.review(), clock)
        states.append(lesson_of(tutor.standing(), "ideas-1").state)

    mastered = lesson_of(tutor.standing(), "ideas-1").mastered

    assert states[:2] == ["done", "done"]
    assert states[-1] == "mastered"
    assert mastered is not None
    assert NOON < mastered <= clock.now
    # That is what it means: a week later it is still known.
    clock.wait(days=7)
    assert (lesson_of(tutor.standing(), "ideas-1").recall or 0) > 0.88

    # The lesson says something else now: what was mastered is not that.
    folder.replace("concepts/green-tea.yaml", "heated soon after picking", "steamed for a minute")
    changed = lesson_of(Tutor(school_of(folder), store, ada, clock).standing(), "ideas-1")
    assert (changed.state, changed.mastered) == ("done", None)


def test_a_clock_set_back_is_told_and_makes_nothing_negative(
    tutor: Tutor, tea: School, clock: Clock
) -> None:
    finish(tutor.lesson("ideas-1"), clock)
    last = max(review.at for review in tutor.store.reviews(tutor.learner, "tea"))
    clock.wait(days=-400)

    standing = tutor.standing()
    count = standing.answers

    assert standing.behind == last
    assert standing.recall is not None
    assert 0.9 < standing.recall < 1
    assert set(standing.ahead.values()) == {standing.recall}
    assert standing.due == 0
    assert sum(number for _, number in standing.forecast) == 0
    assert lesson_of(standing, "ideas-1").state == "done"

    # Learning goes on: no answer is lost, and none counts as given before the last one.
    for lesson in ("ideas-1", "ideas-2"):
        finish(tutor.lesson(lesson), clock)
    after = tutor.standing()
    kept = tutor.store.kept(tutor.learner, "tea")
    assert after.answers == count + 6 + 3
    assert all(kept[item.id].memory.last >= NOON for item in tea.exercises(tea.lesson("1")))
    assert all(0 <= one.recall <= 1 and one.days > 0 for one in after.strengths)

    # Set right again, it is as if nothing had been.
    clock.now = last + timedelta(days=1)
    assert tutor.standing().behind is None


def test_a_changed_answer_is_learnt_after_the_old_one_whatever_the_clock_says(
    folder: TeaFolder, store: Store, ada: Learner, clock: Clock
) -> None:
    finish(Tutor(school_of(folder), store, ada, clock).lesson("ideas-1"), clock)
    folder.replace("concepts/green-tea.yaml", "heated soon after picking", "steamed for a minute")
    clock.wait(days=-30)

    finish(Tutor(school_of(folder), store, ada, clock).review(), clock)

    mine: list[Review] = [
        one for one in store.reviews(ada, "tea") if one.item == "definition:green-tea"
    ]
    assert [one.anew for one in mine] == [False, True]


def test_learners_of_one_machine_stand_each_for_themselves(
    tutor: Tutor, tea: School, store: Store, clock: Clock
) -> None:
    bob = Tutor(tea, store, store.enrol("Bob", NOON), clock)

    take_all(tutor, clock)

    assert bob.standing().learnt == 0
    assert bob.next_lesson() == "ideas-1"
    assert tutor.next_lesson() is None


def test_what_went_wrong_a_moment_ago_is_not_called_sure(
    tutor: Tutor, tea: School, clock: Clock
) -> None:
    sitting = tutor.lesson("ideas-1")
    for given in (right, wrong):
        answered(sitting, given)
        sitting.go_on()

    sure = {one.id: one.recall for one in tutor.standing().strengths}

    assert len(sure) == 2
    assert min(sure.values()) < 0.9 < max(sure.values()) < 1


def test_a_whole_definition_that_is_missing_is_told_once(tutor: Tutor) -> None:
    sitting = tutor.lesson("ideas-2")
    asked = to_exercise(sitting)
    while asked.item.free is None:
        answered(sitting)
        asked = to_exercise(sitting)

    outcome = sitting.answer("zebras in the zoo")

    assert isinstance(outcome, Outcome)
    assert outcome.text.count(asked.item.free.model) == 1


def test_to_get_ready_for_free_words_answers_nothing(tutor: Tutor) -> None:
    sitting = tutor.lesson("ideas-2")
    sitting.get_ready()
    asked = to_exercise(sitting)
    while asked.item.free is None:
        answered(sitting)
        asked = to_exercise(sitting)
    before = len(tutor.store.reviews(tutor.learner, "tea"))

    sitting.get_ready()

    assert sitting.step is asked
    assert len(tutor.store.reviews(tutor.learner, "tea")) == before
