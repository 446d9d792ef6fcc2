"""The description of the API: valid, whole, and true."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Route

from sourcebot import Bot, __version__
from sourcebot.server.app import create_app
from sourcebot.server.config import Config, Desk
from sourcebot.server.endpoints import Endpoints
from sourcebot.server.logs import Log
from sourcebot.server.openapi import Examples, document, examples_of
from sourcebot.server.problems import TITLES
from sourcebot.server.service import Service
from tests.knowledge.tea import TeaFolder
from tests.knowledge.tea_advice import AdvisingTeaFolder
from tests.server.http_setup import STRANGER, Server, bearing, full_key, tea_server

METHODS = {"get", "post", "put", "delete", "patch", "head", "options", "trace"}


@pytest.fixture
def tea(tmp_path: Path) -> TeaFolder:
    return AdvisingTeaFolder(tmp_path / "tea")


@pytest.fixture
def server(tea: TeaFolder) -> Server:
    return tea_server(tea)


def described(server: Server) -> dict[str, Any]:
    told: dict[str, Any] = server.client.get("/openapi.json").json()
    return told


def operations(doc: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in doc["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def resolved(doc: dict[str, Any], what: dict[str, Any]) -> dict[str, Any]:
    """What a reference refers to. Fails where there is none."""
    if "$ref" not in what:
        return what
    found: Any = doc
    for step in what["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return resolved(doc, found)


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for each in value.values() for ref in references(each)]
    if isinstance(value, list):
        return [ref for each in value for ref in references(each)]
    return []


def validator(doc: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """Of a schema of the document, which may refer to others of it."""
    return Draft202012Validator({**schema, "components": doc["components"]})


@pytest.mark.parametrize("keys", [False, True])
@pytest.mark.parametrize("desks", [False, True])
def test_it_keeps_to_openapi_3_1(keys: bool, desks: bool) -> None:
    doc = json.loads(json.dumps(document(keys=keys, desks=desks)))
    assert doc["openapi"].startswith("3.1.")
    assert doc["info"]["version"] == __version__
    for schema in doc["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for reference in references(doc):
        assert resolved(doc, {"$ref": reference})
    ids = [operation["operationId"] for _, _, operation in operations(doc)]
    assert len(ids) == len(set(ids))
    for path, method, operation in operations(doc):
        assert path.startswith("/")
        assert operation["summary"]
        taken = [
            resolved(doc, parameter)
            for parameter in (
                *doc["paths"][path].get("parameters", ()),
                *operation.get("parameters", ()),
            )
        ]
        places = {parameter["name"] for parameter in taken if parameter["in"] == "path"}
        assert places == {part[1:-1] for part in path.split("/") if part.startswith("{")}
        assert all(parameter["schema"] for parameter in taken)
        assert all(parameter["required"] for parameter in taken if parameter["in"] == "path")
        assert all(status.isdigit() for status in operation["responses"])
        assert all(response["description"] for response in operation["responses"].values())
        assert ("requestBody" in operation) <= (method == "post")
        schemes = doc["components"].get("securitySchemes", {})
        for wanted in operation.get("security", ()):
            assert set(wanted) <= set(schemes)


def routes(service: Service) -> set[tuple[str, str]]:
    """Method and path of all that the application answers."""
    found: list[Any] = []
    layer: Any = create_app(service)
    while layer is not None:
        found = found or list(getattr(layer, "routes", ()))
        layer = getattr(layer, "_app", None)
    assert all(isinstance(route, Route) for route in found)
    return {
        (method.lower(), route.path)
        for route in found
        for method in route.methods or ()
        if method != "HEAD"
    }


@pytest.mark.parametrize("desks", [False, True])
@pytest.mark.parametrize("rasa", [False, True])
def test_every_path_is_described_and_every_described_path_is_there(
    tea: TeaFolder, desks: bool, rasa: bool
) -> None:
    config = Config(
        bases={"tea": str(tea.root)},
        rasa=rasa,
        desks={"shop": Desk(kind="webhook", signature="off", url="http://localhost:1/")}
        if desks
        else {},
    )
    service = Service(config, log=Log(write=lambda line: None))
    doc = document(keys=False, desks=desks, rasa=rasa)
    assert {(method, path) for path, method, _ in operations(doc)} == routes(service)


def test_its_examples_are_true(server: Server) -> None:
    doc = described(server)
    path = server.begin().rpartition("/")[2]
    tried = []
    # What forgets the conversation comes last.
    for template, method, operation in sorted(
        operations(doc), key=lambda each: each[1] == "delete"
    ):
        asked: dict[str, Any] = {}
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]["application/json"]
            validator(doc, content["schema"]).validate(content["example"])
            asked = {"json": content["example"]}
        answer = server.client.request(method, template.replace("{id}", path), **asked)
        good = next(status for status in operation["responses"] if status.startswith("2"))
        assert answer.status_code == int(good), (template, answer.text)
        told = operation["responses"][good]
        if "content" in told:
            ((media, content),) = told["content"].items()
            assert answer.headers["content-type"].partition(";")[0] == media
            value = answer.json() if media == "application/json" else answer.text
            validator(doc, content["schema"]).validate(value)
        else:
            assert not answer.content
        tried.append(template)
    assert len(tried) == len(operations(doc)) > 15


def test_its_examples_route(server: Server) -> None:
    for path, _, operation in operations(described(server)):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for text in filter(None, [content.get("example", {}).get("text")]):
            assert server.ask(text).json()["status"] == "answered", (path, text)


def test_every_status_that_is_described_is_one_of_a_problem(server: Server) -> None:
    doc = described(server)
    known = {str(status) for status, _ in TITLES.values()}
    for path, _, operation in operations(doc):
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                continue
            assert status in known
            (media,) = response["content"]
            if (path, status) == ("/readyz", "503"):
                assert response["content"][media]["schema"]["$ref"].endswith("/Readiness")
                continue
            assert media == "application/problem+json", path


def test_problems_are_as_described(server: Server) -> None:
    doc = described(server)
    refused = [
        ("/v1/ask", "post", server.client.post("/v1/ask", content=b"{")),
        ("/v1/ask", "post", server.client.post("/v1/ask", json={})),
        ("/v1/ask", "post", server.client.post("/v1/ask", content=b"x" * 2_000_000)),
        (
            "/v1/ask",
            "post",
            server.client.post("/v1/ask", content=b"", headers={"Content-Type": "text/plain"}),
        ),
        ("/v1/ask", "post", server.client.post("/v1/ask?kb=none", json={"text": "x"})),
        ("/v1/conversations/{id}", "get", server.client.get(f"/v1/conversations/{STRANGER}")),
    ]
    for path, method, answer in refused:
        told = doc["paths"][path][method]["responses"][str(answer.status_code)]
        schema = told["content"]["application/problem+json"]["schema"]
        validator(doc, schema).validate(answer.json())
        assert answer.json()["title"] == told["description"]


def test_replies_of_every_status_are_as_described(server: Server, tea_bot: Bot) -> None:
    doc = described(server)
    schema = {"$ref": "#/components/schemas/Reply"}
    seen = set()
    path = server.begin()
    for text in ("What is green tea?", "", "who won", "help", "hello", "help me decide", "we do"):
        for answer in (server.ask(text), server.say(path, text)):
            validator(doc, schema).validate(answer.json())
            seen.add(answer.json()["status"])
    assert seen >= {"answered", "unknown", "smalltalk", "asking"}
    broken = json.loads(tea_bot.ask("What is green tea?").to_json()) | {"confidence": "high"}
    assert list(validator(doc, schema).iter_errors(broken))


def test_with_keys_it_says_which_scope_is_needed_and_nothing_of_the_base(
    tea: TeaFolder, tmp_path: Path
) -> None:
    file = tmp_path / "keys.json"
    key = full_key(file)
    server = tea_server(tea, keys=str(file))
    doc = described(server)
    assert "tea" not in json.dumps(doc).lower().replace("instead", "")
    for path, method, operation in operations(doc):
        open_to_all = (
            server.client.request(method, path.replace("{id}", STRANGER), json={}).status_code
            != 401
        )
        assert open_to_all == ("security" not in operation), path
    advise = doc["paths"]["/v1/advise"]["post"]["requestBody"]["content"]["application/json"]
    answer = server.client.post("/v1/advise", json=advise["example"], headers=bearing(key))
    assert answer.json()["status"] == "recommended"


def test_the_examples_are_those_of_the_base_that_is_served(server: Server) -> None:
    base = server.service.bases.default.edition.bot.knowledge
    shown = examples_of(base)
    assert shown.question == "What is green tea?"
    assert shown.question in json.dumps(described(server))
    assert Examples() != shown


def test_what_is_documented_of_an_endpoint_names_its_path() -> None:
    paths = {path for path, _, _ in operations(document(keys=False))}
    told = [
        (getattr(Endpoints, name).__doc__ or "").partition(":")[0].split()
        for name in dir(Endpoints)
        if not name.startswith("_")
    ]
    for method, path in told:
        assert method in ("GET", "POST")
        assert path in paths
