"""A configuration as it is read from a file: where its paths are, and where its secrets."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sourcebot.errors import ServerError
from sourcebot.server.config import Config, Desk, Limits, check, read_config, secret
from sourcebot.server.service import Service
from tests.knowledge.tea import TeaFolder

WHOLE = """
host = "::1"
port = 9000
workers = 3
keys = "secrets/keys.json"
sessions = "sqlite:sessions.db"
session_minutes = 5
log_messages = true
origins = ["https://www.shop.example", "http://[::1]:3000", "capacitor://localhost"]
trust_proxy = ["10.0.0.1"]
rasa = true
[bases]
ours = "kb"
sourcing = ""
[limits]
body_seconds = 2
[desks.shop]
kind = "webhook"
secrets = ["file:secrets/old", "env:NEW", "whsec_eA=="]
token = "file:secrets/token"
options = {handover_text = "file:x"}
"""


def written(folder: Path, text: str) -> Config:
    path = folder / "sourcebot.toml"
    path.write_text(text)
    return read_config(path)


def test_paths_are_meant_from_where_the_file_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    config = written(tmp_path, WHOLE)
    assert config.bases == {"ours": str(tmp_path / "kb"), "sourcing": ""}
    assert config.keys == str(tmp_path / "secrets/keys.json")
    assert config.sessions == f"sqlite:{tmp_path}/sessions.db"
    desk = config.desks["shop"]
    assert desk.secrets == (f"file:{tmp_path}/secrets/old", "env:NEW", "whsec_eA==")
    assert desk.token == f"file:{tmp_path}/secrets/token"
    assert desk.options == {"handover_text": "file:x"}  # a text is none
    assert config.limits == Limits(body_seconds=2)
    assert config.is_local
    check(config)


def test_whole_paths_stay_as_they_are(tmp_path: Path) -> None:
    config = written(tmp_path, 'sessions = "sqlite:/var/lib/x.db"\n[bases]\na = "/srv/kb"')
    assert config.sessions == "sqlite:/var/lib/x.db"
    assert config.bases == {"a": "/srv/kb"}
    assert written(tmp_path, 'sessions = "redis://h/0"').sessions == "redis://h/0"
    assert written(tmp_path, "") == Config()


def test_what_a_worker_starts_with_is_what_was_read(tmp_path: Path) -> None:
    config = written(tmp_path, WHOLE)
    assert msgspec.json.decode(msgspec.json.encode(config), type=Config) == config


def test_a_secret_comes_from_where_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("OURS", "from the environment")
    assert secret(f"file:{tmp_path / 'secret'}") == "from a file"
    assert secret("env:OURS") == "from the environment"
    assert secret("as: it stands") == "as: it stands"
    for missing in ("env:NOT_OURS", f"file:{tmp_path / 'none'}", f"file:{tmp_path}"):
        with pytest.raises(ServerError):
            secret(missing)


def test_where_conversations_are_kept_may_be_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tea = TeaFolder(tmp_path / "tea")
    monkeypatch.setenv("SESSIONS", f"sqlite:{tmp_path / 'sessions.db'}")
    Service(written(tmp_path, f'sessions = "env:SESSIONS"\n[bases]\ntea = "{tea.root}"'))
    assert (tmp_path / "sessions.db").exists()


@pytest.mark.parametrize("name", ["", " ", "a b", "../x", "é", "-x", "x" * 65, "a/b", "a\n"])
def test_a_name_that_no_request_could_give_is_refused(name: str) -> None:
    with pytest.raises(ServerError, match="is no name for a base"):
        check(Config(bases={name: ""}))
    with pytest.raises(ServerError, match="is no name for a desk"):
        check(Config(desks={name: Desk(kind="rasa")}))


@pytest.mark.parametrize(
    "origin",
    ["*", "null", "", "www.shop.example", "https://", "https://*.shop.example", "https://x/path",
     "HTTPS://X", "https://u@x", "https://x:port", "https://x?q"],
)  # fmt: skip
def test_an_origin_that_no_browser_sends_is_refused(origin: str) -> None:
    with pytest.raises(ServerError, match="is no origin"):
        check(Config(origins=(origin,)))
