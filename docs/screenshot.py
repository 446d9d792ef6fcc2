"""Make the README's pictures: the real app with the real base, docs/app.svg and docs/learn.svg."""

from __future__ import annotations

import asyncio
import os
import random
import re
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
QUESTION = "should i outsource payrol"
TODAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LESSONS_TAKEN = (7, 6, 5, 3, 2, 0)
"""Days ago, one lesson after the other."""
KNOWN = 0.8
"""How often the learner of the picture answers right."""
SEED = 4


async def main() -> None:
    """Draw both, and write them down."""
    await _chat(HERE / "app.svg")
    await _course(HERE / "learn.svg")


async def _chat(picture: Path) -> None:
    from textual.widgets import Input

    from sourcebot import Bot
    from sourcebot.history import History
    from sourcebot.tui.app import SourcebotApp

    app = SourcebotApp(Bot.load, history=History())
    async with app.run_test(size=(100, 42)) as pilot:
        while not app.screen.query("Welcome"):
            await pilot.pause(0.05)
        prompt = app.screen.query_one("#prompt", Input)
        prompt.cursor_blink = False
        prompt.value = QUESTION
        await pilot.press("enter")
        await _rest(pilot)
        _write(app, picture)


async def _course(picture: Path) -> None:
    from sourcebot import Bot
    from sourcebot.history import History
    from sourcebot.tui.app import SourcebotApp
    from sourcebot.tui.path import Path as Lessons

    bot = Bot.load()
    with tempfile.TemporaryDirectory() as folder:
        tutor = _learnt(bot, Path(folder))
        app = SourcebotApp(lambda: bot, history=History(), enrol=lambda _: tutor, learning=True)
        async with app.run_test(size=(120, 40)) as pilot:
            while not app.screen.query(Lessons):
                await pilot.pause(0.05)
            await _rest(pilot)
            _write(app, picture)


def _learnt(bot: Any, folder: Path) -> Any:
    """A learner in the second week, who took the first lessons and reviewed what was due."""
    from sourcebot.learning.school import School
    from sourcebot.learning.store import Store
    from sourcebot.learning.tutor import Tutor

    drawn = random.Random(SEED)
    store = Store(folder / "learners.sqlite3")
    began = TODAY - timedelta(days=max(LESSONS_TAKEN))
    learner, school = store.enrol("Ada", began), School(bot)
    for day in range(max(LESSONS_TAKEN), -1, -1):
        now = TODAY - timedelta(days=day, hours=1)
        tutor = Tutor(school, store, learner, lambda now=now: now)
        if day:
            _sit(tutor.review(), drawn)
        if day in LESSONS_TAKEN:
            lesson = tutor.next_lesson()
            assert lesson is not None
            _sit(tutor.lesson(lesson), drawn, most=None if day else 9)
    return Tutor(school, store, learner, lambda: TODAY)


def _sit(sitting: Any, drawn: random.Random, most: int | None = None) -> None:
    """Go through a sitting, or break it off after so many steps."""
    from sourcebot.learning.steps import Exercise, Finished

    steps = 0
    while not isinstance(sitting.step, Finished) and (most is None or steps < most):
        if isinstance(sitting.step, Exercise):
            item, known = sitting.step.item, drawn.random() < KNOWN
            right = item.free.model if item.free else item.asks[sitting.step.row - 1].right
            sitting.answer(right if known else None)
        else:
            sitting.go_on()
        steps += 1


async def _rest(pilot: Any) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def _write(app: Any, picture: Path) -> None:
    drawing = app.export_screenshot(title="sourcebot")
    # Pictures on a page may not load fonts from elsewhere, and need not try.
    drawing = re.sub(r"@font-face\s*{.*?}", "", drawing, flags=re.DOTALL)
    picture.write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    for name in ("NO_COLOR", "TEXTUAL_THEME"):
        os.environ.pop(name, None)
    sys.path.insert(0, str(HERE.parent))
    asyncio.run(main())
