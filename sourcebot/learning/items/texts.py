"""Texts of the knowledge base as exercises need them: cut, masked, compared, put in an order."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from sourcebot.knowledge.model import Concept, KnowledgeBase
from sourcebot.routing.text import stems_of, words_of

BLANK = "…"
"""What stands for a name that would give the answer away."""
SAME = 0.7
"""Texts that share this part of their words say the same."""
_SHORT = r"\w{1,3}\s+"
_SUBJECT = re.compile(rf"^(?:{_SHORT})?{BLANK}(?:\s*[,(]\s*(?:{_SHORT})?{BLANK}\s*[,)]?)*")
_SHORT_NAME = 3
# As knowledge/voice.py splits texts, which reads YAML: nobody who practises has to load that.
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z0-9])")


def say(knowledge: KnowledgeBase, slot: str, **values: str) -> str:
    """The base's words for a place around an exercise, with its slots filled.

    Where the base has no words for it, the slot and the values themselves: the exercise can still
    be done, and `kb check` warns.
    """
    text = knowledge.learning_words.get(slot)
    if text is None:
        return ": ".join((slot, ", ".join(values.values()))) if values else slot
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text[:1].upper() + text[1:]


def stable(*parts: str) -> str:
    """A key that puts things in an order which nothing else can disturb: their hash."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def first_sentence(text: str) -> str:
    """The first sentence of a text, its end included."""
    return _SENTENCE.split(text.strip(), maxsplit=1)[0]


def names_in(concept: Concept, *, loose: bool = False) -> re.Pattern[str]:
    """A pattern for the names of a concept, as words of their own, in the plural too.

    Short names in capitals must be written in capitals: IT is not it.
    """
    names = {concept.name, *(name.text for name in concept.names if loose or not name.loose)}
    parts = (_pattern(name) for name in sorted(names, key=lambda name: (-len(name), name)) if name)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])")


def _pattern(name: str) -> str:
    pattern = r"[\s-]+".join(re.escape(part) for part in re.split(r"[\s-]+", name) if part)
    exact = len(name) <= _SHORT_NAME and name.isupper()
    return f"{pattern}s?" if exact else f"(?i:{pattern}s?)"


def masked(concept: Concept, text: str) -> str | None:
    """A definition without its subject, up to its first semicolon; None where it names no subject.

    Only the subject is hidden: see `without` for what gives the name away further on.
    """
    sentence, more, _ = first_sentence(text).partition(";")
    whole = f"{sentence}." if more else sentence
    hidden = names_in(concept, loose=True).sub(BLANK, whole)
    subject = _SUBJECT.match(hidden)
    if subject is None:
        return None
    rest = hidden[subject.end() :]
    # The names further on are no part of the subject: they stay as they were written.
    blanks = subject.group().count(BLANK)
    ends = [match.end() for match in names_in(concept, loose=True).finditer(whole)]
    start = ends[blanks - 1] + len(subject.group()) - (subject.group().rindex(BLANK) + len(BLANK))
    return f"{BLANK} {whole[start:].lstrip(' ,')}" if rest else None


def without(text: str, stems: frozenset[str]) -> str:
    """The text with a blank for each word of one of these stems."""
    for word in dict.fromkeys(words_of(text)):
        if stems & set(stems_of(word)):
            text = re.sub(rf"\b{re.escape(word)}\b", BLANK, text, flags=re.IGNORECASE)
    return text


def stems_in(text: str) -> frozenset[str]:
    """All stems of a text."""
    return frozenset(stems_of(text))


def content(knowledge: KnowledgeBase, text: str) -> frozenset[str]:
    """The stems of a text that carry meaning."""
    empty = _empty(knowledge)
    return frozenset(stem for stem in stems_of(text) if stem not in empty and len(stem) > 1)


def _empty(knowledge: KnowledgeBase) -> frozenset[str]:
    found = _EMPTY.get(knowledge.digest)
    if found is None:
        words = knowledge.language.function_words
        found = frozenset((*words, *(stem for word in words for stem in stems_of(word))))
        _EMPTY.clear()
        _EMPTY[knowledge.digest] = found
    return found


_EMPTY: dict[str, frozenset[str]] = {}
"""Digest of a base -> the stems of its function words; the latest base only."""


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's share of what two texts have in common, 0..1; 1 for two empty ones."""
    both = one | other
    return len(one & other) / len(both) if both else 1.0


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the shorter text's content that the longer one holds too, 0..1."""
    least = min(len(one), len(other))
    return len(one & other) / least if least else 0.0


def united(*sources: Iterable[str]) -> tuple[str, ...]:
    """Ids of sources, each once, in the order of their first mention."""
    return tuple(dict.fromkeys(id for ids in sources for id in ids))
