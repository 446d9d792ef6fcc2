"""An answer in free words as the grading hears it: repaired, without names, in pieces."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from sourcebot.dialogue.understanding import NAME_WEIGHT, Understanding
from sourcebot.routing.company import mend
from sourcebot.routing.signs import SignReader, class_phrases, parse_sign
from sourcebot.routing.text import Token, clean, stems_of, tokenise

MOST_PIECES = 16
"""Of a longer answer only so many pieces are held against ideas: a list of all is no answer."""
_SENTENCE = re.compile(r"[.!?;\n]+(?:\s|$)")
_CLAUSE = re.compile(r"[,:()/+•*]+|\s[-–—]+\s")


class Hearing:
    """Hears answers with the index of one knowledge base. Read-only once made."""

    def __init__(self, index: Understanding) -> None:
        self._index = index
        words = index.knowledge.words
        signs = [parse_sign("", f"<{name}>") for name in words]
        self._classes = SignReader([], class_phrases(signs, words))

    def tokens(self, text: str, *, repaired: bool = True) -> list[Token]:
        """The words of a text; repaired: mend its typing errors."""
        index = self._index
        typed = tokenise(clean(text), index.contractions)
        if not repaired:
            return typed
        mended = mend(typed, index.repairer, lambda: index.company, NAME_WEIGHT)
        return [token for part in mended for token in part.tokens]

    def without_names(
        self, tokens: Sequence[Token], concepts: Collection[str] | None = None
    ) -> list[Token]:
        """The tokens less the names of these concepts, or of all: to echo a name says nothing."""
        hidden = {
            position
            for spot in self._index.spotter.spot(tokens)
            if spot.kind == "concept" and (concepts is None or spot.owner in concepts)
            for position in range(spot.first, spot.last + 1)
        }
        return [token for position, token in enumerate(tokens) if position not in hidden]

    def stems(self, text: str, concepts: Collection[str], *, repaired: bool) -> tuple[str, ...]:
        """The stems of a text, without the names of these concepts."""
        tokens = self.without_names(self.tokens(text, repaired=repaired), concepts)
        return tuple(token.stem for token in tokens)

    def words(self, text: str, *, repaired: bool) -> str:
        """The words of a text without the names of concepts, and the classes of words in it.

        A class stands for all the phrases that say the same: "overseas", "in another country".
        """
        tokens = self.without_names(self.tokens(text, repaired=repaired))
        classes = (_as_word(name) for name in sorted(self._classes.classes_in(tokens)))
        return " ".join((*(token.word for token in tokens), *classes))

    def pieces(self, text: str) -> list[str]:
        """The sentences of an answer, and the clauses and list items in them, each once."""
        found: dict[str, None] = {}
        for sentence in _SENTENCE.split(text):
            parts = [part for part in self._clauses(sentence) if part]
            found.update(dict.fromkeys(parts))
            if len(parts) > 1:
                found[sentence.strip()] = None
        return list(found)[:MOST_PIECES]

    def sentences(self, text: str) -> list[str]:
        """The sentences of an answer."""
        return [part.strip() for part in _SENTENCE.split(text) if part.strip()]

    def undenied(self, text: str, denying: Sequence[str]) -> str:
        """The text without what follows words such as "rather than", up to the next comma."""
        if not denying:
            return text
        said = "|".join(re.escape(words) for words in denying)
        return re.sub(rf"\b(?:{said})\b[^,.;!?\n]*", " ", text, flags=re.IGNORECASE)

    def _clauses(self, sentence: str) -> Iterator[str]:
        for part in _CLAUSE.split(sentence):
            yield from (piece.strip() for piece in self._joining.split(part))

    @cached_property
    def _joining(self) -> re.Pattern[str]:
        joiners = "|".join(re.escape(word) for word in sorted(self._index.joiners))
        return re.compile(rf"\b(?:{joiners})\b" if joiners else r"(?!)", re.IGNORECASE)


def asking_classes(
    words: Mapping[str, tuple[str, ...]], signs: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """The word classes that no sign uses: their words mean much the same.

    words: class -> its words; signs: as concepts have them, with <classes> in brackets.
    """
    used = {name for sign in signs for name in re.findall(r"<([^<>]+)>", sign)}
    return {name: members for name, members in words.items() if name not in used}


def _as_word(name: str) -> str:
    # Letters alone, so that it stays one word; doubled, so that it is no word of the language.
    return "".join(stems_of(f"{name} {name}")).replace("_", "")
