"""The guided advice in a conversation, turn by turn, on the tea base."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given as given_that
from hypothesis import settings
from hypothesis import strategies as st

from sourcebot import Bot, Conversation, Reply
from tests.dialogue.advice_talk import (
    SETTLED,
    ask_for,
    first,
    given,
    to_the_end,
    told,
    waiting,
)
from tests.knowledge.tea_advice import AdvisingTeaFolder


@pytest.fixture(scope="session")
def adviser(_caches: None, tmp_path_factory: pytest.TempPathFactory) -> Bot:
    """The bot over the tea base that can advise."""
    return Bot.load(AdvisingTeaFolder(tmp_path_factory.mktemp("tea")).root)


@pytest.fixture
def talk(adviser: Bot) -> Conversation:
    """A new conversation with it."""
    return adviser.start()


def _kept(before: Reply, after: Reply) -> bool:
    """Whether the question that waited still waits, as it was."""
    return before.question is not None and after.question == before.question


# How it starts.


@pytest.mark.parametrize(
    "message",
    [
        "help me decide",
        "Help me decide!",
        "please advise me",
        "give me a recommendation",
        "which way of having tea is best for us?",
    ],
)
def test_asking_for_advice_starts_it(talk: Conversation, message: str) -> None:
    reply = talk.send(message)

    assert (reply.status, reply.intent, reply.reason) == ("asking", "choose", None)
    assert reply.question is not None
    assert set(reply.question) >= {"criterion", "text", "why", "answers", "step", "about"}
    assert reply.question["step"] == 1
    assert 1 < reply.question["about"] <= 8
    assert reply.question["text"] in reply.text
    assert reply.question["answers"][-1]["id"] == "unknown"
    assert given(reply) == {}


def test_every_answer_is_shown_and_can_be_sent(adviser: Bot) -> None:
    reply = adviser.ask("help me decide")

    assert reply.question is not None
    labels = tuple(answer["label"] for answer in reply.question["answers"])
    assert reply.suggestions == labels
    for number, label in enumerate(labels, start=1):
        assert f"{number}. {label}" in reply.text


def test_a_question_about_ones_own_case_starts_it_with_what_it_tells(talk: Conversation) -> None:
    reply = talk.send("should we have our picnic out of doors?")

    assert (reply.status, reply.task) == ("asking", "picnic")
    assert given(reply) == {"roof": "roam"}
    assert "They roam gladly" in reply.text
    assert waiting(reply) != "roof"
    ids = [answer["id"] for answer in (ask_for(talk, "now").question or {})["answers"]]
    assert ids == ["own-kettle", "bought-pot", "unknown"]


def test_what_a_task_implies_can_be_corrected(talk: Conversation) -> None:
    talk.send("help me decide about picnics")

    reply = talk.send("actually the doctor forbids my guests to walk")

    assert given(reply)["roof"] == "must-stay"


def test_the_suggestion_beside_a_weighing_answer_starts_it(talk: Conversation) -> None:
    offered = talk.send("which tea suits breakfast?").suggestions

    reply = talk.send(next(text for text in offered if "decide" in text))

    assert (reply.status, reply.task) == ("asking", "breakfast")


def test_a_question_of_knowledge_does_not_start_it(talk: Conversation) -> None:
    reply = talk.send("what is green tea")

    assert (reply.status, reply.question) == ("answered", None)


def test_asking_for_advice_again_goes_on_where_it_was(talk: Conversation) -> None:
    before = told(talk, {"taste": "plain", "sky": "sunny"})

    again = talk.send("help me decide")

    assert given(again) == given(before)
    assert again.status == "asking"


def test_another_piece_of_work_is_another_case(talk: Conversation) -> None:
    told(talk, {"taste": "plain"})

    reply = talk.send("help me decide about picnics")

    assert given(reply) == {"roof": "roam"}


# How it is answered.


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("1", "signature"),
        ("2", "pleasant"),
        (" 3 ", "plain"),
        ("3.", "plain"),
        ("(2)", "pleasant"),
        ("number 2", "pleasant"),
        ("4", "unknown"),
        ("a", "signature"),
        ("C", "plain"),
        ("b)", "pleasant"),
        ("the second one", "pleasant"),
        ("the first", "signature"),
        ("Any bag would serve", "plain"),
        ("any bag would serve.", "plain"),
        ("plain", "plain"),
        ("SIGNATURE", "signature"),
        ("yes", "signature"),
        ("teabags are enough", "plain"),
        ("they love our blend", "signature"),
        ("everybody praises our secret blend", "signature"),
        ("I do not know", "unknown"),
        ("no idea", "unknown"),
        ("not sure", "unknown"),
        ("skip", "unknown"),
        ("unknown", "unknown"),
    ],
)
def test_a_question_is_answered_by_number_letter_label_id_or_words(
    talk: Conversation, message: str, answer: str
) -> None:
    talk.send("help me decide")
    ask_for(talk, "taste")

    reply = talk.send(message)

    assert reply.status == "asking"
    assert given(reply)["taste"] == answer
    assert waiting(reply) != "taste"


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("35", "much"),
        ("35 %", "much"),
        ("about 35 percent", "much"),
        ("5 %", "little"),
        ("0 %", "little"),
        ("20%", "much"),
        ("19,9 %", "little"),
        ("1", "little"),
        ("2", "much"),
    ],
)
def test_a_figure_falls_into_its_range_and_a_small_number_picks(
    talk: Conversation, message: str, answer: str
) -> None:
    talk.send("help me decide")
    ask_for(talk, "price")

    assert given(talk.send(message))["price"] == answer


@pytest.mark.parametrize("message", ["9", "0", "99", "the last but ten", "i", "1000000"])
def test_a_number_that_is_not_offered_answers_nothing(talk: Conversation, message: str) -> None:
    talk.send("help me decide")
    before = ask_for(talk, "taste")

    reply = talk.send(message)

    assert waiting(reply) == "taste"
    assert given(reply) == given(before)


def test_two_answers_that_fit_are_asked_back_with_these_two_alone(talk: Conversation) -> None:
    talk.send("help me decide")
    ask_for(talk, "taste")

    which = talk.send("ordinary")
    assert which.question is not None
    ids = [answer["id"] for answer in which.question["answers"]]
    reply = talk.send(str(ids.index("plain") + 1))

    assert (sorted(ids[:-1]), ids[-1]) == (["plain", "pleasant"], "unknown")
    assert (waiting(which), given(which)) == ("taste", {})
    assert given(reply)["taste"] == "plain"


def test_no_to_the_shipped_question_on_the_core_is_asked_back(bot: Bot) -> None:
    conversation = bot.start()
    conversation.send("help me decide")
    ask_for(conversation, "core")

    which = conversation.send("no")

    assert which.question is not None
    ids = {answer["id"] for answer in which.question["answers"]}
    assert (waiting(which), ids) == ("core", {"supporting-critical", "commodity", "unknown"})


def test_after_two_answers_fitted_a_third_may_still_be_named(talk: Conversation) -> None:
    talk.send("help me decide")
    ask_for(talk, "taste")
    talk.send("ordinary")

    assert given(talk.send("Guests visit for its flavour"))["taste"] == "signature"


def test_what_is_told_beside_the_answer_is_noted(talk: Conversation) -> None:
    talk.send("help me decide")
    ask_for(talk, "now")

    reply = talk.send("we carry a thermos and the mayor inspects every cup")

    assert given(reply) == {"now": "own-flask", "law": "strict"}
    assert "Licences are inspected" in reply.text


def test_what_is_told_unasked_is_noted_and_the_question_stays(talk: Conversation) -> None:
    talk.send("help me decide")
    before = ask_for(talk, "taste")

    reply = talk.send("the forecast promises thunderstorms")

    assert waiting(reply) is not None
    assert given(reply) == {**given(before), "sky": "rainy"}
    assert "Rain" in reply.text


def test_a_statement_that_leaves_several_answers_open_narrows_the_question(
    talk: Conversation,
) -> None:
    talk.send("help me decide about breakfast")
    talk.send("our breakfast is bought from merchants")

    asked = ask_for(talk, "now")

    assert asked.question is not None
    ids = [answer["id"] for answer in asked.question["answers"]]
    assert ids == ["bought-pot", "bought-table", "unknown"]


def test_two_statements_that_leave_one_answer_open_give_it(talk: Conversation) -> None:
    talk.send("help me decide about breakfast")
    talk.send("our breakfast is bought from merchants")

    reply = talk.send("our breakfast never leaves the house")

    assert given(reply)["now"] == "bought-pot"


def test_a_statement_that_contradicts_an_answer_opens_it_again(talk: Conversation) -> None:
    told(talk, {"now": "own-kettle"})

    reply = talk.send("our breakfast is bought from merchants")

    assert (waiting(reply), given(reply)) == ("now", {})
    assert reply.question is not None
    ids = [answer["id"] for answer in reply.question["answers"]]
    assert ids == ["bought-pot", "bought-table", "unknown"]


def test_a_question_that_the_case_makes_pointless_is_never_put(talk: Conversation) -> None:
    reply = told(talk, {"now": "nobody"})

    asked = []
    while reply.status == "asking":
        asked.append(waiting(reply))
        reply = talk.send("no idea")

    assert "mood" not in asked
    assert len(asked) == len(set(asked))


def test_the_steps_are_counted(talk: Conversation) -> None:
    reply = talk.send("help me decide")
    steps = []
    while reply.question is not None:
        steps.append(reply.question["step"])
        assert reply.question["about"] >= reply.question["step"]
        reply = talk.send("1")

    assert steps == list(range(1, len(steps) + 1))
    assert reply.status == "recommended"


# Going back, changing, explaining.


def test_a_correction_in_words_changes_an_earlier_answer(talk: Conversation) -> None:
    before = told(talk, {"law": "lax", "sky": "sunny"})

    reply = talk.send("actually the mayor inspects every cup")

    assert given(reply) == {**given(before), "law": "strict"}
    assert "Licences are inspected" in reply.text


def test_change_and_a_criterion_asks_it_again(talk: Conversation) -> None:
    told(talk, {"law": "lax", "sky": "sunny"})

    asked = talk.send("/change law")
    reply = talk.send("1")

    assert (waiting(asked), given(asked)) == ("law", {"sky": "sunny"})
    assert given(reply) == {"sky": "sunny", "law": "strict"}


@pytest.mark.parametrize(
    "pick", ["1", "the first one", "village law", "Village law: Nobody inspects"]
)
def test_an_answer_to_change_is_picked_from_the_list(talk: Conversation, pick: str) -> None:
    told(talk, {"law": "lax", "sky": "sunny"})

    listed = talk.send("change an answer")
    asked = talk.send(pick)

    assert listed.question is not None
    assert [answer["id"] for answer in listed.question["answers"]] == ["law", "sky"]
    assert waiting(listed) is None
    assert waiting(asked) == "law"


@pytest.mark.parametrize("message", ["9", "", "who won the football match", "what is oolong", "hi"])
def test_the_list_of_answers_waits_through_everything_else(
    talk: Conversation, message: str
) -> None:
    told(talk, {"law": "lax", "sky": "sunny"})
    listed = talk.send("change an answer")

    reply = talk.send(message)

    assert _kept(listed, reply)
    assert waiting(talk.send("2")) == "sky"


@pytest.mark.parametrize("message", ["back", "skip", "continue"])
def test_the_list_of_answers_can_be_left(talk: Conversation, message: str) -> None:
    before = told(talk, {"law": "lax", "sky": "sunny"})
    talk.send("change an answer")

    reply = talk.send(message)

    assert (waiting(reply), given(reply)) == (waiting(before), given(before))


def test_with_no_answers_there_is_nothing_to_change(talk: Conversation) -> None:
    before = talk.send("help me decide")

    reply = talk.send("change an answer")

    assert _kept(before, reply)


def test_back_asks_the_last_question_again(talk: Conversation) -> None:
    one = talk.send("help me decide")
    two = talk.send("2")
    talk.send("2")

    assert waiting(talk.send("back")) == waiting(two)
    back = talk.send("go back")

    assert (waiting(back), given(back)) == (waiting(one), {})


def test_back_at_the_first_question_stays_there(talk: Conversation) -> None:
    before = talk.send("help me decide")

    reply = talk.send("back")

    assert _kept(before, reply)
    assert reply.text != before.text


def test_why_says_why_it_is_asked(talk: Conversation) -> None:
    talk.send("help me decide")
    before = ask_for(talk, "law")

    reply = talk.send("why do you ask?")

    assert _kept(before, reply)
    assert reply.text.startswith("Fines are dear.")
    assert [source.id for source in reply.sources] == ["leaf-book"]


@pytest.mark.parametrize("message", ["what does aroma mean?", "what is flavour?", "define flavour"])
def test_a_word_of_the_question_is_explained(talk: Conversation, message: str) -> None:
    talk.send("help me decide")
    before = ask_for(talk, "taste")

    reply = talk.send(message)

    assert _kept(before, reply)
    assert "What the tongue and the nose find in a cup." in reply.text


def test_the_question_is_repeated(talk: Conversation) -> None:
    before = told(talk, {"taste": "plain"})

    assert _kept(before, talk.send("repeat the question"))


def test_the_answers_so_far_are_told(talk: Conversation) -> None:
    before = told(talk, {"taste": "plain", "law": "lax"})

    reply = talk.send("my answers")

    assert _kept(before, reply)
    assert "Any bag would serve" in reply.text
    assert "Nobody inspects" in reply.text


# What comes in between.


@pytest.mark.parametrize(
    ("message", "status", "intent"),
    [
        ("what is oolong?", "answered", "define"),
        ("how do i brew green tea", "answered", "brewing"),
        ("hello", "smalltalk", "smalltalk"),
        ("/help", "smalltalk", "help"),
        ("who won the football match", "unknown", None),
        ("", "unknown", None),
        ("   \n\t ", "unknown", None),
        ("x" * 1_000_000, "unknown", None),
        ("tea " * 250_000, "unknown", None),
        ("🫖🫖🫖", "unknown", None),
        ("???!", None, None),
    ],
    ids=["knowledge", "another", "hello", "help", "off-topic", "empty", "blank", "1 MB", "1 MB of "
         "words", "emoji", "marks"],
)  # fmt: skip
def test_the_question_waits_through_everything_else(
    talk: Conversation, message: str, status: str | None, intent: str | None
) -> None:
    before = told(talk, {"taste": "plain"})

    between = talk.send(message)
    after = talk.send("repeat the question")

    if status is not None:
        assert (between.status, between.intent) == (status, intent)
    if message != "/help":
        assert waiting(between) == waiting(before)
        assert between.question is not None
        assert between.question["text"] in between.text
    assert _kept(before, after)


def test_a_follow_up_to_a_question_in_between_knows_what_it_is_about(talk: Conversation) -> None:
    before = told(talk, {"taste": "plain"})

    talk.send("what is oolong?")
    reply = talk.send("how do i brew it?")

    assert (reply.status, reply.concepts) == ("answered", ("oolong",))
    assert waiting(reply) == waiting(before)


def test_after_a_question_in_between_a_number_answers_the_advice(talk: Conversation) -> None:
    talk.send("help me decide")
    ask_for(talk, "law")
    talk.send("what is oolong?")

    assert given(talk.send("2"))["law"] == "lax"


# Stopping and going on.


def test_once_stopped_it_is_a_conversation_like_any_other(talk: Conversation) -> None:
    told(talk, {"taste": "plain"})

    stopped = talk.send("stop")
    answered = talk.send("what is oolong?")
    number = talk.send("1")

    assert (stopped.status, stopped.question) == ("smalltalk", None)
    assert (answered.status, answered.question) == ("answered", None)
    assert number.status == "answered"


@pytest.mark.parametrize(
    "message", ["go on with the advice", "go on", "continue", "carry on", "help me decide"]
)
def test_what_was_stopped_goes_on_where_it_was(talk: Conversation, message: str) -> None:
    before = told(talk, {"taste": "plain"})
    talk.send("stop")
    talk.send("what is oolong?")

    reply = talk.send(message)

    assert (waiting(reply), given(reply)) == (waiting(before), given(before))


def test_what_a_stopped_advice_offers_goes_on_with_it(talk: Conversation) -> None:
    before = told(talk, {"taste": "plain"})

    offered = talk.send("stop").suggestions

    assert waiting(talk.send(offered[0])) == waiting(before)


def test_stopped_answers_can_be_looked_at_and_it_stays_stopped(talk: Conversation) -> None:
    told(talk, {"taste": "plain"})
    talk.send("stop")

    looked = talk.send("my answers")
    after = talk.send("what is oolong?")

    assert "Any bag would serve" in looked.text
    assert looked.question is None
    assert (after.status, after.question) == ("answered", None)


def test_to_start_over_forgets_the_answers_and_keeps_the_work(talk: Conversation) -> None:
    talk.send("help me decide about breakfast")
    ask_for(talk, "taste")
    talk.send("plain")

    reply = talk.send("start over")

    assert (reply.status, reply.task, given(reply)) == ("asking", "breakfast", {})
    assert reply.question is not None
    assert reply.question["step"] == 1


def test_new_forgets_the_advice(talk: Conversation) -> None:
    told(talk, {"taste": "plain"})

    talk.send("/new")

    assert talk.send("go on").question is None
    assert given(talk.send("help me decide")) == {}


# The result.


def test_it_comes_to_a_recommendation(talk: Conversation) -> None:
    reply = to_the_end(talk, talk.send("help me decide"), SETTLED)

    assert (reply.status, reply.intent, reply.question) == ("recommended", "choose", None)
    assert first(reply) == "kettle"
    assert reply.concepts == ("green-tea",)
    assert reply.recommendation is not None
    assert reply.recommendation["answers"].items() <= SETTLED.items()
    assert reply.recommendation["kb"] == reply.kb
    assert "Your own kettle" in reply.text


@pytest.mark.parametrize("message", ["show me the result", "result", "just tell me", "finish"])
def test_a_result_is_had_on_demand(talk: Conversation, message: str) -> None:
    told(talk, {"taste": "signature", "skill": "able"})

    reply = talk.send(message)

    assert reply.status == "recommended"
    assert reply.recommendation is not None
    assert reply.recommendation["answers"] == {"taste": "signature", "skill": "able"}
    assert len(reply.recommendation["unknown"]) == 6


def test_a_result_before_any_answer_says_that_all_is_unknown(talk: Conversation) -> None:
    talk.send("help me decide")

    reply = talk.send("show me the result")

    assert reply.recommendation is not None
    assert len(reply.recommendation["unknown"]) == 8
    assert not reply.recommendation["certain"]


def test_a_change_after_the_result_gives_a_new_result(talk: Conversation) -> None:
    told(
        talk, {"now": "own-kettle", "taste": "signature", "skill": "able", "roof": "stay-a-little"}
    )
    before = talk.send("show me the result")

    after = talk.send("actually the cheapest teabags are enough")

    assert (first(before), after.status) == ("kettle", "recommended")
    assert after.recommendation is not None
    assert after.recommendation["answers"]["taste"] == "plain"
    assert after.recommendation["ranking"] != before.recommendation["ranking"]  # type: ignore[index]


@pytest.mark.parametrize("way", ["/change taste", "change an answer"])
def test_an_answer_that_is_changed_after_the_result_leads_back_to_it(
    talk: Conversation, way: str
) -> None:
    told(talk, {"taste": "signature", "skill": "able"})
    talk.send("show me the result")

    asked = talk.send(way)
    if way == "change an answer":
        asked = talk.send("1")
    reply = talk.send("plain")

    assert waiting(asked) == "taste"
    assert reply.status == "recommended"
    assert reply.recommendation is not None
    assert reply.recommendation["answers"] == {"skill": "able", "taste": "plain"}


def test_the_list_of_answers_is_left_for_the_result(talk: Conversation) -> None:
    told(talk, {"taste": "signature", "skill": "able"})
    before = talk.send("show me the result")
    talk.send("change an answer")

    assert talk.send("back").recommendation == before.recommendation


def test_why_after_the_result_says_what_decided(talk: Conversation) -> None:
    told(talk, {"taste": "signature", "roof": "stay-a-little"})
    result = talk.send("show me the result")

    reply = talk.send("why?")

    assert reply.status == "recommended"
    assert reply.recommendation == result.recommendation
    assert "They like to sit inside" in reply.text
    assert reply.text != result.text


def test_more_questions_are_asked_after_the_result(talk: Conversation) -> None:
    told(talk, {"taste": "signature"})
    result = talk.send("show me the result")
    more = next(text for text in result.suggestions if "more" in text)

    reply = talk.send(more)

    assert reply.status == "asking"
    assert waiting(reply) != "taste"
    assert given(reply) == {"taste": "signature"}


def test_when_all_is_answered_more_questions_give_the_result_again(talk: Conversation) -> None:
    told(talk, SETTLED)
    talk.send("show me the result")

    assert talk.send("ask me more questions").status == "recommended"


def test_after_the_result_a_number_picks_what_is_offered(talk: Conversation) -> None:
    told(talk, {"taste": "signature"})
    offered = talk.send("show me the result").suggestions

    reply = talk.send(str(offered.index("Change an answer") + 1))

    assert reply.question is not None
    assert [answer["id"] for answer in reply.question["answers"]] == ["taste"]


def test_what_is_offered_after_the_result_works(talk: Conversation) -> None:
    told(talk, {"taste": "signature"})
    offered = talk.send("show me the result").suggestions

    for text in offered:
        talk.send("show me the result")
        assert talk.send(text).status in ("answered", "asking", "recommended"), text


def test_after_the_result_it_is_a_conversation_like_any_other(talk: Conversation) -> None:
    told(talk, {"taste": "signature"})
    talk.send("show me the result")

    reply = talk.send("what is oolong?")

    assert (reply.status, reply.concepts, reply.question) == ("answered", ("oolong",), None)


def test_asked_for_advice_after_the_result_it_begins_anew(talk: Conversation) -> None:
    told(talk, {"taste": "signature"})
    talk.send("show me the result")

    assert given(talk.send("help me decide")) == {}


# Contradictions.


def _contradict(talk: Conversation) -> Reply:
    told(talk, {"now": "own-kettle"})
    ask_for(talk, "mood")
    return talk.send("The shop pours badly")


def test_answers_that_contradict_each_other_are_asked_about(talk: Conversation) -> None:
    reply = _contradict(talk)

    assert reply.status == "asking"
    assert "You make it yourself, so no shop can be at fault." in reply.text
    assert reply.question is not None
    ids = [answer["id"] for answer in reply.question["answers"]]
    assert ids == ["now=own-kettle", "mood=poor-shop", "unknown"]


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("1", {"now": "own-kettle"}),
        ("2", {"mood": "poor-shop"}),
        ("the second one", {"mood": "poor-shop"}),
        ("b", {"mood": "poor-shop"}),
        ("We do with a kettle", {"now": "own-kettle"}),
        ("poor-shop", {"mood": "poor-shop"}),
        ("the waiters spill half of it", {"mood": "poor-shop"}),
        ("Contentment: The shop pours badly", {"mood": "poor-shop"}),
        ("3", {}),
        ("no idea", {}),
        ("I do not know", {}),
    ],
)
def test_a_contradiction_is_settled_by_saying_which_of_the_two_holds(
    talk: Conversation, message: str, kept: dict[str, str]
) -> None:
    _contradict(talk)

    reply = talk.send(message)

    assert reply.status == "asking"
    assert given(reply) == kept
    assert waiting(reply) is not None


def test_a_third_answer_settles_a_contradiction_too(talk: Conversation) -> None:
    _contradict(talk)

    reply = talk.send("actually a courier brings our breakfast to the door")

    assert given(reply) == {"mood": "poor-shop", "now": "bought-pot"}


@pytest.mark.parametrize("message", ["9", "", "who won the football match", "what is oolong"])
def test_a_contradiction_waits_through_everything_else(talk: Conversation, message: str) -> None:
    before = _contradict(talk)

    assert _kept(before, talk.send(message))
    assert given(talk.send("1")) == {"now": "own-kettle"}


def test_a_result_in_spite_of_a_contradiction_sets_both_aside(talk: Conversation) -> None:
    _contradict(talk)

    reply = talk.send("show me the result")

    assert reply.recommendation is not None
    assert reply.recommendation["answers"] == {"now": "unknown", "mood": "unknown"}
    assert reply.recommendation["set_aside"]


def test_a_contradiction_after_the_result_leads_back_to_a_result(talk: Conversation) -> None:
    told(talk, {"now": "own-kettle", "taste": "signature"})
    talk.send("show me the result")

    clash = talk.send("actually the waiters spill half of it")
    asked = talk.send("2")
    reply = talk.send("bought-pot")

    assert "contradict" in clash.text
    assert waiting(asked) == "now"
    assert reply.status == "recommended"


# The shipped base.


def test_a_call_centre_abroad_tells_something_before_the_first_question(bot: Bot) -> None:
    reply = bot.start().send("should we move our call centre abroad?")

    assert (reply.status, waiting(reply)) == ("asking", "current")
    assert set(given(reply)) == {"live-contact", "data-regulation"}


def test_a_shipped_question_is_answered_by_number(bot: Bot) -> None:
    conversation = bot.start()
    asked = conversation.send("help me decide")
    assert asked.question is not None

    assert given(conversation.send("1")) == {"current": asked.question["answers"][0]["id"]}


def test_every_shipped_suggestion_answers_its_question(bot: Bot) -> None:
    asked = bot.start().send("help me decide")
    assert asked.question is not None

    for label, answer in zip(asked.suggestions, asked.question["answers"], strict=True):
        conversation = bot.start()
        conversation.send("help me decide")

        assert given(conversation.send(label)) == {"current": answer["id"]}


def test_a_question_about_offshoring_leaves_the_shipped_question_waiting(bot: Bot) -> None:
    conversation = bot.start()
    before = conversation.send("help me decide")

    between = conversation.send("what is offshoring?")

    assert (between.status, between.intent) == ("answered", "define")
    assert _kept(before, between)


def test_work_that_nobody_does_cannot_have_a_poor_supplier(bot: Bot) -> None:
    conversation = bot.start()
    told(conversation, {"current": "not-done-yet"})

    reply = conversation.send("our provider delivers poor quality")

    assert reply.status == "asking"
    assert reply.question is not None
    ids = [answer["id"] for answer in reply.question["answers"]]
    assert ids == ["current=not-done-yet", "quality-now=supplier", "unknown"]


def test_a_shipped_result_on_demand_ranks_ten_different_options(bot: Bot) -> None:
    conversation = bot.start()
    conversation.send("should we move our call centre abroad?")

    reply = conversation.send("show me the result")

    assert reply.recommendation is not None
    options = [ranked["option"] for ranked in reply.recommendation["ranking"]]
    assert len(set(options)) == len(options) == 10


@settings(max_examples=30)
@given_that(st.text(max_size=60))
def test_no_text_ends_the_shipped_advice(bot: Bot, message: str) -> None:
    conversation = bot.start()
    conversation.send("help me decide")

    assert conversation.send(message).text


# Everything at once.


def test_a_base_without_advice_takes_it_for_a_message(tea_bot: Bot) -> None:
    conversation = tea_bot.start()

    reply = conversation.send("help me decide")

    assert reply.status in ("unknown", "clarify", "answered")
    assert (reply.question, reply.recommendation) == (None, None)
    assert tea_bot.adviser is None
    assert conversation.send("what is oolong").status == "answered"


def test_conversations_of_one_bot_do_not_influence_each_other(adviser: Bot) -> None:
    one, other = adviser.start(), adviser.start()
    told(one, {"taste": "plain"})
    reply = told(other, {"law": "lax"})

    assert given(reply) == {"law": "lax"}
    assert given(one.send("repeat the question")) == {"taste": "plain"}


def test_threads_may_share_an_adviser(adviser: Bot) -> None:
    scripts = [
        ["help me decide", "1", "2", "back", "show the result", "why?"],
        ["should we have our picnic out of doors", "2", "why do you ask?", "no idea", "3"],
        ["what is oolong", "advise me", "stop", "go on", "my answers"],
    ]

    def hold(script: list[str]) -> list[bytes]:
        conversation = adviser.start()
        return [conversation.send(turn).to_json() for turn in script]

    expected = [hold(script) for script in scripts]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(hold, scripts * 4)) == expected * 4


def test_every_turn_is_one_line_of_json_that_says_the_same(adviser: Bot) -> None:
    conversation = adviser.start()
    for message in (
        "help me decide",
        "2",
        "what is oolong",
        "change an answer",
        "1",
        "2",
        "result",
    ):
        reply = conversation.send(message)
        encoded = reply.to_json()

        assert b"\n" not in encoded
        plain = json.loads(encoded)
        assert plain["question"] == reply.question
        assert plain["recommendation"] == reply.recommendation
        assert plain["status"] == reply.status


def test_a_broken_template_of_the_advice_costs_one_turn(tmp_path: Path, own_cache: Path) -> None:
    tea = AdvisingTeaFolder(tmp_path / "tea")
    tea.write("content/answers/advice-stopped.md.j2", "{{ nobody }}")
    conversation = Bot.load(tea.root).start()
    before = conversation.send("help me decide")

    broken = conversation.send("stop")
    after = conversation.send("repeat the question")

    assert "nobody" in broken.text
    assert broken.status == "unknown"
    assert _kept(before, after)


_TURNS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "help me decide", "1", "2", "3", "9", "a", "no", "yes", "back", "skip", "why?", "stop",
            "go on", "start over", "change an answer", "show the result", "ask me more questions",
            "my answers", "/change taste", "/change nothing", "/new", "/why", "what is oolong", "",
            "actually the mayor inspects every cup", "The shop pours badly", "We do with a kettle",
            "our picnic is bought from merchants", "what does flavour mean", "thanks",
        ]
    ),
)  # fmt: skip


@settings(max_examples=40)
@given_that(st.lists(_TURNS, min_size=1, max_size=8))
def test_no_message_ends_the_conversation_whatever_came_before(
    adviser: Bot, messages: list[str]
) -> None:
    conversation = adviser.start()
    conversation.send("help me decide")

    for message in messages:
        reply = conversation.send(message)

        assert reply.text
        assert (reply.status == "recommended") == (reply.recommendation is not None)
        if reply.status == "asking":
            assert reply.question is not None
        if reply.question is not None:
            assert reply.question["answers"]
            assert len(reply.suggestions) == len(reply.question["answers"])
        assert json.loads(reply.to_json())["text"] == reply.text


def test_why_tells_how_an_answer_was_heard_and_keeps_the_question(bot: Bot) -> None:
    conversation = bot.start()
    conversation.send("help me decide")
    asked = conversation.send("our own people do it here in Denmark")

    reply = conversation.send("/why")

    assert "`own-home` on `current`" in reply.text
    assert "criteria/current.yaml:" in reply.text
    assert waiting(reply) == waiting(asked)
    assert bot.resume(conversation.dump()).send("/why").text.count("`own-home`") == 1
