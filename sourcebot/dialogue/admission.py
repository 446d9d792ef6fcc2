"""Whether a message is let in: by what it says alone, or by what it follows."""

from __future__ import annotations

from sourcebot.dialogue.context import Context
from sourcebot.dialogue.holdings import takes
from sourcebot.dialogue.reading import Label, Reading
from sourcebot.dialogue.understanding import Understanding

SAME_PHRASE = 0.75
"""So near a phrase of a claim or of a concept's description, a message needs no more evidence."""
LIKE_A_PHRASE = 0.5
"""So near some phrase, a message of few words may be a vague question."""
FAR_OFF = 0.12
"""A message of several words with less than this share of the bar is on another subject."""
SURELY_TOLD = 0.7
"""A description of a concept with this confidence needs no more evidence."""
IN_CONVERSATION = 1 / 3
"""The share of the bar that a message needs that follows an answer and holds no foreign word."""


def is_admitted(index: Understanding, reading: Reading, context: Context, about: bool) -> bool:
    """Whether to look for an answer. `about`: a concept or a piece of work is named."""
    if reading.inside >= index.scope.bar:
        return True
    if reading.named and reading.proper:
        return True  # a concept, and a name that the facts know
    asked = bool(reading.labels) and reading.labels[0].confidence >= index.router.bar
    described = bool(reading.labels) and reading.labels[0].kind != "aspect"
    same = reading.similarity >= SAME_PHRASE
    if same and bool(reading.labels) and _stands_alone(index, reading.labels[0]):
        return True
    told = bool(reading.labels) and reading.labels[0].kind == "asked"
    sure = reading.labels[0].confidence >= SURELY_TOLD if told else asked
    if reading.astray and not reading.named and not same and not (told and sure):
        return False
    if described and (sure or same) and len(reading.foreign) <= 1:
        return True
    certain = bool(reading.named) or any(not mention.loose for mention in reading.tasks)
    if context.started and len(reading.foreign) <= int(certain):
        points_back = reading.back or reading.back_both or reading.shift or reading.correction
        likely = reading.inside >= index.scope.bar * IN_CONVERSATION
        brief = len(reading.content) <= 1
        strange = reading.inside < index.scope.bar * FAR_OFF and not brief
        if likely or points_back or (asked and not strange) or about:
            return True
    if context.started and reading.back_both and len(context.recent) > 1:
        return True
    answers_question_back = context.asked_intent is not None and about
    like = reading.similarity >= LIKE_A_PHRASE
    vague = asked and like and not reading.foreign and len(reading.content) <= 1
    return answers_question_back or vague


def _stands_alone(index: Understanding, label: Label) -> bool:
    """Whether it is a whole question and not one that many things can be asked."""
    if label.kind != "aspect":
        return False
    return all(takes(index.knowledge, aspect) == "nothing" for aspect in label.ids)
