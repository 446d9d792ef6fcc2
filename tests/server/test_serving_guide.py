"""What docs/serving.md shows works: settings load, calls name what is there, commands parse."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from markdown_it import MarkdownIt

from sourcebot.cli.arguments import build_parser
from sourcebot.server import connections
from sourcebot.server.config import DEFAULT_PORT, Config, Desk, Limits, check, read_config
from sourcebot.server.keys import SCOPES
from sourcebot.server.metrics import Metrics
from sourcebot.server.problems import TITLES
from sourcebot.server.turns import REMEMBERED
from tests.knowledge.tea import TeaFolder
from tests.server.http_setup import Server, bearing, full_key, tea_server

PAGE = Path(__file__).parents[2] / "docs" / "serving.md"
TEXT = PAGE.read_text("utf-8")
TOKENS = MarkdownIt().parse(TEXT)


def blocks(kind: str) -> list[str]:
    """The fenced blocks of a kind; for an empty one those that are indented."""
    return [
        token.content
        for token in TOKENS
        if (token.type == "fence" and token.info == kind)
        or (token.type == "code_block" and not kind)
    ]


def calls() -> list[list[str]]:
    return [shlex.split(line) for block in blocks("sh") for line in block.splitlines()]


def commands() -> list[list[str]]:
    """Every call of sourcebot that stands as a block of its own."""
    lines = [line.strip() for block in blocks("") for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("sourcebot ")]


@pytest.fixture
def server(tmp_path: Path) -> tuple[Server, str]:
    file = tmp_path / "keys.json"
    key = full_key(file)
    return tea_server(TeaFolder(tmp_path / "tea"), keys=str(file)), key


def test_every_call_is_answered(server: tuple[Server, str]) -> None:
    served, key = server
    id = served.begin(key).rpartition("/")[2]
    called = set()
    for words in calls():
        assert words[0] == "curl"
        options, address = words[1:], ""
        method, headers, data = "", dict[str, str](), ""
        while options:
            option = options.pop(0)
            if option == "-X":
                method = options.pop(0)
            elif option == "-H":
                name, _, value = options.pop(0).partition(": ")
                headers[name] = value.replace("$KEY", key)
            elif option == "-d":
                data = options.pop(0)
            elif not option.startswith("-"):
                address = option
        path = address.removeprefix(f"localhost:{DEFAULT_PORT}").replace("$ID", id)
        assert path.startswith("/")
        method = method or ("POST" if data else "GET")
        answer = served.client.request(method, path, content=data, headers=bearing(key) | headers)
        # The tea base has no advice: there it is enough that the call arrives.
        wanted = (404,) if path == "/v1/advise" else (200, 201, 204)
        assert answer.status_code in wanted, (path, answer.text)
        called.add((method, path.replace(id, "{id}")))
    described = {
        (method.upper(), path)
        for path, item in served.client.get("/openapi.json").json()["paths"].items()
        for method in item
        if path.startswith("/v1/") and method != "parameters"
    }
    assert described <= called


def test_every_setting_is_told_with_its_default(tmp_path: Path) -> None:
    whole = tomllib.loads(blocks("toml")[0])
    assert set(whole) | {"keys"} == set(Config.__struct_fields__)
    assert set(whole["limits"]) == set(Limits.__struct_fields__)
    assert msgspec.convert(whole["limits"], Limits) == Limits()
    plain = {name: value for name, value in whole.items() if not isinstance(value, dict)}
    assert msgspec.convert(plain, Config) == Config()
    told = set(whole["desks"]["shop"]) | set(re.findall(r"`(\w+)`", TEXT))
    assert set(Desk.__struct_fields__) <= told
    for block in blocks("toml"):
        path = tmp_path / "sourcebot.toml"
        path.write_text(block)
        check(read_config(path))


def test_every_command_can_be_typed() -> None:
    assert len(commands()) >= 7
    for words in commands():
        assert build_parser().parse_args(words).command in ("serve", "keys")


def test_the_service_starts_a_server_that_can_be_typed() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    (written,) = blocks("ini")
    unit.read_string(written)
    start = shlex.split(unit["Service"]["ExecStart"])
    assert start[0].endswith("/sourcebot")
    assert build_parser().parse_args(start[1:]).command == "serve"
    assert int(unit["Service"]["TimeoutStopSec"]) > Limits().shutdown_seconds


def test_the_container_starts_a_server_that_can_be_typed() -> None:
    (written,) = blocks("dockerfile")
    said = dict(re.findall(r"^(ENTRYPOINT|CMD) (.*)$", written, re.MULTILINE))
    words = json.loads(said["ENTRYPOINT"]) + json.loads(said["CMD"])
    options = build_parser().parse_args(words[1:])
    assert (words[0], options.host, options.keys) == (
        "sourcebot", "0.0.0.0", "/run/secrets/keys.json"
    )  # fmt: skip


def test_the_proxy_passes_to_where_it_listens_and_no_more_than_it_takes() -> None:
    (written,) = blocks("nginx")
    assert f"proxy_pass http://{Config().host}:{DEFAULT_PORT}/;" in written
    assert f"client_max_body_size {Limits().body_bytes // 1_000_000}m;" in written


def table(heading: str) -> list[list[str]]:
    """The rows of the table that begins with such a cell."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in TEXT[TEXT.index(f"| {heading} ") :].split("\n\n")[0].splitlines()
    ]
    return rows[2:]


def names(cell: str) -> set[str]:
    return set(re.findall(r"`([\w-]+)`", cell))


def test_every_error_is_told() -> None:
    told = {(int(row[0]), code) for row in table("status") for code in names(row[1])}
    known = {(status, code) for code, (status, _) in TITLES.items()}
    of_connections = {(408, "slow-head"), (431, "headers-too-large")}
    assert told == known | of_connections
    source = Path(connections.__file__).read_text("utf-8")
    assert all(f'{status}, "{code}"' in source for status, code in of_connections)


def test_every_scope_and_metric_is_told() -> None:
    assert {name for row in table("scope") for name in names(row[0])} == set(SCOPES)
    text = Metrics().text({})
    known = {line.split(" ")[2] for line in text.splitlines() if line.startswith("# HELP")}
    assert {name for row in table("metric") for name in names(row[0])} == known


def test_a_line_of_the_log_and_a_problem_look_as_shown(server: tuple[Server, str]) -> None:
    problem, line = (json.loads(block) for block in blocks("json"))
    served, key = server
    refused = served.client.post("/v1/ask", json={}, headers=bearing(key)).json()
    assert {**problem, "instance": ""} == {**refused, "instance": ""}
    served.ask("What is green tea?", key)
    logged: dict[str, Any] = served.logged[-1]
    assert [name for name in logged if name != "caller"] == list(line)


def test_events_and_numbers_are_those_of_the_code() -> None:
    root = Path(connections.__file__).parent
    code = "".join(path.read_text("utf-8") for path in root.glob("*.py"))
    said = TEXT[TEXT.index("Other events:") :].split("\n\n")[0]
    for event in names(said):
        assert re.search(rf'"{event}"', code), event
    assert f"The last {REMEMBERED} keys" in TEXT
