"""The shipped conversations go as written, one test each."""

from __future__ import annotations

import pytest

from sourcebot import Bot, KnowledgeBase
from sourcebot.dialogue.transcripts import run_transcript, run_transcripts
from sourcebot.knowledge.folders import shipped
from sourcebot.knowledge.model import Transcript
from sourcebot.knowledge.yaml_nodes import Fields, Items, Text, parse_yaml
from tests.knowledge.tea import TeaFolder


def _shipped_names() -> list[str]:
    """file/name of each transcript, read without loading (and caching) the whole base."""
    names: list[str] = []
    for path in sorted(shipped("kb").glob("transcripts/*.yaml")):
        node, _ = parse_yaml(path.read_bytes(), path.name)
        items = node.items if isinstance(node, Items) else []
        for item in items:
            name = item.fields["name"][1] if isinstance(item, Fields) else None
            if isinstance(name, Text):
                names.append(f"{path.stem}/{name.value.strip()}")
    return names


def _named(base: KnowledgeBase, name: str) -> Transcript:
    [found] = [
        transcript
        for transcript in base.transcripts
        if f"{transcript.place.file.removeprefix('transcripts/')}/{transcript.name}"
        == name.replace("/", ".yaml/", 1)
    ]
    return found


@pytest.mark.parametrize("name", _shipped_names())
def test_a_shipped_conversation_goes_as_written(bot: Bot, name: str) -> None:
    result = run_transcript(bot, _named(bot.knowledge, name))

    assert result.failures == ()


def test_every_shipped_transcript_is_tested(bot: Bot) -> None:
    assert len(_shipped_names()) == len(bot.knowledge.transcripts)
    assert len(set(_shipped_names())) == len(_shipped_names())


def test_all_transcripts_of_a_base_are_held_in_order(tea_bot: Bot) -> None:
    results = run_transcripts(tea_bot)

    assert [result.name for result in results] == ["Follow-ups", "Out of scope"]
    assert [result.failures for result in results] == [(), ()]
    assert str(results[1].place) == "transcripts/first.yaml:5"


def test_what_differs_from_the_transcript_is_told_turn_by_turn(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    tea = TeaFolder(tmp_path_factory.mktemp("tea"))
    tea.write(
        "transcripts/first.yaml",
        "- name: Wrong\n  turns:\n"
        "    - {user: what is oolong, status: unknown, intent: brewing, concepts: [black-tea],"
        " task: breakfast, reason: empty, says: [In Part, coffee]}\n"
        "    - {user: and how do i brew it, intent: brewing, concepts: [oolong]}\n",
    )

    [result] = run_transcripts(Bot.load(tea.root))

    assert result.failures == (
        "turn 1 “what is oolong”: status is answered, not unknown",
        "turn 1 “what is oolong”: reason is none, not empty",
        "turn 1 “what is oolong”: intent is define, not brewing",
        "turn 1 “what is oolong”: concepts is oolong, not black-tea",
        "turn 1 “what is oolong”: task is none, not breakfast",
        "turn 1 “what is oolong”: the reply does not say “coffee”",
    )
