"""What goes wrong, with a stub: nothing is lost, and it is said what happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sourcebot.server.app import create_app
from sourcebot.server.keys import new_key, write_keys
from tests.server.browser.screen import Screen
from tests.server.browser.serving import (
    BROKEN,
    Running,
    Stub,
    problem,
    says,
    service_of,
)


def opened(screen: Screen, address: str) -> None:
    screen.visit(address + "/")
    screen.open()


def test_a_lost_answer_is_fetched_under_the_same_key(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    stub.replies = [BROKEN, says("Here it is.")]
    opened(screen, stubbed)
    screen.say("hello")
    screen.sees("Here it is.")
    assert [text for _, text, _ in stub.messages] == ["hello", "hello"]
    assert len({key for _, _, key in stub.messages}) == 1
    assert len(stub.messages[0][2]) >= 32
    screen.say("again")
    assert stub.messages[2][2] != stub.messages[0][2]


def test_offline_the_message_is_kept_and_sent_later(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    opened(screen, stubbed)
    screen.offline(True)
    screen.say("are you there?")
    assert "The server cannot be reached. Your message is kept." in screen.shown()
    assert stub.messages == []
    screen.click(".trouble button", "Try again")
    screen.until(lambda: screen.all(".failed") and screen.rests())
    screen.offline(False)  # which the page hears of: it tries by itself
    screen.sees("Echo: are you there?")
    assert not screen.all(".failed")
    assert len({key for _, _, key in stub.messages}) == 1


def test_what_was_not_sent_is_still_there_after_a_reload(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    stub.replies = [BROKEN, BROKEN, BROKEN, says("Now it went.")]
    opened(screen, stubbed)
    screen.say("keep me")
    assert screen.all(".failed")
    screen.driver.refresh()
    screen.click(".trouble button", "Try again")
    screen.sees("Now it went.")
    assert len({key for _, _, key in stub.messages}) == 1


def test_a_message_that_was_under_way_at_a_reload_is_fetched_under_the_same_key(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    stub.seconds = 2
    opened(screen, stubbed)
    screen.press("slow one\n")
    screen.until(lambda: stub.messages)
    screen.driver.refresh()
    screen.sees("The page was left before the answer came. Your message is kept.")
    stub.seconds = 0
    screen.click(".trouble button", "Try again")
    screen.sees("Echo: slow one")
    assert screen.texts(".said") == ["slow one"]
    assert len({key for _, _, key in stub.messages}) == 1


def test_a_chat_that_could_not_begin_begins_when_the_connection_is_back(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    screen.visit(stubbed + "/")
    screen.find(".launcher")
    screen.offline(True)
    screen.open()
    screen.sees("The server cannot be reached.")
    screen.offline(False)
    screen.sees("I answer what a test wants.")
    assert not screen.all(".problem")


def test_too_many_questions_wait_as_long_as_told(screen: Screen, stubbed: str, stub: Stub) -> None:
    stub.replies = [problem(429, "too-many", 2), says("At last.")]
    opened(screen, stubbed)
    screen.find("textarea").send_keys("hello\n")
    screen.sees("There are too many questions at the moment. Trying again in 2 s.")
    screen.until(lambda: "too many questions" in screen.texts("[role=status]")[0])
    screen.sees("Trying again in 1 s.")
    screen.sees("At last.")
    assert len(stub.messages) == 2


def test_waiting_can_be_cancelled(screen: Screen, stubbed: str, stub: Stub) -> None:
    stub.replies = [problem(429, "too-many", 60), says("Here.")]
    opened(screen, stubbed)
    screen.find("textarea").send_keys("hello\n")
    screen.click(".waiting button", "Cancel")
    screen.sees("Not sent.")
    assert screen.focused().startswith("textarea")
    screen.click(".trouble button", "Try again")
    screen.sees("Here.")


def test_a_very_long_wait_is_said_and_not_waited_for(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    stub.replies = [problem(429, "too-many", 3_000)]
    opened(screen, stubbed)
    screen.say("hello")
    assert "Try again in 50 min." in screen.shown()


def test_a_service_that_is_down(screen: Screen, stubbed: str, stub: Stub) -> None:
    stub.replies = [problem(503, "unavailable", 1)] * 4
    opened(screen, stubbed)
    screen.find("textarea").send_keys("hello\n")
    screen.sees("The service is not available at the moment. Trying again in 1 s.")
    screen.sees("The service is not available at the moment. Try again later.")
    assert len(stub.messages) == 4


def test_an_expired_conversation_is_followed_by_another(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    opened(screen, stubbed)
    screen.say("one")
    stub.replies = [problem(404, "not-found")]
    screen.say("two")
    screen.sees("Echo: two")
    assert "The earlier conversation has expired, so this is a new one." in screen.shown()
    assert [id for id, _, _ in stub.messages] == ["c_1", "c_1", "c_2"]
    assert "Echo: one" in screen.shown()


def test_a_conversation_that_expired_before_the_reload(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    stub.replies = [says("Ask on.", suggestions=["More"])]
    opened(screen, stubbed)
    screen.say("one")
    stub.stands = 404
    screen.driver.refresh()
    screen.sees("This conversation has expired.")
    assert not screen.all(".chips button")
    screen.say("two")
    assert stub.messages[-1][:2] == ("c_2", "two")


def test_a_fault_is_named_and_the_message_kept(screen: Screen, stubbed: str, stub: Stub) -> None:
    stub.replies = [problem(500, "internal"), problem(413, "too-large")]
    opened(screen, stubbed)
    screen.say("hello")
    assert "That did not work (internal). Your message is kept." in screen.shown()
    screen.click(".trouble button", "Try again")
    screen.sees("This message is too long.")


def test_a_server_that_cannot_be_reached_at_first(screen: Screen, stubbed: str, stub: Stub) -> None:
    stub.begins = [problem(500, "internal")]
    opened(screen, stubbed)
    screen.sees("That did not work (internal).")
    screen.click(".problem button", "Try again")
    screen.sees("I answer what a test wants.")
    assert not screen.all(".problem")


def test_an_unknown_base_is_the_fault_of_the_page(screen: Screen, stubbed: str, stub: Stub) -> None:
    stub.script = 'src="/widget.js" data-kb="nothing"'
    stub.begins = [problem(404, "not-found")]
    opened(screen, stubbed)
    screen.sees("This chat is not set up rightly")
    assert stub.headers[0]["x-sourcebot-kb"] == "nothing"


def test_an_answer_without_suggestions_ends_with_its_text(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    stub.replies = [says("Short.", status="smalltalk")]
    opened(screen, stubbed)
    screen.say("hello")
    assert screen.texts(".bot")[-1] == "Stub saidShort."


def test_half_a_character_is_not_sent(screen: Screen, stubbed: str, stub: Stub) -> None:
    opened(screen, stubbed)
    screen.js(
        "const field = root.querySelector('textarea');"
        "field.value = 'caf' + String.fromCharCode(0xd83d); field.dispatchEvent(new Event('input'))"
    )
    screen.press("\n")
    screen.sees("Echo: caf\ufffd")


def test_an_answer_that_is_none(screen: Screen, stubbed: str, stub: Stub) -> None:
    stub.replies = [says("x", sources=3, suggestions={"a": 1}, question={"answers": [1, None]})]
    opened(screen, stubbed)
    screen.say("hello")
    assert "x" in screen.texts(".text p")


@pytest.fixture
def guarded(tmp_path: Path, shared_cache: Path) -> Iterator[tuple[str, str]]:
    """A server that wants keys, and a key."""
    kept, key = new_key("page", "sourcing", ("ask",), datetime.now(UTC))
    path = tmp_path / "keys.json"
    write_keys(path, [kept])
    running = Running(create_app(service_of(keys=str(path))))
    yield running.address, key
    running.stop()


def test_without_a_key_it_says_how_to_get_one_and_takes_it(
    screen: Screen, guarded: tuple[str, str]
) -> None:
    address, key = guarded
    screen.visit(address + "/")
    screen.sees("This chat needs an access key")
    assert "sourcebot keys new" in screen.shown()
    field = screen.find(".entry input")
    field.send_keys("sb_wrong\n")
    screen.until(lambda: screen.all(".entry input") and screen.find(".entry input") != field)
    screen.find(".entry input").send_keys(key + "\n")
    screen.sees("I can explain who does a company's work and where")
    screen.say("what is offshoring")
    assert "another country" in screen.shown()
    kept = screen.driver.execute_script("return JSON.stringify({...sessionStorage})")
    assert key not in kept


def test_nothing_is_stored_where_it_is_blocked_or_unwanted(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    stub.script = 'src="/widget.js" data-remember="false"'
    opened(screen, stubbed)
    screen.say("hello")
    script = "return [sessionStorage.length, localStorage.length, document.cookie]"
    assert screen.driver.execute_script(script) == [0, 0, ""]
    stub.script = ""
    blocked = (
        "Object.defineProperty(window, 'sessionStorage', {get() { throw new DOMException('no') }})"
    )
    screen.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": blocked})
    opened(screen, stubbed)
    screen.say("hello")
    assert "Echo: hello" in screen.shown()


def test_only_the_server_is_asked_and_no_address_holds_what_people_write(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    stub.script = 'src="/widget.js" data-key="sb_test"'
    screen.visit(stubbed + "/")
    screen.find(".launcher")
    assert stub.headers == []  # nothing before it is opened
    screen.open()
    screen.say("my secret")
    loaded = screen.driver.execute_script(
        "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    )
    assert all(one.startswith(stubbed + "/") and "secret" not in one for one in loaded)
    assert set(stub.queries) == {""}
    for headers in stub.headers:
        assert headers["authorization"] == "Bearer sb_test"
        assert not {"cookie", "referer"} & headers.keys()
    assert "secret" not in screen.driver.current_url


def test_a_second_message_waits_for_the_first_answer(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    stub.seconds = 0.6
    opened(screen, stubbed)
    screen.press("one\n")
    screen.find(".waiting")
    assert screen.find(".send").get_attribute("aria-disabled") == "true"
    screen.press("two\n")
    assert len(screen.all(".said")) == 1
    screen.sees("Echo: one")
    assert screen.find("textarea").get_attribute("value") == "two"


def test_an_answer_that_comes_after_a_new_beginning_is_dropped(
    screen: Screen, stubbed: str, stub: Stub
) -> None:
    stub.seconds = 0.5
    opened(screen, stubbed)
    screen.press("one\n")
    screen.find(".waiting .dots")
    screen.until(lambda: stub.messages)
    screen.click("button[aria-label='New conversation']")
    screen.find(".welcome")
    screen.until(lambda: stub.forgotten == ["c_1"])
    stub.seconds = 0
    screen.say("two")
    assert screen.texts(".said") == ["two"]
    screen.until(lambda: len(stub.messages) == 2)
    assert "Echo: one" not in screen.shown()
