"""How a knowledge base speaks, as far as a machine can tell: lengths, readability, sales talk.

Readability is LIX (C.-H. Björnsson, Läsbarhet, 1968): words per sentence plus the percentage of
words of more than six letters. It counts letters and not syllables, so it needs no language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sourcebot.errors import Problem
from sourcebot.knowledge.draft import Decoded, Draft
from sourcebot.knowledge.files import VoiceFile
from sourcebot.knowledge.yaml_nodes import Fields, Items, Node, Text

_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z0-9])")
_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_LONG_WORD = 6
_FEWEST_WORDS = 30
"""Of fewer words a readability index tells nothing."""
_SPOKEN = ("concepts", "entries", "tasks", "claims", "questions", "guidance", "criteria", "cases")
_TEXTS = ("text", "remedy")


def check_voice(draft: Draft) -> Iterator[Problem]:
    """A warning for each text that is too long, too hard or too loud, as content/ sets it."""
    rules: list[VoiceFile] = [file.value for file in draft.of("voice")]
    if not rules:
        return
    forbidden = _any_of(rules[0].forbidden)
    for file in draft.files:
        if file.kind in _SPOKEN:
            for part in _spoken(file.node):
                yield from _of_part(file, part, rules[0], forbidden)


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [part for part in _SENTENCE.split(text.strip()) if part]


def lix(text: str) -> float:
    """Björnsson's readability index; 0 for a text without words."""
    words = _WORD.findall(text)
    if not words:
        return 0.0
    long = sum(len(word) > _LONG_WORD for word in words)
    return len(words) / len(sentences(text)) + 100 * long / len(words)


def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    if not phrases:
        return None
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})\b", re.IGNORECASE)


class _Part:
    """A summary with its points, or a fact of its own: the node and what is read aloud of it."""

    def __init__(self, summary: Fields | None, facts: list[Fields]) -> None:
        self.summary = summary
        self.facts = facts


def _spoken(node: Node) -> Iterator[_Part]:
    if isinstance(node, Items):
        for item in node.items:
            yield from _spoken(item)
    if not isinstance(node, Fields):
        return
    if "summary" in node.fields:
        summary = node.fields["summary"][1]
        if isinstance(summary, Fields):
            yield _Part(summary, [summary, *_facts(node.fields.get("points", (0, None))[1])])
        return
    if _is_fact(node):
        yield _Part(None, [node])
        return
    for key, (_, value) in node.fields.items():
        if key != "traits":
            yield from _spoken(value)


def _facts(node: Node | None) -> list[Fields]:
    items = node.items if isinstance(node, Items) else ()
    return [item for item in items if isinstance(item, Fields) and _is_fact(item)]


def _is_fact(node: Node) -> bool:
    return isinstance(node, Fields) and {"text", "sources"} <= node.fields.keys()


def _of_part(
    file: Decoded, part: _Part, rules: VoiceFile, forbidden: re.Pattern[str] | None
) -> Iterator[Problem]:
    texts: list[str] = []
    for fact in part.facts:
        for key in _TEXTS:
            line, text = _text(fact, key)
            if not text:
                continue
            texts.append(text)
            first = fact is part.summary and key == "text"
            yield from _lengths(file, line, text, rules, first=first)
            found = forbidden.search(text) if forbidden else None
            if found:
                loud = f"“{found.group()}” is sales talk or says nothing; drop it"
                yield Problem(file.shown, line, loud, warning=True)
    whole = " ".join(texts)
    hard = lix(whole)
    if hard > rules.hardest and len(whole.split()) >= _FEWEST_WORDS:
        line = part.facts[0].line
        told = f"hard to read (LIX {hard:.0f}, at most {rules.hardest}); shorten words, sentences"
        yield Problem(file.shown, line, told, warning=True)


def _text(fact: Fields, key: str) -> tuple[int, str]:
    if key not in fact.fields:
        return 0, ""
    line, node = fact.fields[key]
    return line, node.value if isinstance(node, Text) else ""


def _lengths(
    file: Decoded, line: int, text: str, rules: VoiceFile, *, first: bool
) -> Iterator[Problem]:
    for number, sentence in enumerate(sentences(text)):
        count = len(_WORD.findall(sentence))
        opening = first and number == 0
        most = rules.longest_first_sentence if opening else rules.longest_sentence
        if count > most:
            which = "the first sentence" if opening else "a sentence"
            told = f"{which} has {count} words, at most {most}: “{sentence[:50]}…”; split it"
            yield Problem(file.shown, line, told, warning=True)
