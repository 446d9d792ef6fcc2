"""Matching: answers to the options that they speak for, points to what they are about."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sourcebot.advice.compile import keys_of, points_of
from sourcebot.knowledge.advice_model import TODAY, Advice, Answer, Criterion
from sourcebot.knowledge.course_model import Lesson
from sourcebot.knowledge.facts import Fact
from sourcebot.knowledge.model import DEFINE, Entry, KnowledgeBase
from sourcebot.learning.items.item import Ask, Choice, Item
from sourcebot.learning.items.near import SIBLING, advice_message, asking, broader, nearness
from sourcebot.learning.items.texts import (
    content,
    first_sentence,
    names_in,
    overlap,
    say,
    united,
)

MARGIN = 1
"""By so many points the best option is ahead of every other one shown, at the very least."""
CLEAR = 2
"""By so many where that leaves enough rows: a single point can be argued about."""
ROWS, FEWEST_ROWS = 5, 2
CHOICES = (3, 4, 5)
CONCEPTS = 3
CLOSE = 0.25
"""Points that share more of their content may hold of both concepts."""


def matching_items(knowledge: KnowledgeBase, lesson: Lesson) -> Iterator[Item]:
    """For each criterion of the lesson its answers; in a base without any, points of concepts."""
    if knowledge.can_advise:
        for id in lesson.criteria:
            item = criterion_item(knowledge, id)
            if item is not None:
                yield item
        return
    for group in combinations(sorted(lesson.concepts), CONCEPTS):
        item = points_item(knowledge, group)
        if item is not None:
            yield item


def criterion_item(knowledge: KnowledgeBase, id: str) -> Item | None:
    """Match answers to the options that they favour most; None where too few favour one."""
    advice = knowledge.advice
    assert advice is not None, "the base has no advice"
    criterion = advice.criteria[id]
    found = _shown(advice, criterion)
    if found is None:
        return None
    shown, margin = found
    rows = _rows(advice, criterion, shown, margin)
    choices = tuple(Choice(option, advice.options[option].name) for option in shown)
    asks, told = [], []
    for answer_id, right in rows.items():
        answer = criterion.answers[answer_id]
        wrong = {option: answer.because.text for option in shown if option != right}
        asks.append(Ask(answer.label, choices, right, wrong))
        names = {"answer": answer.label, "option": advice.options[right].name}
        told.append(say(knowledge, "match-why", **names, because=answer.because.text))
    facts = [criterion.answers[answer].because for answer in rows]
    return Item(
        id=f"match:{id}",
        kind="match",
        prompt=say(knowledge, "match-ask", question=criterion.question),
        why="\n".join([*(f"- {text}" for text in told), "", criterion.why.text]),
        about=(id,),
        sources=united(*(fact.sources for fact in (*facts, criterion.why))),
        question=advice_message(knowledge, None),
        place=criterion.place,
        asks=tuple(asks),
    )


def _shown(advice: Advice, criterion: Criterion) -> tuple[tuple[str, ...], int] | None:
    """The options to choose from, and the margin by which one of them is best.

    Those that leave most answers with a best one, the first of the base always among them: it is
    the plainest, and what is hardly better than it had better be compared with it. Then those of
    which most are right at least once, with a concept that explains them; then as many as may be,
    the first of the base before the others.
    """
    options = list(advice.options)
    for margin in (CLEAR, MARGIN):
        best: tuple[tuple[int, ...], tuple[str, ...]] | None = None
        for size in CHOICES:
            for rest in combinations(options[1:], size - 1):
                group = (options[0], *rest)
                rows = _rows(advice, criterion, group, margin)
                rights = len(set(rows.values()))
                if rights < FEWEST_ROWS:
                    continue
                explained = sum(advice.options[id].concept is not None for id in group) - size
                order = (-options.index(id) for id in group)
                worth = (len(rows), rights, explained, size, *order)
                if best is None or worth > best[0]:
                    best = worth, group
        if best is not None:
            return best[1], margin
    return None


def _rows(
    advice: Advice, criterion: Criterion, shown: tuple[str, ...], margin: int
) -> dict[str, str]:
    """The answers that favour one of the options clearly -> that option; five at most."""
    found = {
        answer.id: right
        for answer in criterion.answers.values()
        if (right := clear_best(advice, answer, shown, margin)) is not None
    }
    if len(found) <= ROWS:
        return found
    first = list(dict.fromkeys(found.values()))
    by_turn = sorted(
        found,
        key=lambda answer: (
            [a for a in found if found[a] == found[answer]].index(answer),
            first.index(found[answer]),
        ),
    )
    kept = set(by_turn[:ROWS])
    return {answer: right for answer, right in found.items() if answer in kept}


def clear_best(advice: Advice, answer: Answer, shown: tuple[str, ...], margin: int) -> str | None:
    """The option that the answer speaks for most, or None where none is clearly ahead.

    It speaks for no other option of the base more, shown or not, nor as much for an earlier one;
    and it does so whatever is in place today: an answer that speaks for that could lift any.
    """
    points = {option: points_of(advice, answer, option) for option in advice.options}
    right = max(points, key=lambda option: points[option])
    if right not in shown:
        return None
    ahead = points[right] - max(points[option] for option in shown if option != right)
    possible = not set(keys_of(advice, right)) & set(answer.rules_out)
    lifted = abs(answer.effects.get(TODAY, 0))
    return right if possible and points[right] > 0 and ahead >= margin + lifted else None


def points_item(knowledge: KnowledgeBase, concepts: tuple[str, ...]) -> Item | None:
    """Match points to the concepts that they are made about, in the first aspect that allows it.

    No concept is a kind of another, nor are two of them kinds of the same: what holds of one might
    hold of the other.
    """
    if any(_kin(knowledge, one, other) for one, other in combinations(concepts, 2)):
        return None
    for aspect in knowledge.aspects:
        held = [knowledge.entry(aspect, (id,)) for id in concepts]
        entries = [entry for entry in held if entry is not None]
        if aspect != DEFINE and len(entries) == len(concepts):
            item = _points_of(knowledge, aspect, entries)
            if item is not None:
                return item
    return None


def _kin(knowledge: KnowledgeBase, one: str, other: str) -> bool:
    tied = nearness(knowledge, one, other) == SIBLING
    return tied or one in broader(knowledge, other) or other in broader(knowledge, one)


def _points_of(knowledge: KnowledgeBase, aspect: str, entries: list[Entry]) -> Item | None:
    ids = [entry.concepts[0] for entry in entries]
    choices = tuple(Choice(id, knowledge.names[id]) for id in sorted(ids))
    asks, facts = [], []
    for entry in entries:
        rest = [other for other in entries if other is not entry]
        found = next((p for p in entry.points if _of_one(knowledge, p, rest, ids)), None)
        if found is not None:
            asks.append(Ask(_row(found), choices, entry.concepts[0]))
            facts.append(found)
    if len(asks) < FEWEST_ROWS:
        return None
    names = [knowledge.names[ask.right] for ask in asks]
    told = [
        say(knowledge, "points-why", concept=name, text=fact.text)
        for name, fact in zip(names, facts, strict=True)
    ]
    return Item(
        id=f"match:{aspect}:{'+'.join(sorted(ids))}",
        kind="match",
        prompt=say(knowledge, "points-ask", aspect=knowledge.aspects[aspect].name),
        why="\n".join(f"- {text}" for text in told),
        about=tuple(sorted(ids)),
        sources=united(*(fact.sources for fact in facts)),
        question=asking(knowledge, aspect, ids[0]),
        place=entries[0].place,
        asks=tuple(asks),
    )


def _row(point: Fact) -> str:
    text = first_sentence(point.text)
    return f"**{point.title}.** {text}" if point.title else text


def _of_one(knowledge: KnowledgeBase, point: Fact, rest: list[Entry], ids: list[str]) -> bool:
    """Whether it names none of the concepts and shares little with what is said of the rest."""
    text = _row(point)
    if any(names_in(knowledge.concepts[id], loose=True).search(text) for id in ids):
        return False
    stems, title = content(knowledge, text), content(knowledge, point.title or "")
    for entry in rest:
        for fact in (entry.summary, *entry.points):
            told = content(knowledge, f"{fact.title or ''} {fact.text}")
            if overlap(stems, told) > CLOSE or title & content(knowledge, fact.title or ""):
                return False
    return bool(stems)
