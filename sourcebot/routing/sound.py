"""How words sound, roughly, in the manner of Philips' Metaphone (1990) with fewer rules."""

from __future__ import annotations

import re
from functools import lru_cache

_SOUNDS = {
    **dict.fromkeys(("tion", "sion", "ssion", "shun", "tian", "cian"), "xn"),
    **dict.fromkeys(("tch", "sch", "ch", "sh"), "x"),
    **dict.fromkeys(("ce", "ci", "cy", "z"), "s"),
    **dict.fromkeys(("ge", "gi", "gy", "dge"), "j"),
    **dict.fromkeys(("ck", "c", "q"), "k"),
    **dict.fromkeys(("ph", "v"), "f"),
    **{"x": "ks", "ght": "t", "gh": "", "ng": "n", "kn": "n", "wr": "r", "wh": "w"},
    **dict.fromkeys(("aw", "ew", "ow", *"aeiouy"), ""),
}
# Kept as text: `re` compiles (and keeps) them when a word is first asked for, not at each start.
_SPELLED = "|".join(sorted(_SOUNDS, key=len, reverse=True))
_DOUBLED = r"(.)\1+"
_VOWELS = r"[aeiouyw]+(?!$|s$)|[aiouyw]+|ee"


@lru_cache(maxsize=4_096)
def sound(word: str) -> str:
    """The consonants of a word, however they are spelt, and whether a vowel stands before them."""
    consonants = re.sub(_SPELLED, lambda spelled: _SOUNDS[spelled.group()], word)
    return ("a" if word[:1] in "aeiouy" else "") + re.sub(_DOUBLED, r"\1", consonants)


def syllables(word: str) -> int:
    """How many vowels a word has; those that stand together count once, a silent e not at all."""
    return len(re.findall(_VOWELS, word))
