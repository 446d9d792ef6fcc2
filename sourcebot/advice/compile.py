"""The advice of a knowledge base into the engine's numbers."""

from __future__ import annotations

from sourcebot.advice.model import NEUTRAL, Answer, Model, Move, Question
from sourcebot.knowledge.advice_model import TODAY, Advice, Criterion
from sourcebot.knowledge.advice_model import Answer as KnownAnswer

MOST_POINTS = 3
RARE = 0.2
"""A rare answer counts so much of a usual one where a question is open."""


def compile_model(advice: Advice) -> Model:
    """The model that the engine computes with. Points from -3 to 3 become values from 0 to 1."""
    options = tuple(advice.options)
    return Model(
        options=options,
        places=tuple(option.places for option in advice.options.values()),
        base=tuple(_value(option.base) for option in advice.options.values()),
        moves=tuple(
            Move(id, move.axis, frozenset(move.start), move.end)
            for id, move in advice.moves.items()
        ),
        questions={
            criterion.id: Question(
                criterion.id,
                float(criterion.weight),
                _answers(advice, criterion),
                {id: frozenset(answers) for id, answers in criterion.skip_if.items()},
            )
            for criterion in advice.criteria.values()
        },
        today=advice.today,
    )


def _answers(advice: Advice, criterion: Criterion) -> dict[str, Answer]:
    """The answers, centred: not to answer is worth as much as the average of all answers."""
    points = {
        id: [points_of(advice, answer, option) for option in advice.options]
        for id, answer in criterion.answers.items()
    }
    shares = [share_of(answer) for answer in criterion.answers.values()]
    means = [
        sum(share * point for share, point in zip(shares, column, strict=True)) / sum(shares)
        for column in zip(*points.values(), strict=True)
    ]
    return {
        id: _answer(advice, answer, [p - m for p, m in zip(points[id], means, strict=True)])
        for id, answer in criterion.answers.items()
    }


def share_of(answer: KnownAnswer) -> float:
    """How often the answer is given, compared with one that is not rare."""
    return RARE if answer.rare else 1.0


def points_of(advice: Advice, answer: KnownAnswer, option: str) -> int:
    """What an answer does to an option, in points from -3 to 3, today's place left aside."""
    points = sum(answer.effects.get(key, 0) for key in keys_of(advice, option))
    return max(-MOST_POINTS, min(MOST_POINTS, points))


def _answer(advice: Advice, answer: KnownAnswer, points: list[float]) -> Answer:
    out = {
        number
        for number, option in enumerate(advice.options)
        if any(key in answer.rules_out for key in keys_of(advice, option))
    }
    return Answer(
        id=answer.id,
        values=tuple(_value(point) for point in points),
        today_value=answer.effects.get(TODAY, 0) / (2 * MOST_POINTS),
        rules_out=frozenset(out),
        share=share_of(answer),
        today=list(advice.options).index(answer.today) if answer.today is not None else None,
    )


def keys_of(advice: Advice, option: str) -> tuple[str, ...]:
    """What effects, gates and guidance may call an option: its id and its places on the axes."""
    return (option, *advice.options[option].places.values())


def _value(points: float) -> float:
    return NEUTRAL + points / (2 * MOST_POINTS)
