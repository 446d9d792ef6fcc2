"""History: kept across runs, bounded, and never a reason to fail."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sourcebot.history import KEEP, History, data_folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "history.jsonl"


def test_messages_are_found_by_the_next_run(path: Path) -> None:
    first = History(path)
    first.add("what is offshoring")
    first.add("and why?")

    assert History(path).texts == ("what is offshoring", "and why?")


def test_any_text_survives(path: Path) -> None:
    texts = ["[/oops]", "{{7*7}}", "🎉 héllo", "مرحبا", "a\nb", "\ud800", '{"text": "x"}']

    for text in texts:
        History(path).add(text)

    assert History(path).texts == tuple(texts)


def test_blank_repeated_and_huge_messages_are_not_kept(path: Path) -> None:
    history = History(path)

    for text in ["", "  ", "a", "a", " a ", "x" * 1_000_000, "b"]:
        history.add(text)

    assert history.texts == ("a", "b")
    assert History(path).texts == ("a", "b")


def test_broken_lines_are_passed_over(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b'{"text": "a"}\n\xff\xfe\n[]\n{"text": 1}\n{"text": ""}\n' + b"[" * 100_000)

    history = History(path)
    history.add("b")

    assert history.texts == ("a", "b")
    assert History(path).texts == ("a", "b")


def test_only_the_last_thousand_are_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("".join(json.dumps({"text": str(n)}) + "\n" for n in range(5_000)))

    history = History(path)
    history.add("new")

    assert len(history.texts) == KEEP
    assert History(path).texts == history.texts
    assert history.texts[-2:] == ("4999", "new")
    assert path.read_text().count("\n") == KEEP


def test_an_enormous_file_is_read_from_its_end(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"x" * 20_000_000 + b'\n{"text": "last"}\n')

    assert History(path).texts == ("last",)


def test_two_runs_at_once_lose_nothing(path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from sourcebot.history import History\n"
        "history = History(Path(sys.argv[1]))\n"
        "for number in range(300): history.add(f'{sys.argv[2]} {number}')\n"
    )

    runs = [
        subprocess.Popen([sys.executable, "-c", program, str(path), name]) for name in ("a", "b")
    ]

    assert [run.wait(timeout=60) for run in runs] == [0, 0]
    assert sorted(History(path).texts) == sorted(f"{n} {i}" for n in "ab" for i in range(300))


def test_compaction_by_one_run_loses_nothing_of_another(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("".join(json.dumps({"text": str(n)}) + "\n" for n in range(1_199)))
    one, other = History(path), History(path)

    one.add("one")
    other.add("other")
    one.add("again")

    assert History(path).texts[-3:] == ("one", "other", "again")


def test_where_nothing_can_be_written_memory_serves(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    history = History(tmp_path / "file" / "history.jsonl")
    history.add("a")

    assert history.texts == ("a",)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs file permissions")
def test_a_read_only_home_is_no_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    history = History(tmp_path / "sub" / "history.jsonl")
    history.add("a")

    assert history.texts == ("a",)


@pytest.mark.skipif(os.name == "nt", reason="needs file permissions")
def test_only_the_user_may_read_it(path: Path) -> None:
    History(path).add("a")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_it_lives_in_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCEBOT_HISTORY", raising=False)
    monkeypatch.setenv("SOURCEBOT_HOME", str(tmp_path))

    assert data_folder() == tmp_path
    assert History.for_user().path == tmp_path / "history.jsonl"


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders")
def test_xdg_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCEBOT_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    assert data_folder() == tmp_path / "sourcebot"


@pytest.mark.parametrize("value", ["0", "false", "No", " off "])
def test_the_environment_switches_it_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("SOURCEBOT_HOME", str(tmp_path))
    monkeypatch.setenv("SOURCEBOT_HISTORY", value)

    history = History.for_user()
    history.add("a")

    assert history.texts == ("a",)
    assert list(tmp_path.iterdir()) == []


def test_a_caller_switches_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCEBOT_HOME", str(tmp_path))

    History.for_user(wanted=False).add("a")

    assert list(tmp_path.iterdir()) == []
