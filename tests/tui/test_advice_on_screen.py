"""The guided advice on the screen: questions, the answers beside them, the result as pictures."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Markdown, Static

from sourcebot.history import History
from sourcebot.tui.answers import AnswerList, AnswersScreen
from sourcebot.tui.app import LIGHT, SourcebotApp
from sourcebot.tui.chat import UNFOLDED_TURNS, ChatScreen
from sourcebot.tui.help import HelpScreen
from sourcebot.tui.result import Bars, Figure, PlaceMap, draws_lines, split_at_figures
from sourcebot.tui.turn import Turn

WIDE, NARROW = (120, 40), (40, 15)
START = "help me decide"
TO_THE_END = (START, "Nobody, please", "In a tea house", "Minutes")

MakeApp = Callable[[], SourcebotApp]


def chat(app: SourcebotApp) -> ChatScreen:
    assert isinstance(app.screen, ChatScreen)
    return app.screen


async def settled(pilot: Pilot[Any]) -> None:
    for _ in range(3):
        await pilot.pause()


async def say(pilot: Pilot[Any], *messages: str) -> None:
    for message in messages:
        prompt: Any = pilot.app.screen.query_one("#prompt")
        prompt.focus()
        prompt.value = message
        await pilot.press("enter")
        await settled(pilot)


async def press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


@asynccontextmanager
async def talking(
    make: MakeApp, *messages: str, size: tuple[int, int] = WIDE
) -> AsyncIterator[tuple[SourcebotApp, Pilot[Any]]]:
    """The app after these messages."""
    app = make()
    async with app.run_test(size=size) as pilot:
        while not app.screen.query("Welcome"):
            await pilot.pause(0.01)
        await say(pilot, *messages)
        yield app, pilot


def turns(app: SourcebotApp) -> list[Turn]:
    return list(app.screen.query(Turn))


def message(turn: Turn) -> str:
    return str(turn.query_one(".message", Static).render())


def listed(app: SourcebotApp) -> list[str]:
    answers = app.screen.query_one(AnswerList)
    return [str(option.prompt) for option in answers.options]


def drawn(app: SourcebotApp, kind: type[Figure]) -> list[str]:
    figure = app.screen.query(kind).last()
    lines = [line.plain.rstrip() for line in figure.lines(figure.size.width)]
    assert figure.size.height == len(lines)
    assert all(len(line) <= figure.size.width for line in lines)
    return lines


async def test_the_box_holds_the_answers_to_the_question(tea_app: MakeApp) -> None:
    async with talking(tea_app, START) as (app, _):
        box = chat(app).suggestions

        assert box.border_title == "Question 1 of about 3: mood"
        assert box.texts == ("Company and cake", "Something new", "Nobody, please", "I do not know")
        shown = turns(app)[0].query_one(Markdown).source
        assert "What are you in the mood for?" in shown
        assert "Company and cake" not in shown
        assert "1. Company and cake" in turns(app)[0].as_markdown()


@pytest.mark.parametrize("keys", [("3", "enter"), ("tab", "3"), ("tab", "down", "down", "enter")])
async def test_an_answer_is_picked_with_the_keyboard(tea_app: MakeApp, keys: list[str]) -> None:
    async with talking(tea_app, START) as (app, pilot):
        await press(pilot, *keys)

        assert message(turns(app)[1]) == "Nobody, please"
        assert listed(app) == ["Mood: Nobody, please", "▸ Habit"]
        assert chat(app).suggestions.has_focus == (keys[0] == "tab")


async def test_an_answer_is_picked_with_a_click(tea_app: MakeApp) -> None:
    async with talking(tea_app, START) as (app, pilot):
        await pilot.click(chat(app).suggestions, offset=(5, 2))
        await settled(pilot)

        assert message(turns(app)[1]) == "Something new"


async def test_a_question_can_be_answered_in_words(tea_app: MakeApp) -> None:
    async with talking(tea_app, START, "nobody please") as (app, _):
        assert listed(app)[0] == "Mood: Nobody, please"
        assert chat(app).prompt.has_focus


async def test_all_questions_are_answered_without_leaving_the_box(tea_app: MakeApp) -> None:
    async with talking(tea_app, START) as (app, pilot):
        await press(pilot, "tab", "3", "3", "2")

        assert turns(app)[-1].reply.status == "recommended"
        assert chat(app).prompt.has_focus


async def test_a_question_in_between_leaves_the_answers_in_the_box(tea_app: MakeApp) -> None:
    async with talking(tea_app, START, "what is green tea") as (app, pilot):
        assert turns(app)[-1].reply.status == "answered"
        assert chat(app).suggestions.border_title == "Question 1 of about 3: mood"
        assert "Company" not in turns(app)[-1].query_one(Markdown).source

        await press(pilot, "f2")
        assert chat(app).suggestions.border_title == "Question 1 of about 3: mood"
        assert listed(app) == ["▸ Mood"]


async def test_without_advice_there_is_no_trace_of_it(tea_app: MakeApp) -> None:
    async with talking(tea_app, "what is green tea") as (app, pilot):
        await press(pilot, "f3", "f4")

        assert len(turns(app)) == 1
        assert not app.screen.query(AnswerList)
        assert not {"f3", "f4"} & set(app.screen.active_bindings)


@pytest.mark.parametrize("size", [WIDE, (100, 20), (99, 40), NARROW])
async def test_the_answers_stand_beside_where_it_is_wide(
    tea_app: MakeApp, size: tuple[int, int]
) -> None:
    beside = size[0] >= 100
    async with talking(tea_app, START, "3", size=size) as (app, pilot):
        answers = app.screen.query_one("#answers")

        assert answers.display == beside
        assert chat(app).prompt.region.right <= (answers.region.x if beside else size[0])

        await press(pilot, "f3")
        assert isinstance(app.screen, AnswersScreen) != beside
        assert app.screen.query_one(AnswerList).has_focus


async def test_an_answer_beside_is_changed_with_keys(tea_app: MakeApp, history: History) -> None:
    async with talking(tea_app, START, "3", "2") as (app, pilot):
        assert listed(app) == ["Mood: Nobody, please", "Habit: At home"]
        await press(pilot, "f3", "up", "enter")

        assert message(turns(app)[-1]) == "Change an answer: mood"
        assert chat(app).suggestions.texts[0] == "Company and cake"
        assert chat(app).suggestions.has_focus
        assert listed(app) == ["Habit: At home", "▸ Mood"]

        await press(pilot, "1")
        assert "Mood: Company and cake" in listed(app)
    assert not any(text.startswith("/change") for text in history.texts)


async def test_an_answer_beside_is_changed_with_a_click(tea_app: MakeApp) -> None:
    async with talking(tea_app, *TO_THE_END) as (app, pilot):
        await pilot.click("#answers", offset=(4, 1))
        await settled(pilot)

        assert message(turns(app)[-1]).startswith("Change an answer: ")
        assert turns(app)[-1].reply.status == "asking"


async def test_an_answer_is_changed_where_it_is_narrow(tea_app: MakeApp) -> None:
    async with talking(tea_app, START, "3", size=NARROW) as (app, pilot):
        await press(pilot, "f3")
        assert listed(app) == ["Mood: Nobody, please", "▸ Habit"]
        assert app.screen.query_one(".hint").region.bottom <= NARROW[1]
        await press(pilot, "up", "enter")

        assert message(turns(app)[-1]) == "Change an answer: mood"
        assert chat(app).suggestions.has_focus


async def test_the_waiting_question_leads_back_to_its_answers(tea_app: MakeApp) -> None:
    async with talking(tea_app, START, "3") as (app, pilot):
        await press(pilot, "f3", "enter")

        assert len(turns(app)) == 2
        assert chat(app).suggestions.has_focus


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_f3_and_escape_lead_back_from_the_answers(
    tea_app: MakeApp, size: tuple[int, int]
) -> None:
    for leave in ("f3", "escape"):
        async with talking(tea_app, START, "3", size=size) as (app, pilot):
            await press(pilot, "f3", leave)

            assert len(turns(app)) == 2
            assert not app.screen.query_one("#answers").has_focus


async def test_tab_goes_round_by_the_answers(tea_app: MakeApp) -> None:
    async with talking(tea_app, START, "3") as (app, pilot):
        seen = []
        for _ in range(3):
            await press(pilot, "tab")
            seen.append(app.focused.id if app.focused is not None else None)

    assert seen == ["suggestions", "answers", "prompt"]


async def test_typing_leads_from_the_answers_to_the_prompt(tea_app: MakeApp) -> None:
    async with talking(tea_app, START, "3") as (app, pilot):
        await press(pilot, "f3", "n", "o")

        assert chat(app).prompt.value == "no"


async def test_a_key_goes_back(tea_app: MakeApp) -> None:
    async with talking(tea_app, START) as (app, pilot):
        await press(pilot, "f4")
        assert len(turns(app)) == 1

        await say(pilot, "3")
        await press(pilot, "f4")
        assert message(turns(app)[-1]) == "Back"
        assert listed(app) == ["▸ Mood"]


async def test_the_answers_stay_after_a_stop_and_go_with_a_new_conversation(
    tea_app: MakeApp,
) -> None:
    async with talking(tea_app, START, "3", "stop") as (app, pilot):
        assert listed(app) == ["Mood: Nobody, please"]
        assert chat(app).suggestions.border_title == "Next"
        await press(pilot, "f4")
        assert message(turns(app)[-1]) == "stop"

        await say(pilot, "go on with the advice")
        assert listed(app) == ["Mood: Nobody, please", "▸ Habit"]
        await say(pilot, "start over")
        assert len(listed(app)) == 1

        await press(pilot, "ctrl+l")
        assert not app.screen.query(AnswerList)
        assert chat(app).prompt.placeholder == "Ask a question"
        await say(pilot, START, "3", "/new")
        assert not app.screen.query(AnswerList)


async def test_a_question_about_the_answers_is_not_counted(tea_app: MakeApp) -> None:
    async with talking(tea_app, START, "3", "change an answer") as (app, _):
        assert chat(app).suggestions.border_title == "Which answer do you want to change?"
        assert chat(app).suggestions.texts == ("Mood: Nobody, please",)


async def test_a_contradiction_can_be_settled(tea_app: MakeApp) -> None:
    async with talking(tea_app, START, "Something new", "At home") as (app, pilot):
        assert chat(app).suggestions.border_title == "Which of the two holds?"
        assert listed(app) == ["Mood: Something new", "▸ Habit: At home"]
        await press(pilot, "tab", "1")

        assert "Mood: Something new" in listed(app)


async def test_the_result_is_drawn(tea_app: MakeApp) -> None:
    async with talking(tea_app, *TO_THE_END) as (app, pilot):
        shown = "".join(markdown.source for markdown in turns(app)[-1].query(Markdown))
        assert "```" not in shown
        assert shown.index("A pot at home") < shown.index("What speaks for it")
        ranking = (turns(app)[-1].reply.recommendation or {})["ranking"]

        bars = drawn(app, Bars)
        assert [line[:6] for line in bars] == ["A pot ", "A mix ", "A tea ", "Tea wi", "Coming"]
        assert bars[0].endswith(f" {round(ranking[0]['score'] * 100)}")
        assert bars[0].count("━") > bars[1].count("━") > 0
        assert bars[3].endswith(" not possible")
        assert bars[4].endswith(" see above")
        cells = [line.split() for line in drawn(app, PlaceMap)]
        assert cells[1] == ["Who", "brews", "at", "home", "next", "door", "out", "of", "town"]
        assert cells[2] == ["yourself", "●", "best", "·", "·"]
        assert cells[4] == ["somebody", "else", "·", "·", "○", "today"]

        await press(pilot, "ctrl+y")
        assert "```" in app.clipboard


async def test_the_best_may_be_what_there_is_today(tea_app: MakeApp) -> None:
    async with talking(tea_app, START, "Nobody, please", "At home", "Minutes") as (app, _):
        cells = [line.split() for line in drawn(app, PlaceMap)]

        assert cells[2:4] == [["yourself", "○", "today", "·", "·"], ["●", "best"]]


@pytest.mark.parametrize("width", [20, 36, 60, 200])
async def test_the_pictures_fit_every_width(tea_app: MakeApp, width: int) -> None:
    async with talking(tea_app, *TO_THE_END, size=(width, 30)) as (app, _):
        bars, places = drawn(app, Bars), drawn(app, PlaceMap)

        assert any("not possible" in line for line in bars)
        assert any("best" in line for line in places)
        assert any("today" in line for line in places)


@pytest.mark.parametrize("terminal", ["linux", "dumb"])
async def test_where_lines_cannot_be_drawn_plain_characters_serve(
    tea_app: MakeApp, monkeypatch: pytest.MonkeyPatch, terminal: str
) -> None:
    assert draws_lines()
    monkeypatch.setenv("TERM", terminal)
    assert not draws_lines()
    async with talking(tea_app, *TO_THE_END) as (app, _):
        assert "###" in drawn(app, Bars)[0]
        assert "* best" in "\n".join(drawn(app, PlaceMap))


def test_only_the_figures_are_cut_out_of_the_text() -> None:
    text = "One.\n\n```\na ## 1\n```\n\nTwo.\n\n```\ncode\n```\n"

    assert split_at_figures(text) == ("One.\n\n", "Two.\n\n```\ncode\n```\n")
    assert split_at_figures("No figures.") is None


async def test_the_window_changes_in_the_midst_of_it(tea_app: MakeApp) -> None:
    async with talking(tea_app, START, "3") as (app, pilot):
        await press(pilot, "f3")
        for size in (NARROW, (1, 1), (120, 30), (99, 24), (100, 16)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
        await say(pilot, "3", "2")
        assert turns(app)[-1].reply.status == "recommended"
        for size in (NARROW, (1, 1), (2, 50), (120, 30)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
        assert drawn(app, Bars)[0].startswith("A pot at home")
        app.theme = LIGHT.name
        await settled(pilot)

        await pilot.resize_terminal(*NARROW)
        await settled(pilot)
        await press(pilot, "f3")
        await pilot.resize_terminal(*WIDE)
        await settled(pilot)
        await press(pilot, "enter")
        assert turns(app)[-1].reply.status == "asking"


async def test_a_folded_result_is_drawn_again(tea_app: MakeApp) -> None:
    async with talking(tea_app, *TO_THE_END) as (app, pilot):
        result = turns(app)[-1]
        await say(pilot, *["what is green tea"] * UNFOLDED_TURNS)
        assert not result.query(Figure)
        await result.unfold()
        await settled(pilot)

        assert len(result.query(Figure)) == 2


async def test_the_help_lists_the_keys_of_the_advice(tea_app: MakeApp) -> None:
    async with talking(tea_app) as (app, pilot):
        await press(pilot, "f1")
        assert isinstance(app.screen, HelpScreen)
        keys = {str(static.render()) for static in app.screen.query(".key").results(Static)}

    assert keys >= {"f3", "f4"}


async def test_the_palette_offers_the_answers_while_there_are_any(tea_app: MakeApp) -> None:
    async with talking(tea_app) as (app, pilot):
        assert not {"Answers", "Back"} & {c.title for c in app.get_system_commands(app.screen)}
        await say(pilot, START, "3")

        assert {"Answers", "Back"} < {c.title for c in app.get_system_commands(app.screen)}


def test_the_first_screen_loads_nothing_of_the_advice() -> None:
    program = "import sys, sourcebot.tui.app; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    loaded = set(done.stdout.split())
    assert "sourcebot.tui.chat" in loaded
    assert not {f"sourcebot.tui.{name}" for name in ("advice", "answers", "result")} & loaded
