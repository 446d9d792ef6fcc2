"""A knowledge base of the test's own, and what the loader says of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sourcebot import KnowledgeBase, KnowledgeError
from tests.knowledge.tea import TeaFolder

Complaints = Callable[[], list[str]]


@pytest.fixture
def tea(tmp_path: Path, own_cache: Path) -> TeaFolder:
    """The tea base, sound, with a cache of the test's own."""
    return TeaFolder(tmp_path / "tea")


@pytest.fixture
def complaints(tea: TeaFolder) -> Complaints:
    """Load the tea base, which must fail; its problems as lines, with paths from its folder."""

    def load() -> list[str]:
        with pytest.raises(KnowledgeError) as caught:
            KnowledgeBase.load(tea.root)
        return [str(p).replace(f"{tea.root}/", "") for p in caught.value.problems]

    return load
