"""A knowledge base that is edited while it is served."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from sourcebot.errors import KnowledgeError, ServerError
from sourcebot.knowledge import folders
from sourcebot.server import bases as bases_module
from sourcebot.server import service as service_module
from sourcebot.server.bases import Bases, Served
from sourcebot.server.keys import write_keys
from tests.knowledge.tea import TeaFolder
from tests.server.http_setup import Server, full_key, other_tea, tea_server

QUESTION = "What is green tea?"


@pytest.fixture
def tea(tmp_path: Path) -> TeaFolder:
    return TeaFolder(tmp_path / "tea")


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every edit for finished: what has just changed is otherwise left alone for a while."""
    monkeypatch.setattr(folders, "_SETTLED", -(10**15))


@pytest.fixture
def server(tea: TeaFolder) -> Server:
    return tea_server(tea)


def edit(tea: TeaFolder, old: str, new: str) -> None:
    tea.replace("concepts/green-tea.yaml", old, new)


def look(server: Server, name: str = "tea") -> None:
    """What the server does every few seconds."""
    served = server.service.bases.get(name)
    assert served is not None
    asyncio.run(server.service.renew(served))


def readiness(server: Server) -> dict[str, Any]:
    answer = server.client.get("/readyz")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def test_what_was_edited_is_answered_with_a_new_digest(server: Server, tea: TeaFolder) -> None:
    before = server.ask(QUESTION).json()
    edit(tea, "heated soon after picking", "steamed in Uji")
    assert server.ask(QUESTION).json() == before
    look(server)
    after = server.ask(QUESTION).json()
    assert "steamed in Uji" in after["text"]
    assert after["kb"] != before["kb"]
    assert readiness(server)["bases"][0]["kb"] == after["kb"]
    told = [line for line in server.logged if line["event"] != "request"]
    assert [(line["event"], line["kb"]) for line in told] == [("reloaded", after["kb"])]


def test_going_back_brings_the_old_digest_back(server: Server, tea: TeaFolder) -> None:
    before = server.ask(QUESTION).json()
    edit(tea, "heated soon after picking", "steamed in Uji")
    look(server)
    edit(tea, "steamed in Uji", "heated soon after picking")
    look(server)
    assert server.ask(QUESTION).json() == before


def test_a_broken_base_is_refused_until_it_is_mended(server: Server, tea: TeaFolder) -> None:
    before = server.ask(QUESTION)
    edit(tea, "sources: [leaf-book]", "sources: [no-such-book]")
    look(server)
    assert server.ask(QUESTION).content == before.content
    told = readiness(server)
    assert told["status"] == "degraded"
    assert "green-tea.yaml:" in told["bases"][0]["problem"]
    assert told["problems"] == [f"tea: {told['bases'][0]['problem']}"]
    assert "\n" not in told["problems"][0]

    edit(tea, "sources: [no-such-book]", "sources: [pot-board]")
    look(server)
    assert readiness(server)["status"] == "ready"
    assert server.ask(QUESTION).json()["kb"] != before.json()["kb"]


def test_what_is_broken_is_logged_and_counted_once(server: Server, tea: TeaFolder) -> None:
    edit(tea, "sources: [leaf-book]", "sources: [no-such-book]")
    for _ in range(3):
        look(server)
    edit(tea, "sources: [no-such-book]", "sources: [leaf-book]")
    look(server)
    events = [line["event"] for line in server.logged]
    assert events == ["reload-refused", "reload-mended"]
    assert "no-such-book" in server.logged[0]["problem"]
    text = server.client.get("/metrics").text
    assert 'sourcebot_reloads_total{kb="tea",outcome="refused"} 1\n' in text


@pytest.mark.parametrize("how", ["no YAML", "no UTF-8", "a file less", "the folder gone"])
def test_whatever_breaks_the_last_good_one_answers(
    server: Server, tea: TeaFolder, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bases_module, "_PATIENCE", 1)
    before = server.ask(QUESTION).content
    match how:
        case "no YAML":
            tea.write("kb.yaml", "name: [")
        case "no UTF-8":
            tea.write("kb.yaml", b"\xff")
        case "a file less":
            tea.path("sources.yaml").unlink()
        case _:
            tea.root.rename(tea.root.with_name("elsewhere"))
    for _ in range(3):
        look(server)
    assert server.ask(QUESTION).content == before
    told = readiness(server)
    assert told["status"] == "degraded"
    assert told["problems"][0].count("\n") == 0


