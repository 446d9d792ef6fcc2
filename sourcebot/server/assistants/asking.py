"""The tools that answer: a question in words, a comparison, and one entry."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp_types import CallToolResult
from pydantic import Field

from sourcebot.dialogue.bot import Bot
from sourcebot.dialogue.holdings import COMPARE, takes
from sourcebot.dialogue.questions import Question
from sourcebot.dialogue.reply import Reply
from sourcebot.errors import TemplateError
from sourcebot.server.assistants import results, shapes
from sourcebot.server.assistants.asking_back import CHOICE, Outcome, can_ask, chosen, form
from sourcebot.server.assistants.desk import Ctx, desk, edition, served
from sourcebot.server.assistants.failures import Refused
from sourcebot.server.assistants.naming import aspect_named, concept_named, settled
from sourcebot.server.assistants.tokens import LONGEST

LONGEST_QUESTION, LONGEST_NAME = 4_000, 200
FEWEST, MOST = 2, 3

Kb = Annotated[
    str | None,
    Field(description="Name of the knowledge base; the first one if left out.", max_length=200),
]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
AskedQuestion = Annotated[
    str,
    Field(
        description="What the person asks, in their own words; one message.",
        max_length=LONGEST_QUESTION,
    ),
]
Token = Annotated[
    str | None,
    Field(
        description="`conversation` of the last result, letter by letter, for a follow-up.",
        max_length=LONGEST,
    ),
]
Names = Annotated[
    list[Name],
    Field(description="Two or three concepts, by id or name.", min_length=FEWEST, max_length=MOST),
]


def which_reading(
    ctx: Ctx, question: AskedQuestion, conversation: Token = None, kb: Kb = None
) -> str | Elicit[Any]:
    """Ask back where a question has several readings and the client can; else nothing."""
    if not can_ask(ctx):
        return ""
    base = served(ctx, kb)
    bot = base.edition.bot
    begun = desk(ctx).seal.open(base.name, conversation, bot) if conversation else bot.start()
    reply = begun.send(question)
    if reply.status != "clarify" or len(reply.suggestions) < 2:
        return ""
    return form(reply.text, {CHOICE: ("Which is meant?", reply.suggestions)})


def kb_ask(
    ctx: Ctx,
    question: AskedQuestion,
    meant: Annotated[Outcome, Resolve(which_reading)],
    conversation: Token = None,
    explain: Annotated[
        bool, Field(description="Say also how the question was understood.")
    ] = False,
    kb: Kb = None,
) -> Annotated[CallToolResult, shapes.Asked]:
    """Answer a question from the knowledge base, with sources.

    Questions may have typos, be vague, hold two questions, or follow up on the last one.
    """
    base, seal = served(ctx, kb), desk(ctx).seal
    bot = base.edition.bot
    talk = seal.open(base.name, conversation, bot) if conversation else bot.start()
    reply = talk.send(question)
    picked = chosen(meant).get(CHOICE)
    if picked is not None:
        reply = talk.send(picked)
    token = seal.close(base.name, talk)
    why = talk.dump()["context"]["why"] if explain else None
    lines = [f"How it was understood:\n{why}"] if why else []
    return results.of_reply(
        reply, *lines, f"conversation: {token}", conversation=token, why=why or None
    )


def which_concepts(ctx: Ctx, concepts: Names, kb: Kb = None) -> str | Elicit[Any]:
    """Ask which concepts are meant where names are near several; else nothing."""
    if not can_ask(ctx):
        return ""
    bot = edition(ctx, kb).bot
    named = [concept_named(bot, text) for text in concepts]
    open_ones = {
        f"name{number}": (f"Which is `{text}`?", one.meant)
        for number, (text, one) in enumerate(zip(concepts, named, strict=True), 1)
        if one.id is None
    }
    # What nothing is near to cannot be chosen: the tool says so.
    if not open_ones or not all(meant for _, meant in open_ones.values()):
        return ""
    return form("Did you mean one of these?", open_ones)


def kb_compare(
    ctx: Ctx,
    concepts: Names,
    meant: Annotated[Outcome, Resolve(which_concepts)],
    kb: Kb = None,
) -> Annotated[CallToolResult, shapes.Reply]:
    """Compare two or three concepts: what they share, where they differ, when to choose which."""
    bot = edition(ctx, kb).bot
    if takes(bot.knowledge, COMPARE) != "pair":
        raise Refused("this knowledge base has no comparisons; ask with `kb_ask`")
    picked = chosen(meant)
    given = [picked.get(f"name{number}", text) for number, text in enumerate(concepts, 1)]
    ids = [settled("concept", "concepts", text, concept_named(bot, text)) for text in given]
    if len(set(ids)) < len(ids):
        twice = next(id for id in ids if ids.count(id) > 1)
        raise Refused(f"two of the names mean `{twice}`; give different concepts")
    return results.of_reply(_answered(bot, COMPARE, tuple(sorted(ids))))


def which_concept(ctx: Ctx, concept: Name, kb: Kb = None) -> str | Elicit[Any]:
    """Ask which concept is meant where a name is near several; else nothing."""
    if not can_ask(ctx):
        return ""
    named = concept_named(edition(ctx, kb).bot, concept)
    if named.id is not None or not named.meant:
        return ""
    return form(f"Which is `{concept}`?", {CHOICE: ("Did you mean", named.meant)})


def kb_entry(
    ctx: Ctx,
    concept: Annotated[Name, Field(description="A concept, by id or name; several joined by `+`.")],
    aspect: Annotated[Name, Field(description="What about it: an aspect, by id or name.")],
    meant: Annotated[Outcome, Resolve(which_concept)],
    kb: Kb = None,
) -> Annotated[CallToolResult, shapes.Reply]:
    """Read what is known about one aspect of one concept, with sources."""
    bot = edition(ctx, kb).bot
    return results.of_reply(entry_of(bot, chosen(meant).get(CHOICE, concept), aspect))


def entry_of(bot: Bot, concept: str, aspect: str) -> Reply:
    """The entry; concept: also several, joined by `+`. Raises Refused."""
    base = bot.knowledge
    about = settled("aspect", "aspects", aspect, aspect_named(base, aspect))
    named = concept.split("+") if "+" in concept else [concept]
    if len(named) > MOST:
        raise Refused(f"an entry is about {MOST} concepts at most")
    ids = {settled("concept", "concepts", text, concept_named(bot, text)) for text in named}
    needs = takes(base, about)
    if needs == "pair" and len(ids) < FEWEST:
        raise Refused(f"`{about}` is about two concepts; use `kb_compare`")
    if needs == "task":
        raise Refused(f"`{about}` is about a piece of work; ask with `kb_ask`")
    return _answered(bot, about, tuple(sorted(ids)))


def _answered(bot: Bot, aspect: str, concepts: tuple[str, ...]) -> Reply:
    try:
        return bot.composer.answer([Question(aspect, concepts, None, 1.0)], ())
    except TemplateError as error:
        return bot.broken_template(error)
