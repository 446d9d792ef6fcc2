"""Small decision models: one made by hand, and any that hypothesis thinks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from hypothesis import settings
from hypothesis import strategies as st

from sourcebot.advice.model import (
    UNKNOWN,
    Answer,
    Model,
    Move,
    Question,
    State,
    open_questions,
)

OWN_HOME, BUY_HOME, OWN_AWAY, BUY_AWAY, MIX = range(5)
OPTIONS = ("own-home", "buy-home", "own-away", "buy-away", "mix")
PLACES: tuple[dict[str, str], ...] = (
    {"who": "own", "where": "home"},
    {"who": "bought", "where": "home"},
    {"who": "own", "where": "away"},
    {"who": "bought", "where": "away"},
    {},
)
MOVES = (
    Move("take-back", "who", frozenset({"bought"}), "own"),
    Move("bring-home", "where", frozenset({"away"}), "home"),
)


def answer(
    id: str,
    *lifts: float,
    today_value: float = 0.0,
    rules_out: tuple[int, ...] = (),
    today: int | None = None,
    share: float = 1.0,
) -> Answer:
    """An answer that lifts each option above neutral by so much; all by nothing, if not given."""
    values = tuple(0.5 + lift for lift in lifts) or (0.5,) * len(OPTIONS)
    return Answer(id, values, today_value, frozenset(rules_out), today, share)


def question(
    id: str, weight: float, *answers: Answer, skip_if: Mapping[str, tuple[str, ...]] | None = None
) -> Question:
    skips = {other: frozenset(ids) for other, ids in (skip_if or {}).items()}
    return Question(id, weight, {answer.id: answer for answer in answers}, skips)


def model(*questions: Question, base: tuple[float, ...] = (0.5,) * 5) -> Model:
    """A model over OPTIONS; the question `place`, if it is there, asks for today's."""
    return Model(OPTIONS, PLACES, base, MOVES, {q.id: q for q in questions}, "place")


PLACE = question(
    "place",
    1,
    answer("nothing-yet"),
    *(answer(id, today_value=0.1, today=number) for number, id in enumerate(OPTIONS[:4])),
)
CORE = question(
    "core",
    3,
    answer("yes", 0.4, -0.4, 0.3, -0.5, 0),
    answer("no", -0.2, 0.3, -0.1, 0.3, 0),
)
SPOT = question(
    "spot",
    2,
    answer("needed", 0.3, 0.3, -0.3, -0.3, 0, rules_out=(OWN_AWAY, BUY_AWAY), share=0.2),
    answer("anywhere", -0.1, -0.1, 0.2, 0.2, 0),
)
PRICE = question(
    "price",
    2,
    answer("cheap-away", -0.2, 0, 0.1, 0.4, 0),
    answer("same", 0.1, 0, -0.1, -0.2, 0),
)
TROUBLE = question(
    "trouble",
    1,
    answer("none", today_value=0.3),
    answer("bad", today_value=-0.3),
    skip_if={"place": ("nothing-yet",)},
)
SMALL = model(PLACE, CORE, SPOT, PRICE, TROUBLE)
"""Where the work is today, and four questions that speak for and against."""


def completions(model: Model, state: State) -> Iterator[State]:
    """Every way in which the open questions may come to be answered, or not."""
    told = {id: answer for id, answer in state.answers.items() if answer != UNKNOWN}
    open_ones = open_questions(model, State(told, state.possible))
    choices = [
        [UNKNOWN, *state.possible.get(question.id, tuple(question.answers))]
        for question in open_ones
    ]
    for picked in product(*choices):
        more = dict(zip((question.id for question in open_ones), picked, strict=True))
        yield State({**state.answers, **more}, state.possible)


SOME = settings(max_examples=30)
"""To think of a model takes time."""
_LIFT = st.sampled_from([-0.5, -0.3, -0.1, 0.0, 0.1, 0.3, 0.5])


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Up to five options and five questions with gates, skips and places of today."""
    count = draw(st.integers(2, 5))
    ids = ["place", "a", "b", "c", "d"][: draw(st.integers(1, 5))]
    questions = {}
    for number, id in enumerate(ids):
        answers = {}
        for index in range(draw(st.integers(2, 3))):
            gates = draw(st.sets(st.integers(0, count - 1), max_size=1))
            today = draw(st.one_of(st.none(), st.integers(0, count - 1)))
            answers[f"{id}{index}"] = Answer(
                f"{id}{index}",
                tuple(0.5 + draw(_LIFT) for _ in range(count)),
                draw(st.sampled_from([0.0, 0.0, 0.2, -0.2])),
                frozenset(gates if draw(st.integers(0, 4)) == 0 else ()),
                today if id == "place" else None,
                draw(st.sampled_from([1.0, 1.0, 0.2])),
            )
        skips = {}
        if number and draw(st.integers(0, 3)) == 0:
            other = draw(st.sampled_from(ids[:number]))
            skips = {other: frozenset({draw(st.sampled_from([UNKNOWN, f"{other}0"]))})}
        weight = draw(st.sampled_from([1.0, 2.0, 3.0]))
        questions[id] = Question(id, weight, answers, skips)
    base = tuple(draw(st.sampled_from([0.5, 0.5, 0.3])) for _ in range(count))
    return Model(OPTIONS[:count], PLACES[:count], base, MOVES, questions, "place")


@st.composite
def cases(draw: st.DrawFn) -> tuple[Model, State]:
    """A model and a case of it: some questions answered, some unknown, some narrowed, some open."""
    made = draw(models())
    answers, possible = {}, {}
    for id, asked in made.questions.items():
        kind = draw(st.sampled_from(["answered", "answered", "unknown", "narrowed", "open"]))
        if kind == "answered":
            answers[id] = draw(st.sampled_from(list(asked.answers)))
        elif kind == "unknown":
            answers[id] = UNKNOWN
        elif kind == "narrowed":
            ids = st.lists(st.sampled_from(list(asked.answers)), min_size=1, unique=True)
            possible[id] = tuple(draw(ids))
    return made, State(answers, possible)
