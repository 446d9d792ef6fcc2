"""Facts grow old: on a day of their own, or so long after their sources were read."""

from __future__ import annotations

from datetime import date

from sourcebot import KnowledgeBase
from sourcebot.knowledge.census import by_kind_of_source, facts_of, stale, stale_problems
from tests.knowledge.conftest import Complaints
from tests.knowledge.tea import TeaFolder

GREEN = "concepts/green-tea.yaml"


def _due(tea: TeaFolder, today: date) -> list[tuple[str | None, date]]:
    return [(o.told.fact.title, o.due) for o in stale(KnowledgeBase.load(tea.root), today)]


def test_a_fact_without_a_term_never_grows_old(tea: TeaFolder) -> None:
    assert _due(tea, date(2099, 1, 1)) == []


def test_an_aspect_says_for_how_long_its_facts_are_fresh(tea: TeaFolder) -> None:
    tea.replace("aspects/brewing.yaml", "takes:", "fresh_for: 12\ntakes:")

    assert _due(tea, date(2027, 2, 1)) == []
    assert [due for _, due in _due(tea, date(2027, 2, 2))] == [date(2027, 2, 1)] * 3


def test_the_source_that_was_read_first_counts(tea: TeaFolder) -> None:
    tea.replace("aspects/define.yaml", "takes:", "fresh_for: 1\ntakes:")
    tea.replace("sources.yaml", "read: 2026-01-31\n  year", "read: 2027-12-31\n  year")

    assert _due(tea, date(2027, 6, 1)) == [("Colour", date(2026, 3, 1))]


def test_a_fact_may_have_a_day_of_its_own(tea: TeaFolder) -> None:
    tea.replace(
        GREEN, "      - title: Colour\n", "      - title: Colour\n        review: 2026-05-05\n"
    )

    assert _due(tea, date(2026, 5, 5)) == []
    assert _due(tea, date(2026, 5, 6)) == [("Colour", date(2026, 5, 5))]


def test_a_stale_fact_is_told_with_its_file_and_what_to_do(tea: TeaFolder) -> None:
    tea.replace(
        GREEN, "      - title: Colour\n", "      - title: Colour\n        review: 2026-05-05\n"
    )

    (problem,) = stale_problems(KnowledgeBase.load(tea.root), date(2027, 1, 1), "tea")

    assert problem.warning
    assert problem.file == f"tea/{GREEN}"
    assert problem.message == (
        "“Colour” (define) was to be reviewed by 2026-05-05; read its sources again "
        "and set `read` or `review` anew"
    )


def test_a_date_that_is_none_is_an_error(tea: TeaFolder, complaints: Complaints) -> None:
    line = tea.replace("sources.yaml", "read: 2026-01-31", "read: 2026-02-30")

    assert complaints() == [
        f"sources.yaml:{line}: `read` is `2026-02-30`; write a day as 2026-11-24"
    ]


def test_facts_are_counted_wherever_they_stand(tea: TeaFolder) -> None:
    base = KnowledgeBase.load(tea.root)

    # Nine of concepts, a comparison with one row, a task's point, a claim.
    assert len(list(facts_of(base))) == 13
    assert by_kind_of_source(base) == {"research": 9, "reference": 5}
