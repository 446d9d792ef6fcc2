"""Make docs/app.svg, the picture in the README: the real app answering from the real base."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

QUESTION = "should i outsource payrol"
SIZE = (100, 42)
PICTURE = Path(__file__).with_name("app.svg")


async def main(question: str) -> None:
    """Ask, and write down what the screen shows."""
    from textual.widgets import Input

    from sourcebot import Bot
    from sourcebot.history import History
    from sourcebot.tui.app import SourcebotApp

    app = SourcebotApp(Bot.load, history=History())
    async with app.run_test(size=SIZE) as pilot:
        while not app.screen.query("Welcome"):
            await pilot.pause(0.05)
        prompt = app.screen.query_one("#prompt", Input)
        prompt.cursor_blink = False
        prompt.value = question
        await pilot.press("enter")
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        picture = app.export_screenshot(title="sourcebot")
    # Pictures on a page may not load fonts from elsewhere, and need not try.
    picture = re.sub(r"@font-face\s*{.*?}", "", picture, flags=re.DOTALL)
    PICTURE.write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    for name in ("NO_COLOR", "TEXTUAL_THEME"):
        os.environ.pop(name, None)
    sys.path.insert(0, str(PICTURE.parent.parent))
    asyncio.run(main(sys.argv[1] if sys.argv[1:] else QUESTION))
