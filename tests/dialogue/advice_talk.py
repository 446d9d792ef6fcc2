"""Talking a conversation through the advice, whichever question comes next."""

from __future__ import annotations

from collections.abc import Mapping

from sourcebot import Conversation, Reply

SETTLED = {
    "now": "own-kettle",
    "taste": "signature",
    "skill": "able",
    "roof": "stay-a-little",
    "price": "little",
    "law": "strict",
    "sky": "rainy",
    "mood": "content",
}
"""A case of the tea base in which all speaks for your own kettle, where you are already."""


def waiting(reply: Reply) -> str | None:
    """The criterion whose question waits under the reply."""
    found: str | None = (reply.question or {}).get("criterion")
    return found


def given(reply: Reply) -> dict[str, str]:
    """The answers so far, as the reply's question tells them."""
    assert reply.question is not None
    return {item["criterion"]: item["answer"] for item in reply.question["given"]}


def first(reply: Reply) -> str:
    """The option that the reply recommends."""
    assert reply.recommendation is not None
    found: str = reply.recommendation["ranking"][0]["option"]
    return found


def ask_for(conversation: Conversation, criterion: str) -> Reply:
    """Have one criterion asked now."""
    return conversation.send(f"/change {criterion}")


def told(conversation: Conversation, answers: Mapping[str, str]) -> Reply:
    """Start the advice and give these answers by id, whatever is asked in between."""
    reply = conversation.send("help me decide")
    for criterion, answer in answers.items():
        ask_for(conversation, criterion)
        reply = conversation.send(answer)
    return reply


def to_the_end(conversation: Conversation, reply: Reply, answers: Mapping[str, str]) -> Reply:
    """Answer what is asked, or say that it is unknown, until the recommendation."""
    while reply.status == "asking":
        reply = conversation.send(answers.get(waiting(reply) or "", "I do not know"))
    return reply
