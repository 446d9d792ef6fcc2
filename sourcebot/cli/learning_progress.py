"""Where a learner stands: JSON for programs, and text that needs neither colour nor Unicode."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sourcebot.cli.learning_steps import wrapped
from sourcebot.knowledge.course_model import Practice
from sourcebot.learning.items.item import Item
from sourcebot.learning.memory import sureness
from sourcebot.learning.plain import counted, day, percent, until
from sourcebot.learning.standing import LessonStanding, Standing, State, Strength
from sourcebot.learning.tutor import Tutor, changed

STATES: dict[State, str] = {
    "new": "new",
    "begun": "begun",
    "done": "done",
    "mastered": "mastered",
}
"""How the state of a lesson is called."""
KINDS: dict[Practice, str] = {
    "definition": "what it means",
    "sort": "kind of work",
    "which": "which is it",
    "match": "what goes together",
    "claim": "true or not",
    "free": "own words",
    "case": "a decision",
}
"""How a kind of exercise is called."""
_WIDE = 64
"""From so many columns on, a line holds a lesson."""
_STRENGTHS = 12
"""Ideas in the chart, the weakest ones."""
_BAR = 10


def status_json(standing: Standing) -> dict[str, Any]:
    """Everything that is told of a learner, under names that stay."""
    return {
        "kb": standing.kb,
        "learner": standing.learner,
        "now": standing.now,
        "due": standing.due,
        "changed": standing.changed,
        "gone": standing.gone,
        "learnt": standing.learnt,
        "answers": standing.answers,
        "recall": standing.recall,
        "lessons": [_lesson_json(lesson) for lesson in standing.lessons],
        "forecast": [{"day": on, "reviews": reviews} for on, reviews in standing.forecast],
        "ahead": {str(days): share for days, share in standing.ahead.items()},
        "strengths": [
            {
                "id": one.id,
                "name": one.name,
                "recall": one.recall,
                "days": one.days,
                "due": one.due,
                "answers": one.answers,
                "wrong": one.wrong,
            }
            for one in standing.strengths
        ],
    }


def lessons_json(standing: Standing) -> dict[str, Any]:
    """The lessons of the course, and how far the learner is with each."""
    lessons = [_lesson_json(lesson) for lesson in standing.lessons]
    return {"kb": standing.kb, "learner": standing.learner, "lessons": lessons}


def _lesson_json(lesson: LessonStanding) -> dict[str, Any]:
    return {
        "id": lesson.id,
        "number": lesson.number,
        "title": lesson.title,
        "goal": lesson.goal,
        "state": lesson.state,
        "items": lesson.items,
        "learnt": lesson.learnt,
        "recall": lesson.recall,
        "due": lesson.due,
        "finished": lesson.finished,
        "mastered": lesson.mastered,
    }


def due_json(tutor: Tutor) -> dict[str, Any]:
    """The exercises to review today, in the order in which they are asked."""
    school, now = tutor.school, tutor.clock()
    kept = tutor.store.kept(tutor.learner, tutor.kb)
    lessons = _lessons_of_items(tutor)
    return {
        "kb": school.base.stamp,
        "learner": tutor.learner.name,
        "due": [
            {
                "item": item.id,
                "kind": item.kind,
                "about": item.about,
                "lesson": lessons.get(item.id),
                "due": kept[item.id].memory.due,
                "recall": sureness(kept[item.id].memory, now),
                "changed": changed(kept[item.id], item),
            }
            for item in tutor.due()
        ],
    }


def due_text(tutor: Tutor, width: int) -> str:
    """The exercises to review today: what each is about, and how sure it still is."""
    now, kept = tutor.clock(), tutor.store.kept(tutor.learner, tutor.kb)
    items = tutor.due()
    if not items:
        return nothing_due(tutor, width) + "\n"
    lines = [
        wrapped(_due_line(tutor, item, percent(sureness(kept[item.id].memory, now)),
                          is_changed=changed(kept[item.id], item)), width, "- ", "  ")
        for item in items
    ]  # fmt: skip
    head = wrapped(f"Due today: {len(items)}. `sourcebot learn review` asks them.", width)
    return "\n\n".join((head, "\n".join(lines))) + "\n"


def nothing_due(tutor: Tutor, width: int) -> str:
    """That nothing is due today, and when something will be."""
    kept = tutor.store.kept(tutor.learner, tutor.kb)
    due = min((kept[id].memory.due for id in tutor.school.known(kept)), default=None)
    later = f" The next review is {until(due, tutor.clock())}." if due is not None else ""
    return wrapped(f"Nothing is due today.{later}", width)


def _due_line(tutor: Tutor, item: Item, sure: str, *, is_changed: bool) -> str:
    # All scenes are about the same concepts; what tells one from another comes last.
    subject = item.about[-1 if item.kind == "which" else 0]
    what = f"{tutor.school.name(subject).rstrip('.')} ({KINDS[item.kind]}): {sure} sure"
    return f"{what}, has changed" if is_changed else what


def _lessons_of_items(tutor: Tutor) -> dict[str, str]:
    """Exercise -> the first lesson that asks it."""
    found: dict[str, str] = {}
    for lesson in tutor.school.course.lessons:
        for item in tutor.school.exercises(lesson):
            found.setdefault(item.id, lesson.id)
    return found


def lessons_text(tutor: Tutor, width: int) -> str:
    """The lessons of the course: what each is for, and how far the learner is."""
    blocks = [wrapped(tutor.school.course.title, width)]
    for lesson in tutor.standing().lessons:
        head = f"{lesson.number}. {lesson.title} ({STATES[lesson.state]})"
        about = f"{lesson.goal} {counted(lesson.items, 'exercise')}. Id: {lesson.id}"
        blocks.append(f"{wrapped(head, width)}\n{wrapped(about, width, '   ', '   ')}")
    return "\n\n".join(blocks) + "\n"


def status_text(tutor: Tutor, width: int) -> str:
    """Where the learner stands, in blocks of lines."""
    standing = tutor.standing()
    title = f"{tutor.school.course.title}: {standing.learner}"
    blocks = [wrapped(title, width), *_summary(standing, width), _lessons(standing, width)]
    if standing.learnt:
        blocks += [_forecast(standing), _ahead(standing, width), _strengths(standing, width)]
    return "\n\n".join(blocks) + "\n"


def _summary(standing: Standing, width: int) -> Iterator[str]:
    if not standing.learnt:
        yield wrapped("Nothing is learnt yet; `sourcebot learn lesson 1` begins.", width)
    else:
        review = " `sourcebot learn review` asks them." if standing.due else ""
        yield wrapped(f"Due today: {standing.due}.{review}", width)
        yield wrapped(
            f"Learnt: {counted(standing.learnt, 'exercise')}, in "
            f"{counted(standing.answers, 'answer')}. Remembered now: {percent(standing.recall)}.",
            width,
        )
    if standing.changed:
        yield wrapped(f"Changed since they were learnt: {standing.changed}.", width)
    if standing.gone:
        yield wrapped(f"No longer asked, as they have left the course: {standing.gone}.", width)
    if standing.behind is not None:
        yield wrapped(
            f"This machine's clock stands before the last answer ({day(standing.behind)}); "
            "nothing is lost, but what is due may be wrong until it is put right.",
            width,
        )


def _lessons(standing: Standing, width: int) -> str:
    lines = ["Lessons"]
    column = max((len(one.title) for one in standing.lessons), default=0)
    for one in standing.lessons:
        due = f", {one.due} due" if one.due else ""
        state = f"{bar(one.learnt / one.items if one.items else 0)} {STATES[one.state]}, "
        state += f"{one.learnt} of {one.items}"
        line = f"{one.number:>3}. {one.title:<{column}}  {state} learnt{due}"
        if len(line) <= width and width >= _WIDE:
            lines.append(line)
        else:
            lead = f"{one.number:>3}. "
            lines += [wrapped(one.title, width, lead, "     "), f"    {state}{due}"]
    return "\n".join(lines)


def _forecast(standing: Standing) -> str:
    most = max((reviews for _, reviews in standing.forecast), default=0)
    lines = ["Reviews of the next days"]
    for on, reviews in standing.forecast:
        if reviews:
            lines.append(f"  {on:%a} {on.isoformat()}  {bar(reviews / most)} {reviews}")
    return "\n".join(lines if len(lines) > 1 else [*lines, "  none"])


def _ahead(standing: Standing, width: int) -> str:
    told = ", ".join(
        f"{f'in {days} days' if days else 'now'} {percent(share)}"
        for days, share in standing.ahead.items()
    )
    return wrapped(f"Without a review you would know: {told}.", width)


def _strengths(standing: Standing, width: int) -> str:
    """The ideas that are remembered worst, each with a bar of how sure it is."""
    weakest = standing.strengths[::-1][:_STRENGTHS]
    lines = [wrapped("How sure each idea is and how long it lasts, the least sure first", width)]
    longest = max((len(one.name) for one in weakest), default=0)
    column = min(longest, max(12, width - 33))
    for one in weakest:
        lines += _strength(one, column, width)
    more = len(standing.strengths) - len(weakest)
    if more:
        lines.append(
            wrapped(f"and {more} more that are surer (`sourcebot learn page`)", width, "  ")
        )
    return "\n".join(lines)


def _strength(one: Strength, column: int, width: int) -> list[str]:
    figures = f"{bar(one.recall)} {percent(one.recall):>4}, {_lasting(one.days)}"
    if len(one.name) <= column and column + len(figures) + 4 <= width:
        return [f"  {one.name:<{column}}  {figures}"]
    return [wrapped(one.name, width, "  ", "  "), f"    {figures}"]


def _lasting(days: float) -> str:
    return counted(round(days), "day") if round(days) else "under a day"


def bar(share: float) -> str:
    """A share from 0 to 1 as ten characters between brackets."""
    full = round(min(1.0, max(0.0, share)) * _BAR)
    return f"[{'#' * full}{'.' * (_BAR - full)}]"
