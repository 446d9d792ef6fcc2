"""`Router`: from example phrases and their labels to a route for any text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

from msgspec import Struct

from sourcebot.errors import RouterFileError, SourcebotError
from sourcebot.routing.calibration import Calibration, calibrate, combine, margin_of, sample
from sourcebot.routing.features import features
from sourcebot.routing.index import Example, Index
from sourcebot.routing.repair import Repairer, count_words
from sourcebot.routing.text import clean, stem, tokenise


class ExamplesError(SourcebotError, ValueError):
    """Examples that no router can be made from."""


class Explanation(Struct, frozen=True):
    """Why a label was ranked: its nearest examples with their similarity, and the shared words."""

    intent: str
    confidence: float
    examples: tuple[tuple[str, float], ...]
    words: tuple[str, ...]


class Route(Struct, frozen=True, eq=False):
    """Where a text leads.

    intent: the best label, or None where nothing fits; confidence: how likely the best label is
    right, 0..1; ranking: (label, confidence) best first, filled also where intent is None;
    similarity: how near the nearest example is, 0..1.
    """

    text: str
    intent: str | None
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    similarity: float
    _router: Router

    def __eq__(self, other: object) -> bool:
        """Two routes are equal that say the same, whichever router said it."""
        return isinstance(other, Route) and self._said() == other._said()

    def __hash__(self) -> int:
        """The hash of what the route says."""
        return hash(self._said())

    def __repr__(self) -> str:
        """What the route says, without its router."""
        return f"Route(text={self.text!r}, intent={self.intent!r}, confidence={self.confidence})"

    def _said(self) -> tuple[object, ...]:
        return self.text, self.intent, self.confidence, self.ranking, self.similarity

    def explain(self) -> tuple[Explanation, ...]:
        """Which examples and which words spoke for the first and the second label."""
        return self._router._explain(self)


class Router:
    """A fuzzy-matching intent router. Safe to share between threads once made."""

    def __init__(self, index: Index, calibration: Calibration) -> None:
        """Use `from_examples` or `load`."""
        self._index = index
        self._calibration = calibration

    @classmethod
    def from_examples(
        cls,
        examples: Iterable[tuple[str, str]],
        *,
        out_of_scope: Sequence[str] = (),
        synonyms: Mapping[str, Sequence[str]] | None = None,
    ) -> Router:
        """Learn from (phrase, label) pairs.

        out_of_scope: phrases that fit no label, where a team has some; synonyms: name of a set ->
        words that mean much the same. Raises ExamplesError where there is nothing to learn from.
        """
        pairs = _checked(examples)
        labels = tuple(sorted({label for _, label in pairs}))
        number = {label: position for position, label in enumerate(labels)}
        classes = {
            stem(word.casefold()): name
            for name, words in (synonyms or {}).items()
            for word in words
            if " " not in word
        }
        found = tuple(Example(text, _stems(text), number[label]) for text, label in pairs)
        index = Index.build(labels, found, classes, sample(len(found)))
        return cls(index, calibrate(index, found, [_stems(text) for text in out_of_scope]))

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels, sorted."""
        return self._index.labels

    @property
    def bar(self) -> float:
        """The confidence below which a route's intent is None."""
        return self._calibration.bar

    def route(self, text: str) -> Route:
        """Route one text. Never raises; a text of any size costs bounded time."""
        return self.route_stems(text, [stem(word) for word in self._repaired_words(text)])

    def route_many(self, texts: Iterable[str]) -> list[Route]:
        """Route texts in bulk; the same routes in the same order."""
        return [self.route(text) for text in texts]

    def route_stems(self, text: str, stems: Sequence[str]) -> Route:
        """Route a text whose stems are known already (repaired and masked by the caller)."""
        vector = self._index.vector(stems)
        examples = self._index.nearest(stems, vector=vector)
        nearest = self._index.by_label(examples)
        ranked = combine(nearest, self._index.linear(stems, vector), self._calibration.trust)
        if not ranked:
            everything = tuple((label, 0.0) for label in self.labels) if text.strip() else ()
            return Route(text, None, 0.0, everything, 0.0, self)
        best = self._calibration.confidence(ranked[0][0], margin_of(ranked))
        ranking = [(self.labels[ranked[0][1]], round(best, 4))]
        for score, label in ranked[1:]:
            chance = min(best, self._calibration.confidence(score, score - ranked[0][0]))
            ranking.append((self.labels[label], round(chance, 4)))
        intent = ranking[0][0] if best >= self._calibration.bar else None
        return Route(text, intent, ranking[0][1], tuple(ranking), examples[0][0], self)

    def similarities(self, text: str) -> dict[str, float]:
        """How near each label's nearest example is, 0..1, best first, without those far off."""
        stems = [stem(word) for word in self._repaired_words(text)]
        found: dict[str, float] = {}
        for similarity, number in self._index.nearest(stems):
            found.setdefault(self.labels[self._index.targets[number]], similarity)
        return found

    def nearest_example(self, stems: Sequence[str], label: str) -> tuple[int, str, float] | None:
        """The most similar example of a label: its number, its text and its similarity, or None."""
        for similarity, number in self._index.nearest(stems):
            if self.labels[self._index.targets[number]] == label:
                return number, self._index.texts[number], similarity
        return None

    def save(self, path: str | PathLike[str]) -> None:
        """Write the router to a file (JSON, versioned, atomically). Raises OSError."""
        from sourcebot.routing.storage import write_router

        write_router(Path(path), self.dump())

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Router:
        """Read a saved router. Raises OSError, or RouterFileError for a file that is not one."""
        from sourcebot.routing.storage import read_router

        data = read_router(Path(path))
        try:
            return cls.resume(data)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise RouterFileError(
                f"{path}: the file does not hold a router; save it again"
            ) from error

    def dump(self) -> dict[str, Any]:
        """The router as JSON-able data."""
        calibration = self._calibration
        learnt = [calibration.trust, list(calibration.curve), calibration.bar]
        return {**self._index.dump(), "calibration": learnt}

    @classmethod
    def resume(cls, data: Mapping[str, Any]) -> Router:
        """The router that `dump` described. Raises KeyError and the like on damaged data."""
        trust, curve, bar = data["calibration"]
        return cls(Index.resume(data), Calibration(trust, (curve[0], curve[1], curve[2]), bar))

    @cached_property
    def _repairer(self) -> Repairer:
        return Repairer(count_words(map(_raw_words, self._index.texts)))

    def _repaired_words(self, text: str) -> list[str]:
        return [self._repairer.repair(word) or word for word in _raw_words(text)]

    def _explain(self, route: Route) -> tuple[Explanation, ...]:
        words = {stem(word): word for word in self._repaired_words(route.text)}
        stems = tuple(stem(word) for word in self._repaired_words(route.text))
        mine = set(features(stems, self._index.classes))
        nearest = self._index.nearest(stems)
        found = []
        for intent, confidence in route.ranking[:2]:
            own = [
                (number, similarity)
                for similarity, number in nearest
                if self.labels[self._index.targets[number]] == intent
            ][:3]
            folded = {word for number, _ in own for word in self._index.folded[number].split()}
            shared = {word for word in folded if word in mine or f"<{word}>" in mine}
            found.append(
                Explanation(
                    intent,
                    confidence,
                    tuple((self._index.texts[n], round(similarity, 3)) for n, similarity in own),
                    tuple(
                        words.get(word, word)
                        for word in sorted(
                            shared, key=lambda word: (-self._index.idf.get(word, 0), word)
                        )
                    ),
                )
            )
        return tuple(found)


def _raw_words(text: str) -> list[str]:
    return [token.word for token in tokenise(clean(text))]


def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in _raw_words(text))


def _checked(examples: Iterable[Any]) -> list[tuple[str, str]]:
    pairs: dict[tuple[str, str], None] = {}
    for position, pair in enumerate(examples, start=1):
        # Whoever reads examples from a file may hand over anything.
        parts: tuple[object, ...] = tuple(pair) if isinstance(pair, (tuple, list)) else ()
        if len(parts) != 2 or not all(isinstance(part, str) for part in parts):
            raise ExamplesError(
                f"example {position}: phrase and label must be text; got {pair!r:.80}"
            )
        text, label = pair
        if not label.strip():
            raise ExamplesError(f"example {position}: the label of `{text[:40]}` is empty")
        if _raw_words(text):
            pairs[(text, label)] = None
    if not pairs:
        raise ExamplesError("no examples; give at least one (phrase, label) pair")
    return list(pairs)
