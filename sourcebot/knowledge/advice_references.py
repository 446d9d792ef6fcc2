"""What must hold between the files of the advice: ids that exist, effects within their range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sourcebot.errors import Problem
from sourcebot.knowledge.advice_files import AdviceFile, AnswerPart, CriterionFile
from sourcebot.knowledge.advice_model import TODAY, UNKNOWN, Move, Option
from sourcebot.knowledge.decode import line_of, nearest
from sourcebot.knowledge.draft import Decoded, Draft

MOST_POINTS = 3
MOST_WEIGHT = 3


def check_advice(draft: Draft) -> Iterator[Problem]:
    """Every broken reference and impossible value in the files of the advice."""
    files = draft.of("advice")
    criteria = draft.of("criteria")
    if not files:
        for file in (*criteria, *draft.of("guidance")):
            if "options" not in draft.incomplete:
                yield Problem(file.shown, 0, "criteria need options to speak for; add advice.yaml")
        return
    known = _Ids(draft, files[0].value)
    yield from _advice_file(files[0], known)
    for file in criteria:
        yield from _criterion_file(file, known)
    for file in draft.of("guidance"):
        for id, item in file.value.items():
            yield from known.unknown_options(item.options, file, (id, "options"), moves=True)
            yield from known.unknown_answers(item.when, file, (id, "when"))
    for file in draft.of("tasks"):
        for id, task in file.value.tasks.items():
            implied = {criterion: (answer,) for criterion, answer in task.implies.items()}
            yield from known.unknown_answers(implied, file, ("tasks", id, "implies"))


class _Ids:
    """The ids that the advice of a draft defines."""

    def __init__(self, draft: Draft, advice: AdviceFile) -> None:
        self.incomplete = draft.incomplete
        self.answers = {file.value.id: list(file.value.answers) for file in draft.of("criteria")}
        self.concepts = [file.value.id for file in draft.of("concepts")]
        self.values = {id: list(axis.values) for id, axis in advice.axes.items()}
        self.options = list(advice.options)
        self.moves = list(advice.moves)
        self.keys = [*self.options, *(value for axis in self.values.values() for value in axis)]

    def unknown_options(
        self, ids: Iterable[str], file: Decoded, path: tuple[str | int, ...], *, moves: bool = False
    ) -> Iterator[Problem]:
        """A problem for each id that is neither an option nor a value of an axis."""
        known = [*self.keys, *self.moves] if moves else [*self.keys, TODAY]
        for index, id in enumerate(ids):
            if id not in known:
                hint = nearest(id, known) or f"; use one of: {', '.join(known)}"
                line = max(line_of(file.node, *path, step) for step in (index, id))
                yield Problem(file.shown, line, f"unknown option or place `{id}`{hint}")

    def unknown_answers(
        self, wanted: Mapping[str, Iterable[str]], file: Decoded, path: tuple[str | int, ...]
    ) -> Iterator[Problem]:
        """A problem for each criterion, and each answer to one, that does not exist."""
        for criterion, answers in wanted.items():
            line = line_of(file.node, *path, criterion)
            if criterion not in self.answers:
                if "criteria" not in self.incomplete:
                    hint = nearest(criterion, list(self.answers)) or "; add it to criteria/"
                    yield Problem(file.shown, line, f"unknown criterion `{criterion}`{hint}")
                continue
            known = [*self.answers[criterion], UNKNOWN]
            for answer in answers:
                if answer not in known:
                    hint = nearest(answer, known) or f"; use one of: {', '.join(known)}"
                    problem = f"`{criterion}` has no answer `{answer}`{hint}"
                    yield Problem(file.shown, line, problem)


def _advice_file(file: Decoded, known: _Ids) -> Iterator[Problem]:
    part: AdviceFile = file.value
    if part.today not in known.answers and "criteria" not in known.incomplete:
        hint = nearest(part.today, list(known.answers)) or "; add it to criteria/"
        yield Problem(
            file.shown, line_of(file.node, "today"), f"unknown criterion `{part.today}`{hint}"
        )
    if len(part.options) < 2:
        line = line_of(file.node, "options")
        yield Problem(file.shown, line, "advice needs two options or more to choose between")
    for id, option in part.options.items():
        line = line_of(file.node, "options", id)
        yield from _places(file, id, option.places, known)
        if abs(option.base) > MOST_POINTS:
            yield Problem(file.shown, line, f"`base` of `{id}` must be from -3 to 3")
    for id, move in part.moves.items():
        line = line_of(file.node, "moves", id)
        if id in part.options:
            yield Problem(file.shown, line, f"`{id}` is an option already; rename one")
        values = known.values.get(move.axis)
        if values is None:
            hint = nearest(move.axis, list(known.values)) or "; add it to `axes`"
            line = line_of(file.node, "moves", id, "axis")
            yield Problem(file.shown, line, f"unknown axis `{move.axis}`{hint}")
            continue
        for key, value in (*(("start", value) for value in move.start), ("end", move.end)):
            if value not in values:
                line = line_of(file.node, "moves", id, key)
                hint = nearest(value, values) or f"; use one of: {', '.join(values)}"
                yield Problem(file.shown, line, f"`{move.axis}` has no value `{value}`{hint}")
    for key, id, concept in _explained_by(part):
        if concept not in known.concepts and "concepts" not in known.incomplete:
            line = line_of(file.node, key, id, "concept")
            hint = nearest(concept, known.concepts) or "; add it to concepts/"
            yield Problem(file.shown, line, f"unknown concept `{concept}`{hint}")
    for index, conflict in enumerate(part.conflicts):
        at = ("conflicts", index, "answers")
        yield from known.unknown_answers(conflict.answers, file, at)
        if len(conflict.answers) != 2:
            yield Problem(file.shown, line_of(file.node, *at), "a conflict is between two criteria")


def _explained_by(part: AdviceFile) -> Iterator[tuple[str, str, str]]:
    """The key, the id and the concept of every option and move that names one."""
    sections: dict[str, Mapping[str, Option | Move]] = {
        "options": part.options,
        "moves": part.moves,
    }
    for key, things in sections.items():
        for id, thing in things.items():
            if thing.concept is not None:
                yield key, id, thing.concept


def _places(file: Decoded, id: str, places: Mapping[str, str], known: _Ids) -> Iterator[Problem]:
    line = line_of(file.node, "options", id, "places")
    if places and set(places) != set(known.values):
        wanted = ", ".join(known.values)
        yield Problem(file.shown, line, f"`{id}` needs a place on each axis ({wanted}), or on none")
    for axis, value in places.items():
        if value not in known.values.get(axis, [value]):
            hint = nearest(value, known.values[axis]) or ""
            yield Problem(file.shown, line, f"`{axis}` has no value `{value}`{hint}")


def _criterion_file(file: Decoded, known: _Ids) -> Iterator[Problem]:
    part: CriterionFile = file.value
    if not 1 <= part.weight <= MOST_WEIGHT:
        line = line_of(file.node, "weight")
        yield Problem(file.shown, line, f"`weight` must be from 1 to {MOST_WEIGHT}")
    if len(part.answers) < 2:
        line = line_of(file.node, "answers")
        yield Problem(file.shown, line, "a criterion needs two answers or more")
    yield from known.unknown_answers(part.skip_if, file, ("skip_if",))
    for index, narrowing in enumerate(part.narrows):
        at = ("narrows", index, "answers")
        yield from known.unknown_answers({part.id: narrowing.answers}, file, at)
    for id, answer in part.answers.items():
        yield from _answer(file, id, answer, known)


def _answer(file: Decoded, id: str, answer: AnswerPart, known: _Ids) -> Iterator[Problem]:
    at = ("answers", id)
    if id == UNKNOWN:
        line = line_of(file.node, *at)
        yield Problem(file.shown, line, f"`{UNKNOWN}` is an answer already; rename this one")
    yield from known.unknown_options(answer.effects, file, (*at, "effects"))
    yield from known.unknown_options(answer.rules_out, file, (*at, "rules_out"))
    if answer.today is not None and answer.today not in known.options:
        hint = nearest(answer.today, known.options) or f"; use one of: {', '.join(known.options)}"
        line = line_of(file.node, *at, "today")
        yield Problem(file.shown, line, f"unknown option `{answer.today}`{hint}")
    for key, points in answer.effects.items():
        if abs(points) > MOST_POINTS:
            line = line_of(file.node, *at, "effects", key)
            yield Problem(file.shown, line, f"effects are from -3 to 3, not {points}")
