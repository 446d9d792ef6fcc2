"""axe-core finds nothing, in any state, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from tests.server.browser.screen import Screen
from tests.server.browser.serving import Stub, problem, says

AXE = (files("selenium_axe_python") / "axe-core" / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TABLE = (
    "Some **bold** words. [1, 2]\n\n### Heading\n\n| | one | two |\n|---|---|---|\n"
    "| Who [1] | a firm with a very long name | another |\n\n- **Point.** Text. [2]\n\n"
    "#### Deeper\n\n1. First\n2. Second\n\n```\n" + "wide figure " * 20 + "\n```"
)
SOURCES = [
    {"id": "a", "title": "A title", "publisher": "P", "year": 2001, "url": "https://a.example/"},
    {"id": "b", "title": "Another", "publisher": "Q", "year": None, "url": None},
]
QUESTION = {
    "criterion": "c",
    "text": "Who does it?",
    "why": "It matters.",
    "answers": [{"id": "a", "label": "We"}, {"id": "unknown", "label": "I do not know"}],
    "step": 2,
    "about": 5,
}
RANKING = {
    "ranking": [
        {"option": "home", "name": "at home"},
        {"option": "away", "name": "away"},
        {"option": "moon", "name": "on the moon"},
    ]
}
RESULT = (
    "### At home\n\n```\nhome ######.... 59\naway ####......  41\nmoon ----------  -\n```\n\n"
    "```\n      here   there\nown   [ o ]  [   ]\nother [   ]  [ * ]\no today, * recommended\n```"
)


def closed(screen: Screen, stub: Stub) -> None:
    screen.find(".launcher")


def opened(screen: Screen, stub: Stub) -> None:
    screen.open()


def answered(screen: Screen, stub: Stub) -> None:
    screen.open()
    stub.replies = [says(TABLE, sources=SOURCES, suggestions=["Go on"])]
    screen.say("hello")
    screen.click("summary", "Sources")


def cited(screen: Screen, stub: Stub) -> None:
    answered(screen, stub)
    screen.click(".cite", "[1, 2]")


def asked(screen: Screen, stub: Stub) -> None:
    screen.open()
    text = "**Question 2 of about 5.** Who does it?\n\n1. We\n2. I do not know"
    stub.replies = [says(text, status="asking", question=QUESTION)]
    screen.say("help me decide")
    screen.click("summary", "Why")


def recommended(screen: Screen, stub: Stub) -> None:
    screen.open()
    stub.replies = [says(RESULT, status="recommended", recommendation=RANKING)]
    screen.say("help me decide")
    assert screen.texts(".points") == ["59", "41"]
    assert screen.texts(".mark") == ["today", "recommended"]


def failed(screen: Screen, stub: Stub) -> None:
    screen.open()
    stub.replies = [problem(500, "internal")]
    screen.say("hello")


def refused(screen: Screen, stub: Stub) -> None:
    stub.begins = [problem(401, "unauthorized")] * 3
    screen.open()
    screen.say("hello")
    screen.find(".mine .entry")


def waiting(screen: Screen, stub: Stub) -> None:
    screen.open()
    stub.replies = [problem(429, "too-many", 60)]
    screen.find("textarea").send_keys("hello\n")
    screen.find(".waiting button")


STATES = [closed, opened, answered, cited, asked, recommended, failed, refused, waiting]


def found(screen: Screen) -> list[str]:
    """What axe-core has against the page and all in it."""
    screen.driver.execute_script(AXE)
    script = (
        "const done = arguments[1]; axe.run(document, {runOnly: arguments[0]}).then("
        "(result) => done(result), (error) => done({error: String(error)}))"
    )
    result: dict[str, Any] = screen.driver.execute_async_script(script, TAGS)
    assert "error" not in result, result
    assert len(result["passes"]) > 15
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in result["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_nothing_is_found(
    screen: Screen, stubbed: str, stub: Stub, state: Callable[[Screen, Stub], None], scheme: str
) -> None:
    screen.emulate(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
    screen.visit(stubbed + "/")
    state(screen, stub)
    assert found(screen) == []


@pytest.mark.parametrize("size", [(320, 568), (640, 360)])
def test_nothing_is_found_on_small_screens(
    screen: Screen, stubbed: str, stub: Stub, size: tuple[int, int]
) -> None:
    screen.size(*size)
    screen.visit(stubbed + "/")
    answered(screen, stub)
    assert found(screen) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_found_on_the_page_of_the_server(
    screen: Screen, shipped: str, scheme: str
) -> None:
    screen.emulate(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
    screen.visit(shipped + "/")
    screen.find(".chips button")
    assert found(screen) == []
    screen.say("difference between outsourcing and offshoring")
    screen.say("help me decide")
    assert found(screen) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_of_the_page_wins_over_that_of_the_system(
    screen: Screen, stubbed: str, stub: Stub, theme: str
) -> None:
    other = {"light": "dark", "dark": "light"}[theme]
    screen.emulate(prefers_color_scheme=other, prefers_reduced_motion="reduce")
    stub.script = f'src="/widget.js" data-theme="{theme}"'
    screen.visit(stubbed + "/")
    answered(screen, stub)
    assert found(screen) == []
    paper = screen.js("return getComputedStyle(root.querySelector('dialog')).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 24, 28)"}[theme]


def test_what_colour_alone_would_tell_is_there_in_forced_colours(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    screen.emulate(forced_colors="active", prefers_color_scheme="dark")
    screen.visit(stubbed + "/")
    recommended(screen, stub)
    styles = screen.js(
        "return ['.launcher', '.badge', '.send', '.said', '.mark', '.bar'].map((one) =>"
        " getComputedStyle(root.querySelector(one)).borderTopStyle)"
    )
    assert set(styles) == {"solid"}
    bar, first, second = screen.js(
        "return ['.bar', 'tr:first-child .bar i', 'tr:nth-child(2) .bar i'].map((one) =>"
        " getComputedStyle(root.querySelector(one)).backgroundColor)"
    )
    assert bar != first
    assert first == second
    # It takes contrast from the colours that were written, and not from those that are forced.
    assert [one for one in found(screen) if not one.startswith("color-contrast")] == []


def test_what_screen_readers_are_told(screen: Screen, stubbed: str, stub: Stub) -> None:
    screen.visit(stubbed + "/")
    answered(screen, stub)
    log = screen.find(".log")
    assert (log.aria_role, log.accessible_name) == ("log", "Conversation")
    assert log.get_attribute("aria-live") == "polite"
    dialog = screen.find("dialog")
    assert (dialog.aria_role, dialog.accessible_name) == ("dialog", "Stub")
    assert screen.find("textarea").accessible_name == "Your question"
    assert screen.find(".launcher").get_attribute("aria-expanded") == "true"
    assert all(button.accessible_name for button in screen.all("button"))
    assert screen.texts("h3") == ["You said", "Stub said"]
    assert screen.find(".cite").accessible_name == "Sources 1, 2"
    wide = screen.find("pre")
    assert wide.get_attribute("tabindex") == "0"
    assert wide.accessible_name == "Wide table, scrolls sideways"


def test_typing_is_told_where_it_takes_a_while(screen: Screen, stubbed: str, stub: Stub) -> None:
    stub.seconds = 2
    screen.visit(stubbed + "/")
    screen.open()
    screen.find("textarea").send_keys("hello\n")
    screen.until(lambda: screen.texts("[role=status]") == ["Stub is writing …"])
    screen.sees("Echo: hello")
    assert screen.texts("[role=status]") == [""]


def test_what_moves_stands_still_for_those_who_want_it(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    stub.seconds = 1
    script = "return getComputedStyle(root.querySelector('.dots i')).animationName"
    for wish, expected in (("reduce", "none"), ("no-preference", "dot")):
        screen.emulate(prefers_reduced_motion=wish)
        screen.visit(stubbed + "/")
        screen.find(".launcher")
        if not screen.js("return root.querySelector('dialog').open"):
            screen.open()
        screen.find("textarea").send_keys("hello\n")
        screen.find(".dots i")
        assert screen.js(script) == expected
        screen.until(screen.rests)
