"""A message into the clauses that each ask one thing."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from sourcebot.dialogue.reading import Clause
from sourcebot.dialogue.understanding import Understanding
from sourcebot.routing.text import Token

MOST_CLAUSES = 6
_STOP = re.compile(r"[?!;\n]|[.:](?=\s|$)")


def split_clauses(
    text: str, tokens: Sequence[Token], index: Understanding, names: Collection[int]
) -> list[Clause]:
    """Split at sentence ends, and at "and" or a comma before a word that opens a question.

    text: the cleaned text that the tokens' spans refer to; names: start offsets of tokens that
    belong to a name, which never open a question. Returns at least one clause where there are
    tokens; of too many, the questions and else the last.
    """
    clauses: list[Clause] = []
    current: list[Token] = []
    for token in tokens:
        gap = text[current[-1].end : token.start] if current else ""
        if current and (_STOP.search(gap) or _opens(token, gap, current, index, names)):
            clauses.append(_clause(current, gap, index))
            current = []
        current.append(token)
    if current:
        clauses.append(_clause(current, text[current[-1].end :], index))
    if len(clauses) > MOST_CLAUSES:
        questions = [clause for clause in clauses if clause.question]
        clauses = (questions or clauses)[-MOST_CLAUSES:]
    return clauses


def _opens(
    token: Token,
    gap: str,
    before: Sequence[Token],
    index: Understanding,
    names: Collection[int],
) -> bool:
    """Whether a question of its own begins at this token."""
    if token.word not in index.openers or token.start in names:
        return False
    says_something = any(earlier.word not in index.function_words for earlier in before)
    if before[-1].word in index.joiners and len(before) > 2 and says_something:
        return True
    return "," in gap and len(before) > 1 and before[0].word in index.openers


def _clause(tokens: Sequence[Token], after: str, index: Understanding) -> Clause:
    """The tokens without the joining words at either end, and whether they ask."""
    kept = list(tokens)
    while len(kept) > 1 and kept[-1].word in index.joiners:
        kept.pop()
    start = 0
    while start < len(kept) - 1 and kept[start].word in index.joiners:
        start += 1
    question = "?" in after or kept[start].word in index.openers
    return Clause(tuple(kept), question)
