"""Turns that build on each other: commands, follow-ups, picks, saved conversations."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcebot import Bot, Conversation, Reply, SourcebotError
from sourcebot.errors import ConversationError


def _about(reply: Reply) -> tuple[str, str | None, tuple[str, ...]]:
    return reply.status, reply.intent, reply.concepts


def test_new_forgets_what_was_talked_about(conversation: Conversation) -> None:
    conversation.send("What is offshoring?")

    fresh = conversation.send("/new")
    after = conversation.send("and why?")

    assert (fresh.status, fresh.intent) == ("smalltalk", "smalltalk")
    assert after.concepts == ()
    assert after.status in ("clarify", "unknown")


def test_new_leaves_nothing_but_what_it_offers(bot: Bot) -> None:
    fresh, used = bot.start(), bot.start()
    used.send("What is offshoring?")

    fresh.send("/new")
    used.send("/new")

    assert fresh.dump() == used.dump()


@pytest.mark.parametrize("command", ["/new", " /NEW ", "/New\n"])
def test_commands_are_read_whatever_their_case_and_blanks(
    conversation: Conversation, command: str
) -> None:
    assert conversation.send(command).text.startswith("This is a fresh start.")


@pytest.mark.parametrize("message", ["/help", "help", "what can you do?"])
def test_help_says_what_can_be_asked(bot: Bot, message: str) -> None:
    reply = bot.ask(message)

    assert (reply.status, reply.intent) == ("smalltalk", "help")
    assert "/why" in reply.text
    assert reply.suggestions == bot.knowledge.identity.examples


def test_help_does_not_lose_the_thread(conversation: Conversation) -> None:
    conversation.send("What is offshoring?")
    conversation.send("/help")

    assert _about(conversation.send("and why?")) == ("answered", "reasons", ("offshoring",))


@pytest.mark.parametrize("message", ["/nonsense", "/why not", "//what is offshoring", "/newer"])
def test_a_command_that_is_none_is_a_message_like_any_other(bot: Bot, message: str) -> None:
    assert bot.ask(message).text == bot.ask(message.strip("/")).text


def test_why_before_any_question_says_that_there_is_nothing_yet(
    conversation: Conversation,
) -> None:
    reply = conversation.send("/why")

    assert reply.status == "smalltalk"
    assert "ask a question first" in reply.text


def test_why_names_phrase_score_file_and_line(conversation: Conversation) -> None:
    conversation.send("what is ofshoring")

    text = conversation.send("/why").text

    assert "`ofshoring` → `offshoring`" in text
    assert "aspects/define.yaml:" in text
    assert "concepts/offshoring.yaml:" in text
    assert "confidence 0." in text or "confidence 1." in text


def test_the_place_that_why_names_holds_the_answer(bot: Bot, conversation: Conversation) -> None:
    conversation.send("What are the risks of offshoring?")

    entry = bot.knowledge.entry("risks", ("offshoring",))

    assert entry is not None
    assert str(entry.place) in conversation.send("/why").text


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("How many moons has Jupiter?", "unknown (out-of-scope)"),
        ("hello", "small talk (greeting)"),
        ("x" * 5_000, "unknown (too-long)"),
        ("", "unknown (empty)"),
    ],
    ids=["out-of-scope", "greeting", "too-long", "empty"],
)
def test_why_explains_the_last_reply_also_where_there_was_no_answer(
    conversation: Conversation, message: str, said: str
) -> None:
    conversation.send("What is offshoring?")
    conversation.send(message)

    assert said in conversation.send("/why").text


def test_why_explains_a_question_back(conversation: Conversation) -> None:
    conversation.send("What risks are there?")

    assert "clarify (ambiguous)" in conversation.send("/why").text


def test_why_changes_nothing(conversation: Conversation) -> None:
    conversation.send("What is offshoring?")
    before = conversation.dump()

    first = conversation.send("/why")
    second = conversation.send("/why")

    assert first == second
    assert conversation.dump() == before


@pytest.mark.parametrize(
    ("pick", "place"),
    [
        ("1", 0),
        ("2", 1),
        ("first", 0),
        ("the second one", 1),
        ("The second one.", 1),
        ("number two", 1),
        ("the last one", -1),
        (" 2 ", 1),
    ],
)
def test_a_number_or_an_ordinal_picks_a_suggestion(bot: Bot, pick: str, place: int) -> None:
    conversation = bot.start()
    offered = conversation.send("What is outsourcing?").suggestions

    picked = conversation.send(pick)

    expected = bot.ask(offered[place])
    assert _about(picked) == _about(expected)
    assert picked.text == expected.text


@pytest.mark.parametrize(
    "before",
    ["", "x" * 5_000, "???", "hello", "/help", "/new", "/why"],
    ids=lambda message: message[:10] or "nothing",
)
def test_a_number_picks_from_what_the_last_reply_suggested(bot: Bot, before: str) -> None:
    conversation = bot.start()
    conversation.send("What is reshoring?")
    offered = conversation.send(before).suggestions

    picked = conversation.send("1")

    assert _about(picked) == _about(bot.ask(offered[0]))


@pytest.mark.parametrize("pick", ["9", "0", "the third one", "17"])
def test_a_number_that_is_not_offered_picks_nothing(conversation: Conversation, pick: str) -> None:
    reply = conversation.send("What risks are there?")
    count = len(reply.suggestions)
    chosen = conversation.send("99" if pick == "the third one" and count >= 3 else pick)

    assert chosen.status in ("unknown", "clarify")


def test_a_number_before_anything_was_offered_picks_nothing(conversation: Conversation) -> None:
    assert conversation.send("2").status in ("unknown", "clarify")


def test_a_question_back_is_answered_with_a_name(conversation: Conversation) -> None:
    asked = conversation.send("What risks are there?")
    answer = conversation.send("reshoring")

    assert (asked.status, asked.reason, asked.intent) == ("clarify", "ambiguous", "risks")
    assert _about(answer) == ("answered", "risks", ("reshoring",))


def test_both_readings_of_a_question_back_can_be_sent(bot: Bot) -> None:
    reply = bot.ask("What risks are there?")

    assert len(reply.suggestions) >= 2
    assert len(reply.alternatives) >= 2
    for other, message in zip(reply.alternatives, reply.suggestions, strict=False):
        answer = bot.ask(message)
        assert _about(answer) == ("answered", other.intent, other.concepts)
        assert all(bot.knowledge.concepts[id].name in reply.text for id in other.concepts)


def test_a_question_back_does_not_bind(conversation: Conversation) -> None:
    conversation.send("What risks are there?")

    assert _about(conversation.send("What is offshoring?")) == (
        "answered",
        "define",
        ("offshoring",),
    )


def test_a_follow_up_carries_the_concept_over(conversation: Conversation) -> None:
    conversation.send("What is offshoring?")

    assert _about(conversation.send("and why?")) == ("answered", "reasons", ("offshoring",))
    assert _about(conversation.send("what about reshoring?")) == (
        "answered",
        "reasons",
        ("reshoring",),
    )


def test_a_saved_conversation_goes_on_as_if_it_had_not_been_interrupted(bot: Bot) -> None:
    turns = [
        "What is offshoring?",
        "and why?",
        "What risks are there?",
        "2",
        "/why",
        "compare them",
    ]
    straight, saved = bot.start(), bot.start()

    for turn in turns:
        expected = straight.send(turn)
        resumed = bot.resume(json.loads(json.dumps(saved.dump())))

        assert resumed.send(turn) == expected
        saved = resumed


def test_saving_changes_nothing(bot: Bot) -> None:
    conversation = bot.start()
    conversation.send("What is offshoring?")

    saved = conversation.dump()

    assert conversation.dump() == saved == bot.resume(saved).dump()
    assert saved["kb"] == bot.knowledge.stamp


def test_a_conversation_is_resumed_as_often_as_one_likes(bot: Bot) -> None:
    conversation = bot.start()
    conversation.send("What is offshoring?")
    saved = conversation.dump()

    one, other = bot.resume(saved), bot.resume(saved)
    one.send("What is reshoring?")

    assert other.send("and why?").concepts == ("offshoring",)


_SOUND = {"format": "sourcebot-conversation", "version": 1, "context": {}}


@pytest.mark.parametrize(
    "saved",
    [
        {},
        [],
        None,
        "text",
        42,
        {"format": "another"},
        {**_SOUND, "version": 99},
        {**_SOUND, "context": None},
        {**_SOUND, "context": []},
        {**_SOUND, "context": {"concepts": "offshoring"}},
        {**_SOUND, "context": {"concepts": [1]}},
        {**_SOUND, "context": {"intent": ["define"]}},
        {**_SOUND, "context": {"nonsense": 1}},
        {"format": "sourcebot-conversation", "version": 1},
    ],
    ids=repr,
)
def test_what_is_no_saved_conversation_is_refused(bot: Bot, saved: Any) -> None:
    with pytest.raises(ConversationError):
        bot.resume(saved)


def test_the_refusal_is_a_value_error_and_sourcebots_own() -> None:
    assert issubclass(ConversationError, ValueError)
    assert issubclass(ConversationError, SourcebotError)


_IDS = st.one_of(
    st.none(), st.sampled_from(["define", "compare", "task_fit", "tasks", "communications", "?"])
)
_CONCEPTS = st.lists(
    st.sampled_from(["offshoring", "outsourcing", "reshoring", "ccaas", "gone"]), max_size=4
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "intent": _IDS,
            "concepts": _CONCEPTS,
            "task": st.sampled_from([None, "payroll", "gone"]),
            "recent": _CONCEPTS,
            "offered": st.lists(st.text(max_size=20), max_size=3),
            "asked_intent": _IDS,
            "asked_task": st.sampled_from([None, "payroll", "gone"]),
            "why": st.text(max_size=20),
        },
    ),
    st.sampled_from(
        [
            "and why?",
            "2",
            "reshoring",
            "compare them",
            "which tasks?",
            "what about payroll?",
            "/why",
        ]
    ),
)
def test_any_context_that_is_accepted_can_be_talked_on_from(
    bot: Bot, context: dict[str, Any], message: str
) -> None:
    conversation = bot.resume({**_SOUND, "context": context})

    assert conversation.send(message).text


def test_what_the_base_no_longer_holds_is_forgotten(bot: Bot, tea_bot: Bot) -> None:
    conversation = bot.start()
    conversation.send("Should I outsource payroll?")
    conversation.send("What is offshoring?")

    resumed = tea_bot.resume(conversation.dump())

    context = resumed.dump()["context"]
    assert (*context["concepts"], *context["recent"], context["task"]) == (None,)
    assert resumed.send("and why?").concepts == ()
    assert _about(resumed.send("what is oolong")) == ("answered", "define", ("oolong",))


def test_conversations_of_one_bot_do_not_influence_each_other(bot: Bot) -> None:
    one, other = bot.start(), bot.start()
    one.send("What is offshoring?")
    other.send("What is reshoring?")

    assert one.send("and why?").concepts == ("offshoring",)
    assert other.send("and why?").concepts == ("reshoring",)


def test_threads_may_share_a_bot(bot: Bot) -> None:
    scripts = [
        ["What is offshoring?", "and why?", "risks?", "/why"],
        ["What is reshoring?", "and why?", "compare it with outsourcing", "2"],
        ["Should I outsource payroll?", "and data entry?", "why?", "1"],
        ["hello", "What risks are there?", "outsourcing", "an example?"],
    ]

    def hold(script: list[str]) -> list[bytes]:
        conversation = bot.start()
        return [conversation.send(turn).to_json() for turn in script]

    expected = [hold(script) for script in scripts]
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(hold, scripts * 6))

    assert runs == expected * 6


def test_small_talk_in_between_does_not_lose_the_thread(conversation: Conversation) -> None:
    conversation.send("What is offshoring?")
    conversation.send("thanks!")
    conversation.send("")

    assert _about(conversation.send("and why?")) == ("answered", "reasons", ("offshoring",))
