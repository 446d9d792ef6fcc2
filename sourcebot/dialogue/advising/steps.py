"""From one state of the advice to the next. Pure: no words are understood or written here."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from sourcebot.advice.asking import Next, next_question
from sourcebot.advice.model import UNKNOWN, Model
from sourcebot.advice.recommendation import conflicts_in
from sourcebot.dialogue.advising.state import MOST, Advising, Clash
from sourcebot.knowledge.advice_model import Advice

MORE = 10
"""How many questions "ask me more" adds."""


class Step(Struct, frozen=True):
    """A state, and what the engine said about it where a question or the result comes next."""

    state: Advising
    ahead: Next | None = None


def advance(model: Model, state: Advising) -> Step:
    """Ask the question that tells most, or be done; once done, stay so."""
    if state.done:
        return Step(finish(state))
    ahead = _ahead(model, state)
    done = ahead.question is None
    cleared = replace(
        state, question=ahead.question, clash=None, changing=False, paused=False, done=done
    )
    return Step(replace(cleared, choices=_choices(model, cleared, ahead.question)), ahead)


def apply(
    advice: Advice,
    model: Model,
    state: Advising,
    answers: Mapping[str, str],
    possible: Mapping[str, tuple[str, ...]],
) -> Step:
    """Take in answers, and go on: to the next question, or to a contradiction first."""
    given = {id: answer for id, answer in state.answers.items() if id not in answers}
    given.update(answers)
    left = _narrowed(state.possible, possible)
    for id, ids in list(left.items()):
        answer = given.get(id, UNKNOWN)
        if id in possible and id not in answers and answer not in (*ids, UNKNOWN):
            del given[id]  # what is said now contradicts it
        elif answer != UNKNOWN:
            del left[id]
        if id in left and len(ids) == 1:
            given[id] = left.pop(id)[0]
    new = [id for id, answer in given.items() if state.answers.get(id) != answer]
    asked = tuple(id for id in state.asked if id in given)
    if state.question is not None and state.question in answers:
        asked = (*(id for id in asked if id != state.question), state.question)
    state = replace(state, answers=given, possible=left, asked=asked)
    clash = _clash(advice, given, new)
    if clash is not None:
        return Step(replace(state, clash=clash, question=None, changing=False, choices=()))
    return advance(model, state)


def _narrowed(
    before: Mapping[str, tuple[str, ...]], now: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The answers that both leave open; where those are none, the ones of what is said now."""
    left = dict(before)
    for id, ids in now.items():
        left[id] = tuple(answer for answer in left.get(id, ids) if answer in ids) or ids
    return left


def settle(model: Model, state: Advising, keep: str | None) -> Step:
    """Resolve a contradiction: keep one criterion's answer and ask the other again, or neither."""
    assert state.clash is not None, "there is nothing to settle"
    dropped = [id for id, _ in (state.clash.first, state.clash.second) if id != keep]
    answers = {id: answer for id, answer in state.answers.items() if id not in dropped}
    asked = tuple(id for id in state.asked if id in answers)
    state = replace(state, answers=answers, asked=asked, clash=None)
    if state.done and keep is not None:
        return ask(model, state, dropped[0])
    return advance(model, state)


def back(model: Model, state: Advising) -> Step | None:
    """Ask again what was answered last, or None where nothing was."""
    told = [*(id for id in state.answers if id not in state.asked), *state.asked]
    return ask(model, state, told[-1]) if told else None


def ask(model: Model, state: Advising, criterion: str) -> Step:
    """Ask one criterion, answered or not. Where all was done, it is again after that."""
    answers = {id: answer for id, answer in state.answers.items() if id != criterion}
    asked = tuple(id for id in state.asked if id != criterion)
    state = replace(state, answers=answers, asked=asked, question=criterion)
    state = replace(state, clash=None, changing=False)
    state = replace(state, paused=False, choices=_choices(model, state, criterion))
    return Step(state, _ahead(model, state))


def again(model: Model, state: Advising) -> Step:
    """The same question once more, after a stop or something in between."""
    state = replace(state, paused=False, changing=False)
    if state.question is None and state.clash is None:
        return advance(model, state)
    if not state.choices:
        state = replace(state, choices=_choices(model, state, state.question))
    return Step(state, _ahead(model, state))


def ask_more(model: Model, state: Advising) -> Step:
    """Go on asking although the first place seemed settled, or enough was asked."""
    most = max(state.most, len(state.asked)) + MORE
    state = replace(state, most=most, done=False)
    ahead = _ahead(model, state)
    if ahead.question is None:
        left = [id for id in ahead.outlook.information if id not in state.answers]
        if left:
            best = max(left, key=lambda id: ahead.outlook.information[id])
            ahead = replace(ahead, question=best, about=len(state.asked) + 1)
    done = ahead.question is None
    state = replace(state, question=ahead.question, done=done, paused=False, changing=False)
    return Step(replace(state, choices=_choices(model, state, ahead.question)), ahead)


def finish(state: Advising) -> Advising:
    """Be done with what is known."""
    return replace(
        state, question=None, clash=None, changing=False, paused=False, done=True, choices=()
    )


def restart(model: Model, state: Advising) -> Step:
    """Forget the answers; the piece of work stays."""
    return advance(model, Advising(task=state.task, most=MOST))


def still_valid(advice: Advice, state: Advising) -> Advising:
    """A saved state under a base that may have changed: what no longer exists is asked again."""
    kept = {
        id: answer
        for id, answer in state.answers.items()
        if id in advice.criteria and answer in (*advice.criteria[id].answers, UNKNOWN)
    }
    lost = tuple(id for id in state.answers if id not in kept)
    possible = {
        id: left
        for id, ids in state.possible.items()
        if id in advice.criteria
        and (left := tuple(a for a in ids if a in advice.criteria[id].answers))
    }
    clash = state.clash
    if clash is not None and not {clash.first, clash.second} <= set(kept.items()):
        clash = None
    question = state.question if state.question in advice.criteria else None
    known = {*advice.criteria[question].answers, UNKNOWN} if question is not None else set()
    if not known.issuperset(state.choices):
        question = None  # numbers would mean other answers now
    return replace(
        state,
        answers=kept,
        asked=tuple(id for id in state.asked if id in kept),
        possible=possible,
        clash=clash,
        question=question,
        choices=state.choices if question is not None else (),
        changing=state.changing and not lost,
        lost=(*state.lost, *lost),
    )


def _ahead(model: Model, state: Advising) -> Next:
    return next_question(model, state.case, asked=len(state.asked), most=state.most)


def _clash(advice: Advice, answers: Mapping[str, str], new: list[str]) -> Clash | None:
    """The first contradiction among the answers, the newer answer second."""
    for conflict in conflicts_in(advice, answers):
        ids = sorted(conflict.answers, key=lambda id: (id in new, list(answers).index(id)))
        first, second = ((id, answers[id]) for id in ids)
        return Clash(first, second, conflict.says)
    return None


def _choices(model: Model, state: Advising, criterion: str | None) -> tuple[str, ...]:
    """The answers to offer: those that what was said leaves open, and "unknown"."""
    if criterion is None:
        return ()
    left = state.possible.get(criterion)
    known = [id for id in model.questions[criterion].answers if left is None or id in left]
    return (*(known or model.questions[criterion].answers), UNKNOWN)
