"""`sourcebot serve` as it is run: it starts, answers, stops, and says why where it cannot."""

from __future__ import annotations

import json
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from sourcebot.cli.main import main
from tests.knowledge.tea import TeaFolder
from tests.server.http_setup import bearing, full_key, key_file, other_tea
from tests.server.process import Process, read_all, refused, request
from tests.server.redis_server import RedisServer

QUESTION = "What is green tea?"


@pytest.fixture
def tea(tmp_path: Path) -> TeaFolder:
    return TeaFolder(tmp_path / "tea")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_and_when_told_to_stop_finishes_what_is_under_way(
    tea: TeaFolder, how: signal.Signals
) -> None:
    with Process("--kb", str(tea.root), "serve", "--port", "0") as server:
        assert server.url == f"http://127.0.0.1:{server.port}/"
        answer = server.ask(QUESTION)
        assert answer.json()["concepts"] == ["green-tea"]
        assert answer.json()["kb"] == server.lines[0]["kb"][0]
        assert "server" not in answer.headers
        assert server.client.get("/").headers["content-type"].startswith("text/html")

        whole = request(json.dumps({"text": QUESTION}).encode(), "Connection: close")
        with server.connect() as connection:
            connection.sendall(whole[:-5])
            while server.client.get("/metrics").text.find("sourcebot_in_flight 2") < 0:
                time.sleep(0.01)
            server.client.close()
            server.stop(how)
            while server.listens():
                time.sleep(0.01)
            connection.sendall(whole[-5:])
            told = read_all(connection)
        assert told.startswith(b"HTTP/1.1 200")
        assert json.loads(told.partition(b"\r\n\r\n")[2])["concepts"] == ["green-tea"]
        assert server.ended() == 0


def test_what_stays_under_way_for_too_long_is_given_up(tea: TeaFolder, tmp_path: Path) -> None:
    config = tmp_path / "sourcebot.toml"
    config.write_text(f'port = 0\n[bases]\ntea = "{tea.root}"\n[limits]\nshutdown_seconds = 0\n')
    with Process("serve", "--config", str(config)) as server, server.connect() as connection:
        connection.sendall(request(b"{}")[:-1])
        while server.client.get("/metrics").text.find("sourcebot_in_flight 2") < 0:
            time.sleep(0.01)
        server.client.close()
        server.stop()
        assert server.ended() == 0


def test_workers_share_conversations_and_all_stop(tea: TeaFolder, tmp_path: Path) -> None:
    sessions = f"sqlite:{tmp_path / 'sessions.db'}"
    arguments = ("serve", "--port", "0", "--workers", "2", "--sessions", sessions)
    with Process("--kb", str(tea.root), *arguments) as server:
        path = server.client.post("/v1/conversations").headers["location"]
        for turn in range(1, 9):
            headers = {"Connection": "close"}
            answer = server.client.post(
                f"{path}/messages", json={"text": QUESTION}, headers=headers
            )
            assert answer.headers["x-sourcebot-turn"] == str(turn)
        server.client.close()
        server.stop()
        assert server.ended() == 0
        assert not server.listens()


def test_a_configuration_with_all_of_it(tea: TeaFolder, tmp_path: Path) -> None:
    other_tea(tmp_path / "more")
    key, more_key = key_file(tmp_path / "keys.json", ("tea", ("ask",)), ("more", ("ask",)))
    config = tmp_path / "sourcebot.toml"
    # Paths are meant from where the file stands.
    config.write_text(
        'host = "0.0.0.0"\nport = 0\nkeys = "keys.json"\nsessions = "sqlite:sessions.db"\n'
        '[bases]\ntea = "tea"\nmore = "more"\n'
    )
    with Process("serve", "--config", str(config)) as server:
        local = f"http://127.0.0.1:{server.port}"
        asked = {"text": QUESTION}
        for text, name in ((key, "tea@"), (more_key, "more@")):
            answer = server.client.post(f"{local}/v1/ask", json=asked, headers=bearing(text))
            assert answer.json()["kb"].startswith(name)
        assert server.client.post(f"{local}/v1/ask", json=asked).status_code == 401
        begun = server.client.post(f"{local}/v1/conversations", headers=bearing(key))
        assert begun.status_code == 201
    assert (tmp_path / "sessions.db").exists()


def test_with_redis_away_questions_are_answered_and_conversations_come_back(
    tea: TeaFolder, redis_server: RedisServer
) -> None:
    arguments = ("serve", "--port", "0", "--sessions", redis_server.url)
    with Process("--kb", str(tea.root), *arguments) as server:
        path = server.client.post("/v1/conversations").headers["location"]

        def say(text: str) -> tuple[int, str]:
            answer = server.client.post(f"{path}/messages", json={"text": text})
            return answer.status_code, answer.text

        assert say(QUESTION)[0] == 200
        redis_server.kill()
        try:
            status, text = say("and why?")
            assert (status, json.loads(text)["code"]) == (503, "unavailable")
            assert server.client.post("/v1/conversations").status_code == 503
            assert server.ask(QUESTION).status_code == 200
            assert server.client.get("/healthz").status_code == 200
            ready = server.client.get("/readyz")
            assert ready.status_code == 503
            told = ready.json()
            assert (told["status"], told["sessions"]) == ("degraded", "down")
        finally:
            redis_server.start()
        assert say("and why?")[0] == 404  # it kept nothing, and says so
        path = server.client.post("/v1/conversations").headers["location"]
        assert say(QUESTION)[0] == 200
        ready = server.client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
        server.client.close()
        server.stop()
        assert server.ended() == 0
    assert {line["event"] for line in server.lines} == {"serving", "request"}
    assert [line["status"] for line in server.lines[1:]].count(503) == 3


