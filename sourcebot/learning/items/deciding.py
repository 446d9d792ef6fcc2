"""What would you do? Documented decisions, decided again."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from sourcebot.advice.compile import compile_model, keys_of
from sourcebot.advice.model import Model, State, given
from sourcebot.advice.naming import Named, name_all
from sourcebot.advice.recommendation import conflicts_in
from sourcebot.advice.scoring import Scores, score, speaks
from sourcebot.knowledge.advice_model import UNKNOWN, Advice, Move, Option
from sourcebot.knowledge.course_model import Case, Lesson
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.learning.items.item import Ask, Choice, Item
from sourcebot.learning.items.near import advice_message
from sourcebot.learning.items.texts import say, united

OTHERS, FEWEST = 3, 2
CLEARLY = 0.08
"""So much lower a score is clearly worse."""


class Ranking(Struct, frozen=True):
    """What the advice says to a case: names of options and moves with their scores, best first.

    possible: those that no answer rules out; scores: name -> score, -1 for what cannot be.
    """

    model: Model
    state: State
    scored: Scores
    named: tuple[Named, ...]
    scores: dict[str, float]
    possible: tuple[str, ...]


def deciding_items(knowledge: KnowledgeBase, lesson: Lesson) -> Iterator[Item]:
    """An exercise for each of the lesson's cases that leaves something to decide."""
    for id in lesson.cases:
        item = deciding_item(knowledge, id)
        if item is not None:
            yield item


def ranking_of(advice: Advice, case: Case) -> Ranking:
    """The ranking for the case's answers; those that contradict each other count as unknown."""
    aside = {id for clash in conflicts_in(advice, case.answers) for id in clash.answers}
    answers = {id: UNKNOWN if id in aside else answer for id, answer in case.answers.items()}
    model, state = compile_model(advice), State(answers)
    scored = score(model, state)
    named = tuple(name_all(model, state, scored))
    scores: dict[str, float] = {}
    possible: list[str] = []
    for item in named:
        out = item.option is None or item.option in scored.ruled_out
        value = -1.0 if out or item.option is None else scored.scores[item.option]
        for name in (item.name, item.also):
            if name is not None and name not in scores:
                scores[name] = value
        if not out:
            possible.append(item.name)
    # An option whose place has taken the name of a move may still be meant by its own id.
    for item in named:
        if item.option is not None and item.option not in scored.ruled_out:
            own = model.options[item.option]
            scores[own] = max(scores.get(own, -1.0), scored.scores[item.option])
    return Ranking(model, state, scored, named, scores, tuple(possible))


def meant_by(ranking: Ranking, name: str) -> frozenset[str]:
    """All that a name of the ranking stands for: itself, its other name and its option's id."""
    found = {name}
    for item in ranking.named:
        if item.option is not None:
            own = ranking.model.options[item.option]
            if name in (item.name, item.also, own):
                found |= {item.name, own} | ({item.also} if item.also is not None else set())
    return frozenset(found)


def clearly_worse(ranking: Ranking, case: Case) -> list[str]:
    """The names that the advice puts clearly below the best in hindsight, the best of them first.

    None of them is another word for something that stands up in hindsight.
    """
    right = case.defensible[0]
    stands = frozenset(id for name in case.defensible for id in meant_by(ranking, name))
    bar = ranking.scores.get(right, -1.0) - CLEARLY
    return [
        item.name
        for item in ranking.named
        if item.name not in stands
        and not (meant_by(ranking, item.name) & stands)
        and ranking.scores[item.name] <= bar
    ]


def deciding_item(knowledge: KnowledgeBase, id: str) -> Item | None:
    """Choose what stands up in hindsight; None where the advice puts too little below it."""
    advice, case = knowledge.advice, knowledge.cases[id]
    if advice is None or not case.defensible:
        return None
    ranking, right = ranking_of(advice, case), case.defensible[0]
    worse = clearly_worse(ranking, case)
    # What cannot be is a poor temptation; what was really done is the best one.
    worse.sort(key=lambda name: (name != case.chose, name not in ranking.possible))
    if right not in ranking.scores or len(worse) < FEWEST:
        return None
    shown = (right, *worse[:OTHERS])
    order = [name for name in (*advice.options, *advice.moves) if name in shown]
    choices = tuple(Choice(name, _label(knowledge, advice, name)) for name in order)
    wrong = {name: told for name in shown[1:] if (told := _against(advice, ranking, name))}
    facts = [case.did, case.outcome]
    return Item(
        id=f"case:{id}",
        kind="case",
        prompt=say(knowledge, "case-ask", name=case.name, before=case.before.text),
        why="\n\n".join(
            [
                *(fact.text for fact in facts),
                say(knowledge, f"case-{case.ended}"),
                _advised(knowledge, advice, ranking, case),
            ]
        ),
        about=(id, *case.concepts),
        sources=united(case.before.sources, *(fact.sources for fact in facts)),
        question=advice_message(knowledge, case.task),
        place=case.place,
        asks=(Ask("", choices, right, wrong),),
    )


def _named(advice: Advice, name: str) -> Option | Move:
    return advice.moves.get(name) or advice.options[name]


def _label(knowledge: KnowledgeBase, advice: Advice, name: str) -> str:
    found = _named(advice, name)
    return say(knowledge, "case-choice", name=found.name, means=found.means)


def _advised(knowledge: KnowledgeBase, advice: Advice, ranking: Ranking, case: Case) -> str:
    """What would have been better, where something else was done, and what the advice says.

    The advice knows the facts and not how it ended, so that it may put something else first.
    """
    right = case.defensible[0]
    best = _named(advice, right).name
    stands = meant_by(ranking, right)
    as_done = case.chose in stands
    told = "" if as_done else say(knowledge, "case-hindsight", option=best)
    first = ranking.possible[0] if ranking.possible else None
    if first is None:
        return told
    slot = "near" if first not in stands else "same" if as_done else "other"
    option = _named(advice, first).name
    advised = say(knowledge, f"case-advice-{slot}", option=option, best=best)
    return f"{told} {advised}".strip()


def _against(advice: Advice, ranking: Ranking, name: str) -> str:
    """What speaks most against it: a gate, else the answer that takes most points from it."""
    item = next(item for item in ranking.named if item.name == name)
    known = given(ranking.model, ranking.state)
    if item.option is None:
        move = advice.moves.get(name)
        return move.impossible if move is not None else ""
    keys = keys_of(advice, ranking.model.options[item.option])
    for id, answer in known.items():
        if item.option in answer.rules_out:
            return advice.criteria[id].answers[answer.id].because.text
    said = speaks(ranking.model, ranking.state, item.option)
    for id in sorted(said, key=lambda id: said[id]):
        found = advice.criteria[id].answers[known[id].id]
        if said[id] < 0 and sum(found.effects.get(key, 0) for key in keys) < 0:
            return found.because.text
    return ""
