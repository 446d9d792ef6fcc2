"""The shipped base, loaded once for all tests of a worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from sourcebot import KnowledgeBase
from tests.knowledge.tea_advice import AdvisingTeaFolder


@pytest.fixture(scope="session")
def shipped(shared_cache: Path) -> KnowledgeBase:
    """The shipped knowledge base."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        return KnowledgeBase.load()


@pytest.fixture(scope="session")
def tea(shared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The tea base that can advise."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        return KnowledgeBase.load(AdvisingTeaFolder(tmp_path_factory.mktemp("tea")).root)
