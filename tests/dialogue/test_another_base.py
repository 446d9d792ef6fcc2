"""A tiny base on tea, through the same bot: no code knows what the shipped one is about."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sourcebot
from sourcebot import Bot
from sourcebot.dialogue.check import check_bot
from tests.knowledge.tea import TeaFolder


@pytest.mark.parametrize(
    ("message", "intent", "concepts"),
    [
        ("what is green tea", "define", ("green-tea",)),
        ("what is sencha", "define", ("green-tea",)),
        ("waht is olong", "define", ("oolong",)),
        ("how do i brew black tea?", "brewing", ("black-tea",)),
        ("why do people drink assam", "reasons", ("black-tea",)),
        ("benefits of greentea", "reasons", ("green-tea",)),
        ("green tea vs black tea", "compare", ("black-tea", "green-tea")),
        ("is green tea another plant than black tea", "compare", ("black-tea", "green-tea")),
        ("steamed leaves", "define", ("green-tea",)),
    ],
)
def test_a_foreign_base_is_understood(
    tea_bot: Bot, message: str, intent: str, concepts: tuple[str, ...]
) -> None:
    reply = tea_bot.ask(message)

    assert (reply.status, reply.intent, reply.concepts) == ("answered", intent, concepts)
    assert reply.sources


def test_a_foreign_base_answers_from_its_own_facts(tea_bot: Bot) -> None:
    reply = tea_bot.ask("what is oolong")

    assert reply.text == "Oolong is made from leaves that oxidise in part. [1]"
    assert [source.id for source in reply.sources] == ["leaf-book"]
    assert reply.kb == tea_bot.knowledge.stamp
    assert reply.kb.startswith("tea@")


def test_a_comparison_without_an_entry_says_what_each_is(tea_bot: Bot) -> None:
    reply = tea_bot.ask("compare oolong and green tea")

    assert (reply.status, reply.intent, reply.concepts) == (
        "answered",
        "compare",
        ("green-tea", "oolong"),
    )
    assert "oxidise in part" in reply.text
    assert "heated soon after picking" in reply.text


def test_a_wrong_premise_is_put_right(tea_bot: Bot) -> None:
    assert "one plant" in tea_bot.ask("do black tea and green tea grow on two plants").text


def test_a_task_of_a_foreign_base_is_judged(tea_bot: Bot) -> None:
    reply = tea_bot.ask("which tea suits breakfast")

    assert (reply.status, reply.intent, reply.task) == ("answered", "task_fit", "breakfast")


def test_follow_ups_work_on_a_foreign_base(tea_bot: Bot) -> None:
    conversation = tea_bot.start()
    turns = ["what is green tea", "and why?", "how do i brew it", "what about black tea?"]

    replies = [conversation.send(turn) for turn in turns]

    assert [(reply.intent, reply.concepts) for reply in replies] == [
        ("define", ("green-tea",)),
        ("reasons", ("green-tea",)),
        ("brewing", ("green-tea",)),
        ("brewing", ("black-tea",)),
    ]


def test_what_is_understood_but_not_known_is_said(tea_bot: Bot) -> None:
    reply = tea_bot.ask("why do people drink oolong")

    assert (reply.status, reply.reason) == ("unknown", "no-entry")
    assert (reply.intent, reply.concepts) == ("reasons", ("oolong",))


@pytest.mark.parametrize(
    "message",
    [
        "what is outsourcing",
        "risks of offshoring",
        "who won the match",
        "green card",
        "what is rum",
    ],
)
def test_what_a_foreign_base_is_not_about_is_declined(tea_bot: Bot, message: str) -> None:
    reply = tea_bot.ask(message)

    assert (reply.status, reply.reason) == ("unknown", "out-of-scope")
    assert "Tea:" in reply.text


def test_a_question_without_a_concept_is_asked_back_with_the_bases_main_ones(
    tea_bot: Bot,
) -> None:
    conversation = tea_bot.start()

    asked = conversation.send("why")
    answer = conversation.send("the second one")

    assert (asked.status, asked.suggestions) == (
        "clarify",
        ("Why do people drink green tea?", "Why do people drink black tea?"),
    )
    assert (answer.intent, answer.concepts) == ("reasons", ("black-tea",))


def test_what_a_foreign_base_suggests_is_answered(tea_bot: Bot) -> None:
    for message in ("what is green tea", "how do i brew oolong", "which tea suits breakfast", "hi"):
        for suggestion in tea_bot.ask(message).suggestions:
            assert tea_bot.ask(suggestion).status == "answered", suggestion


def test_small_talk_speaks_of_the_base_at_hand(tea_bot: Bot) -> None:
    reply = tea_bot.ask("hello")

    assert reply.status == "smalltalk"
    assert "Tea:" in reply.text


def test_a_bases_own_template_is_used(tea_bot: Bot) -> None:
    assert tea_bot.ask("/new").text.startswith("The kettle is on. Tea:")


def test_why_names_the_foreign_bases_files(tea_bot: Bot) -> None:
    conversation = tea_bot.start()
    conversation.send("what is oolong")

    text = conversation.send("/why").text

    assert "concepts/oolong.yaml:6" in text
    assert "aspects/define.yaml:" in text


def test_a_sound_base_passes_the_bots_own_check(tea_bot: Bot) -> None:
    assert check_bot(tea_bot.knowledge, "tea") == []


def test_the_bots_own_check_finds_a_broken_template_before_a_user_does(tmp_path: Path) -> None:
    tea = TeaFolder(tmp_path / "tea")
    tea.write("content/answers/brewing.md.j2", "{{ kettle }}")
    tea.write("content/answers/help.md.j2", "\n{{ nobody }}")

    said = [str(problem) for problem in check_bot(Bot.load(tea.root).knowledge, "tea")]

    assert (
        "tea/concepts/oolong.yaml:11: cannot be shown: "
        "content/answers/brewing.md.j2:1: 'kettle' is undefined" in said
    )
    assert any("content/answers/help.md.j2:2: 'nobody' is undefined" in line for line in said)


def test_the_bots_own_check_finds_an_example_that_is_not_answered(tmp_path: Path) -> None:
    tea = TeaFolder(tmp_path / "tea")
    tea.replace("kb.yaml", "How do I brew oolong?", "Who won the football match?")

    said = [str(problem) for problem in check_bot(Bot.load(tea.root).knowledge, "tea")]

    assert said == [
        "tea/kb.yaml: the example “Who won the football match?” is not answered (unknown)"
    ]


def test_another_process_gives_the_same_replies(tmp_path: Path) -> None:
    tea = TeaFolder(tmp_path / "tea")
    code = (
        "import sys; from sourcebot import Bot\n"
        "conversation = Bot.load(sys.argv[1]).start()\n"
        "for text in ['what is grean tea', 'and why?', '/why', 'rum', 'breakfast', 'difference']:\n"
        "    print(conversation.send(text).to_json().decode())\n"
    )

    outputs = [
        subprocess.run(
            [sys.executable, "-c", code, str(tea.root)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONIOENCODING": "utf-8",
                "SOURCEBOT_CACHE": str(tmp_path / seed),
            },
            timeout=60,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert outputs[0].count("\n") == 6
    assert outputs[0] == outputs[1]


def test_no_code_knows_the_subject_of_the_shipped_base() -> None:
    folder = Path(sourcebot.__file__).parent
    rooms = ("knowledge", "routing", "answers", "dialogue")
    files = [path for room in rooms for path in (folder / room).rglob("*.py")]

    found = [
        f"{path.name}: {line.strip()}"
        for path in files
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"[\"'][^\"']*\b(out|off|re|near)(sourc|shor)(ing|e)\b", line)
        and not line.lstrip().startswith(("#", '"""'))
        and '"""' not in line
    ]

    assert found == []
