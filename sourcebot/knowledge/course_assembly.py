"""The decoded files of cases and course into the frozen model."""

from __future__ import annotations

from sourcebot.knowledge.course_files import CourseFile
from sourcebot.knowledge.course_model import Case, Course, Lesson
from sourcebot.knowledge.decode import line_of
from sourcebot.knowledge.draft import Draft
from sourcebot.knowledge.facts import Place


def assemble_cases(draft: Draft) -> dict[str, Case]:
    """The documented decisions of a base that has passed its checks."""
    return {
        id: Case(
            id=id,
            name=part.name,
            concepts=part.concepts,
            task=part.task,
            before=part.before,
            answers=part.answers,
            chose=part.chose,
            did=part.did,
            outcome=part.outcome,
            ended=part.ended,
            defensible=part.defensible,
            place=Place(file.name, line_of(file.node, "cases", id)),
        )
        for file in draft.of("cases")
        for id, part in file.value.cases.items()
    }


def assemble_course(draft: Draft) -> Course | None:
    """The course that the base's curators wrote, or None where it has no course.yaml."""
    files = draft.of("course")
    if not files:
        return None
    part: CourseFile = files[0].value
    lessons = tuple(
        Lesson(
            id=id,
            title=lesson.title,
            goal=lesson.goal,
            concepts=lesson.concepts,
            aspects=lesson.aspects,
            tasks=lesson.tasks,
            categories=lesson.categories,
            claims=lesson.claims,
            criteria=lesson.criteria,
            cases=lesson.cases,
            template=lesson.template,
            practice=lesson.practice,
            place=Place(files[0].name, line_of(files[0].node, "lessons", id)),
        )
        for id, lesson in part.lessons.items()
    )
    return Course(part.title, part.about, lessons, part.which)
