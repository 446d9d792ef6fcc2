"""docs/assistants.md says what is served, and what it shows can be used as it stands."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sourcebot.cli.arguments import build_parser
from sourcebot.server.assistants.desk import Desk
from sourcebot.server.bases import Bases
from sourcebot.server.config import read_config
from tests.knowledge.tea import TeaFolder
from tests.server.assistants_setup import connected, server_over

GUIDE = Path(__file__).parents[2] / "docs" / "assistants.md"


@pytest.fixture(scope="module")
def text() -> str:
    return GUIDE.read_text("utf-8")


@pytest.fixture
def two(tmp_path: Path) -> Desk:
    """A server over two bases, so that everything takes `kb`."""
    tea = str(TeaFolder(tmp_path / "tea").root)
    return server_over(Bases({"one": tea, "two": tea}))


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    under = text.split(f"\n### {heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", under, re.MULTILINE)
    assert table is not None
    lines = table.group().strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


async def test_the_tools_of_the_guide_are_those_that_are_served(text: str, two: Desk) -> None:
    async with connected(two, "auto") as client:
        tools = (await client.list_tools()).tools

    served = {tool.name: set(tool.input_schema["properties"]) for tool in tools}
    told = {named(row[0])[0]: set(named(row[1])) for row in rows(text, "Tools")}
    assert told == served


async def test_its_resources_and_prompts_are_those_that_are_served(text: str, two: Desk) -> None:
    async with connected(two, "auto") as client:
        templates = (await client.list_resource_templates()).resource_templates
        prompts = (await client.list_prompts()).prompts

    assert {named(row[0])[0] for row in rows(text, "Resources")} == {
        one.uri_template for one in templates
    }
    assert {named(row[0])[0]: named(row[1]) for row in rows(text, "Prompts")} == {
        prompt.name: [argument.name for argument in prompt.arguments or ()] for prompt in prompts
    }


def test_its_json_can_be_pasted(text: str) -> None:
    found = blocks(text, "json")
    assert len(found) == 6
    for block in found:
        ((outer, servers),) = json.loads(block).items()
        assert outer in ("mcpServers", "servers")
        for server in servers.values():
            _is_usable(server)


def _is_usable(server: dict[str, Any]) -> None:
    if "url" in server:
        assert server["type"] == "http"
        assert server["url"].endswith("/mcp")
        assert set(server) <= {"type", "url", "headers"}
        return
    assert server["command"] == "sourcebot"
    assert build_parser().parse_args(server["args"]).command == "mcp"
    assert set(server) <= {"type", "command", "args", "env"}


def test_its_commands_and_its_configuration_are_understood(text: str, tmp_path: Path) -> None:
    (toml,) = blocks(text, "toml")
    (tmp_path / "sourcebot.toml").write_text(toml, "utf-8")
    commands = re.findall(r"^    sourcebot (.+?)(?:\s+#.*)?$", text, re.MULTILINE)

    config = read_config(tmp_path / "sourcebot.toml")

    assert config.bases == {"sourcing": "", "hr": str(tmp_path.resolve() / "hr-kb")}
    assert len(commands) == 3
    for command in commands:
        build_parser().parse_args([word.strip('"') for word in re.findall(r'"[^"]*"|\S+', command)])
