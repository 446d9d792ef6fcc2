"""Advice that is saved and taken up again, also on a base that has changed meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as given_that
from hypothesis import settings
from hypothesis import strategies as st

from sourcebot import Bot, Conversation
from sourcebot.errors import ConversationError
from tests.dialogue.advice_talk import SETTLED, ask_for, first, given, told, waiting
from tests.knowledge.tea_advice import AdvisingTeaFolder

Change = Callable[[AdvisingTeaFolder], object]


@pytest.fixture(scope="session")
def adviser(_caches: None, tmp_path_factory: pytest.TempPathFactory) -> Bot:
    """The bot over the tea base that can advise."""
    return Bot.load(AdvisingTeaFolder(tmp_path_factory.mktemp("tea")).root)


@pytest.fixture
def changed(tmp_path: Path, own_cache: Path) -> Callable[[Change], Bot]:
    """Makes a bot over the same base with one change in it."""

    def make(change: Change) -> Bot:
        folder = AdvisingTeaFolder(tmp_path / "changed")
        change(folder)
        return Bot.load(folder.root)

    return make


def _moved(saved: Conversation, to: Bot) -> Conversation:
    return to.resume(json.loads(json.dumps(saved.dump())))


_WALK = [
    "should we have our picnic out of doors?", "2", "ordinary", "1", "why do you ask?",
    "what is oolong?", "actually the mayor inspects every cup", "back", "change an answer", "9",
    "2", "1", "The shop pours badly", "We do with a kettle", "1", "stop", "my answers",
    "how do i brew it?", "go on", "skip", "show the result", "why?", "2", "change an answer", "1",
    "1", "ask me more questions", "2", "start over", "/new", "help me decide",
]  # fmt: skip


def test_at_every_point_a_saved_advice_goes_on_as_if_it_had_not_been_interrupted(
    adviser: Bot,
) -> None:
    straight, saved = adviser.start(), adviser.start()

    for turn in _WALK:
        expected = straight.send(turn)
        saved = _moved(saved, adviser)

        assert saved.send(turn) == expected, turn
        assert saved.dump() == straight.dump()


@settings(max_examples=12)
@given_that(st.lists(st.sampled_from(_WALK), min_size=1, max_size=8))
def test_however_it_went_a_saved_advice_gives_the_same_next_reply(
    adviser: Bot, turns: list[str]
) -> None:
    straight = adviser.start()
    straight.send("help me decide")
    saved = _moved(straight, adviser)

    for turn in turns:
        expected = straight.send(turn)
        assert _moved(saved, adviser).send(turn) == expected
        saved.send(turn)


def test_a_shipped_advice_goes_on_too(bot: Bot) -> None:
    straight, saved = bot.start(), bot.start()

    for turn in ("should we move our call centre abroad?", "1", "no idea", "2", "result"):
        expected = straight.send(turn)
        saved = _moved(saved, bot)

        assert saved.send(turn) == expected


def test_saving_changes_nothing(adviser: Bot) -> None:
    conversation = adviser.start()
    told(conversation, {"law": "lax"})

    saved = conversation.dump()

    assert conversation.dump() == saved == adviser.resume(saved).dump()


# The base has changed meanwhile.


def _without_law(tea: AdvisingTeaFolder) -> None:
    tea.path("criteria/law.yaml").unlink()
    text = tea.path("guidance.yaml").read_text("utf-8")
    tea.write("guidance.yaml", text.replace("  when: {law: [strict]}\n", ""))


def _with_another_law(tea: AdvisingTeaFolder) -> None:
    tea.replace("criteria/law.yaml", "  lax:", "  lenient:")


def test_an_answer_that_no_longer_exists_is_said_and_asked_again(
    adviser: Bot, changed: Callable[[Change], Bot]
) -> None:
    conversation = adviser.start()
    told(conversation, {"law": "lax", "sky": "sunny"})

    resumed = _moved(conversation, changed(_with_another_law))
    reply = resumed.send("repeat the question")

    assert "The knowledge base has changed" in reply.text
    assert "village law" in reply.text
    assert given(reply) == {"sky": "sunny"}
    asked = []
    while reply.status == "asking":
        asked.append(waiting(reply))
        reply = resumed.send("no idea")
    assert "law" in asked
    assert "sky" not in asked


def test_what_was_lost_is_said_once(adviser: Bot, changed: Callable[[Change], Bot]) -> None:
    conversation = adviser.start()
    told(conversation, {"law": "lax", "sky": "sunny"})
    resumed = _moved(conversation, changed(_with_another_law))

    texts = [resumed.send("repeat the question").text for _ in range(2)]

    assert ["has changed" in text for text in texts] == [True, False]


def test_what_was_lost_is_not_forgotten_by_saving_again(
    adviser: Bot, changed: Callable[[Change], Bot]
) -> None:
    conversation = adviser.start()
    told(conversation, {"law": "lax", "sky": "sunny"})
    other = changed(_with_another_law)

    resumed = _moved(_moved(conversation, other), other)

    assert "village law" in resumed.send("repeat the question").text


def test_a_criterion_that_is_gone_is_lost_with_its_answer(
    adviser: Bot, changed: Callable[[Change], Bot]
) -> None:
    conversation = adviser.start()
    told(conversation, {"law": "lax", "sky": "sunny"})

    reply = _moved(conversation, changed(_without_law)).send("repeat the question")

    assert given(reply) == {"sky": "sunny"}
    assert waiting(reply) not in (None, "law")


@pytest.mark.parametrize("message", ["1", "2", "no idea", "skip", "repeat the question"])
def test_a_reply_to_a_question_that_is_gone_answers_no_other_question(
    adviser: Bot, changed: Callable[[Change], Bot], message: str
) -> None:
    conversation = adviser.start()
    told(conversation, {"sky": "sunny"})
    ask_for(conversation, "law")

    resumed = _moved(conversation, changed(_without_law))
    reply = resumed.send(message)

    assert reply.status == "asking"
    assert given(reply) == {"sky": "sunny"}
    assert waiting(reply) not in (None, "law")
    assert reply.question is not None
    assert reply.question["text"] in reply.text
    answered = resumed.send("1")
    assert len(given(answered)) == 2


@pytest.mark.parametrize("message", ["1", "2", "3"])
def test_a_number_does_not_pick_another_answer_than_the_one_that_was_shown(
    adviser: Bot, changed: Callable[[Change], Bot], message: str
) -> None:
    conversation = adviser.start()
    told(conversation, {"sky": "sunny"})
    ask_for(conversation, "law")

    reply = _moved(conversation, changed(_with_another_law)).send(message)

    assert given(reply) == {"sky": "sunny"}
    assert waiting(reply) is not None


def test_a_question_in_between_is_answered_on_a_changed_base(
    adviser: Bot, changed: Callable[[Change], Bot]
) -> None:
    conversation = adviser.start()
    told(conversation, {"sky": "sunny"})
    ask_for(conversation, "law")

    resumed = _moved(conversation, changed(_without_law))
    reply = resumed.send("what is oolong?")

    assert (reply.status, reply.concepts) == ("answered", ("oolong",))
    assert waiting(reply) not in (None, "law")
    assert reply.question is not None
    assert reply.question["answers"]


def test_a_new_answer_to_the_question_that_waits_changes_nothing_of_what_was_shown(
    adviser: Bot, changed: Callable[[Change], Bot]
) -> None:
    conversation = adviser.start()
    told(conversation, {"sky": "sunny"})
    ask_for(conversation, "law")

    def more(tea: AdvisingTeaFolder) -> None:
        tea.replace(
            "criteria/law.yaml",
            "  lax:",
            "  bribed:\n    label: Inspectors are bribed\n    effects: {shop: 2}\n"
            "    because: {text: Bribes are dear., sources: [leaf-book]}\n  lax:",
        )

    assert given(_moved(conversation, changed(more)).send("2"))["law"] == "lax"


def test_a_contradiction_whose_answer_is_gone_is_none(
    adviser: Bot, changed: Callable[[Change], Bot]
) -> None:
    conversation = adviser.start()
    told(conversation, {"now": "own-kettle"})
    ask_for(conversation, "mood")
    conversation.send("The shop pours badly")

    def milder(tea: AdvisingTeaFolder) -> None:
        tea.replace("criteria/mood.yaml", "  poor-shop:", "  bad-shop:")
        text = tea.path("advice.yaml").read_text("utf-8")
        tea.write("advice.yaml", text.replace("poor-shop", "bad-shop"))

    reply = _moved(conversation, changed(milder)).send("1")

    assert reply.status == "asking"
    assert given(reply) == {"now": "own-kettle"}


def test_a_list_of_answers_of_which_one_is_gone_is_not_picked_from(
    adviser: Bot, changed: Callable[[Change], Bot]
) -> None:
    conversation = adviser.start()
    told(conversation, {"law": "lax", "sky": "sunny", "taste": "plain"})
    conversation.send("change an answer")

    resumed = _moved(conversation, changed(_without_law))
    reply = resumed.send("2")

    assert given(reply).items() >= {"sky": "sunny", "taste": "plain"}.items()


def test_after_the_result_a_lost_answer_leads_to_another_result(
    adviser: Bot, changed: Callable[[Change], Bot]
) -> None:
    conversation = adviser.start()
    told(conversation, SETTLED)
    conversation.send("show the result")

    reply = _moved(conversation, changed(_without_law)).send("show the result")

    assert first(reply) == "kettle"
    assert reply.recommendation is not None
    assert "law" not in reply.recommendation["answers"]


def test_on_a_base_without_advice_it_is_forgotten_and_the_conversation_goes_on(
    adviser: Bot, tea_bot: Bot
) -> None:
    conversation = adviser.start()
    told(conversation, {"law": "lax"})

    resumed = _moved(conversation, tea_bot)

    assert resumed.dump()["context"]["advising"] is None
    assert resumed.send("what is oolong?").status == "answered"


def test_on_quite_another_base_nothing_is_kept_but_the_advice_can_begin(
    adviser: Bot, bot: Bot
) -> None:
    conversation = adviser.start()
    told(conversation, {"law": "lax", "sky": "sunny"})

    resumed = _moved(conversation, bot)
    reply = resumed.send("2")

    assert reply.status == "asking"
    assert given(reply) == {}


# What is no saved advice.


def _state(**fields: Any) -> dict[str, Any]:
    context = {"advising": fields}
    return {"format": "sourcebot-conversation", "version": 1, "context": context}


@pytest.mark.parametrize(
    "fields",
    [
        {"answers": []},
        {"answers": {"law": 1}},
        {"question": 7},
        {"clash": {"first": ["law"], "second": ["sky", "sunny"], "says": ""}},
        {"nonsense": True},
        {"most": "many"},
    ],
    ids=repr,
)
def test_a_damaged_advice_is_refused(adviser: Bot, fields: dict[str, Any]) -> None:
    with pytest.raises(ConversationError):
        adviser.resume(_state(**fields))


_CRITERION = st.sampled_from(["now", "taste", "mood", "price", "gone"])
_ANSWER = st.sampled_from(["own-kettle", "nobody", "plain", "poor-shop", "little", "unknown", "x"])
_ANY_STATE = st.fixed_dictionaries(
    {},
    optional={
        "answers": st.dictionaries(_CRITERION, _ANSWER, max_size=4),
        "asked": st.lists(_CRITERION, max_size=3),
        "possible": st.dictionaries(_CRITERION, st.lists(_ANSWER, max_size=3), max_size=2),
        "task": st.sampled_from([None, "picnic", "gone"]),
        "question": st.one_of(st.none(), _CRITERION),
        "choices": st.lists(_ANSWER, max_size=4),
        "clash": st.one_of(
            st.none(),
            st.fixed_dictionaries(
                {
                    "first": st.tuples(_CRITERION, _ANSWER).map(list),
                    "second": st.tuples(_CRITERION, _ANSWER).map(list),
                    "says": st.just("Both cannot be."),
                }
            ),
        ),
        "changing": st.booleans(),
        "paused": st.booleans(),
        "done": st.booleans(),
        "most": st.integers(-1, 20),
        "lost": st.lists(_CRITERION, max_size=2),
    },
)


@settings(max_examples=60)
@given_that(
    _ANY_STATE,
    st.sampled_from(
        ["1", "2", "no idea", "back", "change an answer", "why?", "stop", "go on", "my answers",
         "show the result", "ask me more questions", "start over", "what is oolong?", "",
         "actually the mayor inspects every cup", "help me decide about picnics", "/change law"]
    ),
)  # fmt: skip
def test_any_state_that_is_accepted_can_be_talked_on_from(
    adviser: Bot, fields: dict[str, Any], message: str
) -> None:
    conversation = adviser.resume(_state(**fields))

    reply = conversation.send(message)

    assert reply.text
    assert conversation.send("1").text
    assert _moved(conversation, adviser).send("show the result").text
