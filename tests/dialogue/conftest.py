"""One bot over the shipped base for all tests of a worker, and one over tea."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sourcebot import Bot, Conversation
from tests.knowledge.tea import TeaFolder


@pytest.fixture(scope="session")
def _caches(shared_cache: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        yield


@pytest.fixture(scope="session")
def bot(_caches: None) -> Bot:
    """The bot over the shipped knowledge base."""
    return Bot.load()


@pytest.fixture
def conversation(bot: Bot) -> Conversation:
    """A new conversation on the shipped knowledge base."""
    return bot.start()


@pytest.fixture(scope="session")
def tea_bot(_caches: None, tmp_path_factory: pytest.TempPathFactory) -> Bot:
    """The bot over the tea base."""
    return Bot.load(TeaFolder(tmp_path_factory.mktemp("tea")).root)


@pytest.fixture
def tea(tmp_path: Path, own_cache: Path) -> TeaFolder:
    """The tea base, for tests that break it, with a cache of the test's own."""
    return TeaFolder(tmp_path / "tea")
