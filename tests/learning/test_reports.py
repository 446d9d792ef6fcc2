"""What is told of learners in documents: the page of one, and the report on all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sourcebot import Bot
from sourcebot.answers.render import Answers
from sourcebot.learning.memory import Grade, after
from sourcebot.learning.plain import day, percent, until
from sourcebot.learning.records import Attended, Kept, Learner, Review, Shown
from sourcebot.learning.reports import as_html, page_markdown, written
from sourcebot.learning.school import School
from sourcebot.learning.standing import Standing, standing_of
from sourcebot.learning.team import gathered, team_of
from sourcebot.learning.team_report import COLUMNS, team_csv, team_markdown
from sourcebot.learning.transfer import FORMAT, VERSION, Copy, Document, Learnt, Person

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_Answer = tuple[str, Grade, tuple[tuple[str, str], ...]]


@pytest.fixture(scope="module")
def school(shared_cache: Path) -> Iterator[School]:
    """The shipped base as a school."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        yield School(Bot.load())


@pytest.fixture
def answers(school: School) -> Answers:
    """Renders the documents."""
    return school.bot.composer.answers


def _document(
    school: School, name: str, given: tuple[_Answer, ...], *, hours: int = 0, days: int = 0
) -> Document:
    """Somebody who began some hours after noon and has answered, one exercise a minute."""
    since = NOON + timedelta(hours=hours)
    reviews, cards = [], {}
    for minute, (item, grade, wrong) in enumerate(given):
        at = since + timedelta(days=days, minutes=minute)
        about = school.items[item].about
        kept = cards.get(item)
        memory = after(kept.memory if kept is not None else None, grade, at)
        reviews.append(Review(item, at, grade, about, wrong))
        cards[item] = Kept(memory, school.items[item].digest, Shown("", ""))
    lessons = {"who-and-where": Attended(since, since + timedelta(hours=1))} if given else {}
    learnt = Learnt(tuple(reviews), lessons, cards)
    return Document(FORMAT, VERSION, Person(name, since), {"sourcing": learnt} if given else {})


def _standing(school: School, document: Document) -> Standing:
    learner = Learner(0, document.learner.name, document.learner.since)
    return standing_of(school, Copy(document), learner, NOON + timedelta(days=1))


_OFFSHORING, _OUTSOURCING = "definition:bpo", "definition:nearshoring"
_TAKEN = (("offshoring", "outsourcing"),)
_ANN: tuple[_Answer, ...] = (
    (_OFFSHORING, "again", _TAKEN),
    (_OFFSHORING, "again", _TAKEN),
    (_OFFSHORING, "good", ()),
    (_OUTSOURCING, "again", (("nearshoring", ""),)),
)


def test_the_page_tells_lessons_with_dates_and_ideas_with_strength(
    school: School, answers: Answers
) -> None:
    text = page_markdown(school, answers, _standing(school, _document(school, "Ann", _ANN)))

    assert text.startswith("# Ann: Sourcing in ten short lessons\n")
    assert f"As of 2026-03-03, from the knowledge base `{school.base.stamp}`." in text
    assert "| 1. Two questions | done | 0 of " in text
    assert "| 2026-03-02 | - |" in text
    assert f"| {written(school.name('nearshoring'))} | " in text
    assert "Answers given: 4." in text


def test_the_page_of_somebody_new_says_so(school: School, answers: Answers) -> None:
    text = page_markdown(school, answers, _standing(school, _document(school, "Ann", ())))

    assert "Nothing has been learnt yet." in text
    assert "## Ideas" not in text


