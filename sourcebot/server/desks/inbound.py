"""HTML that somebody wrote, as text: nothing of it is ever run, shown or looked up."""

from __future__ import annotations

import re
from html.parser import HTMLParser

LONGEST = 60_000
"""Characters of HTML that are read; what comes after them is a quotation or an attack."""
_BREAKS = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3"}
    | {"h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "td", "th"}
    | {"tr", "ul"}
)
_UNSEEN = frozenset(["head", "noscript", "script", "style", "template", "title"])
_TAG = re.compile(
    r"</?(a|b|blockquote|body|br|div|em|html|i|img|li|ol|p|pre|script|span|strong|style|table|td|tr|ul)(\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[ \t\r\f\v\xa0]+")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "body":
            self._unseen = 0  # the end of the head may be left out
        if tag == "blockquote" and (self._quoted or ("type", "cite") in attrs):
            # What mail programs quote is what the customer was told before, no question.
            self._quoted += 1
        if tag in _BREAKS:
            self.pieces.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN and self._unseen:
            self._unseen -= 1
        if tag == "blockquote" and self._quoted:
            self._quoted -= 1
        if tag in _BREAKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen and not self._quoted:
            # Line breaks in the source of HTML are spaces.
            self.pieces.append(data.replace("\n", " "))


def text_of(html: str) -> str:
    """What a reader of the HTML would read, without what is quoted."""
    parser = _Text()
    parser.feed(html[:LONGEST])
    parser.close()
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(parser.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def readable(text: str) -> str:
    """Text from a field that may hold HTML or plain text: `x < y` and `<your name>` stay."""
    return text_of(text) if _TAG.search(text[:LONGEST]) else text
