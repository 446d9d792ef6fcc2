"""A template at fault: found by `kb check` in every branch, and never the end of a conversation."""

from __future__ import annotations

from pathlib import Path

import pytest

from sourcebot import Bot, KnowledgeBase
from sourcebot.dialogue.check import check_bot
from tests.knowledge.tea import TeaFolder
from tests.knowledge.tea_advice import AdvisingTeaFolder

BROKEN = "{% for entry in entries %}{{ entry.summary.text }}{{ cite(entry.colour) }}{% endfor %}"


def test_one_turn_is_lost_and_not_the_conversation(tea: TeaFolder) -> None:
    tea.write("content/answers/brewing.md.j2", BROKEN)
    conversation = Bot.load(tea.root).start()

    lost = conversation.send("how do i brew green tea")
    next_one = conversation.send("what is green tea")

    assert (lost.status, lost.reason) == ("unknown", "no-entry")
    assert "content/answers/brewing.md.j2:1" in lost.text
    assert (next_one.status, next_one.intent) == ("answered", "define")


@pytest.mark.parametrize(
    "branch", ["{% if task %}{{ oops }}{% endif %}", "{% if definitions %}{{ oops }}{% endif %}"]
)
def test_check_finds_a_name_that_no_answer_is_given_in_any_branch(
    tea: TeaFolder, branch: str
) -> None:
    tea.write("content/answers/entry.md.j2", "{{ entries[0].summary.text }}" + branch)

    found = [problem.message for problem in check_bot(KnowledgeBase.load(tea.root))]

    assert any("entry.md.j2: `oops` is undefined" in message for message in found)


def test_check_finds_a_fault_inside_an_answer(tea: TeaFolder) -> None:
    tea.write("content/answers/brewing.md.j2", BROKEN)

    found = [problem.message for problem in check_bot(KnowledgeBase.load(tea.root))]

    assert any("brewing.md.j2:1" in message and "colour" in message for message in found)


@pytest.mark.parametrize(
    "name", ["recommendation.md.j2", "brief.html.j2", "advice-clash.md.j2", "advice-so-far.md.j2"]
)
def test_check_finds_a_fault_in_a_turn_of_the_advice(tmp_path: Path, name: str) -> None:
    tea = AdvisingTeaFolder(tmp_path)
    tea.write(f"content/answers/{name}", "{{ result.colour }}{{ question.colour.shade }}")

    found = [problem.message for problem in check_bot(KnowledgeBase.load(tea.root))]

    assert any(name in message for message in found)
