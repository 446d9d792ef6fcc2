"""A message into the clauses that each ask one thing."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from sourcebot.dialogue.reading import Clause
from sourcebot.routing.text import Token

MAX_CLAUSES = 6
_STOP = re.compile(r"[?!;\n]|[.:](?=\s|$)")
_JOINERS = frozenset({"and", "also", "plus", "then", "but", "or"})
_CONDITIONS = frozenset({"if", "when", "since", "because", "as", "while", "although", "given"})


def split_clauses(
    text: str,
    tokens: Sequence[Token],
    openers: Collection[str],
    slots: Collection[int],
    dull: Collection[str],
) -> list[Clause]:
    """Split at sentence ends, and at "and", "," or "plus" before a word that opens a question.

    text: the cleaned text the tokens' spans refer to; slots: start offsets of tokens that belong to
    a name, which never open a question; dull: function words, which alone ask nothing. Returns at
    least one clause where there are tokens.
    """
    clauses: list[Clause] = []
    current: list[Token] = []
    for token in tokens:
        gap = text[current[-1].end : token.start] if current else ""
        if current and (_STOP.search(gap) or _opens(token, gap, current, openers, slots, dull)):
            clauses.append(_clause(current, gap, openers))
            current = []
        current.append(token)
    if current:
        clauses.append(_clause(current, text[current[-1].end :], openers))
    return clauses[:MAX_CLAUSES]


def _opens(
    token: Token,
    gap: str,
    before: Sequence[Token],
    openers: Collection[str],
    slots: Collection[int],
    dull: Collection[str],
) -> bool:
    if token.word not in openers or token.start in slots:
        return False
    if before[0].word in _CONDITIONS:
        return False
    says_something = any(earlier.word not in dull for earlier in before)
    joined = before[-1].word in _JOINERS and len(before) > 2 and says_something
    return joined or ("," in gap and len(before) > 1 and before[0].word in openers)


def _clause(tokens: Sequence[Token], after: str, openers: Collection[str]) -> Clause:
    kept = list(tokens)
    while len(kept) > 1 and kept[-1].word in _JOINERS:
        kept.pop()
    start = 0
    while start < len(kept) - 1 and kept[start].word in _JOINERS:
        start += 1
    question = "?" in after or kept[start].word in openers
    return Clause(tuple(kept), question)
