"""An edited base is compiled in a process of its own, where that takes long."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sourcebot import Bot
from sourcebot.knowledge.cache import find_cached
from sourcebot.knowledge.folders import read_base
from sourcebot.server import preparing
from sourcebot.server.bases import Edition, Served
from sourcebot.server.preparing import prepare
from tests.knowledge.tea import TeaFolder


@pytest.fixture
def tea(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TeaFolder:
    monkeypatch.setenv("SOURCEBOT_CACHE", str(tmp_path / "cache"))
    return TeaFolder(tmp_path / "tea")


def is_compiled(tea: TeaFolder) -> bool:
    return find_cached("index", read_base(tea.root).digest) is not None


def test_the_compiled_form_of_a_large_base_is_left_in_the_cache(
    tea: TeaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "LARGE", 1)
    prepare(str(tea.root))
    assert is_compiled(tea)


def test_what_the_advice_needs_is_there_before_the_first_who_is_advised(
    tea_bot: Bot,
) -> None:
    bot = Bot(tea_bot.knowledge)
    assert "adviser" not in vars(bot)
    Edition(bot)
    assert "adviser" in vars(bot)


def test_what_is_compiled_already_is_not_compiled_again(
    tea: TeaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "LARGE", 1)
    prepare(str(tea.root))
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("started a process"))
    prepare(str(tea.root))


def test_a_small_base_starts_no_process(tea: TeaFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("started a process"))
    prepare(str(tea.root))
    assert not is_compiled(tea)


def test_where_no_process_can_be_started_an_edit_is_taken_over_all_the_same(
    tea: TeaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(preparing, "LARGE", 1)
    monkeypatch.setattr(subprocess, "run", refuse)
    monkeypatch.setattr("sourcebot.knowledge.folders._SETTLED", -(10**15))
    served = Served("tea", str(tea.root))
    tea.replace("concepts/green-tea.yaml", "heated soon after picking", "steamed in Uji")
    assert served.renew()


def test_a_broken_base_is_told_by_who_loads_it(
    tea: TeaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "LARGE", 1)
    tea.replace("concepts/green-tea.yaml", "name:", "nome:")
    prepare(str(tea.root))
    assert not is_compiled(tea)
