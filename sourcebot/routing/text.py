"""The only normaliser and tokeniser: what people type, as comparable words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

MAX_CHARACTERS = 4_000
"""Longer messages are cut before any work is done on them."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_QUOTES = str.maketrans("‘’ʼ`´“”„–—‐‑‒−", "'''''\"\"\"------")
_VOWEL = re.compile(r"[aeiouy]")


class Token(Struct, frozen=True):
    """A word of a message.

    word: normalised; stem: without its inflection; start, end: its span in the normalised text;
    shout: written in capitals in a message that is not (IT, not it); proper: capitalised where no
    sentence begins, as the names of places and people are.
    """

    word: str
    stem: str
    start: int
    end: int
    shout: bool = False
    proper: bool = False


def clean(text: str) -> str:
    """Fold compatibility forms, quotes and dashes; drop invisible and control characters."""
    text = text[:MAX_CHARACTERS]
    if text.isascii() and text.isprintable():
        return text.replace("`", "'")
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    return "".join(_visible(text))


def _visible(text: str) -> Iterator[str]:
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cf", "Mn", "Co", "Cs", "Cn"):
            if category == "Mn":
                yield character
            continue
        if category in ("Cc", "Zl", "Zp") and character != "\n":
            yield " "
        else:
            yield character


def tokenise(text: str, contractions: Mapping[str, str] | None = None) -> list[Token]:
    """Split cleaned text into tokens; `contractions` maps a short form to its full words."""
    shouting = text.isupper()
    tokens: list[Token] = []
    for surface, start, end in _surfaces(text):
        word = surface.casefold().replace("’", "'")
        shout = not shouting and surface.isupper() and len(surface) > 1
        proper = not shouting and surface[0].isupper() and not _begins(text, start)
        for part in _expand(word, contractions or {}):
            tokens.append(Token(part, stem(part), start, end, shout, proper))
    return tokens


def _surfaces(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word as it stands, with its span."""
    for match in _WORD.finditer(text):
        surface, start = match.group(), match.start()
        if surface.isascii() or not any(map(_stands_alone, surface)):
            yield surface, start, match.end()
            continue
        begin = 0
        for place, character in enumerate(surface):
            if _stands_alone(character):
                if place > begin:
                    yield surface[begin:place], start + begin, start + place
                yield character, start + place, start + place + 1
                begin = place + 1
        if begin < len(surface):
            yield surface[begin:], start + begin, match.end()


def _stands_alone(character: str) -> bool:
    """Whether it is of a script without spaces (Han, kana), so that it is taken for a word."""
    return "\u3040" <= character <= "\u30ff" or "\u3400" <= character <= "\u9fff"


def _begins(text: str, position: int) -> bool:
    """Whether a sentence begins here."""
    before = text[:position].rstrip(" \"'([*-")
    return not before or before[-1] in ".!?:;\n"


def _expand(word: str, contractions: Mapping[str, str]) -> list[str]:
    if word in contractions:
        return contractions[word].split()
    if "'" not in word:
        return [word]
    if word.endswith("n't"):
        return [word[:-3], "not"]
    head, tail = word.rsplit("'", 1)
    if tail in _ENDINGS:
        return [head.replace("'", ""), *_ENDINGS[tail].split()]
    return [word.replace("'", "")]


_ENDINGS = {"s": "", "re": "are", "ve": "have", "ll": "will", "d": "would", "m": "am"}


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without its regular English inflection (plural, -ing, -ed, -e, -y/-ie).

    Lighter than Porter (1980): it must keep `offshore` near `offshoring` and never join two
    different words of a help desk's vocabulary.
    """
    if len(word) <= 3 or not word.isascii():
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) >= 3 and _VOWEL.search(base):
            word = base[:-1] if len(base) > 3 and base[-1] == base[-2] not in "ls" else base
            break
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 3 and word.endswith("y"):
        word = word[:-1] + "i"
    return word


def words_of(text: str, contractions: Mapping[str, str] | None = None) -> list[str]:
    """The normalised words of a text."""
    words: list[str] = []
    cleaned = clean(text)
    found = _WORD.findall(cleaned) if cleaned.isascii() else (s for s, *_ in _surfaces(cleaned))
    for surface in found:
        word = surface.casefold()
        if "'" in word or (contractions and word in contractions):
            words += _expand(word, contractions or {})
        else:
            words.append(word)
    return words


def stems_of(text: str, contractions: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The stems of a text."""
    return tuple(token.stem for token in tokenise(clean(text), contractions))
