"""The proofs for exercises that rest on the guided advice: scenes, matches and cases."""

from __future__ import annotations

from collections.abc import Iterator

from sourcebot.advice.compile import MOST_POINTS, compile_model
from sourcebot.advice.model import UNKNOWN, State
from sourcebot.advice.recommendation import recommend
from sourcebot.knowledge.advice_model import TODAY, Advice
from sourcebot.knowledge.model import KnowledgeBase
from sourcebot.learning.items.item import Ask, Item
from sourcebot.learning.items.texts import names_in

MARGIN = 1
CLEARLY = 0.08


def which(knowledge: KnowledgeBase, item: Item) -> Iterator[str]:
    """Why a scene's answer is in doubt: its label, computed again from the axes."""
    course, advice = knowledge.course, knowledge.advice
    parts = item.id.split(":")[1:]
    if course is None or course.which is None or advice is None:
        yield "tells two concepts apart, and the base does not say how"
        return
    option = parts[1] if len(parts) > 1 else knowledge.cases[parts[0]].chose
    places = advice.options[option].places if option in advice.options else {}
    labels = course.which.labels
    if set(places) != set(advice.axes):
        yield f"is about `{option}`, which has no place on the axes"
        return
    holds = [c for c, axes in labels.items() if all(places[a] in axes[a] for a in axes)]
    wanted = {0: "neither", 1: holds[0] if holds else "", 2: "both"}[len(holds)]
    ask = item.asks[0]
    if ask.right != wanted:
        yield f"takes `{ask.right}` for right, but `{option}` is `{wanted}`"
    if {choice.id for choice in ask.choices} != {*labels, "both", "neither"}:
        yield "does not offer both concepts, both at once and neither"
    told = [c for c in labels if names_in(knowledge.concepts[c], loose=True).search(ask.text)]
    if told:
        yield f"names `{told[0]}` in its scene"
    if len(parts) > 1:
        for criterion, answer in knowledge.tasks[parts[0]].implies.items():
            gates = advice.criteria[criterion].answers[answer].rules_out
            if any(key in gates for key in (option, *places.values())):
                yield f"is about a task that cannot be done so: `{criterion}` is `{answer}`"


def match(knowledge: KnowledgeBase, item: Item) -> Iterator[str]:
    """Why a row's answer is in doubt: points and margins, or points' concepts, computed again."""
    if len(item.asks) < 2 or len({ask.right for ask in item.asks}) < 2:
        yield "has fewer than two rows, or the same answer in all"
    if len({ask.choices for ask in item.asks}) > 1:
        yield "does not offer the same choices in all rows"
    _, id, *rest = item.id.split(":")
    if rest:
        yield from _points(knowledge, item, id, rest[0].split("+"))
        return
    advice = knowledge.advice
    if advice is None or id not in advice.criteria:
        yield f"is about `{id}`, which is no criterion"
        return
    for ask in item.asks:
        yield from _row(advice, id, ask)


def _row(advice: Advice, criterion: str, ask: Ask) -> Iterator[str]:
    fitting = [a for a in advice.criteria[criterion].answers.values() if a.label == ask.text]
    if len(fitting) != 1:
        yield f"has a row “{ask.text}”, which is not one answer of `{criterion}`"
        return
    effects, out = fitting[0].effects, fitting[0].rules_out
    points = {}
    for choice in ask.choices:
        option = advice.options[choice.id]
        keys = {choice.id, *option.places.values()}
        total = sum(effects.get(key, 0) for key in [choice.id, *option.places.values()])
        points[choice.id] = min(MOST_POINTS, max(-MOST_POINTS, total))
        if choice.id == ask.right and keys & set(out):
            yield f"takes `{choice.id}` for right, which “{ask.text}” rules out"
    best = points[ask.right]
    today = abs(effects.get(TODAY, 0))
    for other, value in points.items():
        if other != ask.right and best - value < MARGIN + today:
            yield f"“{ask.text}” speaks for `{other}` ({value}) as for `{ask.right}` ({best})"
    if best <= 0:
        yield f"“{ask.text}” does not speak for `{ask.right}`"


def _points(
    knowledge: KnowledgeBase, item: Item, aspect: str, concepts: list[str]
) -> Iterator[str]:
    relation = knowledge.kinds.broader or ""
    for one in concepts:
        for other in concepts:
            if other in knowledge.concepts[one].relations.get(relation, ()):
                yield f"offers `{other}` beside `{one}`, which is a kind of it"
    for ask in item.asks:
        entry = knowledge.entry(aspect, (ask.right,))
        text = ask.text.rpartition("** ")[2]
        if entry is None or not any(point.text.startswith(text) for point in entry.points):
            yield f"has a row that is no point of `{ask.right}`: “{ask.text}”"
        for id in concepts:
            if names_in(knowledge.concepts[id], loose=True).search(ask.text):
                yield f"names `{id}` in a row: “{ask.text}”"


def case(knowledge: KnowledgeBase, item: Item) -> Iterator[str]:
    """Why a case's answer is in doubt: the ranking, as the guided advice itself gives it."""
    found, advice = knowledge.cases[item.id.partition(":")[2]], knowledge.advice
    if advice is None:
        yield "decides a case, and the base has no advice"
        return
    answers = {id: answer for id, answer in found.answers.items() if answer != UNKNOWN}
    result = recommend(knowledge, compile_model(advice), State(answers))
    ask = item.asks[0]
    if ask.right != found.defensible[0]:
        yield f"takes `{ask.right}` for right, but `{found.defensible[0]}` is best in hindsight"
    ranked = {line.option: line for line in result.ranking}
    right = next(
        (line for line in result.ranking if ask.right in (line.option, line.also)
         or (line.place and line.place == _place(advice, ask.right))),
        None,
    )  # fmt: skip
    if right is None or right.ruled_out is not None:
        yield f"takes `{ask.right}` for right, which its answers make impossible"
        return
    for choice in ask.choices:
        if choice.id == ask.right:
            continue
        line = ranked[choice.id]
        if choice.id in found.defensible or line.also in found.defensible:
            yield f"offers `{choice.id}`, which stands up in hindsight as well"
        if line.ruled_out is None and line.score > right.score - CLEARLY + 0.001:
            scores = f"{line.score:.2f} to {right.score:.2f}"
            yield f"offers `{choice.id}`, which is not clearly worse by the advice ({scores})"


def _place(advice: Advice, id: str) -> dict[str, str] | None:
    return advice.options[id].places if id in advice.options else None
