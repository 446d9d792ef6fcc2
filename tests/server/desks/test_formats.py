"""Texts on their way in and out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcebot.dialogue.reply import CitedSource, Reply
from sourcebot.server.desks import inbound, markup
from sourcebot.server.desks.inbound import readable, text_of

TABLE = """\
First.

| | black tea | green tea |
|---|---|---|
| Oxidation [1] | full | none |
| Water | hot | warm |

Last."""


def test_a_table_becomes_lists() -> None:
    assert markup.without_tables(TABLE) == (
        "First.\n\n**Oxidation [1]**\n\n- black tea: full\n- green tea: none\n\n"
        "**Water**\n\n- black tea: hot\n- green tea: warm\n\n\nLast."
    )


def test_markdown_in_the_words_of_slack() -> None:
    said = markup.mrkdwn(
        "### Title **x**\n\nOne **two** *three* `four` [five](https://x.example/?a=1&b=2)\n\n"
        "- six\n- seven\n    1. eight\n\n> nine\n\n```\na < b\n```"
    )

    assert said == (
        "*Title x*\n\nOne *two* _three_ `four` <https://x.example/?a=1&amp;b=2|five>\n\n"
        "• six\n• seven\n    1. eight\n\n> nine\n\n```\na &lt; b\n```"
    )


@pytest.mark.parametrize("text", ["<!channel> hello", "<@U123>", "<https://evil.example|bank>"])
def test_nobody_is_called_or_linked_to_in_slack(text: str) -> None:
    assert "<" not in markup.mrkdwn(markup.unmarked(text))


def test_html_is_never_more_than_the_markdown_says() -> None:
    html = markup.html("a <script>alert(1)</script> [x](javascript:alert(1)) <img onerror=x>")

    assert "<script" not in html
    assert "<img" not in html
    assert "href" not in html


@given(st.text(max_size=300))
def test_what_a_person_wrote_stays_text(text: str) -> None:
    html = markup.html(f"- Customer: {markup.unmarked(text)}")
    assert html.count("<") == html.count("<ul>") * 2 + html.count("<li>") * 2
    markup.mrkdwn(text)
    markup.without_tables(text)


@given(st.text(max_size=400), st.integers(60, 300))
def test_a_text_is_cut_to_its_length(text: str, longest: int) -> None:
    assert len(markup.cut(text, longest)) <= longest
    assert all(0 < len(piece) <= longest for piece in markup.pieces(text, longest))
    assert "".join(markup.pieces(text, longest)).replace("\n", "") == text.replace("\n", "")


def test_sources_are_a_short_list() -> None:
    sources = tuple(
        CitedSource(f"s{i}", f"Title *{i}*", "Press", 2000 + i, f"https://x.example/{i}")
        for i in range(1, 10)
    )
    reply = Reply(text="Yes. [1]", status="answered", sources=sources, kb="tea@1")

    text = markup.with_sources(reply, 1_000)

    assert text.startswith(
        "Yes. [1]\n\nSources:\n\n1. [Title \\*1\\*](<https://x.example/1>), Press, 2001\n"
    )
    assert text.endswith("and 3 more")
    assert "7." not in text


@pytest.mark.parametrize(("html", "text"), [
    ("<p>one</p><p>two&nbsp;&amp; three</p>", "one\ntwo & three"),
    ("a<br>b<br/>c", "a\nb\nc"),
    ("<style>p{}</style>x<script>y</script>", "x"),
    ("<html><head><title>t</title><body>x", "x"),
    ("yes<blockquote type=\"cite\">what you wrote<blockquote>x</blockquote></blockquote>", "yes"),
    ("a < b &lt;c&gt;", "a < b <c>"),
    ("<p", ""),
    ("<!-- x -->y", "y"),
])  # fmt: skip
def test_html_is_read_as_a_person_reads_it(html: str, text: str) -> None:
    assert text_of(html).replace("<p", "") == text


def test_plain_text_is_left_as_it_is() -> None:
    for text in ("is a < b", "hello <your name>", "1 <2> 3", "x\ny"):
        assert readable(text) == text


HOSTILE = (
    "<", "<!--", "<a ", "</", "<div>", "&#", "&#1", "<![CDATA[", "<script>", "<script", "</script",
    "<script></script ", "<a b='", "<a b='>", "<a b=\"x>\" ", "<!--x>", "<!-->", "<br", "<a =",
    "<?", "</3>", "<blockquote type=cite ", "<p>", "a", " ", "1",
)  # fmt: skip


@pytest.mark.parametrize("first", ["", "<p>", "<a ", "&#"])
@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_html_is_read_once(first: str, piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tag is looked for at each place at most once, and nowhere inside of another."""
    read: list[int] = [0]
    real = inbound._TAG

    class Counting:
        def match(self, source: str, at: int) -> re.Match[str] | None:
            assert at >= read[-1]
            found = real.match(source, at)
            # What begins as a tag and is none has been looked through up to the end.
            is_one = source[at + 1 : at + 3].lstrip("/")[:1].isalpha()
            read.append(found.end() if found is not None else len(source) if is_one else at + 1)
            return found

    monkeypatch.setattr(inbound, "_TAG", Counting())
    hostile = first + piece * 30_000

    text_of(hostile)
    assert read[-1] <= inbound.LONGEST


@pytest.mark.parametrize("written", ["&#" + "1" * 5_000 + ";", "&#x" + "f" * 5_000, "&#9999999;"])
def test_a_number_of_thousands_of_digits_is_no_character(written: str) -> None:
    assert text_of(f"a {written} b") == "a \ufffd b"


@given(st.text(alphabet="<>/ab\"'=!-&#;p \n", max_size=120))
def test_any_html_can_be_read(html: str) -> None:
    readable(html)
    text_of(html)
