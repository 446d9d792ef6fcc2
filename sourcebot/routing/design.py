"""The examples as sparse matrices: which words a text has, and what is alike between words."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from sourcebot.routing.features import compounds
from sourcebot.routing.text import stem
from sourcebot.routing.vectors import DIMENSIONS, UNIT, word_vectors

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.intp]

STEMMED, CLASS, SPELLING, MEANING = 1.2, 1.0, 1.5, 1.2
"""How strongly a word is its stem, its synonym set, its spelling and its meaning."""
SHORTEST, LONGEST = 3, 5
"""Lengths of the pieces of spelling (character n-grams, the word's ends marked)."""
PRUNED = 500
"""With more examples, compounds of fewer than three examples are left out."""


class Design(NamedTuple):
    """V words and P compounds in N texts; F features that words share.

    has: N x V, 1 where the text has the word; joined: N x P, weighted compounds; own: V x F, what
    the word is made of, less its spelling, which is in `spelt` (V x F too); meaning: V x
    DIMENSIONS; words, stems, pairs: names of V, of the features that are stems, of P.
    """

    has: Any
    joined: Any
    own: Any
    spelt: Any
    meaning: Floats
    words: list[str]
    stems: dict[str, int]
    class_of: dict[str, int]
    pairs: list[str]


def inverse_frequencies(has: Any) -> tuple[npt.NDArray[np.float64], float]:
    """Each word's weight (smoothed IDF), and that of a word which no text has."""
    texts = has.shape[0]
    counts = np.bincount(has.indices, minlength=has.shape[1])
    unknown = math.log(1 + texts) + 1.0
    return np.where(counts > 0, np.log((1 + texts) / (1 + counts)) + 1.0, unknown), unknown


def weighted(has: Any, idf: npt.NDArray[np.float64]) -> Any:
    """The texts' words by weight, each text of length one."""
    data = idf[has.indices]
    squares = np.add.reduceat(np.r_[data * data, 0.0], has.indptr[:-1])
    lengths = np.sqrt(np.where(np.diff(has.indptr) > 0, squares, 1.0))
    scaled = (data / np.repeat(lengths, np.diff(has.indptr))).astype(np.float32)
    return sparse.csr_matrix((scaled, has.indices, has.indptr), shape=has.shape)


def lay_out(texts: Sequence[Sequence[str]], classes: Mapping[str, str]) -> Design:
    """The design of texts given as their words."""
    words: dict[str, int] = {}
    rows = [[words.setdefault(word, len(words)) for word in dict.fromkeys(text)] for text in texts]
    has = _matrix(rows, None, len(words))
    idf, _ = inverse_frequencies(has)
    named = list(words)
    own, stems, class_of = _own(named, classes)
    pairs, joined = _joined(texts, words, idf, classes)
    return Design(has, joined, own, _spelt(named), _meanings(named), named, stems, class_of, pairs)


def _joined(
    texts: Sequence[Sequence[str]],
    words: Mapping[str, int],
    idf: npt.NDArray[np.float64],
    classes: Mapping[str, str],
) -> tuple[list[str], Any]:
    stems = {word: stem(word) for word in words}
    weights = idf.tolist()

    def found(text: Sequence[str]) -> list[tuple[str, float]]:
        stemmed = [stems[word] for word in text]
        return list(compounds(stemmed, classes, [weights[words[word]] for word in text]))

    # Made twice, for all compounds of many texts take more room than anything else.
    counts = Counter(key for text in texts for key, _ in found(text))
    fewest = 3 if len(texts) > PRUNED else 1
    kept = (key for key, count in counts.items() if count >= fewest)
    numbers = {key: number for number, key in enumerate(kept)}
    del counts
    rows, values = [], []
    for text in texts:
        pairs = found(text)
        size = math.sqrt(sum(weight * weight for _, weight in pairs)) or 1.0
        pairs = [(key, weight) for key, weight in pairs if key in numbers]
        rows.append(array("i", [numbers[key] for key, _ in pairs]))
        values.append(array("f", [weight / size for _, weight in pairs]))
    return list(numbers), _matrix(rows, values, len(numbers))


def _own(
    words: Sequence[str], classes: Mapping[str, str]
) -> tuple[Any, dict[str, int], dict[str, int]]:
    class_of = {name: number for number, name in enumerate(sorted(set(classes.values())))}
    stems: dict[str, int] = {}
    rows, values = [], []
    for word in words:
        name = stem(word)
        row, value = [stems.setdefault(name, len(class_of) + len(stems))], [STEMMED]
        if name in classes:
            row.append(class_of[classes[name]])
            value.append(CLASS)
        rows.append(row)
        values.append(value)
    return _matrix(rows, values, len(class_of) + len(stems)), stems, class_of


def _spelt(words: Sequence[str]) -> Any:
    """Pieces of spelling that two words share; what is one word's alone is the word itself."""
    pieces = [_pieces(word) for word in words]
    counts = Counter(piece for found in pieces for piece in found)
    numbers: dict[str, int] = {}
    rows: list[list[int]] = []
    values: list[list[float]] = []
    for found in pieces:
        kept = [piece for piece in found if counts[piece] > 2]
        rows.append([numbers.setdefault(piece, len(numbers)) for piece in kept])
        values.append([SPELLING / math.sqrt(len(found))] * len(kept))
    return _matrix(rows, values, len(numbers))


def _pieces(word: str) -> list[str]:
    marked = f"^{word[:40]}$"
    return list(
        dict.fromkeys(
            marked[start : start + size]
            for size in range(SHORTEST, LONGEST + 1)
            for start in range(len(marked) - size + 1)
        )
    )


def all_vectors() -> npt.NDArray[np.int8]:
    """The vectors of all words of the language that are known, DIMENSIONS numbers each."""
    return np.frombuffer(word_vectors().table, dtype=np.int8).reshape(-1, DIMENSIONS)


def _meanings(words: Sequence[str]) -> Floats:
    table = word_vectors()
    meanings = np.zeros((len(words), DIMENSIONS), dtype=np.float32)
    for number, word in enumerate(words):
        vector = table.find(stem(word))
        if vector is not None:
            meanings[number] = np.frombuffer(vector, dtype=np.int8)
    return meanings * np.float32(MEANING / UNIT)


def _matrix(
    rows: Sequence[Sequence[int]], values: Sequence[Sequence[float]] | None, width: int
) -> Any:
    starts = np.cumsum([0, *map(len, rows)], dtype=np.int32)
    numbers = np.fromiter((n for row in rows for n in row), dtype=np.int32, count=int(starts[-1]))
    data = (
        np.ones(len(numbers), dtype=np.float32)
        if values is None
        else np.fromiter((v for row in values for v in row), dtype=np.float32, count=len(numbers))
    )
    return sparse.csr_matrix((data, numbers, starts), shape=(len(rows), max(1, width)))
