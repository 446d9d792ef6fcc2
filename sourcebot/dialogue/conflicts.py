"""Phrases that pull to two intents: in the same words, or surely routed to the other unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sourcebot.dialogue.bot import Bot
from sourcebot.dialogue.cross_validation import Trial, try_phrases
from sourcebot.dialogue.learn import with_slots
from sourcebot.dialogue.reader import Reader
from sourcebot.dialogue.reading import CONCEPT_SLOT, TASK_SLOT, Label
from sourcebot.errors import Problem
from sourcebot.routing.index import Index
from sourcebot.routing.text import stem, words_of

PARTS = 3
"""Fewer than `kb test` takes: who mends a file waits for the answer."""
SURE = 0.9
ALIKE = 0.8
"""How alike two phrases must be before their slots are filled (see `routing.index`)."""
_ANY = ("{concept}", "{other}")


def conflicts(bot: Bot, root: str) -> Iterator[Problem]:
    """One warning for each phrase that is as much like another intent's phrase.

    root: the folder as the curator knows it.
    """
    trials = try_phrases(bot.knowledge, bot.reader, PARTS)
    warned: set[frozenset[str]] = set()
    for trial, other in (*_same_words(trials, bot.reader), *_sure_of_another(trials, bot)):
        pair = frozenset((_key(trial), _key(other)))
        if pair not in warned:
            warned.add(pair)
            yield _warning(trial, other, root)


def _same_words(trials: Sequence[Trial], reader: Reader) -> Iterator[tuple[Trial, Trial]]:
    """Phrases that are one to the router; a claim is told apart by the concepts it is about."""
    known: dict[str, list[Trial]] = {}
    for trial in trials:
        earlier = known.setdefault(trial.masked, [])
        for other in earlier:
            both_aspects = _is_aspect(trial.label) and _is_aspect(other.label)
            alike = both_aspects or _said(trial) == _said(other)
            if alike and not _share_intents(trial.label, other.label):
                yield trial, other
                break
        earlier.append(trial)


def _sure_of_another(trials: Sequence[Trial], bot: Bot) -> Iterator[tuple[Trial, Trial]]:
    """Phrases that went elsewhere with confidence, to a phrase that reads much the same."""
    contractions = bot.knowledge.language.contractions
    stems = [_stems(trial.phrase.text, contractions) for trial in trials]
    labels = {label: number for number, label in enumerate({trial.label: 0 for trial in trials})}
    index = Index.build(stems, [labels[trial.label] for trial in trials], {})
    for trial, words in zip(trials, stems, strict=True):
        got = trial.got
        if got is None or trial.confidence < SURE or _share_intents(trial.label, got):
            continue
        subject = _subject(trial, bot.reader)
        for similarity, number in index.nearest(words, labels[got]):
            if similarity >= ALIKE and _subject(trials[number], bot.reader) == subject:
                yield trial, trials[number]
                break


def _subject(trial: Trial, reader: Reader) -> tuple[str, ...]:
    """The concepts that a phrase is about, which tell it apart from one about others."""
    if any(slot in trial.phrase.text for slot in _ANY):
        return _ANY
    return reader.names_in(trial.phrase.text)


def _stems(text: str, contractions: Mapping[str, str]) -> list[str]:
    return [stem(word) for word in words_of(with_slots(text), contractions)]


def _said(trial: Trial) -> list[str]:
    return words_of(trial.phrase.text)


def _is_aspect(label: str) -> bool:
    return Label.parse(label, 0.0).kind == "aspect"


def _share_intents(label: str, other: str) -> bool:
    return bool(_intents(label) & _intents(other))


def _intents(label: str) -> set[str]:
    """What a label asks for; what starts the advice asks it to choose."""
    parsed = Label.parse(label, 0.0)
    match parsed.kind:
        case "start":
            return {"choose"}
        case "aspect":
            return {*parsed.ids}
        case _:
            return {label}


def _key(trial: Trial) -> str:
    return f"{trial.label} {trial.phrase.place} {trial.phrase.text}"


def _warning(trial: Trial, other: Trial, root: str) -> Problem:
    place = trial.phrase.place
    same = trial.masked == other.masked and _said(trial) != _said(other)
    both = f" (both read “{_with_names(trial.masked)}”)" if same else ""
    return Problem(
        f"{root}/{place.file}",
        place.line,
        f"“{trial.phrase.text}” ({_named(trial.label)}) is as much like “{other.phrase.text}” of "
        f"{_named(other.label)} at {root}/{other.phrase.place}{both}; reword one, or move it",
        warning=True,
    )


def _with_names(masked: str) -> str:
    return masked.replace(CONCEPT_SLOT, "{concept}").replace(TASK_SLOT, "{task}")


def _named(label: str) -> str:
    parsed = Label.parse(label, 0.0)
    kind = {"asked": "concept", "start": "start of the"}.get(parsed.kind, parsed.kind)
    return f"{kind} {'+'.join(parsed.ids)}"
