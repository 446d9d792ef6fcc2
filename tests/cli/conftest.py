"""The command as users run it: a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from sourcebot.knowledge.folders import shipped
from tests.cli.running import Result, Run


@pytest.fixture
def sourcebot(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run `sourcebot ARGUMENTS` in an empty folder, with standard input as given."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def run(
        *arguments: str | bytes,
        given: str | bytes = b"",
        env: Mapping[str, str] | None = None,
        folder: Path = elsewhere,
    ) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "sourcebot", *arguments],
            input=given.encode() if isinstance(given, str) else given,
            capture_output=True,
            cwd=folder,
            env={**os.environ, **(env or {})},
            timeout=100,
            check=False,
        )
        err = done.stderr.decode("utf-8", "replace")
        assert "Traceback" not in err, err
        return Result(done.returncode, done.stdout, err)

    return run


@pytest.fixture
def knowledge_copy(tmp_path: Path) -> Path:
    """A copy of the shipped knowledge base, to be broken."""
    return Path(shutil.copytree(shipped("kb"), tmp_path / "our kb"))
