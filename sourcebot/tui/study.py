"""A sitting on the screen: read, answer, ask in between, and see what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Input, Static

from sourcebot.errors import SourcebotError
from sourcebot.learning.steps import Exercise, Finished, Outcome, Page, Step
from sourcebot.tui.charts import Meter
from sourcebot.tui.help import HelpScreen
from sourcebot.tui.listing import Choices, Pick, lettered
from sourcebot.tui.path import REVIEW
from sourcebot.tui.prompt import Prompt
from sourcebot.tui.stages import ExerciseStage, FinishedStage, OutcomeStage, PageStage
from sourcebot.tui.text import one_line
from sourcebot.tui.turn import Turn

if TYPE_CHECKING:
    from sourcebot.dialogue.bot import Conversation
    from sourcebot.learning.sitting import Sitting
    from sourcebot.learning.tutor import Tutor

ASK, ANSWER, WRITE = "Ask anything", "Answer, or ask anything", "Your answer; ? asks instead"
UNKNOWN = "I do not know"
HELP = {
    "enter": "Go on, or answer with what is marked or typed",
    "1 to 9": "Answer with this one at once, or do what stands there",
    "a enter": "Answer with a (b, c, …); its whole label does it, too",
    "type": "Anything else you type is asked, and the exercise waits",
    "?": "Where words are the answer, ? before or after them makes them a question",
    "up, down": "Mark another one; on a page: scroll",
    "tab": "Between the choices and the line to type on",
}


class StudyScreen(Screen[str | None]):
    """One sitting. Closes with what to take next: a lesson's id, REVIEW, or None."""

    CSS_PATH = "learn.tcss"
    AUTO_FOCUS = "#choices"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="study.help"),
        Binding("escape", "leave", "Leave", id="study.leave", tooltip="Leave; progress is kept"),
        Binding("space,pagedown", "page(1)", "Scroll", show=False, id="study.page-down"),
        Binding("pageup", "page(-1)", "Scroll up a page", show=False, id="study.page-up"),
        Binding("ctrl+up", "line(-1)", "Scroll up a line", show=False, id="study.line-up"),
        Binding("ctrl+down", "line(1)", "Scroll down a line", show=False, id="study.line-down"),
    ]

    def __init__(self, tutor: Tutor, sitting: Sitting) -> None:
        super().__init__()
        self._tutor = tutor
        self._sitting = sitting
        self._conversation: Conversation | None = None
        self._asked: Exercise | None = None
        self._given: str | None = None
        self._picks: tuple[Sequence[Pick], str] = ((), "")
        self._asking = False
        self._busy = False

    def compose(self) -> ComposeResult:
        """How far it is, the step, what can be done, the prompt and the keys."""
        with Vertical(id="column"):
            with Horizontal(id="where"):
                yield Static("", id="title", markup=False)
                yield Static("", id="step", classes="hint", markup=False)
            yield Meter(id="meter")
            yield VerticalScroll(id="body", can_focus=False)
            yield Choices(id="choices")
            yield Prompt(id="prompt")
        yield Footer(compact=True)

    async def on_mount(self) -> None:
        """Begin where the sitting stands."""
        lesson = self._sitting.lesson
        title = f"{lesson.title}" if lesson is not None else "Review"
        self.query_one("#title", Static).update(Content(one_line(title)))
        await self._show(self._sitting.step)

    @property
    def body(self) -> VerticalScroll:
        """Where the step is shown."""
        return self.query_one("#body", VerticalScroll)

    @property
    def choices(self) -> Choices:
        """What can be done now."""
        return self.query_one("#choices", Choices)

    @property
    def prompt(self) -> Prompt:
        """Where the user types."""
        return self.query_one("#prompt", Prompt)

    # Steps

    async def _show(self, step: Step) -> None:
        now = self._tutor.clock()
        self._asking = False
        self.query_one(Meter).show(*self._sitting.progress)
        at: Widget | None = None
        stage: Widget
        match step:
            case Page():
                stage = PageStage(step)
                self._offer([Pick("Go on", self.go_on)], "Enter goes on")
                where, typing = f"page {step.number} of {step.of}", ASK
            case Exercise():
                stage, self._asked = ExerciseStage(step), step
                self._offer(self._answers(step), "Your answer")
                where = _where(step)
                typing = ANSWER if step.choices else WRITE
            case Outcome():
                assert self._asked is not None
                stage = OutcomeStage(self._asked, self._given, step, now)
                self._offer(self._after(step), "Enter goes on")
                where, typing = _where(self._asked), ASK
            case Finished():
                stage = FinishedStage(step, now)
                self._offer(self._next(step), "What next?")
                where, typing = "done", ASK
        self.query_one("#step", Static).update(where)
        self.prompt.placeholder = typing
        with self.app.batch_update():
            await self.body.remove_children()
            await self.body.mount(stage)
        if isinstance(stage, OutcomeStage):
            at = stage.verdict
        self._scroll(at)
        self._focus(step)

    def _focus(self, step: Step) -> None:
        typed = isinstance(step, Exercise) and not step.choices
        (self.prompt if typed else self.choices).focus()

    def _scroll(self, at: Widget | None) -> None:
        if at is None:
            self.call_after_refresh(self.body.scroll_home, animate=False)
        else:
            # The question stays in sight where there is room for it.
            self.call_after_refresh(self.body.scroll_to_widget, at, animate=False)

    def _offer(self, picks: Sequence[Pick], title: str) -> None:
        self._picks = (picks, title)
        self.choices.show(picks, title=title)

    def _answers(self, exercise: Exercise) -> list[Pick]:
        picks = lettered(
            [(choice.label, partial(self.answer, choice.id)) for choice in exercise.choices]
        )
        return [*picks, Pick(UNKNOWN, partial(self.answer, None), "?")]

    def _after(self, outcome: Outcome) -> list[Pick]:
        picks = [Pick("Go on", self.go_on)]
        if outcome.question:
            ask = partial(self.ask, outcome.question)
            picks.append(Pick(f"Ask: {outcome.question}", ask))
        return picks

    def _next(self, finished: Finished) -> list[Pick]:
        picks = []
        if finished.next is not None:
            title = self._tutor.school.lesson(finished.next).title
            picks.append(Pick(f"Next lesson: {title}", partial(self.dismiss, finished.next)))
        try:
            due = len(self._tutor.due())
        except SourcebotError:
            due = 0
        if due:
            picks.append(Pick(f"Review what is due ({due})", partial(self.dismiss, REVIEW)))
        return [*picks, Pick("Overview", partial(self.dismiss, None))]

    def go_on(self) -> None:
        """From a page or an outcome to what comes next."""
        self._move(self._sitting.go_on)

    def answer(self, given: str | None) -> None:
        """Answer the exercise: the id of a choice, free words, or None for "I do not know"."""
        self._move(partial(self._sitting.answer, given), given)

    @work(group="step")
    async def _move(self, call: Callable[[], Step], given: str | None = None) -> None:
        # Words take a while to grade the first time, and a locked file may keep anything waiting.
        if self._busy:
            return
        self._busy = True
        typed, before = self.prompt.value, self._given
        self.prompt.clear()
        self.choices.border_title = "One moment …"
        try:
            self._given = given if isinstance(self._sitting.step, Exercise) else before
            step = await asyncio.to_thread(call)
        except SourcebotError as error:
            self.prompt.value = typed
            self.choices.border_title = self._picks[1]
            told = one_line(str(error))
            self.notify(told, severity="error", markup=False, timeout=10)
        else:
            await self._show(step)
        finally:
            self._busy = False

    # Questions in between

    async def ask(self, message: str) -> None:
        """Ask the bot; the step stays where it is."""
        bot = self._tutor.school.bot
        if self._conversation is None:
            self._conversation = bot.start()
        reply = self._conversation.send(message)
        advice = bot.knowledge.advice if reply.question or reply.recommendation else None
        turn = Turn(message, reply, advice)
        self._asking = True
        with self.app.batch_update():
            await self.body.query(Turn).remove()
            await self.body.mount(turn)
            back = Pick("Back to the lesson", self.back)
            picks = [Pick(text, partial(self.ask, text)) for text in reply.suggestions]
            self.choices.show([back, *picks], title="Enter goes back")
        self.prompt.placeholder = ASK
        self.choices.focus()
        self.call_after_refresh(self.body.scroll_to_widget, turn, top=True, animate=False)

    async def back(self) -> None:
        """Back to the step that waits."""
        self._asking = False
        await self.body.query(Turn).remove()
        picks, title = self._picks
        self.choices.show(picks, title=title)
        step = self._sitting.step
        typed = isinstance(step, Exercise) and not step.choices
        asks = isinstance(step, Exercise)
        self.prompt.placeholder = WRITE if typed else ANSWER if asks else ASK
        self._focus(step)
        self.call_after_refresh(self.body.scroll_home, animate=False)

    @on(Input.Changed, "#prompt")
    def mark(self, event: Input.Changed) -> None:
        """What is typed may stand for a choice: show which."""
        if self.prompt.has_focus and not self._asking:
            self.choices.mark(event.value)

    @on(Input.Submitted, "#prompt")
    async def submit(self, event: Input.Submitted) -> None:
        """A choice by its letter or label, free words, or else a question to the bot."""
        event.stop()
        typed = event.value.strip()
        step = self._sitting.step
        pick = self.choices.meant(typed) if typed else None
        words = isinstance(step, Exercise) and not step.choices and not self._asking
        if not typed:
            if not isinstance(step, Exercise) or self._asking:
                await self._do(self.choices.picks[0])
        elif pick is not None:
            await self._do(pick)
        elif words and not (typed.startswith("?") or typed.endswith("?")):
            self.answer(typed)
        else:
            self.prompt.clear()
            await self.ask(typed.lstrip("? ") if words else typed)

    @on(Choices.Chosen)
    async def choose(self, event: Choices.Chosen) -> None:
        """Something was picked."""
        await self._do(event.pick)

    async def _do(self, pick: Pick) -> None:
        if not self._busy:
            self.prompt.clear()
            done = pick.act()
            if asyncio.iscoroutine(done):
                await done

    @on(Choices.Stepped)
    def step_out(self, event: Choices.Stepped) -> None:
        """Beyond the only choice the text scrolls; below the last of several comes the prompt."""
        if len(self.choices.picks) == 1:
            self.action_line(event.by)
        elif event.by > 0:
            self.prompt.focus()

    def on_key(self, event: events.Key) -> None:
        """Typing lands in the prompt wherever the focus is."""
        if event.is_printable and event.character and not self.prompt.has_focus:
            event.stop()
            self.prompt.focus()
            self.prompt.put(event.character)

    def on_paste(self, event: events.Paste) -> None:
        """So does pasting."""
        event.stop()
        self.prompt.focus()
        self.prompt.put(event.text)

    def action_page(self, direction: int) -> None:
        """Scroll by a page wherever the focus is."""
        self.body.scroll_relative(y=direction * (self.body.size.height - 1), animate=False)

    def action_line(self, direction: int) -> None:
        """Scroll by a line wherever the focus is."""
        self.body.scroll_relative(y=direction, animate=False)

    def action_help(self) -> None:
        """Show all keys."""
        bindings = [*self.BINDINGS, *self.app.BINDINGS]
        self.app.push_screen(HelpScreen(bindings, first=HELP, commands={}))

    async def action_leave(self) -> None:
        """Back to the step where somebody asked in between, else out of the sitting."""
        if self._asking:
            await self.back()
            return
        if not isinstance(self._sitting.step, Finished):
            self.notify("Your progress is kept; what is left waits for you.")
        self.dismiss(None)


def _where(exercise: Exercise) -> str:
    told = f"exercise {exercise.number} of {exercise.of}"
    if exercise.rows > 1:
        told += f", part {exercise.row} of {exercise.rows}"
    return f"{told}, once more" if exercise.repeated else told
