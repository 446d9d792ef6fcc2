"""Build hook: the wheel carries the compiled form, so that a fresh install answers at once."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledForm(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles the shipped knowledge base into `sourcebot/compiled/`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the compiled form and include it; not for an editable install, which has a cache."""
        if version == "editable":
            return
        self._made = tempfile.TemporaryDirectory()
        os.environ["SOURCEBOT_CACHE"] = self._made.name
        sys.path.insert(0, self.root)
        from sourcebot.dialogue.bot import Bot

        _ = Bot.load().adviser  # the index, and what the advice hears with
        for path in sorted(Path(self._made.name).iterdir()):
            build_data["force_include"][str(path)] = (
                f"sourcebot/compiled/{path.name.partition('-')[2]}"
            )

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Drop the temporary files."""
        if version != "editable":
            self._made.cleanup()
