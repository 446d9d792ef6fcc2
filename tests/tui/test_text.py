"""Text made fit for the screen."""

from __future__ import annotations

import pytest

from sourcebot.tui.text import brief, echo, fit, is_web_address, one_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain [/oops] {{7*7}} 🎉 مرحبا", "plain [/oops] {{7*7}} 🎉 مرحبا"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[2Jred\x1b]52;c;eA==\x07", "[2Jred]52;c;eA=="),
        ("\x9b2J\x00", "2J"),
        ("turned \u202eround\u2069", "turned round"),
        ("half \ud83d", "half "),
    ],
)
def test_what_upsets_a_terminal_is_left_out(text: str, expected: str) -> None:
    assert fit(text) == expected


def test_an_input_holds_one_line() -> None:
    assert one_line("a\r\nb\n\nc") == "a b  c"


def test_a_short_message_is_shown_whole() -> None:
    assert echo("  why? ") == "why?"
    assert echo("x" * 400) == "x" * 400


def test_a_long_message_is_shown_in_part() -> None:
    assert echo("x" * 401) == "x" * 400 + "… (401 characters)"
    assert echo("why " * 250_000).endswith("why… (1,000,000 characters)")


@pytest.mark.parametrize(
    ("address", "opens"),
    [("https://a.example", True), ("http://a", True), ("file:///x", False), ("", False)],
)
def test_only_the_web_may_be_opened(address: str, opens: bool) -> None:
    assert is_web_address(address) is opens


def test_addresses_are_shown_in_brief() -> None:
    assert brief("https://www.example.org/a/") == "example.org/a"
    assert brief("http://example.org/" + "x" * 99) == "example.org/" + "x" * 27 + "…"
