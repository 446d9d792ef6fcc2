"""Questions that stand alone as what the rest of Sourcebot knows: aspects that take nothing."""

from __future__ import annotations

from sourcebot.knowledge.decode import line_of
from sourcebot.knowledge.draft import Draft
from sourcebot.knowledge.facts import Phrase, Place
from sourcebot.knowledge.model import Aspect, Entry, entry_key

_NEXT = 3


def question_aspects(draft: Draft) -> dict[str, Aspect]:
    """Question id -> its aspect; the clearest way to ask it is its name and what is suggested.

    What stands after it in its file is suggested after it.
    """
    found: dict[str, Aspect] = {}
    written = {file.value.id for file in draft.of("aspects")}
    # The part with the answer speaks for all others of the same id.
    parts = sorted(draft.questions(), key=lambda part: part[2].summary is None)
    for file, id, part in parts:
        if id in written or id in found:
            continue
        ids = list(file.value)
        after = ids.index(id) + 1
        around = (ids * 2)[after : after + _NEXT]
        found[id] = Aspect(
            id=id,
            name=part.phrases[0],
            takes="nothing",
            question=part.phrases[0],
            question_alone=None,
            usual_concept=None,
            subjects=(),
            next=tuple(other for other in dict.fromkeys(around) if other != id),
            fresh_for=None,
            place=Place(file.name, line_of(file.node, id)),
        )
    return found


def question_entries(draft: Draft) -> dict[str, Entry]:
    """The answers, by their keys among all entries."""
    return {
        entry_key(id, ()): Entry(
            aspect=id,
            concepts=(),
            summary=part.summary,
            points=part.points,
            rows=(),
            place=Place(file.name, line_of(file.node, id)),
        )
        for file, id, part in draft.questions()
        if part.summary is not None
    }


def question_phrases(draft: Draft) -> list[Phrase]:
    """How they are asked, with the lines on which that stands."""
    return [
        Phrase(text, (id,), Place(file.name, line_of(file.node, id, "phrases", index)))
        for file, id, part in draft.questions()
        for index, text in enumerate(part.phrases)
    ]
