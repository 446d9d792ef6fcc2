"""The widget with the shipped knowledge base, as people use it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.keys import Keys

from sourcebot.server.app import create_app
from sourcebot.server.service import Service
from tests.server.browser.screen import Screen
from tests.server.browser.serving import Running, Stub, service_of


def answered_to_the_end(screen: Screen) -> int:
    """Answer questions until there is a recommendation; how many there were."""
    asked = 0
    while screen.all(".options button"):
        before = len(screen.all(".bot"))
        choices = screen.all(".options button")
        screen.js("arguments[0].click()", choices[asked % 3 % len(choices)])
        screen.until(lambda before=before: len(screen.all(".bot")) > before and screen.rests())
        asked += 1
        assert asked < 40
    return asked


def test_the_page_welcomes_with_suggestions(screen: Screen, shipped: str) -> None:
    screen.visit(shipped + "/")
    screen.sees("I can explain who does a company's work and where")
    assert screen.find("h2").text == "Sourcing decisions"
    assert "Help me decide" in screen.texts(".chips button")
    assert screen.driver.execute_script("return document.activeElement === document.body")


def test_a_suggestion_is_asked_and_its_answer_is_drawn(screen: Screen, shipped: str) -> None:
    screen.visit(shipped + "/")
    screen.click(".chips button", "difference between")
    screen.sees("Four outcomes")
    assert screen.texts(".said") == ["What is the difference between outsourcing and offshoring?"]
    assert screen.texts("thead th") == ["offshoring", "outsourcing"]
    assert set(screen.js(
        "return [...root.querySelectorAll('tbody th')].map((cell) => cell.scope)"
    )) == {"row"}  # fmt: skip
    assert "They can be combined." in screen.texts(".text strong")
    assert len(screen.all(".welcome .chips")) == 0  # the old ones are gone
    assert screen.all(".bot:last-child .chips button")
    assert "**" not in screen.shown()


def test_a_citation_leads_to_its_sources_and_back(screen: Screen, shipped: str) -> None:
    screen.visit(shipped + "/")
    screen.find(".chips button")
    screen.say("difference between outsourcing and offshoring")
    assert not screen.js("return root.querySelector('.under details').open")
    screen.click(".cite", "[1, 2, 3]")
    assert screen.js("return root.querySelector('.under details').open")
    assert len(screen.all(".sources li.found")) == 3
    assert "Similarities and Differences" in screen.focused()
    link = screen.find(".sources li.found a")
    assert link.get_attribute("href").startswith("https://")
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert link.get_attribute("target") == "_blank"
    screen.click(".found button", "Back to the text")
    assert "Sources 1, 2, 3" in screen.focused()


def test_advice_goes_from_question_to_recommendation(screen: Screen, shipped: str) -> None:
    screen.visit(shipped + "/")
    screen.click(".chips button", "Help me decide")
    screen.find(".options button")
    assert screen.texts(".step span") == ["Question 1 of about 12"]
    assert screen.texts(".asked")[0].startswith("Who does this work today, and where?")
    assert screen.texts(".options button")[0] == "1Nobody yet"
    assert screen.texts(".options .unsure button")[0].endswith("I do not know")
    assert "1. Nobody yet" not in screen.shown()  # once as buttons, and not as a list as well
    screen.click("summary", "Why this question?")
    screen.sees("A change is measured against what you have")
    answered_to_the_end(screen)
    assert screen.texts(".bot:last-child h4")
    assert len(screen.all(".scores tbody tr")) == 10
    assert "recommended" in screen.texts(".map .mark")
    assert not screen.all("pre")
    assert "Change an answer" in screen.texts(".chips button")
    screen.click(".chips button", "Change an answer")
    screen.sees("Which answer do you want to change?")
    assert screen.all(".options button")
    assert not screen.all(".card:not(.spent) progress")


def test_going_back_in_the_advice(screen: Screen, shipped: str) -> None:
    screen.visit(shipped + "/")
    screen.click(".chips button", "Help me decide")
    screen.click(".options button", "Nobody yet")
    screen.sees("Question 2 of about")
    screen.click(".chips.small button", "Back")
    screen.sees("That answer is open again.")
    assert screen.texts(".card:not(.spent) .step span")[0].startswith("Question 1 of")
    screen.click(".chips.small button", "Stop")
    screen.sees("Stopped.")
    assert not screen.all(".card:not(.spent)")


def test_after_a_reload_the_conversation_goes_on(screen: Screen, shipped: str) -> None:
    screen.visit(shipped + "/")
    screen.click(".chips button", "Help me decide")
    screen.click(".options button", "Nobody yet")
    screen.sees("Question 2 of about")
    shown = screen.shown()
    screen.driver.refresh()
    screen.sees("Question 2 of about")
    assert screen.shown() == shown
    screen.click(".options button", "Any competent firm could do it")
    screen.sees("Question 3 of about")


def test_a_new_conversation_forgets_the_old_one(
    screen: Screen, shipped: str, shipped_service: Service
) -> None:
    screen.visit(shipped + "/")
    screen.find(".chips button")
    screen.say("risks of offshoring")
    screen.click("button[aria-label='New conversation']")
    screen.until(lambda: screen.all(".welcome .chips") and not screen.all(".said"))
    assert screen.focused().startswith("textarea")
    screen.driver.refresh()
    screen.find(".welcome .chips")
    assert not screen.all(".said")


def test_an_answer_is_copied_with_its_sources(screen: Screen, shipped: str) -> None:
    screen.driver.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    screen.visit(shipped + "/")
    screen.find(".chips button")
    screen.say("what is offshoring")
    screen.click(".copy")
    screen.until(lambda: screen.texts(".copy span") == ["Copied"])
    screen.until(lambda: screen.texts("[role=status]") == ["Copied"])
    copied = screen.driver.execute_async_script(
        "navigator.clipboard.readText().then(arguments[0], (e) => arguments[0](String(e)))"
    )
    assert "offshoring" in copied.lower()
    assert "\n1. " in copied


@pytest.fixture
def tea_across(stub: Stub, shipped_service: Service) -> Iterator[str]:
    """A page of one site with the widget of a server on another."""
    page = Running(stub.app(shipped_service))
    server = Running(create_app(service_of(origins=(page.address,))))
    stub.script = f'src="{server.address}/widget.js" data-title="Ask us"'
    yield page.address
    page.stop()
    server.stop()


def test_on_another_site_that_the_server_names(screen: Screen, tea_across: str) -> None:
    screen.visit(tea_across + "/")
    screen.open()
    screen.say("what is offshoring")
    assert "another country" in screen.shown()
    assert screen.find("h2").text == "Ask us"


def test_with_the_keyboard_alone(screen: Screen, tea_across: str) -> None:
    screen.visit(tea_across + "/")
    screen.find(".launcher")
    screen.press(Keys.TAB)
    assert screen.focused().startswith("a.link")
    screen.press(Keys.TAB)
    assert screen.focused().startswith("button.launcher")
    assert screen.js("return root.activeElement.matches(':focus-visible')")
    screen.press(Keys.ENTER)
    screen.find(".chips button")
    assert screen.focused().startswith("textarea")
    screen.press("help me decide", Keys.ENTER)
    screen.find(".options button")
    seen = []
    for _ in range(40):
        screen.press_with(Keys.SHIFT, Keys.TAB)
        seen.append(screen.focused())
        if "Nobody yet" in seen[-1]:
            break
    assert any("I do not know" in one for one in seen)
    screen.press(Keys.ENTER)
    # The next question's first answer has the focus: one may go on with Enter and Tab.
    screen.until(lambda: "It is why customers choose us" in screen.focused())
    screen.press(Keys.TAB, Keys.SPACE)
    screen.until(lambda: "Yes, both" in screen.focused())
    screen.press(Keys.ESCAPE)
    assert not screen.js("return root.querySelector('dialog').open")
    assert screen.focused().startswith("button.launcher")
    screen.press(Keys.SPACE)
    screen.until(lambda: screen.focused().startswith("textarea"))
    # Beside the page, not instead of it: Tab leads out again.
    left = False
    for _ in range(30):
        screen.press(Keys.TAB)
        if not screen.driver.execute_script("return Boolean(document.activeElement.shadowRoot)"):
            left = True
            break
    assert left


def test_shift_and_enter_begin_a_line(screen: Screen, stubbed: str, stub: Stub) -> None:
    screen.visit(stubbed + "/")
    screen.open()
    screen.press("one")
    screen.press_with(Keys.SHIFT, Keys.ENTER)
    screen.press("two", Keys.ENTER)
    screen.until(lambda: stub.messages)
    assert stub.messages[0][1] == "one\ntwo"


def test_on_a_small_screen_the_chat_covers_the_page_and_keeps_the_focus(
    screen: Screen, stubbed: str
) -> None:
    screen.size(320, 568)
    screen.visit(stubbed + "/")
    screen.open()
    assert screen.js("return root.querySelector('dialog').matches(':modal')")
    box = screen.js(
        "const {x, y, width, height} = root.querySelector('dialog').getBoundingClientRect();"
        "return [x, y, width, height]"
    )
    assert box == [0, 0, 320, 568]
    for _ in range(25):
        screen.press(Keys.TAB)
        assert "a.link" not in screen.focused()
    screen.press(Keys.ESCAPE)
    screen.until(lambda: not screen.js("return root.querySelector('dialog').open"))
    assert screen.focused().startswith("button.launcher")


def test_from_small_to_wide_and_back_while_open(screen: Screen, stubbed: str) -> None:
    screen.visit(stubbed + "/")
    screen.open()
    screen.press("half a word")
    for width, modal in ((320, True), (1000, False), (640, False)):
        screen.size(width, 700)
        screen.until(
            lambda modal=modal: (
                screen.js("return root.querySelector('dialog').matches(':modal')") == modal
            )
        )
        assert screen.focused().startswith("textarea")
        assert screen.find("textarea").get_attribute("value") == "half a word"


@pytest.mark.parametrize(
    ("size", "text"),
    [((320, 568), "100%"), ((640, 360), "100%"), ((1280, 720), "100%"), ((1000, 900), "200%")],
)
def test_nothing_is_cut_off_at_any_size(
    screen: Screen, shipped: str, size: tuple[int, int], text: str
) -> None:
    screen.size(*size)
    screen.visit(shipped + "/")
    screen.driver.execute_script("document.documentElement.style.fontSize = arguments[0]", text)
    screen.find(".chips button")
    screen.say("difference between outsourcing and offshoring")
    screen.say("help me decide")
    answered_to_the_end(screen)
    wide = screen.js(
        "const log = root.querySelector('.log');"
        "return [document.documentElement.scrollWidth - innerWidth,"
        " document.documentElement.scrollHeight - innerHeight,"
        " log.scrollWidth - log.clientWidth]"
    )
    assert wide == [0, 0, 0]
    assert screen.js("return root.querySelector('.log').clientHeight") > size[1] * 0.45


def test_from_right_to_left(screen: Screen, stubbed: str, stub: Stub) -> None:
    screen.visit(stubbed + "/")
    screen.driver.execute_script("document.documentElement.dir = 'rtl'")
    screen.open()
    screen.say("hello")
    left, right = screen.js(
        "const box = root.querySelector('dialog').getBoundingClientRect();"
        "return [box.left, innerWidth - box.right]"
    )
    assert left < right
    said, log = screen.js(
        "return [root.querySelector('.said').getBoundingClientRect().left,"
        " root.querySelector('.log').getBoundingClientRect().left]"
    )
    assert said - log < 40


def test_keys_typed_in_the_chat_are_no_shortcuts_of_the_page(screen: Screen, stubbed: str) -> None:
    screen.visit(stubbed + "/")
    screen.driver.execute_script(
        "window.keys = []; addEventListener('keydown', (event) => window.keys.push(event.key))"
    )
    screen.open()
    screen.press("/s?")
    assert screen.driver.execute_script("return window.keys") == []
