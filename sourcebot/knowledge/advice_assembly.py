"""The decoded files of the advice into the frozen model."""

from __future__ import annotations

from sourcebot.knowledge.advice_files import AdviceFile, CriterionFile
from sourcebot.knowledge.advice_model import Advice, Answer, Criterion, Guidance
from sourcebot.knowledge.decode import line_of
from sourcebot.knowledge.draft import Decoded, Draft
from sourcebot.knowledge.facts import Phrase, Place


def assemble_advice(draft: Draft) -> Advice | None:
    """The advice of a base that has passed its checks, or None where it has no advice.yaml."""
    files = draft.of("advice")
    if not files:
        return None
    part: AdviceFile = files[0].value
    return Advice(
        today=part.today,
        axes=part.axes,
        options=part.options,
        moves=part.moves,
        conflicts=part.conflicts,
        criteria={file.value.id: _criterion(file) for file in draft.of("criteria")},
        guidance=tuple(
            Guidance(
                id=id,
                kind=item.kind,
                fact=item.fact,
                options=item.options,
                when=item.when,
                changes=item.changes,
                place=Place(file.name, line_of(file.node, id)),
            )
            for file in draft.of("guidance")
            for id, item in file.value.items()
        ),
        starts=tuple(
            Phrase(text, (), Place(files[0].name, line_of(files[0].node, "starts", index)))
            for index, text in enumerate(part.starts)
        ),
        written={
            id: Place(files[0].name, line_of(files[0].node, key, id))
            for key, ids in (("options", part.options), ("moves", part.moves))
            for id in ids
        },
    )


def _criterion(file: Decoded) -> Criterion:
    part: CriterionFile = file.value
    return Criterion(
        id=part.id,
        name=part.name,
        weight=part.weight,
        question=part.question,
        why=part.why,
        answers={id: _answer(file, part, id) for id in part.answers},
        terms=part.terms,
        skip_if=part.skip_if,
        narrows=part.narrows,
        place=Place(file.name, 1),
    )


def _answer(file: Decoded, criterion: CriterionFile, id: str) -> Answer:
    part = criterion.answers[id]
    return Answer(
        id=id,
        label=part.label,
        because=part.because,
        effects=part.effects,
        rules_out=part.rules_out,
        today=part.today,
        neutral=part.neutral,
        rare=part.rare,
        at_least=part.at_least,
        below=part.below,
        says=part.says,
        states=part.states,
        place=Place(file.name, line_of(file.node, "answers", id)),
    )
