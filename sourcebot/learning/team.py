"""How a team learns: each member, and the ideas that they get wrong most, as one who onboards
them wants to know.
"""  # noqa: D205

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from sourcebot.learning.records import Learner, Review
from sourcebot.learning.school import School
from sourcebot.learning.standing import standing_of
from sourcebot.learning.transfer import Copy, Document, Learnt, together
from sourcebot.learning.words import say


class Member(Struct, frozen=True):
    """One learner. lessons: of the course, of which `done` were finished and `mastered` will last;
    due: reviews today; right: share of the answers that were right, at least in part; recall: mean
    chance that what was learnt is known now; last: when they last answered (UTC).
    """  # noqa: D205

    name: str
    lessons: int
    done: int
    mastered: int
    due: int
    answers: int
    right: float | None
    recall: float | None
    last: datetime | None


class Confusion(Struct, frozen=True):
    """What was taken for what, both as people name it, and how often."""

    right: str
    taken: str
    times: int


class Mistaken(Struct, frozen=True):
    """An idea that was answered wrongly. confusion: the commonest one, where there is any."""

    id: str
    name: str
    answers: int
    wrong: int
    confusion: Confusion | None

    @property
    def share(self) -> float:
        """The share of the answers that were wrong."""
        return self.wrong / self.answers


class Team(Struct, frozen=True):
    """All members by name, and the ideas that were answered wrongly, the worst first."""

    kb: str
    now: datetime
    members: tuple[Member, ...]
    mistaken: tuple[Mistaken, ...]


def team_of(school: School, documents: Iterable[tuple[str, Document]], now: datetime) -> Team:
    """The report on all learners.

    documents: with where each is from, "" for this machine; what is of one learner is put together.
    """
    known = gathered(documents)
    kb = school.base.identity.name
    learnt = [document.bases.get(kb, Learnt()) for _, document in known]
    members = [_member(school, name, document, now) for name, document in known]
    return Team(
        kb=school.base.stamp,
        now=now,
        members=tuple(sorted(members, key=lambda one: (one.name.casefold(), one.name))),
        mistaken=_mistaken(school, [review for one in learnt for review in one.reviews]),
    )


def gathered(documents: Iterable[tuple[str, Document]]) -> list[tuple[str, Document]]:
    """Each learner once, under a name of their own.

    Documents are of one learner where the name is the same and they began at the same moment, or
    have an answer in common; two people who only share a name are told apart by their files.
    """
    found: list[tuple[str, Document]] = []
    for origin, document in documents:
        for number, (name, other) in enumerate(found):
            if _same(document, other):
                found[number] = (name, together(other, document))
                break
        else:
            taken = {name.casefold() for name, _ in found}
            found.append((_own_name(document.learner.name, origin, taken), document))
    return found


def _same(one: Document, other: Document) -> bool:
    if one.learner.name.casefold() != other.learner.name.casefold():
        return False
    return one.learner.since == other.learner.since or bool(_answers(one) & _answers(other))


def _answers(document: Document) -> set[tuple[str, datetime, str]]:
    return {
        (kb, review.at, review.item)
        for kb, learnt in document.bases.items()
        for review in learnt.reviews
    }


def _own_name(name: str, origin: str, taken: set[str]) -> str:
    if name.casefold() not in taken:
        return name
    wanted = f"{name} ({origin})"
    number = 1
    while wanted.casefold() in taken:
        number += 1
        wanted = f"{name} ({origin}, {number})"
    return wanted


def _member(school: School, name: str, document: Document, now: datetime) -> Member:
    learner = Learner(0, name, document.learner.since)
    standing = standing_of(school, Copy(document), learner, now)
    reviews = document.bases.get(school.base.identity.name, Learnt()).reviews
    states = [lesson.state for lesson in standing.lessons]
    return Member(
        name=name,
        lessons=len(states),
        done=states.count("done") + states.count("mastered"),
        mastered=states.count("mastered"),
        due=standing.due,
        answers=standing.answers,
        right=sum(review.right for review in reviews) / len(reviews) if reviews else None,
        recall=standing.recall,
        last=max((review.at for review in reviews), default=None),
    )


def _mistaken(school: School, reviews: Sequence[Review]) -> tuple[Mistaken, ...]:
    by_idea: dict[str, list[Review]] = defaultdict(list)
    for review in reviews:
        if review.about:
            by_idea[review.about[0]].append(review)
    named = _namer(school, {review.item for review in reviews if review.wrong})
    found = []
    for id, answers in by_idea.items():
        wrong = sum(not review.right for review in answers)
        if wrong:
            confusion = _confusion(school, answers, named)
            found.append(Mistaken(id, school.name(id), len(answers), wrong, confusion))
    return tuple(sorted(found, key=lambda one: (-one.wrong, -one.share, one.id)))


def _confusion(
    school: School, reviews: Iterable[Review], named: Callable[[str, str], str]
) -> Confusion | None:
    """What was most often taken for what; what was left open is no confusion."""
    wrong = say(school.base.learning_words, "verdict-false").lower()

    def pair(item: str, right: str, taken: str) -> tuple[str, str]:
        # Where the wrong one is to be found, a statement that holds was taken for wrong.
        if right in school.base.claims:
            return named(item, taken).rstrip("."), wrong
        return named(item, right), named(item, taken)

    pairs = Counter(
        pair(review.item, right, taken)
        for review in reviews
        for right, taken in review.wrong
        if taken
    )
    if not pairs:
        return None
    (right, taken), times = min(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    return Confusion(right, taken, times)


def _namer(school: School, items: Iterable[str]) -> Callable[[str, str], str]:
    """How a choice of an exercise is named: as the idea that it is, else as it reads."""
    labels = {
        (item.id, choice.id): choice.label
        for item in school.known(items).values()
        for ask in item.asks
        for choice in ask.choices
    }

    def named(item: str, choice: str) -> str:
        name = school.name(choice)
        return name if name != choice else labels.get((item, choice), choice)

    return named
