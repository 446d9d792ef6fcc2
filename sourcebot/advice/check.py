"""What only the engine can tell of a decision model: idle effects, options without a chance.

An option that can win, and a criterion that can matter, is shown by a case in which it does. Such
cases are searched for, from fixed random starts; where none is found, the model is at fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations
from random import Random

from sourcebot.advice.compile import compile_model, points_of
from sourcebot.advice.model import Answer, Model, State, given
from sourcebot.advice.scoring import score, values_of
from sourcebot.errors import Problem
from sourcebot.knowledge.advice_model import TODAY, Advice, Criterion

STARTS = 12
PASSES = 4
CASES = 2_000


def check_model(advice: Advice, root: str) -> Iterator[Problem]:
    """Every problem with the effects, gates and options. `root`: the folder that files stand in."""
    for criterion in advice.criteria.values():
        yield from _idle_answers(advice, criterion, root)
    model = compile_model(advice)
    yield from _contradictory_gates(advice, model, root)
    for position, option in enumerate(model.options):
        if not _can_win(model, position):
            place = advice.written[option]
            yield Problem(
                f"{root}/{place.file}",
                place.line,
                f"option `{option}` can never come first; raise its effects or drop it",
            )
    for id, move in advice.moves.items():
        starts = {
            advice.options[answer.today].places.get(move.axis)
            for criterion in advice.criteria.values()
            for answer in criterion.answers.values()
            if answer.today is not None
        }
        if starts.isdisjoint(move.start):
            place = advice.written[id]
            yield Problem(
                f"{root}/{place.file}",
                place.line,
                f"`{id}` can never come first: no answer says that the work is where it starts",
            )
    for id in _idle_criteria(model):
        place = advice.criteria[id].place
        yield Problem(
            f"{root}/{place.file}",
            place.line,
            f"criterion `{id}` can never matter: its answers never change what comes first; "
            "raise its weight or effects, or drop it",
        )


def _idle_answers(advice: Advice, criterion: Criterion, root: str) -> Iterator[Problem]:
    for answer in criterion.answers.values():
        points = {option: points_of(advice, answer, option) for option in advice.options}
        where = f"{root}/{answer.place.file}", answer.place.line
        effective = (
            len(set(points.values())) > 1
            or answer.rules_out
            or answer.today is not None
            or answer.effects.get(TODAY)
        )
        if not effective and not answer.neutral:
            yield Problem(
                *where,
                f"answer `{answer.id}` has no effect; give it one, or mark it `neutral: true`",
            )
        if answer.neutral and (answer.effects or answer.rules_out):
            yield Problem(
                *where, f"answer `{answer.id}` is marked neutral but has effects; drop one"
            )
        for option, value in points.items():
            keys = (option, *advice.options[option].places.values())
            if value > 0 and any(key in answer.rules_out for key in keys):
                yield Problem(
                    *where, f"answer `{answer.id}` rules out `{option}` and speaks for it; drop one"
                )


def _contradictory_gates(advice: Advice, model: Model, root: str) -> Iterator[Problem]:
    """Answers that leave no option when they are given together (one, two or three of them)."""
    gates = [
        (question.id, answer)
        for question in model.questions.values()
        for answer in question.answers.values()
        if answer.rules_out
    ]
    found: list[set[tuple[str, str]]] = []
    for size in (1, 2, 3):
        for group in combinations(gates, size):
            ids = {(id, answer.id) for id, answer in group}
            if len({id for id, _ in ids}) < size or any(smaller <= ids for smaller in found):
                continue
            out = {option for _, answer in group for option in answer.rules_out}
            if len(out) == len(model.options):
                found.append(ids)
                place = advice.criteria[group[0][0]].answers[group[0][1].id].place
                names = " and ".join(f"`{id}: {answer}`" for id, answer in sorted(ids))
                yield Problem(
                    f"{root}/{place.file}",
                    place.line,
                    f"contradictory gates: {names} rule out every option; loosen one",
                )


def _can_win(model: Model, option: int) -> bool:
    """Whether a case can be found in which the option comes first."""
    everything = range(len(model.options))
    rivals = [list(everything), *([other] for other in everything if other != option)]
    friendly = (_friendly(model, option, others) for others in rivals)
    random = Random(f"sourcebot wins {option}")
    starts = chain(friendly, (_random_case(model, random) for _ in range(STARTS)))
    return any(_climb(model, option, answers) for answers in starts)


def _friendly(model: Model, option: int, rivals: Sequence[int]) -> dict[str, str]:
    """For each question the answer that lifts the option most above the average of its rivals."""

    def lift(answer: Answer) -> float:
        return answer.values[option] - sum(answer.values[rival] for rival in rivals) / len(rivals)

    found = {}
    for question in model.questions.values():
        open_to = [a for a in question.answers.values() if option not in a.rules_out]
        if open_to:
            found[question.id] = max(open_to, key=lift).id
    return found


def _random_case(model: Model, random: Random) -> dict[str, str]:
    return {
        question.id: sorted(question.answers)[int(random.random() * len(question.answers))]
        for question in model.questions.values()
    }


def _climb(model: Model, option: int, answers: dict[str, str]) -> bool:
    """Change one answer after the other while that helps the option against the best other."""
    best = _lead(model, option, answers)
    for _ in range(PASSES):
        before = best
        for question in model.questions.values():
            for answer in question.answers:
                changed = {**answers, question.id: answer}
                lead = _lead(model, option, changed)
                if lead > best:
                    answers, best = changed, lead
            if best > 0:
                return True
        if best == before:
            return False
    return best > 0


def _lead(model: Model, option: int, answers: dict[str, str]) -> float:
    """How far the option is before the best other; below -1 where it is ruled out."""
    result = score(model, State(answers))
    if option in result.ruled_out:
        return -2.0
    others = [result.scores[other] for other in result.order if other != option]
    return result.scores[option] - max(others, default=0.0)


def _idle_criteria(model: Model) -> list[str]:
    """The questions of which no two answers were found to lead to different first places."""
    random = Random("sourcebot matters")
    idle = dict.fromkeys(id for id in model.questions if id != model.today)
    for _ in range(CASES):
        if not idle:
            break
        answers = _random_case(model, random)
        for id in list(idle):
            if len(set(_winners(model, answers, id))) > 1:
                del idle[id]
    return list(idle)


def _winners(model: Model, answers: dict[str, str], id: str) -> Iterator[int | None]:
    """What comes first for each answer to one question, all others as they are."""
    rest = {other: answer for other, answer in answers.items() if other != id}
    known = given(model, State(rest))
    placed = known.get(model.today)
    today = placed.today if placed is not None else None
    totals = list(model.base)
    for other, answer in known.items():
        for option, value in enumerate(values_of(answer, today)):
            totals[option] += model.questions[other].weight * value
    gates = {option for answer in known.values() for option in answer.rules_out}
    for answer in model.questions[id].answers.values():
        yield _first(totals, answer, model.questions[id].weight, today, gates)


def _first(
    totals: list[float], answer: Answer, weight: float, today: int | None, gates: set[int]
) -> int | None:
    values = values_of(answer, today)
    left = [o for o in range(len(totals)) if o not in gates and o not in answer.rules_out]
    return max(left, key=lambda option: totals[option] + weight * values[option], default=None)
