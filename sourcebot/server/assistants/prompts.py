"""The prompts: what a person can begin with, written so that an assistant uses the tools."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sourcebot.server.assistants.asking import LONGEST_NAME, Kb, Name
from sourcebot.server.assistants.desk import Ctx, Desk, edition, without_kb
from sourcebot.server.assistants.naming import concept_named, settled

_ENDING = (
    "Use only what the knowledge base says, cite its sources by title and year, and say where it "
    "has nothing."
)


def compare(
    ctx: Ctx,
    a: Annotated[Name, Field(description="A concept, by id or name.")],
    b: Annotated[Name, Field(description="Another one.")],
    kb: Kb = None,
) -> str:
    """Compare two concepts for somebody who has to choose."""
    at = edition(ctx, kb)
    base = at.bot.knowledge
    ids = [settled("concept", "concepts", text, concept_named(at.bot, text)) for text in (a, b)]
    first, second = (base.names[id] for id in ids)
    return (
        f"Compare {first} and {second} for a manager who has to choose between them.\n\n"
        f'Call `kb_compare` with concepts ["{ids[0]}", "{ids[1]}"]{_in(kb)}, and `kb_entry` for '
        "what matters to the choice and is not in the comparison. Give the main difference in one "
        "sentence, then a short table, then when each is the better choice.\n\n"
        f"{_ENDING}"
    )


def onboarding_plan(
    ctx: Ctx,
    role: Annotated[
        str, Field(description="Whom the plan is for.", min_length=1, max_length=LONGEST_NAME)
    ],
    kb: Kb = None,
) -> str:
    """Plan how somebody new learns what the knowledge base is about."""
    base = edition(ctx, kb).bot.knowledge
    course = base.course
    if course is not None:
        lessons = [f"{n}. {one.title}: {one.goal}" for n, one in enumerate(course.lessons, 1)]
        ground = f'Build on the lessons of the course "{course.title}":\n' + "\n".join(lessons)
    else:
        names = ", ".join(base.names[id] for id in base.identity.main_concepts)
        ground = f"Begin with these concepts: {names}."
    return (
        f"Write an onboarding plan for this role: {' '.join(role.split())}\n"
        f"The subject: {base.identity.title}. {base.identity.about}\n\n{ground}\n\n"
        f"Look up with `kb_list` and `kb_entry`{_in(kb)} what this role needs of it and leave "
        "out the rest. Plan two weeks; for each day give what to read, one question to answer, "
        f"and what to do with it at work.\n\n{_ENDING}"
    )


def add_prompts(server: Desk, *, several: bool) -> None:
    """Offer the prompts."""
    for function, title in (
        (compare, "Compare two concepts"),
        (onboarding_plan, "Plan an onboarding"),
    ):
        offer = server.prompt(title=title)
        offer(without_kb(function, several=several))


def _in(kb: str | None) -> str:
    return f' (kb "{kb}")' if kb is not None else ""
