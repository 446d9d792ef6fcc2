"""`sourcebot learn`: the course, sittings, progress, and what is kept of a learner."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import Any

import msgspec

from sourcebot.cli import streams
from sourcebot.cli.learning_who import learner_named, tutor_for
from sourcebot.learning.store import Store
from sourcebot.learning.tutor import Tutor


def learn(options: Namespace, folder: str | None) -> int:
    """Do what `learn` was asked for; 0, or 1 where it was left or there was nothing to do."""
    match options.action:
        case None:
            return _open(options, folder)
        case "learners":
            return _learners()
        case "lesson" | "review" | "status" | "due" | "lessons":
            return _with_tutor(options, tutor_for(folder, learner_named(options)))
        case _:
            from sourcebot.cli import learning_files

            return learning_files.run(options, folder)


def _open(options: Namespace, folder: str | None) -> int:
    name = learner_named(options)
    if streams.interactive() and not options.plain and os.environ.get("TERM") != "dumb":
        from sourcebot import tui
        from sourcebot.history import History

        history = History.for_user(wanted=not options.no_history)
        return tui.learn(folder, learner=name, history=history)
    from sourcebot.cli.learning_desk import Desk
    from sourcebot.cli.learning_lines import Course

    tutor = tutor_for(folder, name)
    return Course(tutor, Desk.at_terminal(tutor.school.bot)).open()


def _with_tutor(options: Namespace, tutor: Tutor) -> int:
    if options.action in ("lesson", "review"):
        from sourcebot.cli.learning_desk import Desk
        from sourcebot.cli.learning_lines import Course

        course = Course(tutor, Desk.at_terminal(tutor.school.bot))
        return course.review() if options.action == "review" else course.lesson(options.lesson)
    from sourcebot.cli import learning_progress as progress

    width = streams.width()
    match options.action:
        case "status" if options.json:
            return _print_json(progress.status_json(tutor.standing()))
        case "status":
            streams.write_text(progress.status_text(tutor, width))
        case "due" if options.json:
            return _print_json(progress.due_json(tutor))
        case "due":
            streams.write_text(progress.due_text(tutor, width))
        case _ if options.json:
            return _print_json(progress.lessons_json(tutor.standing()))
        case _:
            streams.write_text(progress.lessons_text(tutor, width))
    return 0


def _print_json(value: dict[str, Any]) -> int:
    streams.write_bytes(msgspec.json.encode(value) + b"\n")
    return 0


def _learners() -> int:
    """List who learns here, since when, and from which knowledge bases."""
    from sourcebot.learning.plain import day

    store = Store.for_user()
    learners = store.learners()
    for learner in learners:
        bases = ", ".join(store.bases(learner)) or "nothing yet"
        streams.write_text(f"{learner.name}  since {day(learner.since)}: {bases}\n")
    if not learners:
        streams.write_text("nobody has begun to learn on this machine\n")
    return 0
