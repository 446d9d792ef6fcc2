"""The conversation on the screen, driven as a user drives it."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Markdown, Static

from sourcebot.errors import KnowledgeError, Problem
from sourcebot.history import History
from sourcebot.tui.app import DARK, LIGHT, SourcebotApp
from sourcebot.tui.chat import UNFOLDED_TURNS, ChatScreen
from sourcebot.tui.help import HelpScreen
from sourcebot.tui.turn import Sources, Turn
from sourcebot.tui.widgets import LinkChosen, Suggestions, Welcome

MakeApp = Callable[..., SourcebotApp]
UPSETTING = [
    "[/oops]",
    "[bold",
    "{{7*7}}",
    "[click](javascript:alert(1))",
    "🎉👩‍👩‍👧 emoji",
    "مرحبا بالعالم שלום",
    "zero\u200bwidth\u202eturned",
    "\x1b[2J\x00\x07",
    "| a | b |\n|---|---|\n| [/oops] | 1 |",
    "<b>html</b> &amp; `code",
    "\ud800 lone surrogate",
]


def chat(app: SourcebotApp) -> ChatScreen:
    assert isinstance(app.screen, ChatScreen)
    return app.screen


async def say(pilot: Pilot[Any], text: str) -> None:
    assert isinstance(pilot.app, SourcebotApp)
    chat(pilot.app).prompt.value = text
    await pilot.press("enter")
    await pilot.pause()


async def until_ready(pilot: Pilot[Any]) -> None:
    """Wait until the bot is loaded and the welcome is there."""
    for _ in range(1000):
        await pilot.pause(0.005)
        if pilot.app.screen.query("Welcome, Turn"):
            return
    raise TimeoutError("the bot was not loaded")


@asynccontextmanager
async def running(app: SourcebotApp, **options: Any) -> AsyncIterator[Pilot[Any]]:
    """The app, once its bot is loaded."""
    async with app.run_test(**options) as pilot:
        await until_ready(pilot)
        yield pilot


def turns(app: SourcebotApp) -> list[Turn]:
    return list(app.screen.query(Turn))


async def test_the_first_screen_says_what_can_be_asked(make_app: MakeApp, bot: Any) -> None:
    app = make_app()
    async with running(app):
        shown = [str(static.render()) for static in app.screen.query("Welcome Static")]
        suggested = chat(app).suggestions.texts

    assert shown[0] == "Outsourcing, offshoring and their relatives"
    assert shown[-1] == "sourcing@3f9c2a1b, reviewed 2026-08-01"
    assert suggested == bot.knowledge.identity.examples


@pytest.mark.parametrize("size", [(40, 15), (80, 24), (200, 60)])
async def test_typing_works_at_once(make_app: MakeApp, bot: Any, size: tuple[int, int]) -> None:
    app = make_app()
    async with running(app, size=size) as pilot:
        await pilot.press("h", "i", "enter")
        await pilot.pause()

        assert bot.sent == ["hi"]
        assert chat(app).prompt.has_focus
        assert chat(app).prompt.region.bottom <= size[1]
        assert len(turns(app)) == 1
        assert not app.screen.query(Welcome)


async def test_an_answer_has_its_sources_and_what_to_ask_next(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, "what is offshoring")

        sources = str(app.screen.query_one(Sources).render())
        assert "[1] Offshoring and Employment, OECD, 2007, example.org/oecd-offshoring" in sources
        assert "[2] Notes on [/sourcing], A Publisher" in sources
        assert len(chat(app).suggestions.texts) == 3


@pytest.mark.parametrize("size", [(40, 15), (80, 24)])
async def test_a_long_answer_is_shown_from_its_beginning(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app()
    async with running(app, size=size) as pilot:
        for _ in range(3):
            await say(pilot, "what is offshoring")
        await pilot.pause()

        assert turns(app)[-1].region.y == chat(app).conversation.region.y


@pytest.mark.parametrize("text", UPSETTING)
async def test_no_text_upsets_it(make_app: MakeApp, bot: Any, text: str) -> None:
    app = make_app()
    async with running(app, notifications=True, tooltips=True) as pilot:
        await say(pilot, text)
        await pilot.press("ctrl+y", "up", "f1", "escape")
        await pilot.pause()

        assert bot.sent == [text.strip()]
        assert "\x1b" not in str(turns(app)[0].query_one(".message", Static).render())


@pytest.mark.parametrize("text", ["", "   ", "\t"])
async def test_nothing_typed_sends_nothing(make_app: MakeApp, bot: Any, text: str) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, text)

        assert bot.sent == []
        assert app.screen.query(Welcome)


async def test_a_megabyte_is_sent_whole_and_echoed_in_part(make_app: MakeApp, bot: Any) -> None:
    text = "why \n" * 200_000
    app = make_app()
    async with running(app) as pilot:
        begin = time.perf_counter()
        app.screen.post_message(events.Paste(text))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()

        assert time.perf_counter() - begin < 5
        assert len(bot.sent[0]) > 990_000
        echo = str(turns(app)[0].query_one(".message", Static).render())
        assert len(echo) < 500
        assert "characters)" in echo


async def test_pasted_lines_become_one(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        chat(app).prompt.post_message(events.Paste("one\r\ntwo\nthree"))
        await pilot.pause()

        assert chat(app).prompt.value == "one two three"


async def test_a_suggestion_is_sent_by_its_number(make_app: MakeApp, bot: Any) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, "2")
        await say(pilot, "7")

        assert bot.sent == [bot.knowledge.identity.examples[1], "7"]


async def test_a_suggestion_is_sent_with_the_arrow_keys(make_app: MakeApp, bot: Any) -> None:
    app = make_app()
    async with running(app) as pilot:
        await pilot.press("tab", "down", "up", "down", "enter")
        await pilot.pause()

        assert bot.sent == [bot.knowledge.identity.examples[1]]
        assert chat(app).prompt.has_focus


async def test_a_suggestion_is_sent_by_a_click(make_app: MakeApp, bot: Any) -> None:
    app = make_app()
    async with running(app) as pilot:
        await pilot.click(Suggestions, offset=(5, 3))
        await pilot.pause()

        assert bot.sent == [bot.knowledge.identity.examples[2]]
        assert chat(app).prompt.has_focus


async def test_digits_pick_and_letters_type_while_suggestions_have_the_focus(
    make_app: MakeApp, bot: Any
) -> None:
    app = make_app()
    async with running(app) as pilot:
        await pilot.press("tab", "4")
        await pilot.pause()
        await pilot.press("tab", "h")

        assert bot.sent == [bot.knowledge.identity.examples[3]]
        assert chat(app).prompt.has_focus
        assert chat(app).prompt.value == "h"


async def test_stepping_past_the_last_suggestion_leads_to_the_prompt(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await pilot.press("tab", "down", "down", "down", "down")
        await pilot.pause()

        assert chat(app).prompt.has_focus


async def test_escape_returns_to_the_prompt(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await pilot.press("tab")
        assert not chat(app).prompt.has_focus
        await pilot.press("escape")

        assert chat(app).prompt.has_focus


async def test_history_is_there_in_the_next_run(make_app: MakeApp, history: History) -> None:
    first = make_app(history)
    async with running(first) as pilot:
        await say(pilot, "one [/oops]")
        await say(pilot, "two")

    assert history.path is not None
    second = make_app(History(history.path))
    async with running(second) as pilot:
        chat(second).prompt.value = "draft"
        seen = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await pilot.press(key)
            seen.append(chat(second).prompt.value)

    assert seen == ["two", "one [/oops]", "one [/oops]", "two", "draft", "draft"]


async def test_a_new_conversation_begins_afresh(make_app: MakeApp, bot: Any) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, "what is offshoring")
        await pilot.press("ctrl+l")
        await pilot.pause()

        assert len(bot.conversations) == 2
        assert turns(app) == []
        assert chat(app).suggestions.texts == bot.knowledge.identity.examples
        assert chat(app).prompt.has_focus

        await say(pilot, "hi")
        await say(pilot, "/new")

        assert len(bot.conversations) == 3
        assert app.screen.query(Welcome)


async def test_what_is_typed_too_early_is_answered_in_time(
    make_app: MakeApp, bot: Any, history: History
) -> None:
    gate = threading.Event()

    def load() -> Any:
        gate.wait(60)
        return bot

    app = SourcebotApp(load, history=history)
    async with app.run_test() as pilot:
        await say(pilot, "one")
        await say(pilot, "two")
        chat(app).prompt.value = "thr"
        await pilot.press("f2", "ctrl+y", "ctrl+p", "escape", "ctrl+t")
        assert turns(app) == []
        gate.set()
        await until_ready(pilot)
        for _ in range(1000):
            if len(turns(app)) == 2:
                break
            await pilot.pause(0.005)

        assert bot.sent == ["one", "two"]
        assert chat(app).prompt.value == "thr"
        assert history.texts == ("one", "two")


async def test_a_base_that_cannot_be_used_ends_the_app(history: History) -> None:
    error = KnowledgeError([Problem("kb/kb.yaml", 3, "broken")])

    def load() -> Any:
        raise error

    app = SourcebotApp(load, history=history)
    async with app.run_test() as pilot:
        for _ in range(200):
            await pilot.pause(0.01)
            if app.return_code is not None:
                break

    assert app.return_code == 2
    assert app.failure is error


async def test_why_is_asked_by_key(make_app: MakeApp, bot: Any, history: History) -> None:
    app = make_app(history)
    async with running(app) as pilot:
        await pilot.press("f2")
        assert bot.sent == []
        await say(pilot, "what is offshoring")
        await pilot.press("f2")
        await pilot.pause()

        assert bot.sent[1:] == ["/why"]
        assert history.texts == ("what is offshoring",)


async def test_the_last_answer_goes_to_the_clipboard(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, "what is offshoring")
        await pilot.press("ctrl+y")

        assert app.clipboard.startswith("**Offshoring** means")
        assert app.clipboard.endswith(
            "- Offshoring and Employment, OECD, 2007, https://example.org/oecd-offshoring\n"
            "- Notes on [/sourcing], A Publisher"
        )


async def test_the_colours_change_and_change_back(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        seen = [app.theme]
        for _ in range(2):
            await pilot.press("ctrl+t")
            seen.append(app.theme)

    assert seen == [DARK.name, LIGHT.name, DARK.name]


async def test_without_colour_no_ansi_theme_can_be_chosen(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TEXTUAL_THEME", "ansi-dark")
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, "what is offshoring")

        assert app.theme == DARK.name
        assert not any(theme.ansi for theme in app.available_themes.values())


@pytest.mark.parametrize("size", [(40, 15), (80, 24)])
async def test_help_lists_every_key_and_command(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app()
    async with running(app, size=size) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        keys = {str(static.render()) for static in app.screen.query(".key").results(Static)}
        await pilot.press("escape")
        await pilot.pause()

        assert chat(app).prompt.has_focus
    assert keys >= {"f1", "f2", "ctrl+l", "ctrl+y", "ctrl+t", "ctrl+q", "ctrl+c", "up", "down"}
    assert keys >= {"enter", "tab", "pageup", "pagedown", "escape"}
    assert keys >= {"/why", "/new", "/help", "/quit"}


@pytest.mark.parametrize("leave", ["ctrl+q", "/quit", "/exit"])
async def test_it_quits(make_app: MakeApp, bot: Any, leave: str) -> None:
    app = make_app()
    async with running(app) as pilot:
        if leave.startswith("/"):
            await say(pilot, leave)
        else:
            await pilot.press(leave)
        await pilot.pause()

        assert not app.is_running
    assert bot.sent == []
    assert app.return_code == 0


async def test_control_c_tells_how_to_quit(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app, notifications=True) as pilot:
        await pilot.press("ctrl+c")
        await pilot.pause()

        assert [note.message for note in app._notifications] == [
            "Press [b]ctrl+q[/b] to quit the app"
        ]
        assert app.is_running


async def test_control_c_copies_what_is_selected(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, "some words")
        answer = app.screen.query_one(Markdown).children[0]
        await pilot.mouse_down(answer, offset=(0, 0))
        await pilot.hover(answer, offset=(7, 0))
        await pilot.mouse_up(answer, offset=(7, 0))
        await pilot.press("ctrl+c")

        assert app.clipboard == "You said"


async def test_pages_scroll_from_the_prompt(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app, size=(40, 15)) as pilot:
        await say(pilot, "what is offshoring")
        top = chat(app).conversation.scroll_y
        await pilot.press("pagedown")
        await pilot.pause()
        below = chat(app).conversation.scroll_y
        await pilot.press("pageup")
        await pilot.pause()

        assert below > top
        assert chat(app).conversation.scroll_y == top
        assert chat(app).prompt.has_focus


async def test_old_turns_fold_and_open_with_a_click(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        for number in range(UNFOLDED_TURNS + 2):
            await say(pilot, str(1000 + number))

        assert len(app.screen.query(Markdown)) == UNFOLDED_TURNS
        oldest = turns(app)[0]
        assert oldest.has_class("-folded")
        oldest.scroll_visible(animate=False)
        await pilot.pause()
        await pilot.click(oldest, offset=(4, 0))
        await pilot.pause()
        assert not oldest.has_class("-folded")
        assert oldest.query_one(Markdown).source == "You said: 1000"

        await say(pilot, "more")
        assert oldest.has_class("-folded")


@pytest.mark.parametrize(
    ("address", "opens"),
    [
        ("https://example.org", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("notes.md", False),
        ("#part", False),
    ],
)
async def test_only_web_addresses_open(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, address: str, opens: bool
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("sourcebot.tui.app._has_browser_window", lambda: True)
    app = make_app()
    monkeypatch.setattr(app, "open_url", opened.append)
    async with running(app) as pilot:
        await say(pilot, "hi")
        markdown = app.screen.query_one(Markdown)
        markdown.post_message(Markdown.LinkClicked(markdown, address))
        app.screen.post_message(LinkChosen(address))
        await pilot.pause()

    assert opened == [address] * 2 * opens


async def test_a_source_opens_by_a_click(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("sourcebot.tui.app._has_browser_window", lambda: True)
    app = make_app()
    monkeypatch.setattr(app, "open_url", opened.append)
    async with running(app, size=(100, 50)) as pilot:
        await say(pilot, "what is offshoring")
        await pilot.click(Sources, offset=(6, 1))
        await pilot.pause()
        await pilot.click(Sources, offset=(6, 2))
        await pilot.pause()

    assert opened == ["https://example.org/oecd-offshoring"]


async def test_without_a_browser_the_address_is_offered(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sourcebot.tui.app._has_browser_window", lambda: False)
    app = make_app()
    async with running(app, notifications=True) as pilot:
        app.screen.post_message(LinkChosen("https://example.org/[/oops]"))
        await pilot.pause()

        assert app.clipboard == "https://example.org/[/oops]"


async def test_the_palette_asks_questions(make_app: MakeApp, bot: Any) -> None:
    app = make_app()
    async with running(app) as pilot:
        await pilot.press("ctrl+p")
        await pilot.press(*"payroll")
        await app.workers.wait_for_complete()
        await pilot.press("down", "enter")
        await pilot.pause()
        await pilot.pause()

        assert bot.sent == ["Should I outsource payroll?"]


@pytest.mark.parametrize("key", ["escape", "tab", "f1"])
async def test_the_window_may_shrink_and_grow(make_app: MakeApp, key: str) -> None:
    app = make_app()
    async with running(app, size=(200, 60)) as pilot:
        await say(pilot, "what is offshoring")
        assert chat(app).conversation.region.width <= 100
        await pilot.press(key)
        for size in ((1, 1), (200, 60), (40, 15), (20, 6), (5, 3), (2, 50), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause(0.1)
        await pilot.press("escape")
        await pilot.pause()

        assert chat(app).prompt.has_focus
        assert app.screen.has_class("-tall", "-normal")
