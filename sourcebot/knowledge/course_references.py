"""What must hold between the files of cases and course, and the others: ids that exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from string import Formatter

from sourcebot.errors import Problem
from sourcebot.knowledge.advice_files import AdviceFile
from sourcebot.knowledge.course_files import CasePart, CourseFile
from sourcebot.knowledge.course_model import Which
from sourcebot.knowledge.decode import line_of, nearest
from sourcebot.knowledge.draft import Decoded, Draft

_PAIR = 2
_TASK = "task"


def check_course(draft: Draft) -> Iterator[Problem]:
    """Every broken reference in cases and course."""
    known = _Ids(draft)
    for file in draft.of("cases"):
        for id, case in file.value.cases.items():
            yield from _case(file, id, case, known)
    for file in draft.of("course"):
        yield from _course(file, known)


class _Ids:
    """The ids that cases and lessons may name, kind -> ids."""

    def __init__(self, draft: Draft) -> None:
        self.incomplete = draft.incomplete
        advice: list[AdviceFile] = [file.value for file in draft.of("advice")]
        self.answers = {file.value.id: file.value.answers for file in draft.of("criteria")}
        self.axes = {id: axis.values for part in advice for id, axis in part.axes.items()}
        tasks = [file.value for file in draft.of("tasks")]
        self.ids: dict[str, list[str]] = {
            "concepts": [file.value.id for file in draft.of("concepts")],
            "aspects": draft.aspects(),
            "tasks": [id for part in tasks for id in part.tasks],
            "categories": [id for part in tasks for id in part.categories],
            "claims": [id for file in draft.of("claims") for id in file.value],
            "criteria": list(self.answers),
            "cases": [id for file in draft.of("cases") for id in file.value.cases],
            "options": [id for part in advice for id in (*part.options, *part.moves)],
        }

    def unknown(
        self, kind: str, ids: Iterable[str], file: Decoded, *path: str | int
    ) -> Iterator[Problem]:
        """A problem for each id that does not exist."""
        if kind in self.incomplete:
            return
        for index, id in enumerate(ids):
            if id not in self.ids[kind]:
                hint = nearest(id, self.ids[kind]) or "; add it or correct the id"
                line = max(line_of(file.node, *path, step) for step in (index, id))
                yield Problem(file.shown, line, f"`{id}` is not among the {kind}{hint}")


def _case(file: Decoded, id: str, case: CasePart, known: _Ids) -> Iterator[Problem]:
    at = ("cases", id)
    yield from known.unknown("concepts", case.concepts, file, *at, "concepts")
    yield from known.unknown("tasks", [case.task] if case.task else (), file, *at, "task")
    yield from known.unknown("options", [case.chose], file, *at, "chose")
    yield from known.unknown("options", case.defensible, file, *at, "defensible")
    if not case.defensible:
        line = line_of(file.node, *at, "defensible")
        yield Problem(file.shown, line, "`defensible` is empty; name the best option in hindsight")
    yield from known.unknown("criteria", case.answers, file, *at, "answers")
    for criterion, answer in case.answers.items():
        answers = list(known.answers.get(criterion, ()))
        if answers and answer not in answers:
            hint = nearest(answer, answers) or f"; use one of: {', '.join(answers)}"
            line = line_of(file.node, *at, "answers", criterion)
            yield Problem(file.shown, line, f"`{criterion}` has no answer `{answer}`{hint}")


def _course(file: Decoded, known: _Ids) -> Iterator[Problem]:
    part: CourseFile = file.value
    if not part.lessons:
        line = line_of(file.node, "lessons")
        yield Problem(file.shown, line, "a course without lessons; write one, or drop the file")
    for id, lesson in part.lessons.items():
        for kind in (
            "concepts", "aspects", "tasks", "categories", "claims", "criteria", "cases",
        ):  # fmt: skip
            ids = getattr(lesson, kind)
            yield from known.unknown(kind, ids, file, "lessons", id, kind)
        for kind, number in lesson.practice.items():
            if number < 1:
                line = line_of(file.node, "lessons", id, "practice", kind)
                yield Problem(file.shown, line, f"`{kind}` must be 1 or more, not {number}")
    if part.which is not None:
        yield from _which(file, part.which, known)


def _which(file: Decoded, which: Which, known: _Ids) -> Iterator[Problem]:
    if len(which.labels) != _PAIR:
        line = line_of(file.node, "which", "labels")
        yield Problem(file.shown, line, "`labels` must be two concepts, told apart by the axes")
    yield from known.unknown("concepts", which.labels, file, "which", "labels")
    for concept, axes in which.labels.items():
        yield from _axes(file, axes, known, "which", "labels", concept)
    yield from _axes(file, which.says, known, "which", "says")
    slots = {_TASK, *known.axes}
    for index, scene in enumerate(which.scenes):
        line = line_of(file.node, "which", "scenes", index)
        try:
            used = {name for _, name, _, _ in Formatter().parse(scene) if name is not None}
        except ValueError as error:
            yield Problem(file.shown, line, f"the scene cannot be read: {error}")
            continue
        for name in sorted(used - slots):
            allowed = ", ".join(f"{{{slot}}}" for slot in sorted(slots))
            yield Problem(file.shown, line, f"unknown slot `{{{name}}}`; use {allowed}")
        for name in sorted(set(known.axes) - used):
            yield Problem(file.shown, line, f"the scene lacks `{{{name}}}`, so nobody can tell")
    for axis, values in known.axes.items():
        for value in values:
            if not which.says.get(axis, {}).get(value):
                line = line_of(file.node, "which", "says", axis)
                yield Problem(file.shown, line, f"no words for `{value}` of `{axis}`; add some")


def _axes(
    file: Decoded, axes: Mapping[str, Iterable[str]], known: _Ids, *path: str
) -> Iterator[Problem]:
    for axis, values in axes.items():
        line = line_of(file.node, *path, axis)
        if axis not in known.axes:
            hint = nearest(axis, list(known.axes)) or "; the axes stand in advice.yaml"
            yield Problem(file.shown, line, f"unknown axis `{axis}`{hint}")
            continue
        for value in values:
            if value not in known.axes[axis]:
                hint = nearest(value, list(known.axes[axis]))
                yield Problem(file.shown, line, f"`{axis}` has no value `{value}`{hint}")
