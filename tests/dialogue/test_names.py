"""Names that are spelt as no list has them: found where they are near, and only there."""

from __future__ import annotations

import pytest

from sourcebot import Bot


@pytest.mark.parametrize(
    ("message", "concept"),
    [
        ("what is autsorsing", "outsourcing"),
        ("wat is ofshoaring", "offshoring"),
        ("risks of near-shoreing", "nearshoring"),
        ("risks of near shoaring", "nearshoring"),
        ("what are ousourcings", "outsourcing"),
        ("what is insorcing", "insourcing"),
        ("what is offshpring", "offshoring"),
        ("what is oursourcing", "outsourcing"),
        ("what is a captive senter", "captive-center"),
        ("what is a captivesenter", "captive-center"),
        ("what is viop", "voip"),
        ("benefits of offshore outsorsing", "offshore-outsourcing"),
    ],
)
def test_a_concept_is_found_however_its_name_is_misspelt(
    bot: Bot, message: str, concept: str
) -> None:
    reply = bot.ask(message)

    assert reply.status == "answered"
    assert reply.concepts == (concept,)


@pytest.mark.parametrize(
    ("message", "task"),
    [
        ("should i outsource costumer servise", "customer-service"),
        ("should i outsource pay rol", "payroll"),
        ("should i outsource datentry", "data-entry"),
        ("should i outsource book keping", "bookkeeping"),
        ("should i outsource ackounting", "accounting"),
        ("should i outsource ware housing", "warehousing"),
    ],
)
def test_a_piece_of_work_is_found_however_its_name_is_misspelt(
    bot: Bot, message: str, task: str
) -> None:
    assert bot.ask(message).task == task


@pytest.mark.parametrize(
    "message",
    [
        "what is Offenbach",
        "what is offenbach",
        "what is restoring",
        "what is an offspring",
        "what is a captive brulon",
        "what is the reopening",
    ],
)
def test_another_word_is_not_taken_for_a_name(bot: Bot, message: str) -> None:
    assert bot.ask(message).concepts == ()
