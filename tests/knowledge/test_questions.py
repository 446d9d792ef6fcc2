"""Questions that stand alone: an answer and the ways to ask for it, on any base."""

from __future__ import annotations

from pathlib import Path

import pytest

from sourcebot import Bot, KnowledgeBase
from sourcebot.dialogue.check import check_bot
from sourcebot.knowledge.folders import read_base
from sourcebot.knowledge.loader import examine
from tests.knowledge.conftest import Complaints
from tests.knowledge.tea import TeaFolder

SHOP = "questions/shop.yaml"
OURS = """\
opening-hours:
  phrases:
    - When is the shop open?
    - are you open on sunday
    - until when can i come by tonight
  summary: {text: We open from nine to six., sources: [pot-board]}
  points:
    - {text: In December also on Sunday., sources: [pot-board]}
parking:
  phrases:
    - Where can I park?
    - is there a garage for my car
  summary: {text: Park behind the house., sources: [pot-board]}
"""


@pytest.fixture
def shop(tea: TeaFolder) -> TeaFolder:
    tea.write(SHOP, OURS)
    return tea


def test_a_question_is_answered_in_other_words_and_suggests_its_neighbours(shop: TeaFolder) -> None:
    reply = Bot.load(shop.root).ask("are you open on sundays??")

    assert (reply.status, reply.intent, reply.concepts) == ("answered", "opening-hours", ())
    assert "nine to six" in reply.text
    assert "December" in reply.text
    assert [source.id for source in reply.sources] == ["pot-board"]
    assert reply.suggestions[0] == "Where can I park?"


def test_it_is_answered_in_the_middle_of_talk_about_something_else(shop: TeaFolder) -> None:
    conversation = Bot.load(shop.root).start()
    conversation.send("what is oolong")
    reply = conversation.send("where can i park")
    back = conversation.send("and what is green tea")

    assert (reply.status, reply.intent, reply.concepts) == ("answered", "parking", ())
    assert back.concepts == ("green-tea",)


def test_a_base_with_questions_has_no_problems(shop: TeaFolder) -> None:
    base, problems = examine(read_base(shop.root))

    assert problems == []
    assert base is not None
    assert check_bot(base, str(shop.root)) == []


def test_wording_that_fits_two_questions_a_little_is_asked_back_and_not_guessed(
    tmp_path: Path, shop: TeaFolder
) -> None:
    reply = Bot.load(shop.root).ask("the sunday garage")

    assert reply.status in ("clarify", "unknown")


def test_one_question_may_be_asked_in_several_files_and_one_file_may_stand_alone(
    shop: TeaFolder,
) -> None:
    shop.write("questions/more.yaml", "parking:\n  phrases: [do you have room for my lorry]\n")
    base = KnowledgeBase.load(shop.root)

    reply = Bot(base).ask("do you have room for my lorry")

    assert base.aspects["parking"].question == "Where can I park?"
    assert (reply.status, reply.intent) == ("answered", "parking")
    shop.path("questions/shop.yaml").rename(shop.path("questions.yaml"))
    assert KnowledgeBase.load(shop.root).aspects.keys() == base.aspects.keys()


def test_more_ways_to_ask_for_an_aspect_stand_under_its_id(shop: TeaFolder) -> None:
    shop.write("questions/more.yaml", "brewing:\n  phrases: [teach me the kettle]\n")

    base, problems = examine(read_base(shop.root))

    assert problems == []
    assert base is not None
    assert base.aspects["brewing"].takes == "concept"


def test_a_question_without_an_answer_is_told_of_and_admitted(shop: TeaFolder) -> None:
    shop.write("questions/more.yaml", "wine:\n  phrases: [do you also sell wine in bottles]\n")

    _, problems = examine(read_base(shop.root))
    reply = Bot.load(shop.root).ask("do you also sell wine in bottles")

    told = [str(problem).replace(f"{shop.root}/", "") for problem in problems]
    assert told == ["questions/more.yaml:1: warning: `wine` has no answer yet; add `summary`"]
    assert (reply.status, reply.reason) == ("unknown", "no-entry")


@pytest.mark.parametrize(
    ("more", "line", "said"),
    [
        ("Wine:\n  phrases: [wine]\n", 1, "id `Wine` is not kebab-case"),
        ("wine:\n  phrases: []\n", 2, "nobody can ask `wine`; add `phrases`"),
        ("wine:\n  phrases:\n    - a\n    - sell {concept}\n", 4, "“sell {concept}” has braces"),
        ("parking:\n  phrases: [car]\n  summary: {text: No., sources: [pot-board]}\n", 3,
         "`parking` is answered in"),
        ("brewing:\n  phrases: [car]\n  summary: {text: No., sources: [pot-board]}\n", 3,
         "`brewing` is asked of a concept"),
        ("wine:\n  phrases: [car]\n  points: [{text: No., sources: [pot-board]}]\n", 3,
         "`points` without `summary`"),
        ("wine:\n  phrases: [car]\n  summary: {text: No., sources: [nowhere]}\n", 3,
         "unknown source `nowhere`"),
        ("wine:\n  frases: [car]\n", 2, "unknown key `frases`; did you mean `phrases`?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(
    shop: TeaFolder, complaints: Complaints, more: str, line: int, said: str
) -> None:
    # Read after shop.yaml, as its name says.
    shop.write("questions/wine.yaml", more)

    told = [text for text in complaints() if "warning" not in text]

    assert [text for text in told if text.startswith(f"questions/wine.yaml:{line}: {said}")], told


def test_sources_may_be_a_folder(shop: TeaFolder) -> None:
    shop.write(
        "sources/ours.yaml", "desk: {title: Desk, publisher: We, kind: company, read: 2026-01-31}\n"
    )
    shop.replace(SHOP, "text: Park behind the house., sources: [pot-board]",
                 "text: Park behind the house., sources: [desk]")  # fmt: skip

    assert Bot.load(shop.root).ask("where can i park").sources[0].title == "Desk"