def test_a_conversation_goes_on_over_an_edit(server: Server, tea: TeaFolder) -> None:
    path = server.begin()
    first = server.say(path, QUESTION).json()
    edit(tea, "fresh taste", "taste of grass")
    look(server)
    second = server.say(path, "and why?").json()
    assert "taste of grass" in second["text"]
    assert second["concepts"] == ["green-tea"]
    assert second["kb"] != first["kb"]


def test_what_is_changing_is_left_alone_for_a_while(
    server: Server, tea: TeaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = server.service.bases.default
    edit(tea, "heated soon after picking", "steamed in Uji")
    monkeypatch.setattr(folders, "_SETTLED", 10**15)
    assert not served.renew()
    monkeypatch.setattr(folders, "_SETTLED", -(10**15))
    assert served.renew()


def test_a_base_whose_times_are_never_clear_is_taken_over_all_the_same(
    server: Server, tea: TeaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(tea, "heated soon after picking", "steamed in Uji")
    monkeypatch.setattr(folders, "_SETTLED", 10**15)
    served = server.service.bases.default
    assert [served.renew() for _ in range(4)].count(True) == 1
    assert "steamed in Uji" in server.ask(QUESTION).json()["text"]


def test_each_base_is_renewed_on_its_own(tea: TeaFolder, tmp_path: Path) -> None:
    other = other_tea(tmp_path / "more")
    server = Server(bases={"tea": str(tea.root), "more": str(other.root)})
    before = server.ask(QUESTION, **{"X-Sourcebot-KB": "more"}).content
    edit(tea, "sources: [leaf-book]", "sources: [no-such-book]")
    look(server)
    look(server, "more")
    told = {base["name"]: base["problem"] for base in readiness(server)["bases"]}
    assert told["tea"] is not None
    assert told["more"] is None
    assert server.ask(QUESTION, **{"X-Sourcebot-KB": "more"}).content == before
    edit(other, "steamed in Uji", "rolled by hand")
    look(server, "more")
    assert "rolled by hand" in server.ask(QUESTION, **{"X-Sourcebot-KB": "more"}).json()["text"]


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "LOOK_EVERY", 0.01)


@pytest.mark.usefixtures("soon")
async def test_a_running_server_looks_by_itself_and_goes_on_looking(
    server: Server, tea: TeaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    renew, looks = Served.renew, 0

    def once_in_a_while(self: Served) -> bool:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise RuntimeError("anything")
        return renew(self)

    monkeypatch.setattr(Served, "renew", once_in_a_while)
    edit(tea, "heated soon after picking", "steamed in Uji")
    before = server.service.bases.default.edition
    async with server.service.running():
        while server.service.bases.default.edition is before:
            await asyncio.sleep(0.01)
    assert [line["event"] for line in server.logged] == ["fault", "reloaded"]


@pytest.mark.usefixtures("soon")
async def test_a_key_ends_also_while_a_base_is_compiled(
    tea: TeaFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys.json"
    full_key(path)
    server = tea_server(tea, keys=str(path))
    compiled, ended = threading.Event(), []
    monkeypatch.setattr(Served, "renew", lambda served: ended.append(compiled.wait(10)))
    try:
        async with server.service.running():
            await asyncio.sleep(0.05)
            write_keys(path, [])
            while not server.logged:
                await asyncio.sleep(0.01)
            assert [line["event"] for line in server.logged] == ["keys-reloaded"]
            assert not ended
    finally:
        compiled.set()


def test_a_base_that_is_broken_to_begin_with_is_not_served(tea: TeaFolder) -> None:
    tea.write("kb.yaml", "name: [")
    with pytest.raises(KnowledgeError):
        tea_server(tea)
    with pytest.raises(ServerError):
        Bases({})
