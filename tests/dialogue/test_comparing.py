"""Comparisons that nobody wrote, neighbours, what does not apply, and points that are named."""

from __future__ import annotations

import pytest

from sourcebot import Bot
from sourcebot.dialogue.check import check_bot
from tests.knowledge.tea import TeaFolder
from tests.knowledge.tea_kinds import with_kinds


@pytest.fixture
def bot(tea: TeaFolder) -> Bot:
    return Bot.load(with_kinds(tea).root)


def test_two_concepts_are_compared_by_their_traits(bot: Bot) -> None:
    reply = bot.ask("compare oolong and green tea")

    assert (reply.status, reply.intent) == ("answered", "compare")
    first, *lines = reply.text.splitlines()
    assert first == (
        "The main difference is how hot the water is: "
        "75 degrees (green tea) or 90 degrees (oolong)."
    )
    assert "| | green tea | oolong |" in lines
    assert "| Colour [1] | Light | Light |" in lines
    assert "| How hot the water is [2] | 75 degrees | 90 degrees |" in lines
    assert "They have in common colour (light)." in lines
    assert "- **green tea:** choose it when you like it fresh. [1]" in lines
    assert {source.id for source in reply.sources} == {"leaf-book", "pot-board"}


def test_a_relation_that_holds_both_ways_is_told_once(bot: Bot) -> None:
    text = bot.ask("compare oolong and green tea").text

    assert text.count("goes with") == 1
    assert "A green tea goes with oolong." in text


def test_a_relation_that_comparisons_do_not_tell_is_left_out(bot: Bot) -> None:
    assert "is a kind of" not in bot.ask("compare black tea and oolong").text


def test_three_concepts_stand_in_one_table(bot: Bot) -> None:
    reply = bot.ask("compare green tea, black tea and oolong")

    assert reply.concepts == ("black-tea", "green-tea", "oolong")
    assert "| | black tea | green tea | oolong |" in reply.text
    assert "| Colour [1] | Dark | Light | Light |" in reply.text


def test_a_written_comparison_comes_before_one_that_is_put_together(bot: Bot) -> None:
    assert bot.ask("compare green tea and black tea").text.startswith("Black tea is oxidised")


def test_different_kinds_of_thing_are_told_apart_as_such(bot: Bot) -> None:
    reply = bot.ask("compare oolong and pot")

    assert reply.text.startswith(
        "These are different kinds of thing: "
        "oolong is a tea of leaves; pot is a piece of tableware."
    )


def test_an_aspect_that_does_not_apply_is_answered_with_the_reason(bot: Bot) -> None:
    reply = bot.ask("why do people drink oolong")

    assert (reply.status, reply.intent, reply.concepts) == ("answered", "reasons", ("oolong",))
    assert reply.text == "Nobody knows why people drink oolong."


def test_a_definition_names_the_neighbours(bot: Bot) -> None:
    text = bot.ask("what is green tea").text

    assert text.endswith(
        "A green tea is a kind of black tea. A green tea goes with oolong and black tea."
    )


def test_a_point_that_the_message_names_comes_first(bot: Bot) -> None:
    plain = bot.ask("why drink from a pot").text
    named = bot.ask("what are the benefits of a pot such as the kyusu").text

    assert plain.startswith("A pot keeps tea warm.")
    assert named.startswith("**Kyusu.** A Japanese pot with a handle at its side.")
    assert named.count("Kyusu") == 1


def test_a_term_of_the_answer_is_worth_asking_about(tea: TeaFolder) -> None:
    with_kinds(tea).replace(
        "concepts/oolong.yaml", "oxidise in part.", "oxidise in part, unlike black teas."
    )

    assert "What is black tea?" in Bot.load(tea.root).ask("how do I brew oolong").suggestions or (
        "What is black tea?" in Bot.load(tea.root).ask("what is oolong").suggestions
    )


def test_the_bots_own_check_renders_every_comparison(tea: TeaFolder) -> None:
    with_kinds(tea).write("content/answers/compared.md.j2", "{{ nope }}")

    problems = [str(problem) for problem in check_bot(Bot.load(tea.root).knowledge, "tea")]

    assert any("`nope` is undefined" in problem for problem in problems)
