"""A sitting: pages to read and exercises to answer, one after the other, until there are no more.

It knows no door: the terminal app, the plain chat and a test all call `go_on` and `answer` and show
the step that comes of it. Each answer is kept before its outcome is shown.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sourcebot.knowledge.course_model import Lesson
from sourcebot.learning.grading import Grader
from sourcebot.learning.items.item import Ask, Choice, Item
from sourcebot.learning.memory import Grade, after
from sourcebot.learning.records import Kept, Learner, Review, Shown
from sourcebot.learning.school import School
from sourcebot.learning.steps import Exercise, Finished, Outcome, Page, Step
from sourcebot.learning.store import Store
from sourcebot.learning.words import say

TRIES = 3
"""How often an exercise is asked in one sitting at most."""


class Sitting:
    """One learner at one lesson or review. `step` is what to show now."""

    def __init__(
        self,
        school: School,
        store: Store,
        learner: Learner,
        clock: Callable[[], datetime],
        items: Sequence[Item],
        *,
        lesson: Lesson | None = None,
        grader: Grader,
    ) -> None:
        """items: the exercises in order; lesson: the one that is taken, None for a review."""
        self.lesson = lesson
        self._school = school
        self._store = store
        self._learner = learner
        self._clock = clock
        self._grader = grader
        self._kept = store.kept(learner, school.base.identity.name)
        self._pages = deque(_pages(school, lesson)) if lesson is not None else deque[Page]()
        self._page_count = len(self._pages)
        self._waiting = deque((item, 1) for item in items)
        self._total = len(items)
        self._asked = self._right = self._done = 0
        self._row = 0
        self._answers: list[str | None] = []
        self._again: list[Item] = []
        self.step: Step = self._next()

    @property
    def progress(self) -> tuple[int, int]:
        """How many pages and exercises are behind the learner, and how many there are in all."""
        read = self._page_count - len(self._pages) - isinstance(self.step, Page)
        return read + self._done, self._page_count + self._total

    def go_on(self) -> Step:
        """From a page or an outcome to what comes next; an exercise stays until it is answered."""
        if isinstance(self.step, Page | Outcome):
            self.step = self._next()
        return self.step

    def answer(self, given: str | None) -> Step:
        """Answer the exercise: the id of a choice, free words, or None for "I do not know".

        Raises LearningError where the answer cannot be kept; the exercise then waits for it again.
        """
        asked = self.step
        if not isinstance(asked, Exercise):
            return asked
        item = asked.item
        if item.free is not None:
            self.step = self._grade_words(asked, given)
            return self.step
        ask = item.asks[self._row]
        right = given == ask.right
        if self._row + 1 < len(item.asks):
            self._answers.append(given)
            self._row += 1
            self.step = self._outcome(asked, right=right, text=self._told(ask, given), more=True)
            return self.step
        answers = [*self._answers, given]
        wrong = tuple(
            (one.right, chosen or "")
            for one, chosen in zip(item.asks, answers, strict=True)
            if chosen != one.right
        )
        share = 1 - len(wrong) / len(item.asks)
        grade: Grade = "good" if share == 1 else "hard" if share > 0.5 else "again"
        kept = self._keep(asked, grade, wrong)
        text = f"{self._told(ask, given)}\n\n{item.why}"
        self._over(asked, grade)
        self.step = self._outcome(asked, right=right, text=text, kept=kept)
        return self.step

    def get_ready(self) -> None:
        """Do what the grading of free words does once, while the learner still writes them.

        For a thread beside; it changes nothing, and takes a second or two the first time.
        """
        asked = self.step
        if isinstance(asked, Exercise) and (free := asked.item.free) is not None:
            self._grader.grade(free, asked.item.about, free.model)

    def _next(self) -> Step:
        if self._pages:
            return self._pages.popleft()
        if not self._waiting:
            return self._finish()
        item, tried = self._waiting[0]
        return self._exercise(item, tried)

    def _exercise(self, item: Item, tried: int) -> Exercise:
        kept = self._kept.get(item.id)
        changed = kept is not None and kept.digest != item.digest
        ask = item.asks[self._row] if item.asks else None
        return Exercise(
            item=item,
            prompt=item.prompt,
            text=ask.text if ask is not None else "",
            choices=_shuffled(item, ask, kept) if ask is not None else (),
            row=self._row + 1,
            rows=max(1, len(item.asks)),
            number=min(self._done + 1, self._total),
            of=self._total,
            changed=kept.shown if kept is not None and changed and self._row == 0 else None,
            repeated=tried > 1,
        )

    def _grade_words(self, asked: Exercise, given: str | None) -> Outcome:
        item, words = asked.item, self._school.base.learning_words
        assert item.free is not None
        graded = self._grader.grade(item.free, item.about, given or "")
        grade: Grade = "good" if graded.right else "hard" if graded.partly else "again"
        place = {"good": "right", "hard": "partly", "again": "not-yet"}[grade]
        told = [say(words, place)]
        if graded.mistaken is not None:
            told.append(say(words, "mistaken", name=graded.mistaken))
        # Where the whole is missing, the model says it.
        if graded.missing not in ((), (item.free.model,)) and grade != "good":
            told.append(say(words, "missing", ideas="; ".join(graded.missing)))
        told.append(say(words, "model", model=item.free.model))
        wrong = ((item.about[0], graded.mistaken),) if graded.mistaken is not None else ()
        kept = self._keep(asked, grade, wrong)
        self._over(asked, grade)
        text = "\n\n".join(part for part in (*told, item.why) if part)
        right, partly = grade == "good", grade == "hard"
        return self._outcome(asked, right=right, partly=partly, text=text, kept=kept)

    def _told(self, ask: Ask, given: str | None) -> str:
        words = self._school.base.learning_words
        if given == ask.right:
            return say(words, "right")
        best = say(words, "best", best=ask.best.label)
        because = ask.wrong.get(given, "") if given is not None else ""
        return " ".join(part for part in (say(words, "not-yet"), because, best) if part)

    def _keep(self, asked: Exercise, grade: Grade, wrong: tuple[tuple[str, str], ...]) -> Kept:
        item, now = asked.item, self._clock()

        def change(kept: Kept | None) -> tuple[Kept, Review]:
            anew = kept is not None and kept.digest != item.digest
            # What is learnt anew is learnt after what it replaces, whatever the clock says.
            at = now if kept is None else max(now, kept.memory.last)
            memory = after(None if kept is None or anew else kept.memory, grade, at)
            review = Review(item.id, memory.last, grade, item.about, wrong, anew)
            return Kept(memory, item.digest, Shown(item.prompt, item.answer)), review

        kept = self._store.answer(self._learner, self._school.base.identity.name, item.id, change)
        self._kept[item.id] = kept
        return kept

    def _over(self, asked: Exercise, grade: Grade) -> None:
        """The exercise is answered; one that went wrong comes back at the end."""
        item, tried = self._waiting.popleft()
        self._row, self._answers = 0, []
        if tried == 1:
            self._asked += 1
            self._right += grade == "good"
        if grade == "again" and tried < TRIES:
            self._waiting.append((item, tried + 1))
        else:
            self._done += 1
        if grade == "again" and item not in self._again:
            self._again.append(item)

    def _outcome(
        self,
        asked: Exercise,
        *,
        right: bool,
        text: str,
        partly: bool = False,
        more: bool = False,
        kept: Kept | None = None,
    ) -> Outcome:
        item = asked.item
        return Outcome(
            right=right,
            partly=partly,
            text=text,
            more=more,
            question=item.question,
            place=str(item.place),
            sources=() if more else self._school.cited(item.sources),
            due=kept.memory.due if kept is not None else None,
        )

    def _finish(self) -> Finished:
        base, lessons = self._school.base, self._school.course.lessons
        following = None
        if self.lesson is not None:
            kb = base.identity.name
            self._store.attend(self._learner, kb, self.lesson.id, self._clock(), done=True)
            at = lessons.index(self.lesson)
            following = lessons[at + 1].id if at + 1 < len(lessons) else None
        words = base.learning_words
        place = "finished-lesson" if self.lesson is not None else "finished-review"
        title = self.lesson.title if self.lesson is not None else ""
        told = [
            say(words, place, title=title),
            say(words, "score", right=str(self._right), asked=str(self._asked))
            if self._asked
            else "",
            say(words, "weak", ideas=self._names(self._again)) if self._again else "",
        ]
        # What the base no longer holds is not asked again.
        known = self._school.known(self._kept)
        due = min((self._kept[id].memory.due for id in known), default=None)
        text = "\n\n".join(part for part in told if part)
        return Finished(text, self._right, self._asked, following, due)

    def _names(self, items: Iterable[Item]) -> str:
        names = dict.fromkeys(self._school.name(item.about[0]) for item in items)
        # Some are sentences, others are not: the place around them ends none of them.
        return "; ".join(name.rstrip(".") for name in names)


def _pages(school: School, lesson: Lesson) -> Iterable[Page]:
    told = school.tell(lesson)
    sources = school.cited(told.sources)
    for number, text in enumerate(told.pages, 1):
        yield Page(lesson.title, text, number, len(told.pages), sources)


def _shuffled(item: Item, ask: Ask, kept: Kept | None) -> tuple[Choice, ...]:
    """The choices in an order of this time: the same until the next answer, another one then."""
    time = kept.memory.last.isoformat() if kept is not None else ""

    def place(choice: Choice) -> bytes:
        # All rows of an exercise show their choices in the same order.
        return hashlib.sha256(f"{item.id}\0{time}\0{choice.id}".encode()).digest()

    return tuple(sorted(ask.choices, key=place))
