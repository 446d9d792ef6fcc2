"""Which answer is picked without words: by its number or letter, its label, or a figure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sourcebot.advice.model import UNKNOWN
from sourcebot.knowledge.advice_model import Criterion
from sourcebot.routing.text import words_of

_PICK = re.compile(r"(?:option|number|answer|choice|no\.?|nr\.?)?\s*\(?([0-9]{1,2}|[a-i])[.):]?")
_FIGURE = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*(%|percent|per cent)?")


def picked_answer(
    text: str, criterion: Criterion, choices: Sequence[str], ordinals: Mapping[str, int]
) -> str | None:
    """The answer that a label, an id, a figure, a number or a letter picks.

    choices: the answers as they were put, in order; ordinals: "the second one" -> 2.
    """
    words = words_of(text)
    for answer in criterion.answers.values():
        if words in (words_of(answer.label), words_of(answer.id)):
            return answer.id  # before figures: a label may name the bound of its range
    ranged = _in_range(text, criterion)
    if ranged is not None:
        return ranged
    labels = [criterion.answers[id].label if id in criterion.answers else UNKNOWN for id in choices]
    number = picked_of(text, labels, ordinals)
    return choices[number] if number is not None else None


def picked_of(text: str, labels: Sequence[str], ordinals: Mapping[str, int]) -> int | None:
    """The position that a number, a letter, an ordinal or the label itself picks."""
    words = " ".join(words_of(text))
    for number, label in enumerate(labels):
        if words and words == " ".join(words_of(label)):
            return number
    match = _PICK.fullmatch(text.strip().casefold())
    if match is not None:
        token = match.group(1)
        number = int(token) if token.isdigit() else ord(token) - ord("a") + 1
        return number - 1 if 1 <= number <= len(labels) else None
    ordinal = ordinals.get(words)
    if ordinal is None or not -len(labels) <= ordinal <= len(labels):
        return None
    return ordinal - 1 if ordinal > 0 else len(labels) + ordinal


def _in_range(text: str, criterion: Criterion) -> str | None:
    """The answer whose range holds the figure that the message is about."""
    figures = _FIGURE.findall(text)
    if len(figures) != 1:
        return None
    number, unit = float(figures[0][0].replace(",", ".")), figures[0][1]
    if not unit and text.strip() == figures[0][0] and number <= len(criterion.answers) + 1:
        return None  # a bare small number picks an answer by its place in the list
    for answer in criterion.answers.values():
        if answer.at_least is None and answer.below is None:
            continue
        above = answer.at_least is None or number >= answer.at_least
        if above and (answer.below is None or number < answer.below):
            return answer.id
    return None
