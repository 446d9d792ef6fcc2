"""The smallest change of answers that would put another option first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from sourcebot.advice.model import Answer, Model, State, place_today
from sourcebot.advice.naming import Named, name_all
from sourcebot.advice.scoring import score, values_of

MOST_CHANGES = 4


class Change(Struct, frozen=True):
    """One answer that would be different; `before` is None where the question is open."""

    question: str
    before: str | None
    after: str


class Flip(Struct, frozen=True):
    """Changes that, made together, put `option` (its position) first, under this name."""

    changes: tuple[Change, ...]
    option: int
    name: str
    lead: float


Allowed = Callable[[Mapping[str, str]], bool]


def _anything(answers: Mapping[str, str]) -> bool:
    return True


def flips(model: Model, state: State, most: int = 4, allowed: Allowed = _anything) -> list[Flip]:
    """The smallest sets of changed answers that put another option first, the clearest first.

    What is in place today is a fact and is not varied. All single changes are tried; where none is
    enough, for every other option the fewest changes are looked for that lift it past the first.
    Another option of the same name ("take it back" in another form) is no other result.
    allowed: whether answers can hold together.
    """
    result = score(model, state)
    if not result.order:
        return []
    first = name_all(model, state, result)[0]
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


def _singles(model: Model, state: State, first: Named, allowed: Allowed) -> Iterator[Flip]:
    for change in _changes(model, state):
        if not allowed(_after(state, (change,))):
            continue
        flip = _flip(model, state, first, (change,))
        if flip is not None:
            yield flip


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


def _flip(model: Model, state: State, first: Named, changes: tuple[Change, ...]) -> Flip | None:
    """What the changes put first, if that is another option under another name."""
    after = State(_after(state, changes), state.possible)
    result = score(model, after)
    if not result.order or result.order[0] == first.option:
        return None
    winner = name_all(model, after, result)[0]
    if winner.option is None or winner.name == first.name:
        return None
    runner_up = result.order[1] if len(result.order) > 1 else winner.option
    lead = result.scores[winner.option] - result.scores[runner_up]
    return Flip(changes, winner.option, winner.name, lead)


def _fewest(model: Model, state: State, first: Named, other: int, allowed: Allowed) -> Flip | None:
    """Change by change, take what helps `other` against `first` most, until it comes first."""
    best_now, today = first.option, place_today(model, state)
    assert best_now is not None, "nothing comes first"
    best: dict[str, tuple[float, Change]] = {}
    for change in _changes(model, state):
        question = model.questions[change.question]
        gain = _lead(question.answers[change.after], best_now, other, today)
        if change.before is not None:
            gain -= _lead(question.answers[change.before], best_now, other, today)
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
        flip = _flip(model, state, first, tuple(chosen))
        if flip is not None:
            return flip
    return None


def _lead(answer: Answer, first: int, other: int, today: int | None) -> float:
    values = values_of(answer, today)
    return values[other] - values[first]
