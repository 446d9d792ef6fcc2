"""The report on a team: Markdown, of which text and a page are made, and a table for sheets."""

from __future__ import annotations

import csv
import io

from msgspec import Struct

from sourcebot.answers.render import Answers
from sourcebot.learning.plain import day, percent
from sourcebot.learning.reports import written
from sourcebot.learning.team import Member, Mistaken, Team

SHOWN = 10
"""Ideas that are told of; the table for sheets has all of them."""
COLUMNS = (
    "row", "id", "name", "lessons", "done", "mastered", "due", "answers", "wrong", "right_share",
    "recall", "last_answer", "confusion",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
            "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip


class MemberLine(Struct, frozen=True):
    """A member as the report tells them; `last`: a day, if they have answered."""

    name: str
    lessons: int
    done: int
    mastered: int
    due: int
    answers: int
    right: str
    recall: str
    last: str | None


class MistakenLine(Struct, frozen=True):
    """An idea as the report tells it; taken, right: the commonest confusion, if there is one."""

    name: str
    answers: int
    wrong: int
    share: str
    right: str | None
    taken: str | None


def team_markdown(answers: Answers, team: Team, course: str) -> str:
    """The report as Markdown. course: its title. Raises TemplateError."""
    return answers.text(
        "learn-team",
        course=written(course),
        stamp=team.kb,
        day=day(team.now),
        members=[_member(one) for one in team.members],
        mistaken=[_mistaken(one) for one in team.mistaken[:SHOWN]],
    )


def _member(one: Member) -> MemberLine:
    return MemberLine(
        name=written(one.name),
        lessons=one.lessons,
        done=one.done,
        mastered=one.mastered,
        due=one.due,
        answers=one.answers,
        right=percent(one.right),
        recall=percent(one.recall),
        last=day(one.last),
    )


def _mistaken(one: Mistaken) -> MistakenLine:
    confusion = one.confusion
    return MistakenLine(
        name=written(one.name.rstrip(".")),
        answers=one.answers,
        wrong=one.wrong,
        share=percent(one.share),
        right=written(confusion.right) if confusion is not None else None,
        taken=written(confusion.taken) if confusion is not None else None,
    )


def team_csv(team: Team) -> str:
    """One table of learners and then ideas, told apart by the column `row`; shares from 0 to 1."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    table.writeheader()
    for one in team.members:
        table.writerow(
            {
                "row": "learner",
                "name": _safe(one.name),
                "lessons": one.lessons,
                "done": one.done,
                "mastered": one.mastered,
                "due": one.due,
                "answers": one.answers,
                "wrong": _wrong(one),
                "right_share": _share(one.right),
                "recall": _share(one.recall),
                "last_answer": one.last.isoformat(timespec="seconds") if one.last else "",
            }
        )
    for idea in team.mistaken:
        told = idea.confusion
        table.writerow(
            {
                "row": "idea",
                "id": _safe(idea.id),
                "name": _safe(idea.name),
                "answers": idea.answers,
                "wrong": idea.wrong,
                "right_share": _share(1 - idea.share),
                "confusion": _safe(f"took {told.right} for {told.taken}") if told else "",
            }
        )
    return text.getvalue()


def _wrong(member: Member) -> int:
    return round(member.answers * (1 - member.right)) if member.right is not None else 0


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.3f}"


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