def test_names_are_text_in_the_page_and_nothing_else(school: School, answers: Answers) -> None:
    name = "<script>alert(1)</script> | *x* [y](http://z)"
    text = page_markdown(school, answers, _standing(school, _document(school, name, _ANN)))

    page = as_html(answers, text, school.base.stamp)

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; | *x* [y](http://z)" in page
    assert 'href="http://z' not in page
    assert "<td>1. Two questions</td>" in page
    assert page.count("<h1>") == 1


def test_a_team_is_told_by_member_and_by_what_goes_wrong(school: School, answers: Answers) -> None:
    bob: tuple[_Answer, ...] = ((_OFFSHORING, "again", (("offshoring", "nearshoring"),)),)
    documents = [("", _document(school, "bob", bob)), ("", _document(school, "Ann", _ANN))]

    team = team_of(school, documents, NOON + timedelta(days=1))

    assert [(one.name, one.answers, one.done, one.lessons) for one in team.members] == [
        ("Ann", 4, 1, 10),
        ("bob", 1, 1, 10),
    ]
    assert team.members[0].right == 0.25
    assert team.members[0].last == NOON + timedelta(minutes=3)
    worst = team.mistaken[0]
    assert (worst.id, worst.answers, worst.wrong, worst.share) == ("bpo", 4, 3, 0.75)
    assert worst.confusion is not None
    assert (worst.confusion.right, worst.confusion.taken) == ("offshoring", "outsourcing")
    assert team.mistaken[1].confusion is None, "what was left open is no confusion"
    text = team_markdown(answers, team, school.course.title)
    assert "took offshoring for outsourcing" in text
    assert "| Ann | 1 of 10 | 0 |" in text


def test_a_statement_that_was_taken_for_the_wrong_one_is_told_as_such(school: School) -> None:
    item = "claim:captive-is-outsourcing"
    (ask,) = school.items[item].asks
    holds = next(choice for choice in ask.choices if choice.id != ask.right)
    one = _document(school, "Ann", ((item, "again", ((ask.right, holds.id),)),))

    (idea,) = team_of(school, [("Ann", one)], NOON).mistaken

    assert idea.confusion is not None
    assert idea.confusion.right == holds.label.rstrip(".")
    assert idea.confusion.taken == "wrong"


def test_a_team_of_none_or_of_somebody_new_says_so(school: School, answers: Answers) -> None:
    nobody = team_markdown(answers, team_of(school, [], NOON), "x")
    somebody = team_of(school, [("", _document(school, "Ann", ()))], NOON)

    assert "Nobody has begun to learn here" in nobody
    assert (somebody.members[0].right, somebody.members[0].last) == (None, None)
    assert "No idea has been answered wrongly so far." in team_markdown(answers, somebody, "x")
    assert team_csv(team_of(school, [], NOON)).splitlines() == [",".join(COLUMNS)]


def test_exports_of_one_learner_count_once_and_namesakes_stay_two(school: School) -> None:
    early, late = _document(school, "me", _ANN[:2]), _document(school, "Me", _ANN)
    other = _document(school, "me", _ANN, hours=5)

    found = gathered([("", early), ("late.json", late), ("other.json", other), ("x", other)])

    assert [name for name, _ in found] == ["me", "me (other.json)"]
    assert len(found[0][1].bases["sourcing"].reviews) == 4


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "\N{FULLWIDTH EQUALS SIGN}"])
def test_a_spreadsheet_takes_no_name_for_a_formula(school: School, start: str) -> None:
    name = f'{start}cmd|"/c calc", 1'

    text = team_csv(team_of(school, [("", _document(school, name, _ANN))], NOON))

    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == list(COLUMNS)
    assert rows[0]["name"] == f"'{name}"
    assert [row["row"] for row in rows] == ["learner", "idea", "idea"]
    assert rows[1]["confusion"] == "took offshoring for outsourcing"
    assert rows[0]["right_share"] == "0.250"


def test_times_are_told_as_people_say_them() -> None:
    told = {
        timedelta(minutes=-1): "now",
        timedelta(seconds=20): "in 1 minute",
        timedelta(minutes=10): "in 10 minutes",
        timedelta(hours=3): "in 3 hours",
        timedelta(days=1): "tomorrow",
        timedelta(days=3): "in 3 days",
    }
    noon = datetime(2026, 3, 2, 12).astimezone()

    assert {wait: until(noon + wait, noon) for wait in told} == told
    assert (percent(0.914), percent(None), day(None)) == ("91%", "-", None)
