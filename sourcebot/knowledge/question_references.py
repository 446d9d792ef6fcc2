"""What must hold of questions that stand alone: one answer each, and ways to ask it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sourcebot.errors import Problem
from sourcebot.knowledge.decode import line_of
from sourcebot.knowledge.draft import Decoded, Draft
from sourcebot.knowledge.files import QuestionPart

_ID = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


def check_questions(draft: Draft) -> Iterator[Problem]:
    """A problem for each question that cannot be asked, or has no answer or several."""
    takes = {file.value.id: file.value.takes for file in draft.of("aspects")}
    answered = _answered_elsewhere(draft)
    for file, id, part in draft.questions():
        yield from _own(file, id, part)
        line = line_of(file.node, id, "summary")
        if part.summary is None:
            continue
        if takes.get(id, "nothing") != "nothing":
            told = f"`{id}` is asked of a {takes[id]}; put the answer there, or take another id"
            yield Problem(file.shown, line, told)
        elif id in answered:
            yield Problem(file.shown, line, f"`{id}` is answered in {answered[id]}; keep one")
        answered.setdefault(id, f"{file.shown}:{line}")
    known = {*answered, *takes}
    unanswered = {id: (file, id) for file, id, _ in draft.questions() if id not in known}
    for file, id in unanswered.values():
        told = f"`{id}` has no answer yet; add `summary`"
        yield Problem(file.shown, line_of(file.node, id), told, warning=True)


def _answered_elsewhere(draft: Draft) -> dict[str, str]:
    return {
        aspect: f"{file.shown}:{line_of(file.node, 'entries', aspect)}"
        for file in draft.of("entries")
        if not file.value.concepts
        for aspect in file.value.entries
    }


def _own(file: Decoded, id: str, part: QuestionPart) -> Iterator[Problem]:
    """What is wrong with a question by itself."""
    line = line_of(file.node, id)
    if not _ID.fullmatch(id):
        told = f"id `{id}` is not kebab-case; use a-z, 0-9 and hyphens"
        yield Problem(file.shown, line, told)
    if not part.phrases:
        told = f"nobody can ask `{id}`; add `phrases`"
        yield Problem(file.shown, line_of(file.node, id, "phrases"), told)
    if part.points and part.summary is None:
        told = "`points` without `summary`; give the answer its first sentence"
        yield Problem(file.shown, line_of(file.node, id, "points"), told)
    for index, phrase in enumerate(part.phrases):
        if "{" in phrase or "}" in phrase:
            where = line_of(file.node, id, "phrases", index)
            told = f"“{phrase[:40]}” has braces; a question that stands alone leaves no name open"
            yield Problem(file.shown, where, told)
