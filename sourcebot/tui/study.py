"""A sitting on the screen: read, answer, ask in between, and see what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from sourcebot.errors import SourcebotError
from sourcebot.learning.steps import Exercise, Finished, Outcome, Page, Step
from sourcebot.tui.charts import Meter
from sourcebot.tui.chat import QUIT
from sourcebot.tui.frame import StudyFrame
from sourcebot.tui.listing import Choices, Pick, lettered
from sourcebot.tui.path import REVIEW
from sourcebot.tui.stages import ExerciseStage, FinishedStage, OutcomeStage, PageStage
from sourcebot.tui.text import one_line
from sourcebot.tui.turn import Turn

if TYPE_CHECKING:
    from sourcebot.dialogue.bot import Conversation
    from sourcebot.learning.sitting import Sitting
    from sourcebot.learning.tutor import Tutor

ASK, ANSWER, WRITE = "Ask anything", "Answer, or ask anything", "Your answer; ? asks instead"
UNKNOWN, ENTER = "I do not know", "Enter goes on"


class StudyScreen(StudyFrame):
    """One sitting. Closes with what to take next: a lesson's id, REVIEW, or None."""

    def __init__(self, tutor: Tutor, sitting: Sitting) -> None:
        super().__init__()
        self._tutor = tutor
        self._sitting = sitting
        self._conversation: Conversation | None = None
        self._asked: Exercise | None = None
        self._given: str | None = None
        self._offered: tuple[Sequence[Pick], str, str] = ((), "", "")
        self._left_at = 0.0
        self._asking = False
        self._busy = False

    async def on_mount(self) -> None:
        """Begin where the sitting stands."""
        lesson = self._sitting.lesson
        title = f"{lesson.title}" if lesson is not None else "Review"
        self.query_one("#title", Static).update(Content(one_line(title)))
        await self._show(self._sitting.step)

    # Steps

    async def _show(self, step: Step) -> None:
        now = self._tutor.clock()
        stage: Widget
        match step:
            case Page():
                stage = PageStage(step)
                picks, title = [Pick("Go on", self.go_on)], ENTER
                where, typing = f"page {step.number} of {step.of}", ASK
            case Exercise():
                stage, self._asked = ExerciseStage(step), step
                picks, title = self._answers(step), "Your answer"
                where, typing = _where(step), ANSWER if step.choices else WRITE
            case Outcome():
                assert self._asked is not None
                stage = OutcomeStage(self._asked, self._given, step, now)
                picks, title = self._after(step), ENTER
                where, typing = _where(self._asked), ASK
            case Finished():
                stage = FinishedStage(step, now)
                due = await asyncio.to_thread(self._due)
                picks, title = self._next(step, due), "What next?"
                where, typing = "done", ASK
        with self.app.batch_update():
            self._set_asking(False)
            self.set_class(not isinstance(step, Page), "-apart")
            self.query_one(Meter).show(*self._sitting.progress)
            self.query_one("#step", Static).update(where)
            self._offer(picks, title, typing)
            await self.body.remove_children()
            await self.body.mount(stage)
            self._focus(step)
        if isinstance(step, Exercise) and not step.choices:
            self.run_worker(self._sitting.get_ready, thread=True, group="ready")
        if isinstance(stage, OutcomeStage):
            # The question stays in sight where there is room for it.
            scroll = self.body.scroll_to_widget
            self.call_after_refresh(scroll, stage.verdict, animate=False)
        else:
            self.call_after_refresh(self.body.scroll_home, animate=False)

    def _focus(self, step: Step) -> None:
        typed = isinstance(step, Exercise) and not step.choices
        (self.prompt if typed else self.choices).focus()

    def _offer(self, picks: Sequence[Pick], title: str, typing: str) -> None:
        """Offer what the step has to offer, and remember it for the way back to it."""
        self._offered = (picks, title, typing)
        # Enter pressed twice on a page must not answer the exercise after it.
        marked = not isinstance(self._sitting.step, Exercise)
        self.choices.show(picks, title=title, marked=marked)
        self.prompt.placeholder = typing

    def _set_asking(self, asking: bool) -> None:
        self._asking = asking
        self.set_class(asking, "-asking")

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

    def _due(self) -> int:
        try:
            return len(self._tutor.due())
        except SourcebotError:
            return 0

    def _next(self, finished: Finished, due: int) -> list[Pick]:
        picks = []
        if finished.next is not None:
            title = self._tutor.school.lesson(finished.next).title
            picks.append(Pick(f"Next lesson: {title}", partial(self.dismiss, finished.next)))
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
            self.tell_more()
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
        if not self._asking:
            self._left_at = self.body.scroll_y
        self._set_asking(True)
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
        with self.app.batch_update():
            self._set_asking(False)
            await self.body.query(Turn).remove()
            self._offer(*self._offered)
            self._focus(self._sitting.step)
        self.call_after_refresh(self.body.scroll_to, y=self._left_at, animate=False)

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
        if typed.lower() in QUIT:
            self.app.exit(return_code=0)
        elif not typed:
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

    async def action_leave(self) -> None:
        """Back to the step where somebody asked in between, else out of the sitting."""
        if self._asking:
            await self.back()
            return
        if not isinstance(self._sitting.step, Finished):
            self.notify("Your progress is kept.", timeout=3)
        self.dismiss(None)


def _where(exercise: Exercise) -> str:
    told = f"exercise {exercise.number} of {exercise.of}"
    if exercise.rows > 1:
        told += f", part {exercise.row} of {exercise.rows}"
    return f"{told}, once more" if exercise.repeated else told
