"""What results of tools are like: as their schemas say, short, and the same again."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest
from mcp_types import CallToolResult

from sourcebot.knowledge.advice_model import Advice
from sourcebot.server.assistants.desk import Desk
from sourcebot.server.bases import Bases
from tests.server.assistants_setup import connected, server_over, text_of

TYPICAL: list[tuple[str, dict[str, Any], int, int]] = [
    ("kb_ask", {"question": "whats diffrence outsorcing & offshoring"}, 5_000, 9_000),
    ("kb_ask", {"question": "what is offshoring and what are its risks?"}, 7_000, 15_000),
    ("kb_ask", {"question": "types"}, 1_500, 3_000),
    ("kb_ask", {"question": "who won the match"}, 1_500, 3_000),
    ("kb_compare", {"concepts": ["offshoring", "outsourcing"]}, 5_000, 9_000),
    ("kb_compare", {"concepts": ["bpo", "kpo", "lpo"]}, 5_000, 13_000),
    ("kb_entry", {"concept": "bpo", "aspect": "risks"}, 5_000, 9_000),
    ("kb_list", {"kind": "concepts"}, 11_000, 16_000),
    ("kb_list", {"kind": "aspects"}, 4_000, 8_000),
    ("kb_list", {"kind": "tasks"}, 6_000, 12_000),
    ("kb_list", {"kind": "claims"}, 16_000, 20_000),
    ("kb_list", {"kind": "criteria"}, 11_000, 16_000),
    ("kb_advise_step", {"task": "payroll"}, 2_000, 4_000),
    ("kb_recommend", {"answers": {"current": "own-home", "core": "commodity"}}, 6_000, 30_000),
]
"""Calls, and how many characters their text and their structured content may have."""
LONGEST_TEXT, LONGEST_STRUCTURED = 8_000, 50_000
"""The same for any question of any base, and for a recommendation from all answers."""


@pytest.fixture(scope="module")
def server(shared_cache: Path) -> Desk:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        return server_over(Bases({"sourcing": None}))


@pytest.fixture(scope="module")
def advice(server: Desk) -> Advice:
    found = next(iter(server.reach)).edition.bot.knowledge.advice
    assert found is not None
    return found


def lengths(result: CallToolResult) -> tuple[int, int]:
    structured = json.dumps(result.structured_content, ensure_ascii=False, separators=(",", ":"))
    return len(text_of(result)), len(structured)


@pytest.mark.parametrize(("tool", "arguments", "text", "structured"), TYPICAL)
async def test_a_result_is_short_and_as_its_schema_says(
    server: Desk, tool: str, arguments: dict[str, Any], text: int, structured: int
) -> None:
    async with connected(server, "auto") as client:
        schemas = {one.name: one.output_schema for one in (await client.list_tools()).tools}

        result = await client.call_tool(tool, arguments)

        schema = schemas[tool]
        assert schema is not None
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(result.structured_content, schema, jsonschema.Draft202012Validator)
        assert set(schema["required"]) <= set(result.structured_content or {})
        long, whole = lengths(result)
        assert 50 < long < text
        assert long < whole + 2_000
        assert whole < structured


@pytest.mark.parametrize("seed", range(4))
async def test_a_recommendation_from_all_answers_is_no_longer_than_can_be_read(
    server: Desk, advice: Advice, seed: int
) -> None:
    async with connected(server, "auto") as client:
        pick = Random(seed)
        answers = {id: pick.choice(list(one.answers)) for id, one in advice.criteria.items()}
        schemas = {one.name: one.output_schema for one in (await client.list_tools()).tools}

        result = await client.call_tool("kb_recommend", {"answers": answers})

        long, whole = lengths(result)
        assert long < LONGEST_TEXT
        assert whole < LONGEST_STRUCTURED
        jsonschema.validate(result.structured_content, schemas["kb_recommend"])


async def test_every_entry_is_read_in_few_words(server: Desk) -> None:
    async with connected(server, "auto") as client:
        base = next(iter(server.reach)).edition.bot.knowledge
        longest = sorted(
            (entry for entry in base.entries.values() if len(entry.concepts) == 1),
            key=lambda entry: -sum(len(point.text) for point in entry.points),
        )
        for entry in longest[:10]:
            asked = {"concept": entry.concepts[0], "aspect": entry.aspect}
            long, whole = lengths(await client.call_tool("kb_entry", asked))
            assert long < LONGEST_TEXT
            assert whole < 16_000


async def test_the_same_call_has_the_same_result(server: Desk) -> None:
    async with connected(server, "auto") as client:
        for tool, arguments, _, _ in TYPICAL:
            first = await client.call_tool(tool, arguments)
            again = await client.call_tool(tool, arguments)
            assert first.structured_content == again.structured_content, tool
            assert text_of(first) == text_of(again), tool


async def test_what_is_told_before_any_call_is_short(server: Desk) -> None:
    async with connected(server, "auto") as client:
        tools = (await client.list_tools()).tools

        # What a model reads of a tool: its name, what it does, and what it takes.
        read = [f"{one.name} {one.description} {json.dumps(one.input_schema)}" for one in tools]
        assert len("".join(read)) < 7_000
        assert len(client.instructions or "") < 2_500