# What cannot be served


def in_one_line(*arguments: str) -> str:
    result = refused(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


def test_others_are_not_let_in_without_keys(tea: TeaFolder, tmp_path: Path) -> None:
    serve = ("--kb", str(tea.root), "serve", "--port", "0")
    for host in ("0.0.0.0", "::", "192.0.2.1", "example.org"):
        said = in_one_line(*serve, "--host", host)
        assert f"{host} can be reached from other machines" in said
        assert "sourcebot keys new" in said
    nothing = str(tmp_path / "keys.json")
    assert "no API key" in in_one_line(*serve, "--host", "0.0.0.0", "--keys", nothing)
    (tmp_path / "keys.json").write_text("{")
    assert f"{nothing}: is no file of API keys" in in_one_line(*serve, "--keys", nothing)


def test_an_address_that_is_taken_or_not_ours_is_said_in_one_line(
    tea: TeaFolder, tmp_path: Path
) -> None:
    serve = ("--kb", str(tea.root), "serve")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = in_one_line(*serve, "--port", port)
        assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in said
    full_key(tmp_path / "keys.json")
    keys = ("--port", "0", "--keys", str(tmp_path / "keys.json"))
    assert "cannot listen on 192.0.2.1:0" in in_one_line(*serve, *keys, "--host", "192.0.2.1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "70000"], "65535"),
        (["--port", "-1"], "port"),
        (["--port", "x"], "--port"),
        (["--workers", "0"], "workers"),
        (["--workers", "2"], "sqlite:PATH"),
        (["--sessions", "postgres://u:secret@h"], "sessions cannot be kept in `postgres`"),
        (["--sessions", "redis://h:port"], "Redis URL"),
        (["--keys", "/"], "cannot be read"),
        (["--config", "/no/such/file.toml"], "/no/such/file.toml: cannot be read"),
        (["--origin", "www.shop.example"], "www.shop.example"),
    ],
)
def test_what_was_typed_wrong_is_said_in_one_line(
    tea: TeaFolder, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["--kb", str(tea.root), "serve", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "secret" not in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("port = ", "is no TOML"),
        ("prot = 1", "unknown key `prot`; did you mean `port`"),
        ("port = '1'", "port"),
        ("[limits]\nper_minut = 1", "`limits.per_minut`"),
        ("[limits]\nper_minute = 0", "per_minute"),
        ("[limits]\nbody_seconds = nan", "body_seconds"),
        ("[limits]\nanswer_seconds = inf", "answer_seconds"),
        ("session_minutes = inf", "session_minutes"),
        ("[desks.a]\nkind = 'fax'", "kind"),
        ("[desks.a]\nkind = 'slack'\nsecret = 'x'", "`desks.a.secret`"),
        ("[desks.a]\nkind = 'rasa'\nkb = 'none'", "none"),
        ("[bases]\ntea = 'nowhere'", "nowhere"),
        ("[bases]\n'' = ''", "name"),
        ("origins = ['*']", "*"),
        ("trust_proxy = '10.0.0.1'", "trust_proxy"),
        ("keys = 'none.json'", "none.json: holds no API key"),
    ],
)
def test_a_configuration_that_is_wrong_is_said_in_one_line(
    tea: TeaFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str], written: str, said: str
) -> None:
    config = tmp_path / "sourcebot.toml"
    bases = "" if "bases" in written else f"\n[bases]\ntea = '{tea.root}'"
    config.write_text(f"{written}{bases}\n")
    assert main(["serve", "--config", str(config)]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_broken_base_is_not_served_and_the_place_is_named(
    tea: TeaFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    line = tea.replace("concepts/oolong.yaml", "sources: [leaf-book]", "sources: [none]")
    assert main(["--kb", str(tea.root), "serve", "--port", "0"]) == 2
    assert f"oolong.yaml:{line}: " in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "httptools"])
def test_without_the_extra_it_says_what_to_install(
    tea: TeaFolder,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
) -> None:
    found = sys.modules["importlib.util"].find_spec
    monkeypatch.setattr(
        "sourcebot.cli.serve.find_spec", lambda name: None if name == missing else found(name)
    )
    assert main(["--kb", str(tea.root), "serve", "--port", "0"]) == 2
    err = capsys.readouterr().err
    assert "pip install 'sourcebot-kb[serve]'" in err
    assert err.count("\n") == 1
