"""A lesson or a review, held line by line to its end."""

from __future__ import annotations

from threading import Thread

from sourcebot.cli import streams
from sourcebot.cli.learning_desk import HELP, Desk
from sourcebot.cli.learning_steps import (
    Answer,
    Asked,
    exercise_text,
    finished_text,
    heard,
    how_to_answer,
    outcome_text,
    page_text,
    wrapped,
)
from sourcebot.errors import LearningError
from sourcebot.learning.sitting import Sitting
from sourcebot.learning.steps import Exercise, Finished, Outcome, Page
from sourcebot.learning.tutor import Tutor

LEAVING = "/quit leaves, and what was answered is kept."
_READING = "Enter goes on; anything else is a question and is answered."


def sit(sitting: Sitting, desk: Desk, tutor: Tutor) -> Finished | None:
    """Hold a sitting to its end; None where somebody left, or the input ended, before.

    Raises LearningError where an answer cannot be kept and nobody is there to try again.
    """
    told: set[str] = set()
    while True:
        step = sitting.step
        match step:
            case Finished():
                desk.show(finished_text(step, tutor.clock(), desk.width))
                return step
            case Outcome():
                desk.show(outcome_text(step, tutor.clock(), desk.width))
                desk.more = step.question or desk.more
                sitting.go_on()
            case Page():
                if not _read(sitting, step, desk, told):
                    return None
            case Exercise():
                if not _answered(sitting, step, desk, told):
                    return None


def _read(sitting: Sitting, page: Page, desk: Desk, told: set[str]) -> bool:
    """Show a page until it is left behind; False where somebody leaves."""
    desk.show(page_text(page, desk.width), _once("page", f"{_READING} {LEAVING}", desk, told))
    while line := desk.hear():
        if line.casefold() == HELP:
            desk.show(wrapped(f"{_READING} {LEAVING}", desk.width))
            continue
        desk.ask_bot(line)
        back = f"Back to {page.title}, page {page.number} of {page.of}: Enter goes on."
        desk.show(wrapped(back, desk.width))
    if line is None:
        return False
    sitting.go_on()
    return True


def _answered(sitting: Sitting, exercise: Exercise, desk: Desk, told: set[str]) -> bool:
    """Show an exercise until it is answered; False where somebody leaves."""
    how, kind = how_to_answer(exercise), "choices" if exercise.choices else "words"
    desk.show(exercise_text(exercise, desk.width), _once(kind, how, desk, told))
    if desk.prompted and not exercise.choices:
        Thread(target=sitting.get_ready, daemon=True).start()
    while (line := desk.hear()) is not None:
        said = heard(line, exercise) if line.casefold() != HELP else None
        match said:
            case Answer():
                if _kept(sitting, said, desk):
                    return True
            case Asked():
                desk.ask_bot(said.message)
                desk.show(exercise_text(exercise, desk.width))
            case None:
                desk.show(wrapped(f"{how} {LEAVING}", desk.width))
    return False


def _kept(sitting: Sitting, answer: Answer, desk: Desk) -> bool:
    """Give the answer; False where it could not be kept, and can be given once more."""
    try:
        sitting.answer(answer.given)
    except LearningError as error:
        if not desk.prompted:
            raise
        streams.complain(str(error))
        desk.show(wrapped("Nothing is lost; answer once more when that is put right.", desk.width))
        return False
    return True


def _once(kind: str, how: str, desk: Desk, told: set[str]) -> str:
    """How to go on from a kind of step, the first time that it comes in a sitting."""
    if kind in told:
        return ""
    told.add(kind)
    return wrapped(how, desk.width)
