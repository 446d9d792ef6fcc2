"""API keys: what is kept of them, what they open, and how they come and go."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sourcebot.cli.main import main
from sourcebot.errors import ServerError
from sourcebot.server import keys as keys_module
from sourcebot.server.keys import (
    SCOPES,
    ApiKey,
    KeyRing,
    ended,
    new_key,
    read_keys,
    write_keys,
)
from tests.knowledge.tea import TeaFolder
from tests.server.http_setup import (
    NOW,
    Server,
    bearing,
    check_problem,
    expire,
    full_key,
    key_file,
    tea_server,
)


@pytest.fixture
def tea(tmp_path: Path) -> TeaFolder:
    return TeaFolder(tmp_path / "tea")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def kept(file: Path, *keys: ApiKey) -> KeyRing:
    write_keys(file, keys)
    return KeyRing(file)


# What is kept


def test_only_the_hash_of_a_key_is_kept(file: Path) -> None:
    key, text = new_key("the website", "tea", ("ask",), NOW)
    ring = kept(file, key)
    secret = text.rpartition(f"{key.id}_")[2]
    written = file.read_text()
    assert secret not in written
    assert hashlib.sha256(secret.encode()).hexdigest() in written
    assert ring.find(text, NOW) == key


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_the_file_is_its_owners_alone(file: Path) -> None:
    full_key(file)
    assert file.stat().st_mode & 0o077 == 0


def test_no_two_keys_are_alike() -> None:
    made = {new_key("x", "tea", ("ask",), NOW)[1] for _ in range(50)}
    assert len(made) == 50
    assert all(len(text) == len("sb_") + 8 + 1 + 43 for text in made)


def test_a_key_comes_back_as_it_was_written(file: Path) -> None:
    key = new_key("Ünï", "tea", SCOPES, NOW, NOW + timedelta(days=1))[0]
    write_keys(file, [key])
    assert read_keys(file) == (key,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"keys": []}{',
        '{"format": "other"}',
        '{"version": 2}',
        '{"keys": [{"id": "x"}]}',
        '{"keys": [], "more": 1}',
        '{"keys": ' + "[" * 100_000,
        '{"keys": [{"id": "00000000", "name": "", "kb": "", "scopes": ["root"], "hash": "",'
        ' "created": "2026-11-24T00:00:00Z"}]}',
    ],
    ids=range(11),
)
def test_what_is_no_file_of_keys_is_refused_in_one_line(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(ServerError) as refused:
        read_keys(file)
    said = str(refused.value)
    assert said.startswith(f"{file}: is no file of API keys")
    assert "\n" not in said


# Which text is a key


def test_a_key_is_compared_in_constant_time_also_where_there_is_none(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, text = new_key("x", "tea", ("ask",), NOW)
    ring = kept(file, key)
    compared: list[tuple[str, str]] = []

    def compare(one: str, other: str) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    class Compares:
        compare_digest = staticmethod(compare)

    monkeypatch.setattr(keys_module, "hmac", Compares)
    assert ring.find(text, NOW) is key or ring.find(text, NOW) == key
    stranger = new_key("x", "tea", ("ask",), NOW)[1]
    for wrong in (stranger, text[:-1] + "_", "no key", ""):
        compared.clear()
        assert ring.find(wrong, NOW) is None
        assert len(compared) == 1
        assert all(len(side) == 64 for side in compared[0])


def test_a_key_with_anything_changed_opens_nothing(file: Path) -> None:
    key, text = new_key("x", "tea", ("ask",), NOW)
    ring = kept(file, key)
    for place in range(len(text)):
        other = "A" if text[place] != "A" else "B"
        assert ring.find(text[:place] + other + text[place + 1 :], NOW) is None
    for wrong in (text + "A", text[:-1], " " + text, text + "\n", text.upper(), key.hash):
        assert ring.find(wrong, NOW) is None


def test_an_empty_hash_is_that_of_nobody(file: Path) -> None:
    key, text = new_key("x", "tea", ("ask",), NOW)
    ring = kept(file, ApiKey(key.id, "x", "tea", ("ask",), "", NOW))
    for wrong in (text, f"sb_{key.id}_", f"sb_{key.id}_{'A' * 43}"):
        assert ring.find(wrong, NOW) is None


def test_a_key_ends_when_it_expires(file: Path) -> None:
    key, text = new_key("x", "tea", ("ask",), NOW, NOW + timedelta(hours=1))
    ring = kept(file, key)
    assert ring.find(text, NOW + timedelta(minutes=59)) == key
    assert ring.find(text, NOW + timedelta(hours=1)) is None


def test_a_key_that_has_ended_does_not_end_later() -> None:
    key = new_key("x", "tea", ("ask",), NOW)[0]
    assert ended(key, NOW).expires == NOW
    later = expire(key, NOW + timedelta(days=9))
    assert ended(later, NOW).expires == NOW
    assert ended(expire(key, NOW), NOW + timedelta(days=1)).expires == NOW


# What a key opens


def test_without_a_valid_key_nothing_is_answered(tea: TeaFolder, file: Path) -> None:
    key = full_key(file)
    server = tea_server(tea, keys=str(file))
    for headers in (
        {},
        bearing(""),
        bearing("x"),
        bearing(key + "x"),
        bearing(key.upper()),
        {"Authorization": key},
        {"Authorization": f"Basic {key}"},
        {"X-Api-Key": key},
    ):
        answer = server.client.post("/v1/ask", json={"text": "x"}, headers=headers)
        check_problem(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert key not in answer.text
    assert server.client.post(f"/v1/ask?key={key}", json={"text": "x"}).status_code == 401
    lower = {"Authorization": f"bearer  {key}"}
    assert server.client.post("/v1/ask", json={"text": "x"}, headers=lower).status_code == 200


CALLS: Sequence[tuple[str, str, str, dict[str, Any] | None]] = (
    ("ask", "POST", "/v1/ask", {"text": "x"}),
    ("ask", "POST", "/v1/conversations", None),
    ("ask", "GET", "/v1/conversations/c_xxxxxxxxxxxxxxxxxxxxxxxx", None),
    ("ask", "DELETE", "/v1/conversations/c_xxxxxxxxxxxxxxxxxxxxxxxx", None),
    ("ask", "POST", "/v1/conversations/c_xxxxxxxxxxxxxxxxxxxxxxxx/messages", {"text": "x"}),
    ("ask", "GET", "/v1/concepts", None),
    ("ask", "GET", "/v1/criteria", None),
    ("ask", "POST", "/v1/advise", {"answers": {}}),
    ("route", "POST", "/v1/route", {"text": "x"}),
    ("route", "POST", "/v1/route/bulk", {"texts": ["x"]}),
    ("metrics", "GET", "/metrics", None),
)


def test_a_key_opens_what_its_scopes_name_and_nothing_else(tea: TeaFolder, file: Path) -> None:
    texts = key_file(file, *(("tea", (scope,)) for scope in SCOPES))
    keys = dict(zip(SCOPES, texts, strict=True))
    server = tea_server(tea, keys=str(file))
    for needed, method, path, body in CALLS:
        for scope, key in keys.items():
            answer = server.client.request(method, path, json=body, headers=bearing(key))
            if scope == needed:
                assert answer.status_code in (200, 201, 404), (scope, path)
            else:
                said = check_problem(answer, 403, "forbidden")["detail"]
                assert f"`{needed}`" in said
        check_problem(server.client.request(method, path, json=body), 401, "unauthorized")


def test_who_may_read_the_metrics_is_told_what_is_served(tea: TeaFolder, file: Path) -> None:
    watching, asking = key_file(file, ("tea", ("metrics",)), ("tea", ("ask",)))
    server = tea_server(tea, keys=str(file))
    told = server.client.get("/readyz", headers=bearing(watching)).json()
    assert [base["name"] for base in told["bases"]] == ["tea"]
    for headers in ({}, bearing(asking), bearing("x")):
        assert server.client.get("/readyz", headers=headers).json() == {
            "status": "ready", "bases": [], "sessions": "ok", "problems": []
        }  # fmt: skip


# Keys that change while it serves


def look(server: Server) -> None:
    """What the server does every few seconds."""
    server.service.keys.renew()


def test_a_new_key_works_and_one_that_was_taken_out_does_not(tea: TeaFolder, file: Path) -> None:
    first = full_key(file)
    server = tea_server(tea, keys=str(file))
    second = full_key(file)
    assert server.ask("x", first).status_code == 200
    look(server)
    assert server.ask("x", second).status_code == 200
    check_problem(server.ask("x", first), 401, "unauthorized")


def test_a_broken_file_leaves_the_last_good_keys_and_is_told(tea: TeaFolder, file: Path) -> None:
    key = full_key(file)
    server = tea_server(tea, keys=str(file))
    good = file.read_bytes()

    def readiness() -> dict[str, Any]:
        told: dict[str, Any] = server.client.get("/readyz", headers=bearing(key)).json()
        return told

    file.write_text("{")
    look(server)
    assert server.ask("x", key).status_code == 200
    assert readiness()["status"] == "degraded"
    assert readiness()["problems"][0].startswith(f"{file}: is no file of API keys")
    assert server.client.get("/readyz").json()["problems"] == []

    file.unlink()
    look(server)
    assert server.ask("x", key).status_code == 200
    assert "is gone" in readiness()["problems"][0]

    file.write_bytes(good)
    look(server)
    assert readiness()["status"] == "ready"


def test_what_is_wrong_with_the_keys_is_logged_once(tea: TeaFolder, file: Path) -> None:
    full_key(file)
    server = tea_server(tea, keys=str(file))
    file.write_text("{")
    server.service.renew_keys()
    server.service.renew_keys()
    full_key(file)
    server.service.renew_keys()
    events = [line for line in server.logged if line["event"].startswith("keys")]
    assert [line["event"] for line in events] == ["keys-refused", "keys-reloaded"]
    assert "is no file of API keys" in events[0]["problem"]


# On the command line


Keys = Any


@pytest.fixture
def run(tea: TeaFolder, file: Path, capsys: pytest.CaptureFixture[str]) -> Keys:
    def call(action: str, *more: str) -> tuple[int, str, str]:
        code = main(["--kb", str(tea.root), "keys", action, "--file", str(file), *more])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_a_key_is_made_shown_once_and_opens(run: Keys, tea: TeaFolder, file: Path) -> None:
    code, out, err = run("new", "our help desk", "--scopes", "ask,route", "--days", "365")
    assert code == 0
    text = out.strip()
    (key,) = read_keys(file)
    assert (key.name, key.kb, key.scopes) == ("our help desk", "tea", ("ask", "route"))
    assert key.expires is not None
    assert key.expires - key.created == timedelta(days=365)
    assert "shown only now" in err
    assert text not in err
    assert tea_server(tea, keys=str(file)).ask("What is green tea?", text).status_code == 200
    assert text not in run("list")[1]


def test_a_key_is_rotated_and_both_work_until_the_old_one_ends(
    run: Keys, tea: TeaFolder, file: Path
) -> None:
    old = run("new", "x")[1].strip()
    id = read_keys(file)[0].id
    new = run("rotate", id, "--hours", "2")[1].strip()
    server = tea_server(tea, keys=str(file))
    assert server.ask("x", old).status_code == server.ask("x", new).status_code == 200
    before, after = read_keys(file)
    assert (after.name, after.kb, after.scopes) == (before.name, before.kb, before.scopes)
    assert before.expires is not None
    assert before.expires - after.created == timedelta(hours=2)
    assert server.service.keys.find(old, before.expires) is None
    assert server.service.keys.find(new, before.expires) is not None

    again = run("rotate", id, "--hours", "48")
    assert again[0] == 0
    assert read_keys(file)[0].expires == before.expires  # and does not live longer for it


def test_a_key_is_ended_at_once(run: Keys, tea: TeaFolder, file: Path) -> None:
    key = run("new", "x")[1].strip()
    server = tea_server(tea, keys=str(file))
    assert server.ask("x", key).status_code == 200
    code, out, _ = run("end", read_keys(file)[0].id)
    assert (code, "has ended" in out) == (0, True)
    look(server)
    check_problem(server.ask("x", key), 401, "unauthorized")


def test_keys_are_listed_without_their_secrets(run: Keys, file: Path) -> None:
    assert run("list") == (0, "no keys yet\n", "")
    run("new", "one")
    run("new", "two", "--scopes", "metrics", "--for", "more")
    lines = run("list")[1].splitlines()
    assert lines[0].endswith("one  for tea  may ask  never ends")
    assert lines[1].endswith("two  for more  may metrics  never ends")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new", "x", "--scopes", "ask,rout"], "`rout`"),
        (["new", "x", "--scopes", ","], "needs a scope"),
        (["new", "x", "--days", "-1"], "--days"),
        (["new", "x", "--days", "nan"], "--days"),
        (["new", "x", "--days", "1e300"], "--days"),
        (["rotate", "00000000"], "no key `00000000`"),
        (["rotate", "00000000", "--hours", "inf"], "--hours"),
        (["end", "00000000"], "no key `00000000`"),
    ],
)
def test_what_cannot_be_done_with_keys_is_said_in_one_line(
    run: Keys, file: Path, arguments: list[str], said: str
) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert not file.exists()


def test_a_key_that_cannot_be_kept_is_not_handed_out(
    tea: TeaFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("")
    path = tmp_path / "taken" / "keys.json"
    code = main(["keys", "new", "--file", str(path), "--kb", str(tea.root), "x"])
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert said.err.count("\n") == 1
    assert json.dumps("sb_")[1:-1] not in said.err
