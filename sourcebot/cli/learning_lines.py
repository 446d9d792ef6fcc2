"""The plain tutor: the course, a lesson or a review over lines, for screen readers and pipes."""

from __future__ import annotations

from collections.abc import Iterator

from sourcebot.cli.learning_desk import HELP, Desk
from sourcebot.cli.learning_progress import STATES, nothing_due, status_text
from sourcebot.cli.learning_sitting import LEAVING, sit
from sourcebot.cli.learning_steps import wrapped
from sourcebot.errors import LearningError
from sourcebot.learning.standing import Standing
from sourcebot.learning.tutor import Tutor

LEFT = 1
_YES = ("y", "yes", "next")


class Course:
    """A learner at a desk. `tutor` is one who can be read from; the first sitting enrols."""

    def __init__(self, tutor: Tutor, desk: Desk) -> None:
        self._tutor = tutor
        self._desk = desk
        self._enrolled = False

    def open(self) -> int:
        """Offer lessons and reviews until somebody leaves; 1 where that was amid a sitting."""
        desk, finished = self._desk, True
        self._overview()
        while (line := desk.hear()) is not None:
            finished = True
            match line.casefold():
                case "":
                    self._overview()
                case "r" | "review":
                    finished = self._review()
                    self._overview(after=True)
                case "s" | "status":
                    desk.show(status_text(self._tutor, desk.width))
                case cmd if cmd == HELP:
                    desk.show(wrapped(_OVERVIEW_HELP, desk.width))
                case number if number.isascii() and number.isdigit():
                    finished = self._numbered(number)
                case _:
                    desk.ask_bot(line)
        return 0 if finished or not desk.ended else LEFT

    def lesson(self, wanted: str) -> int:
        """Take a lesson, and those that follow while they are wanted; 1 where it was left."""
        return 0 if self._lessons(wanted) else LEFT

    def review(self) -> int:
        """Answer what is due; 1 where it was left before the end."""
        return 0 if self._review() else LEFT

    def _numbered(self, number: str) -> bool:
        try:
            self._tutor.school.lesson(number)
        except LearningError as error:
            self._desk.show(wrapped(f"{str(error)[:1].upper()}{str(error)[1:]}.", self._desk.width))
            return True
        finished = self._lessons(number)
        self._overview(after=True)
        return finished

    def _lessons(self, wanted: str) -> bool:
        following: str | None = wanted
        while following is not None:
            self._tutor.school.lesson(following)  # wrong ids enrol nobody
            end = sit(self._enrol().lesson(following), self._desk, self._tutor)
            if end is None:
                return False
            following = self._offered(end.next)
        return True

    def _review(self) -> bool:
        if not self._tutor.due():
            self._desk.show(nothing_due(self._tutor, self._desk.width))
            return True
        return sit(self._enrol().review(), self._desk, self._tutor) is not None

    def _offered(self, next: str | None) -> str | None:
        """The next lesson, if it is wanted."""
        if next is None or self._desk.ended:
            return None
        lesson = self._tutor.school.lesson(next)
        number = self._tutor.school.course.lessons.index(lesson) + 1
        told = f"Next is lesson {number}, {lesson.title}. Type y to begin it, Enter for not now."
        while True:
            self._desk.show(wrapped(told, self._desk.width))
            answer = self._desk.hear()
            if not answer:
                return None
            if answer.casefold() in (*_YES, str(number)):
                return next
            self._desk.ask_bot(answer)

    def _enrol(self) -> Tutor:
        if not self._enrolled:
            tutor = self._tutor
            tutor.learner = tutor.store.enrol(tutor.learner.name, tutor.clock())
            self._enrolled = True
        return self._tutor

    def _overview(self, *, after: bool = False) -> None:
        if not self._desk.ended:
            self._desk.show(*overview(self._tutor, self._desk.width, brief=after))


def overview(tutor: Tutor, width: int, *, brief: bool = False) -> Iterator[str]:
    """The lessons with their numbers, what is due, and what can be typed."""
    standing, course = tutor.standing(), tutor.school.course
    if not brief:
        yield wrapped(course.title, width)
        yield wrapped(course.about, width)
    yield "\n".join(
        wrapped(f"{one.title}: {STATES[one.state]}", width, f"{one.number:>3}. ", "     ")
        for one in standing.lessons
    )
    yield wrapped(_due(standing), width)
    yield wrapped(
        "Type a lesson's number, r to review, s to see how you stand; anything else is a question. "
        "/quit leaves.",
        width,
    )


def _due(standing: Standing) -> str:
    if not standing.learnt:
        return "You have not begun yet; lesson 1 is a good start."
    count = "1 exercise is" if standing.due == 1 else f"{standing.due or 'No'} exercises are"
    return f"{count} due for review today."


_OVERVIEW_HELP = (
    "A number takes that lesson, r reviews what is due, s shows how you stand, Enter shows the "
    f"lessons again. Anything else is a question and is answered. {LEAVING}"
)
