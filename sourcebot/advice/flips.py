"""The smallest change of answers that would put another option first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from sourcebot.advice.model import Answer, Model, State, place_today
from sourcebot.advice.scoring import score, values_of

MOST_CHANGES = 4


class Change(Struct, frozen=True):
    """One answer that would be different; `before` is None where the question is open."""

    question: str
    before: str | None
    after: str


class Flip(Struct, frozen=True):
    """Changes that, made together, put `option` (its position) first."""

    changes: tuple[Change, ...]
    option: int
    lead: float


Allowed = Callable[[Mapping[str, str]], bool]


def _anything(answers: Mapping[str, str]) -> bool:
    return True


def flips(model: Model, state: State, most: int = 4, allowed: Allowed = _anything) -> list[Flip]:
    """The smallest sets of changed answers that put another option first, the clearest first.

    What is in place today is a fact and is not varied. All single changes are tried; where none is
    enough, for every other option the fewest changes are looked for that lift it past the first.
    allowed: whether answers can hold together.
    """
    result = score(model, state)
    if not result.order:
        return []
    first = result.order[0]
    singles = list(_singles(model, state, first, allowed))
    if singles:
        best: dict[tuple[str, int], Flip] = {}
        for flip in sorted(singles, key=lambda flip: -flip.lead):
            best.setdefault((flip.changes[0].question, flip.option), flip)
        return list(best.values())[:most]
    tried = (_fewest(model, state, first, other, allowed) for other in result.order[1:])
    found = {
        (flip.option, frozenset(change.question for change in flip.changes)): flip
        for flip in tried
        if flip is not None
    }
    if not found:
        return []
    fewest = min(len(flip.changes) for flip in found.values())
    smallest = [flip for flip in found.values() if len(flip.changes) == fewest]
    return sorted(smallest, key=lambda flip: -flip.lead)[:most]


def _singles(model: Model, state: State, first: int, allowed: Allowed) -> Iterator[Flip]:
    for change in _changes(model, state):
        if not allowed(_after(state, (change,))):
            continue
        winner, lead = _winner(model, state, (change,))
        if winner is not None and winner != first:
            yield Flip((change,), winner, lead)


def _changes(model: Model, state: State) -> Iterator[Change]:
    for id, question in model.questions.items():
        if id == model.today or any(
            state.answers.get(other) in ids for other, ids in question.skip_if.items()
        ):
            continue
        before = state.answers.get(id)
        before = before if before in question.answers else None
        for answer in question.answers:
            if answer != before:
                yield Change(id, before, answer)


def _after(state: State, changes: tuple[Change, ...]) -> dict[str, str]:
    return {**state.answers, **{change.question: change.after for change in changes}}


def _winner(model: Model, state: State, changes: tuple[Change, ...]) -> tuple[int | None, float]:
    result = score(model, State(_after(state, changes), state.possible))
    if not result.order:
        return None, 0.0
    runner_up = result.order[1] if len(result.order) > 1 else result.order[0]
    return result.order[0], result.scores[result.order[0]] - result.scores[runner_up]


def _fewest(model: Model, state: State, first: int, other: int, allowed: Allowed) -> Flip | None:
    """Change by change, take what helps `other` against `first` most, until it comes first."""
    today = place_today(model, state)
    best: dict[str, tuple[float, Change]] = {}
    for change in _changes(model, state):
        question = model.questions[change.question]
        gain = _lead(question.answers[change.after], first, other, today)
        if change.before is not None:
            gain -= _lead(question.answers[change.before], first, other, today)
        gain *= question.weight
        if gain > (best[change.question][0] if change.question in best else 0.0):
            best[change.question] = (gain, change)
    chosen: list[Change] = []
    for _, change in sorted(best.values(), key=lambda pair: -pair[0]):
        if len(chosen) == MOST_CHANGES:
            break
        if not allowed(_after(state, (*chosen, change))):
            continue
        chosen.append(change)
        winner, lead = _winner(model, state, tuple(chosen))
        if winner is not None and winner != first:
            return Flip(tuple(chosen), winner, lead)
    return None


def _lead(answer: Answer, first: int, other: int, today: int | None) -> float:
    values = values_of(answer, today)
    return values[other] - values[first]
