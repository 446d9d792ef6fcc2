"""HTML that somebody wrote, as text: nothing of it is ever run, shown or looked up.

Every letter is read once, whatever it says: the standard library's reader begins anew at each `<`
whose end is missing, and is busy for half a minute with what fits into one message.
"""

from __future__ import annotations

import html
import re

LONGEST = 60_000
"""Characters of HTML that are read; what comes after them is a quotation or an attack."""
_BREAKS = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3"}
    | {"h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "td", "th"}
    | {"tr", "ul"}
)
_UNSEEN = frozenset(["head", "noscript", "template"])
_RAW = frozenset(["iframe", "noembed", "noframes", "script", "style", "title", "xmp"])
"""What holds no tags, up to its own end: it is left out as a whole."""
_SOME_TAG = re.compile(
    r"</?(a|b|blockquote|body|br|div|em|html|i|img|li|ol|p|pre|script|span|strong|style|table|td|tr|ul)(\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# Possessive (`*+`): what has been read as a part of a tag is never read in another way.
_TAG = re.compile(r"""<(/?)([a-z][^\s/>]*+)((?:=\s*(?:"[^"]*"|'[^']*')|[^>])*+)>""", re.IGNORECASE)
_OPENS = re.compile(r"<(?:[a-z!?]|/[^\s])", re.IGNORECASE)
_CITED = re.compile(r"""\stype\s*=\s*["']?cite\b""", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\f\v\xa0]+")
_NUMBER = re.compile(r"&#(?:[0-9]{8,}|x[0-9a-f]{7,});?", re.IGNORECASE)


def text_of(written: str) -> str:
    """What a reader of the HTML would read, without what is quoted."""
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(_pieces(written)).split("\n"))
    return "\n".join(line for line in lines if line)


def readable(text: str) -> str:
    """Text from a field that may hold HTML or plain text: `x < y` and `<your name>` stay."""
    return text_of(text) if _SOME_TAG.search(text[:LONGEST]) else text


def unescaped(text: str) -> str:
    """Character references as the characters that they mean, where there are such."""
    # Python refuses to read a number of thousands of digits; no character has one so long.
    return html.unescape(_NUMBER.sub("\ufffd", text))


def _pieces(written: str) -> list[str]:
    source = written[:LONGEST]
    pieces: list[str] = []
    unseen = quoted = at = 0
    while at < len(source):
        opens = _OPENS.search(source, at)
        until = opens.start() if opens is not None else len(source)
        if until > at and not unseen and not quoted:
            # Line breaks in the source of HTML are spaces.
            pieces.append(unescaped(source[at:until]).replace("\n", " "))
        if opens is None:
            break
        tag = _TAG.match(source, until)
        if tag is None:
            at = _after_no_tag(source, until)
            continue
        at, name, ends = tag.end(), tag[2].lower(), bool(tag[1])
        if name in _BREAKS:
            pieces.append("\n")
        if name in _RAW and not ends:
            at = _after_raw(source, at, name)
        elif name in _UNSEEN:
            unseen = max(unseen - 1, 0) if ends else unseen + 1
        elif name == "body":
            unseen = 0  # the end of the head may be left out
        elif name == "blockquote":
            if ends:
                quoted = max(quoted - 1, 0)
            elif quoted or _CITED.search(tag[3]):
                # What mail programs quote is what the customer was told before, no question.
                quoted += 1
    return pieces


def _after_no_tag(source: str, at: int) -> int:
    """Where a comment or the like ends; as in a browser, what never ends takes all that follows."""
    if source[at + 1] not in "!?/" or source[at + 2 : at + 3].isalpha():
        return len(source)
    ends = "-->" if source.startswith("<!--", at) else ">"
    found = source.find(ends, at + 2)
    return found + len(ends) if found >= 0 else len(source)


def _after_raw(source: str, at: int, name: str) -> int:
    ends = re.compile(f"</{name}", re.IGNORECASE).search(source, at)
    found = source.find(">", ends.end()) if ends is not None else -1
    return found + 1 if found >= 0 else len(source)
