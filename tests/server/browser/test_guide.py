"""What docs/widget.md says to write works as it stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sourcebot.server.app import create_app
from sourcebot.server.service import Service
from tests.server.browser.screen import Screen
from tests.server.browser.serving import Running, Stub, service_of

GUIDE = (Path(__file__).parents[3] / "docs" / "widget.md").read_text("utf-8")
SERVER = "https://bot.example.org"


def snippets(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


CORNER, PLACE, FRAME, MANUAL = snippets("html")
(OURS,) = snippets("js")
(STYLE,) = snippets("css")


@pytest.fixture
def server(stubbed: str, shipped_service: Service) -> Iterator[str]:
    """The address of the guide's server, which lets the stub's page call it."""
    running = Running(create_app(service_of(origins=(stubbed,))))
    yield running.address
    running.stop()


@pytest.fixture
def page(screen: Screen, stubbed: str, stub: Stub, server: str) -> Screen:
    stub.head = False
    stub.ours = OURS
    return screen


def shown(page: Screen, stubbed: str, stub: Stub, server: str, snippet: str) -> None:
    stub.body = snippet.replace(SERVER, server)
    page.visit(stubbed + "/")


def test_in_the_corner(page: Screen, stubbed: str, stub: Stub, server: str) -> None:
    shown(page, stubbed, stub, server, CORNER)
    page.open()
    page.say("what is offshoring")
    assert "another country" in page.shown()


def test_in_its_place(page: Screen, stubbed: str, stub: Stub, server: str) -> None:
    shown(page, stubbed, stub, server, PLACE)
    page.find(".chips button")
    assert page.find("h2").text == "Ask us"
    assert page.driver.execute_script("return document.querySelector('#chat').firstChild.localName")
    page.say("what is offshoring")
    assert "another country" in page.shown()


def test_in_a_frame(page: Screen, stubbed: str, stub: Stub, server: str) -> None:
    shown(page, stubbed, stub, server, FRAME)
    page.driver.switch_to.frame(0)
    page.find(".chips button")
    page.driver.switch_to.default_content()


def test_from_a_script_of_the_page(page: Screen, stubbed: str, stub: Stub, server: str) -> None:
    shown(page, stubbed, stub, server, MANUAL)
    assert page.find(".launcher").text == "Help with sourcing"
    page.driver.execute_script("addEventListener('sourcebot:reply', (e) => window.got = e.detail)")
    page.driver.execute_script("document.querySelector('#help').click()")
    page.until(lambda: page.driver.execute_script("return window.got"))
    assert page.driver.execute_script("return window.got.status") == "answered"
    assert page.texts(".said") == ["What is offshoring?"]
    assert "another country" in page.shown()


def test_in_other_colours(page: Screen, stubbed: str, stub: Stub, server: str) -> None:
    def background() -> str:
        script = "return getComputedStyle(root.querySelector('.launcher')).backgroundColor"
        return str(page.js(script))

    shown(page, stubbed, stub, server, CORNER)
    page.find(".launcher")
    page.driver.execute_script(
        "const sheet = new CSSStyleSheet(); sheet.replaceSync(arguments[0]);"
        "document.adoptedStyleSheets = [sheet]",
        STYLE,
    )
    assert background() == "rgb(107, 33, 168)"
    page.emulate(prefers_color_scheme="dark")
    page.until(lambda: background() == "rgb(216, 180, 254)")
