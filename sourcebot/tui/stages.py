"""What stands in the middle of a sitting: a page, an exercise, what came of the answer, the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalGroup
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Markdown, Static

from sourcebot.tui.charts import Meter
from sourcebot.tui.result import QUIET, draws_lines
from sourcebot.tui.text import fit, one_line
from sourcebot.tui.turn import Sources
from sourcebot.tui.when import until

if TYPE_CHECKING:
    from sourcebot.learning.records import Shown
    from sourcebot.learning.steps import Exercise, Finished, Outcome, Page

_CITED = re.compile(r"\[(\d{1,3}(?:, ?\d{1,3})*)\]")
_VERDICT = re.compile(r"\A\*\*([^*\n]+)\*\*\s*")
_MARKS = {"right": ("✓", "+"), "partly": ("◑", "~"), "wrong": ("✗", "x")}
_WORDS = {"right": "Right.", "partly": "Right in part.", "wrong": "Not quite."}


def markdown(text: str) -> Markdown:
    """A text of the base; its links go to the app, as all links do."""
    return Markdown(fit(text), open_links=False)


class PageStage(VerticalGroup):
    """A page to read, and the sources that it cites."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page

    def compose(self) -> ComposeResult:
        """The text and its sources."""
        yield markdown(self._page.text)
        numbers = {
            int(number)
            for cited in _CITED.findall(self._page.text)
            for number in cited.split(",")
            if int(number) <= len(self._page.sources)
        }
        if numbers:
            yield Sources(self._page.sources, only=numbers)


class Changed(VerticalGroup):
    """What was learnt and what holds now, side by side or one below the other."""

    def __init__(self, before: Shown, exercise: Exercise) -> None:
        super().__init__()
        self._before = before
        self._now = exercise.item

    def compose(self) -> ComposeResult:
        """A line that says so, and the two."""
        yield Static("This has changed since you learnt it.", classes="verdict")
        with Horizontal(classes="versions"):
            yield from self._version("Before", self._before.prompt, self._before.answer)
            yield from self._version("Now", self._now.prompt, self._now.answer)

    def _version(self, name: str, prompt: str, answer: str) -> Iterator[Widget]:
        # A prompt that stayed the same stands below, anyway.
        same = self._before.prompt == self._now.prompt
        told = answer if same else f"{prompt.strip()}\n{answer}"
        with VerticalGroup(classes="version"):
            yield Static(name, classes="name")
            yield markdown(told.replace("\n", "\n\n"))


class ExerciseStage(VerticalGroup):
    """A question; what there is to choose stands below all this."""

    def __init__(self, exercise: Exercise) -> None:
        super().__init__()
        self._exercise = exercise

    def compose(self) -> ComposeResult:
        """What has changed, what to do, and the row that is asked."""
        exercise = self._exercise
        if exercise.changed is not None:
            yield Changed(exercise.changed, exercise)
        yield markdown(exercise.prompt)
        if exercise.text:
            yield VerticalGroup(markdown(exercise.text), classes="row")


class OutcomeStage(VerticalGroup):
    """The question again with the answers marked, then how it was, why, and what comes of it."""

    def __init__(self, asked: Exercise, given: str | None, outcome: Outcome, now: datetime) -> None:
        self._how = "right" if outcome.right else "partly" if outcome.partly else "wrong"
        super().__init__(classes=f"-{self._how}")
        self._asked = asked
        self._given = given
        self._outcome = outcome
        self._now = now

    def compose(self) -> ComposeResult:
        """From the question to the sources."""
        outcome = self._outcome
        words, text = self._verdict()
        mark = _MARKS[self._how][not draws_lines()]
        yield ExerciseStage(self._without_change())
        yield Static(Content("\n").join(self._answers()), classes="answers", markup=False)
        with VerticalGroup(classes="outcome"):
            yield Static(Content(f"{mark} {words}"), classes="verdict", markup=False)
            if text:
                yield markdown(text)
        if outcome.due is not None:
            again = f"Asked again {until(outcome.due, self._now)}."
            yield Static(again, classes="hint again", markup=False)
        if outcome.sources:
            yield Sources(outcome.sources)

    @property
    def verdict(self) -> Widget:
        """Where the answer begins."""
        return self.query_one(".outcome")

    def _without_change(self) -> Exercise:
        from msgspec.structs import replace

        return replace(self._asked, changed=None)

    def _verdict(self) -> tuple[str, str]:
        """How it was, in the base's words where it begins with such, and the rest of the text."""
        text = self._outcome.text
        found = _VERDICT.match(text)
        if found is None:
            return _WORDS[self._how], text
        return one_line(found[1]), text[found.end() :]

    def _answers(self) -> Iterator[Content]:
        asked, drawn = self._asked, draws_lines()
        if not asked.choices:
            yield Content.assemble(("You wrote: ", QUIET), fit(self._given or "nothing"))
            return
        right = asked.item.asks[asked.row - 1].right
        good, bad = (_MARKS[how][not drawn] for how in ("right", "wrong"))
        for choice in asked.choices:
            label = one_line(choice.label)
            mine = " (your answer)" if choice.id == self._given else ""
            if choice.id == right:
                yield Content.styled(f"{good} {label}{mine}", "$success bold")
            elif mine:
                yield Content.styled(f"{bad} {label}{mine}", "$error")
            else:
                yield Content.styled(f"  {label}", QUIET)


class FinishedStage(VerticalGroup):
    """How the sitting went, and when the next review is."""

    def __init__(self, finished: Finished, now: datetime) -> None:
        super().__init__()
        self._finished = finished
        self._now = now

    def compose(self) -> ComposeResult:
        """The words, the score as a bar, the next review."""
        finished = self._finished
        yield markdown(finished.text)
        if finished.asked:
            meter = Meter(id="score")
            meter.show(finished.right, finished.asked)
            yield meter
        if finished.due is not None:
            yield Static(f"The next review: {until(finished.due, self._now)}.", markup=False)
