"""Advice on tea: what the screen shows of it is tested apart from what the shipped base says."""

from __future__ import annotations

from pathlib import Path

from tests.knowledge.tea import TeaFolder


def _criterion(id: str, name: str, question: str, answers: str) -> str:
    return (
        f"id: {id}\nname: {name}\nweight: 2\nquestion: {question}\n"
        f"why: {{text: The tea hangs on it., sources: [leaf-book]}}\nanswers:\n{answers}"
    )


def _answer(id: str, label: str, *more: str) -> str:
    because = f"because: {{text: 'Because of {id}.', sources: [leaf-book]}}"
    lines = (f"label: '{label}'", because, f"says: [{label.lower()}]", *more)
    return f"  {id}:\n" + "".join(f"    {line}\n" for line in lines)


FILES = {
    "advice.yaml": """\
today: habit
axes:
  brewer:
    name: Who brews
    values: {own: yourself, other: somebody else}
  place:
    name: Where
    values: {in: at home, near: next door, out: out of town}
options:
  pot:
    name: a pot at home
    means: Brew it at home.
    form: a pot, a strainer and a kettle
    places: {brewer: own, place: in}
  neighbour:
    name: tea with a neighbour who is good at it
    means: Drink it next door.
    form: a standing invitation
    places: {brewer: other, place: near}
  tea-house:
    name: a tea house
    means: Go out for it.
    form: a table by the window
    places: {brewer: other, place: out}
  mix:
    name: a mix
    means: Brew it in the week and go out on Sunday.
    form: a pot for the week
moves:
  homecoming:
    name: coming home
    means: Drink it at home again.
    axis: place
    start: [near, out]
    end: in
    impossible: You drink it at home already.
conflicts:
  - answers: {habit: [at-home], mood: [curious]}
    says: Nobody is curious at home.
starts:
  - help me decide
  - help me choose my tea
  - which tea should we have
""",
    "criteria/habit.yaml": _criterion(
        "habit",
        "habit",
        "Where do you drink it today?",
        _answer("none", "Nowhere yet", "neutral: true")
        + _answer("at-home", "At home", "today: pot", "effects: {pot: 1}")
        + _answer("outside", "In a tea house", "today: tea-house", "effects: {tea-house: 1}"),
    ),
    "criteria/time.yaml": _criterion(
        "time",
        "time for it",
        "How much time do you have for a cup of tea on an ordinary day?",
        _answer("much", "Hours", "effects: {tea-house: 3, neighbour: 1}")
        + _answer("little", "Minutes", "effects: {pot: 2, mix: 2}"),
    ),
    "criteria/mood.yaml": _criterion(
        "mood",
        "mood",
        "What are you in the mood for?",
        _answer("company", "Company and cake", "effects: {neighbour: 3, mix: 3}")
        + _answer("curious", "Something new", "effects: {tea-house: 3}")
        + _answer("alone", "Nobody, please", "effects: {pot: 2}", "rules_out: [neighbour]"),
    ),
    "guidance.yaml": """\
scald:
  kind: risk
  options: [pot]
  fact: {text: The kettle is hot., remedy: Mind the spout., sources: [pot-board]}
""",
}


def advised_tea(root: Path) -> TeaFolder:
    """The tea base, and advice on where to drink it."""
    folder = TeaFolder(root)
    for name, text in FILES.items():
        folder.write(name, text)
    return folder
