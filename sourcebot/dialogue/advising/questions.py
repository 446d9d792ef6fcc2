"""The question that waits for an answer, as it stands in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sourcebot.advice.model import UNKNOWN
from sourcebot.dialogue.advising.state import Advising, Clash
from sourcebot.dialogue.advising.steps import Step
from sourcebot.knowledge.advice_model import Advice


def question_of(advice: Advice, words: Mapping[str, str], step: Step) -> dict[str, Any]:
    """What waits: a criterion's question, which of two answers holds, or which one to change.

    words: what stands on choices, from `content/language/advice.yaml`.
    """
    state = step.state
    if state.clash is not None:
        return _clash(advice, words, state, state.clash)
    if state.changing:
        changeable = [(id, stated(advice, words, id, a)) for id, a in state.answers.items()]
        return _put(advice, words, state, (None, words["change"], ""), changeable)
    assert state.question is not None, "no question waits"
    criterion = advice.criteria[state.question]
    choices = [(id, label_of(advice, words, criterion.id, id)) for id in state.choices]
    put = (criterion.id, criterion.question, criterion.why.text)
    number = len(state.asked) + 1
    about = step.ahead.about if step.ahead is not None else number
    question = _put(advice, words, state, put, choices)
    return {**question, "step": number, "about": max(number, about)}


def given_in(advice: Advice, words: Mapping[str, str], state: Advising) -> list[dict[str, str]]:
    """The answers so far."""
    return [
        {
            "criterion": id,
            "name": advice.criteria[id].name,
            "answer": answer,
            "label": label_of(advice, words, id, answer),
        }
        for id, answer in state.answers.items()
    ]


def label_of(advice: Advice, words: Mapping[str, str], criterion: str, answer: str) -> str:
    """An answer as a person would give it."""
    if answer == UNKNOWN:
        return words["unknown"]
    return advice.criteria[criterion].answers[answer].label


def stated(advice: Advice, words: Mapping[str, str], criterion: str, answer: str) -> str:
    """An answer with the name of what it answers, told from those to other questions."""
    name = advice.criteria[criterion].name
    return f"{name[:1].upper()}{name[1:]}: {label_of(advice, words, criterion, answer)}"


def _clash(
    advice: Advice, words: Mapping[str, str], state: Advising, clash: Clash
) -> dict[str, Any]:
    pairs = (clash.first, clash.second)
    answers = [(f"{id}={answer}", stated(advice, words, id, answer)) for id, answer in pairs]
    answers.append((UNKNOWN, words["unknown"]))
    put = (clash.second[0], words["clash"], clash.says)
    return _put(advice, words, state, put, answers)


def _put(
    advice: Advice,
    words: Mapping[str, str],
    state: Advising,
    put: tuple[str | None, str, str],
    answers: Sequence[tuple[str, str]],
) -> dict[str, Any]:
    """put: criterion, text and why; answers: (id, label)."""
    criterion, text, why = put
    return {
        "criterion": criterion,
        "text": text,
        "why": why,
        "answers": [{"id": id, "label": label} for id, label in answers],
        "step": len(state.asked),
        "about": len(state.asked),
        "given": given_in(advice, words, state),
    }
