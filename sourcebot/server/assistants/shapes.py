"""What tools return, as assistants are told in the output schemas; a reply has a reply's fields."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from sourcebot.knowledge.model import Reason, Status


class Source(BaseModel):
    """A publication that the answer rests on."""

    id: str
    title: str
    publisher: str
    year: int | None = None
    url: str | None = None


class Understood(BaseModel):
    """One reading of a message."""

    intent: str
    concepts: list[str]
    task: str | None
    confidence: float


class Answer(BaseModel):
    """An answer that can be given to a question of the advice."""

    id: str
    label: str


class Given(BaseModel):
    """An answer that was given to a question of the advice."""

    criterion: str
    name: str
    answer: str
    label: str


class Question(BaseModel):
    """The question of the advice that is next."""

    criterion: str | None = Field(description="What to answer, as a key of `answers`.")
    text: str
    why: str = Field(description="Why it is asked.")
    answers: list[Answer] = Field(description="Ids to choose from.")
    step: int
    about: int = Field(description="About how many questions there will be.")
    given: list[Given]


class Reply(BaseModel):
    """A reply of the knowledge base, the same as everywhere else."""

    text: str = Field(description="Markdown; [1] is the first of the sources.")
    status: Status
    reason: Reason | None = Field(description="Where there is no answer: why.")
    intent: str | None = Field(description="The aspect that was asked for.")
    concepts: list[str]
    task: str | None
    confidence: float
    alternatives: list[Understood]
    parts: list[Understood] = Field(description="The questions of a message that held two.")
    question: Question | None
    recommendation: dict[str, Any] | None = Field(
        description="ranking (option, score, and for the first three the strongest for and "
        "against), decisive, flips, risks, steps, notes; sources: those not in `sources`."
    )
    suggestions: list[str] = Field(description="Messages that can be sent next as they are.")
    sources: list[Source]
    kb: str = Field(description="Name and digest of the knowledge base.")


class Asked(Reply):
    """A reply, and what goes on with its conversation."""

    conversation: str = Field(description="Give it to the next call, so that follow-ups work.")
    why: str | None = Field(default=None, description="How the question was understood.")


class Advised(Reply):
    """A question of the advice, or the recommendation."""

    answers: dict[str, str] = Field(description="All so far: send them again with the next one.")
    contradictions: list[str] = Field(description="Answers that cannot both hold, and why.")


class Item(BaseModel):
    """Something that is known, in short."""

    id: str
    name: str
    text: str
    answers: list[Answer] | None = None


class Listed(BaseModel):
    """What there is of one kind."""

    kind: str
    items: list[Item]
    total: int = Field(description="How many fit, shown or not.")
    next_offset: int | None = Field(description="Where to go on, where there are more.")
    kb: str
