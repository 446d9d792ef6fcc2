"""What tests of the server share: a bot over tea, and a Redis server of the worker's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sourcebot import Bot
from tests.knowledge.tea import TeaFolder
from tests.server.redis_server import PROGRAM, RedisServer, installed


@pytest.fixture(scope="session")
def tea_bot(shared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Bot:
    """The bot over the tea base."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        return Bot.load(TeaFolder(tmp_path_factory.mktemp("tea")).root)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A running Redis server; a test that ends it starts it again."""
    if not installed():
        pytest.skip(f"{PROGRAM} is not installed (on Debian and Ubuntu: apt install redis-server)")
    server = RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()
