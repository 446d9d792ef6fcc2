"""The learn screen: the path through the course, what is due when, and how sure each memory is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static, Tab, Tabs

from sourcebot.errors import SourcebotError
from sourcebot.tui.charts import Ahead, Forecast, Memories
from sourcebot.tui.help import HelpScreen
from sourcebot.tui.path import REVIEW, Path, first_to_do, told_in_full
from sourcebot.tui.study import StudyScreen
from sourcebot.tui.text import fit, one_line
from sourcebot.tui.when import counted, day_of, until

if TYPE_CHECKING:
    from sourcebot.learning.sitting import Sitting
    from sourcebot.learning.standing import Standing
    from sourcebot.learning.tutor import Tutor

HELP = {
    "enter": "Open the marked lesson, or the review",
    "1 to 9, 0": "Open lesson 1 to 9, or the tenth",
    "up, down": "Mark another one",
    "tab": "To the charts and back",
}


class LearnScreen(Screen[None]):
    """Lessons on one side, memory on the other; below a hundred columns one at a time."""

    CSS_PATH = "learn.tcss"
    AUTO_FOCUS = "#path"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="learn.help"),
        Binding("escape", "leave", "Chat", id="learn.leave", tooltip="Back to the chat"),
        Binding("r", "review", "Review", id="learn.review", tooltip="Review what is due today"),
        Binding("n", "next", "Next", id="learn.next", tooltip="Take the next lesson"),
        Binding("m", "memory", "Memory", id="learn.memory", tooltip="Lessons or memory"),
        Binding("s", "turn", "Sort", id="learn.sort", tooltip="Weakest or surest memories first"),
    ]

    def __init__(self, tutor: Callable[[], Tutor]) -> None:
        """tutor: slow at first, so that it is called beside the screen."""
        super().__init__()
        self._enrol = tutor
        self._tutor: Tutor | None = None
        self._standing: Standing | None = None
        self._busy = False
        # A tutor does one thing at a time.
        self._turns = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """Title, notes, the two sides, the keys."""
        with Vertical(id="learn"):
            yield Static("Opening the lessons …", id="course", markup=False)
            yield Static("", id="learner", classes="hint", markup=False)
            yield Static("", id="notes", markup=False)
            yield Tabs(Tab("Lessons", id="show-path"), Tab("Memory", id="show-memory"), id="sides")
            with Horizontal(id="panes"):
                with Vertical(id="path-side"):
                    yield Path(id="path")
                    yield Static("", id="detail", markup=False)
                with VerticalScroll(id="memory-side"):
                    yield Forecast("Due in the next 14 days", id="forecast")
                    yield Ahead("Still known without any review", id="ahead")
                    yield Memories("How sure you are", id="memories")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Show the first frame; what takes time comes after it."""
        self.query_one("#notes").display = False
        # Empty charts would say that nothing was learnt.
        self.query_one("#panes").visible = False
        self._refresh()

    @property
    def path(self) -> Path:
        """The lessons."""
        return self.query_one("#path", Path)

    @work(exclusive=True, group="standing")
    async def _refresh(self) -> None:
        """See where the learner stands, and show it."""
        async with self._turns:
            try:
                tutor = self._tutor = await asyncio.to_thread(self._enrol)
                standing = await asyncio.to_thread(tutor.standing)
            except SourcebotError as error:
                self._complain(error)
                return
        self._standing = standing
        course = tutor.school.course
        self.query_one("#course", Static).update(Content(one_line(course.title)))
        self.query_one("#learner", Static).update(Content(_summary(standing)))
        notes = self.query_one("#notes", Static)
        told = _notes(standing) or ([fit(course.about)] if not standing.answers else [])
        notes.update(Content("\n".join(told)))
        notes.display = bool(told)
        notes.set_class(standing.answers == 0, "-about")
        self.query_one(Forecast).days = standing.forecast
        self.query_one(Ahead).shares = standing.ahead
        self.query_one(Memories).strengths = standing.strengths
        for chart in (Forecast, Ahead, Memories):
            self.query_one(chart).show()
        self.query_one("#panes").visible = True
        self.path.show(standing, mark=first_to_do(standing))
        if self.focused is None:
            self.path.focus()

    @work(group="opening")
    async def open(self, wanted: str) -> None:
        """Begin a sitting: a lesson by its id, or the review."""
        tutor = self._tutor
        if tutor is None or self._busy:
            return
        begin: Callable[[], Sitting] = tutor.review
        if wanted != REVIEW:
            begin = lambda: tutor.lesson(wanted)  # noqa: E731
        self._busy = True
        try:
            async with self._turns:
                sitting = await asyncio.to_thread(begin)
        except SourcebotError as error:
            self._complain(error)
            self._refresh()
        else:
            await self.app.push_screen(StudyScreen(tutor, sitting), self._studied)
        finally:
            self._busy = False

    def _studied(self, wanted: str | None) -> None:
        """After a sitting: on to what was picked at its end, or a fresh look at the path."""
        if wanted is None:
            self._refresh()
        else:
            self.open(wanted)

    def _complain(self, error: SourcebotError) -> None:
        self.notify(one_line(str(error)), severity="error", markup=False, timeout=10)

    @on(Path.Opened)
    def opened(self, event: Path.Opened) -> None:
        """A line was picked."""
        self.open(event.wanted)

    @on(OptionList.OptionHighlighted, "#path")
    def marked(self) -> None:
        """Tell more about the marked line."""
        if self._standing is not None:
            told = told_in_full(self._standing, self.path.marked)
            self.query_one("#detail", Static).update(told)

    @on(Tabs.TabActivated)
    def show_side(self, event: Tabs.TabActivated) -> None:
        """Show the lessons or the memory, where there is no room for both."""
        self.set_class(event.tab.id == "show-memory", "-memory")

    def action_review(self) -> None:
        """Review what is due."""
        if self._standing is not None and self._standing.due:
            self.open(REVIEW)
        else:
            self.notify("Nothing is due for review today.")

    def action_next(self) -> None:
        """Take the first lesson that was not finished."""
        lessons = self._standing.lessons if self._standing is not None else ()
        waiting = [lesson.id for lesson in lessons if lesson.finished is None]
        if waiting:
            self.open(waiting[0])
        elif lessons:
            self.notify("You have been through all lessons. Pick any of them to take it again.")

    def action_memory(self) -> None:
        """Go to the other side."""
        tabs, memory = self.query_one(Tabs), self.query_one("#memory-side")
        if tabs.display:
            there = tabs.active != "show-memory"
            tabs.active = "show-memory" if there else "show-path"
            self.set_class(there, "-memory")
        else:
            there = not memory.has_focus
        (memory if there else self.path).focus()

    def action_turn(self) -> None:
        """Sort the memories from the other end."""
        self.query_one(Memories).turn()

    def action_help(self) -> None:
        """Show all keys."""
        bindings = [*self.BINDINGS, *self.app.BINDINGS]
        self.app.push_screen(HelpScreen(bindings, first=HELP, commands={}))

    def action_leave(self) -> None:
        """Back to the chat."""
        self.dismiss()


def _summary(standing: Standing) -> str:
    parts = [one_line(standing.learner)]
    if standing.recall is None:
        parts.append(f"{counted(len(standing.lessons), 'lesson')}, nothing learnt yet")
    else:
        parts.append(f"{standing.learnt} learnt")
        parts.append(f"{standing.recall:.0%} remembered now")
        waiting = [strength.due for strength in standing.strengths]
        if not standing.due and waiting:
            parts.append(f"next review {until(min(waiting), standing.now)}")
    return " · ".join(parts)


def _notes(standing: Standing) -> list[str]:
    told = []
    if standing.behind is not None:
        last = standing.behind.astimezone()
        told.append(
            f"This machine's clock is behind your last answer ({day_of(last)}, {last:%H:%M}): "
            "set it right, or reviews come late."
        )
    if standing.changed:
        what = counted(standing.changed, "thing that you learnt has", "things that you learnt have")
        told.append(f"{what} changed since: the review begins with that.")
    if standing.gone:
        what = counted(standing.gone, "exercise is", "exercises are")
        told.append(f"{what} no longer in the knowledge base: kept, but not asked.")
    return told
