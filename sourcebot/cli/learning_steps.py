"""A lesson or a review over lines: each step as text, and what a line typed at it means."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from sourcebot.answers.plain import plain_text
from sourcebot.cli.replies import cited_text
from sourcebot.learning.items.item import Choice
from sourcebot.learning.plain import until
from sourcebot.learning.steps import Exercise, Finished, Outcome, Page

UNKNOWN = frozenset(
    [
        "i don't know", "i dont know", "i do not know", "don't know", "dont know", "do not know",
        "idk", "dunno", "no idea", "skip", "pass",
    ]
)  # fmt: skip
"""Words for not knowing; `?` alone is another."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_UNBROKEN = 1_000_000
_SHORT = 2
"""Letters or digits that are meant as a choice, be it one that does not exist."""


class Answer(Struct, frozen=True):
    """An answer to an exercise. given: the id of a choice, free words, or None for "not known"."""

    given: str | None


class Asked(Struct, frozen=True):
    """A message to the bot."""

    message: str


def page_text(page: Page, width: int) -> str:
    """A page; the last one lists the sources of all, which are cited on several of them."""
    last = page.number == page.of
    return "\n\n".join(
        (
            wrapped(f"{page.title}, page {page.number} of {page.of}", width),
            cited_text(page.text, page.sources if last else (), width),
        )
    )


def exercise_text(exercise: Exercise, width: int) -> str:
    """An exercise with lettered choices; where it has changed, what was learnt and what holds."""
    once_more = ", once more" if exercise.repeated else ""
    # What went wrong comes back at the end, so that "3 of 7" would be said of several.
    blocks = [wrapped(f"Exercise{once_more} ({exercise.number - 1} of {exercise.of} done)", width)]
    if exercise.changed is not None:
        blocks += [
            wrapped("This has changed since you learnt it.", width),
            _labelled("Before:", exercise.changed.answer, width),
            _labelled("Now:", exercise.item.answer, width),
        ]
    if exercise.row == 1:
        blocks.append(plain_text(exercise.prompt, width).strip("\n"))
    if exercise.text:
        place = f"({exercise.row} of {exercise.rows}) " if exercise.rows > 1 else ""
        blocks.append(wrapped(f"{place}{exercise.text}", width))
    if exercise.choices:
        blocks.append(
            "\n".join(
                wrapped(choice.label, width, f"  {letter}. ", "     ")
                for letter, choice in zip(_LETTERS, exercise.choices, strict=False)
            )
        )
    return "\n\n".join(blocks)


def outcome_text(outcome: Outcome, now: datetime, width: int) -> str:
    """What came of an answer, why, its sources, when it is asked again, and how to know more."""
    blocks = [cited_text(outcome.text, outcome.sources, width)]
    if not outcome.more:
        when = f"Asked again {_again(outcome.due, now)}." if outcome.due is not None else ""
        more = f"To know more, type /more or ask: {outcome.question}" if outcome.question else ""
        blocks += [wrapped(part, width) for part in (when, more) if part]
    return "\n\n".join(blocks)


def finished_text(finished: Finished, now: datetime, width: int) -> str:
    """The end of a sitting, and when the next review is."""
    blocks = [plain_text(finished.text, width).strip("\n")]
    if finished.due is not None:
        blocks.append(wrapped(f"The next review is {until(finished.due, now)}.", width))
    return "\n\n".join(blocks)


def _again(due: datetime, now: datetime) -> str:
    """When an exercise is asked again; within the hour that is often in the same sitting."""
    return "soon" if due - now < timedelta(hours=1) else until(due, now)


def how_to_answer(exercise: Exercise) -> str:
    """How this exercise is answered, in one sentence or two."""
    if not exercise.choices:
        return (
            "Answer in your own words, on one line; ? alone if you do not know. "
            "A line that ends with ? is a question and is answered."
        )
    last = _LETTERS[len(exercise.choices) - 1]
    return (
        f"Type a letter from a to {last}, or ? if you do not know. "
        "Anything else is a question and is answered."
    )


def heard(line: str, exercise: Exercise) -> Answer | Asked | None:
    """What a line means while this exercise waits; None where it says nothing that fits."""
    if line == "?" or _plain(line) in UNKNOWN:
        return Answer(None)
    if not line:
        return None
    if exercise.choices:
        choice = picked(line, exercise.choices)
        if choice is not None:
            return Answer(choice.id)
        return None if _meant_as_choice(line) else Asked(line)
    if line.startswith("?"):
        return Asked(line.lstrip("? ") or line)
    return Asked(line) if line.endswith("?") or line.startswith("/") else Answer(line)


def picked(line: str, choices: Sequence[Choice]) -> Choice | None:
    """The choice that a line names: by its letter, its number or its words."""
    said = line.strip().casefold().rstrip(".)").removeprefix("(")
    for number, (letter, choice) in enumerate(zip(_LETTERS, choices, strict=False), 1):
        if said in (letter, str(number)):
            return choice
    wanted = _plain(line)
    return next((choice for choice in choices if _plain(choice.label) == wanted), None)


def _meant_as_choice(line: str) -> bool:
    """Whether a line looks like a letter or number of a choice, which just is not there."""
    said = line.rstrip(".)")
    return (len(said) == 1 and said.isalnum()) or (said.isdigit() and len(said) <= _SHORT)


def _plain(text: str) -> str:
    """A label or an answer without what a person leaves out when they type it."""
    return " ".join(text.replace("’", "'").casefold().strip(' .!*_"“”').split())


def _labelled(label: str, text: str, width: int) -> str:
    """A text of one or more lines after its label."""
    lines = text.splitlines() or [""]
    if len(lines) == 1:
        return wrapped(f"{label} {lines[0]}", width, rest="  ")
    return "\n".join([label, *(wrapped(line, width, "  - ", "    ") for line in lines)])


def wrapped(text: str, width: int, lead: str = "", rest: str = "") -> str:
    """Text without its Markdown on lines of at most `width` columns, behind a mark."""
    return textwrap.fill(
        " ".join(plain_text(text, _UNBROKEN).split()),
        width,
        initial_indent=lead,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
