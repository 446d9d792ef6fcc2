"""`Router`: from example phrases and their labels to a route for any text."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

from sourcebot.errors import RouterFileError
from sourcebot.once import made_once
from sourcebot.routing.calibration import Calibration, log_odds
from sourcebot.routing.examples import ExamplesError, KnownPhrases, checked
from sourcebot.routing.index import Index
from sourcebot.routing.repair import Repairer, one_slip_away
from sourcebot.routing.route import Explanation, Route
from sourcebot.routing.table import Pack, as_text, unpack
from sourcebot.routing.text import stem, words_of
from sourcebot.routing.vectors import word_vectors
from sourcebot.routing.weights import Weights

__all__ = ["ExamplesError", "Explanation", "Route", "Router"]

WORD_FOR_WORD = 0.99
"""The least confidence in the label of a phrase that is an example word for word."""
AHEAD = 6.0
"""How far its logit is put ahead of the others."""
CROWDED, MOST_SEARCHED = 60, 20_000
"""With so many phrases a label and no more phrases in all, the nearest ones help where a text is
unclear: with few, they know less than what all have taught; among more, the search takes long."""
NEARNESS, UNCLEAR, ALWAYS = 4.0, 0.9, 2.0
"""How much they then count; the confidence below which a text is unclear; the one of all texts."""
TOLD = 3
"""An explanation names so many examples; of words, twice as many."""


class Router:
    """A fuzzy-matching intent router: from example phrases to the intent of any text.

    labels: all labels, sorted; bar: the confidence below which a route's intent is None. It is
    read-only once made, and any number of threads may use it at once.
    """

    labels: tuple[str, ...]
    bar: float

    def __init__(
        self,
        labels: Sequence[str],
        texts: Sequence[str],
        targets: Sequence[int],
        weights: Weights,
        calibration: Calibration,
        known: KnownPhrases,
        *,
        nearness: tuple[float, float] = (0.0, 0.0),
        bar: float | None = None,
    ) -> None:
        """Use `from_examples` or `load`."""
        self.labels = tuple(labels)
        self.bar = calibration.bar if bar is None else bar
        self._texts = texts
        self._targets = targets
        self._weights = weights
        self._calibration = calibration
        self._known = known
        self._nearness = nearness

    @classmethod
    def from_examples(
        cls,
        examples: Iterable[tuple[str, str]],
        *,
        out_of_scope: Sequence[str] = (),
        synonyms: Mapping[str, Sequence[str]] | None = None,
        may_lose: float | None = None,
        as_written: bool = False,
        nearness: float | None = None,
    ) -> Router:
        """Learn from (phrase, label) pairs.

        out_of_scope: phrases that fit no label, where a team has some; synonyms: name of a set ->
        words that mean much the same; may_lose: the share (0..1) of questions in scope that one is
        willing to lose to "nothing fits", where the bar that the examples suggest is too high or
        too low; as_written: learn from the phrases alone, as often as they stand there; else the
        names of the labels count as phrases, too (`card_arrival` says something), and labels with
        few phrases as if they had more; nearness: how much the similarity of a label's nearest
        phrase adds to its logit, for phrases that were each written with care (it costs a search);
        if None, the nearest phrases are asked only where labels have many and the text is unclear.
        It takes from a tenth of a second to half a minute: in an event loop, use
        `asyncio.to_thread`. One router of a process is fitted at a time, and meanwhile its numpy
        sums on one thread. Raises ExamplesError where there is nothing to learn from.
        """
        from sourcebot.routing.fitting import learn

        texts, names, documents = checked(examples)
        strangers = [words for words in map(words_of, out_of_scope) if words]
        labels = sorted(set(names))
        number = {label: position for position, label in enumerate(labels)}
        targets = array("I", [number[name] for name in names])
        classes = {
            stem(word.casefold()): " ".join(name.split())
            for name, words in (synonyms or {}).items()
            for word in words
            if " " not in word
        }
        learnt = learn(labels, documents, targets, strangers, classes, as_written=as_written)
        crowded = CROWDED * len(labels) <= len(texts) <= MOST_SEARCHED
        lift = (NEARNESS, UNCLEAR) if crowded else (0.0, 0.0)
        known = KnownPhrases.of(
            [*documents, *strangers], [*targets, *[len(labels)] * len(strangers)]
        )
        router = cls(
            labels,
            texts,
            targets,
            learnt.weights,
            learnt.calibration,
            known,
            nearness=lift if nearness is None else (nearness, ALWAYS),
        )
        return router if may_lose is None else router.losing(may_lose)

    def losing(self, share: float) -> Router:
        """The same router with the bar under which this share of questions in scope is lost.

        share: 0..1, as left-out examples tell. Raises ValueError outside that range.
        """
        if not 0 <= share <= 1:
            raise ValueError(f"the share of questions to lose is {share}; give one from 0 to 1")
        from copy import copy

        moved = copy(self)
        moved.bar = self._calibration.bar_losing(share)
        return moved

    def route(self, text: str) -> Route:
        """Route one text. Never raises; a text of any size costs bounded time."""
        return self.route_words(text, self._repaired(words_of(text)))

    def route_many(self, texts: Iterable[str]) -> list[Route]:
        """Route texts in bulk; the same routes in the same order."""
        return [self.route(text) for text in texts]

    def route_words(self, text: str, words: Sequence[str]) -> Route:
        """Route a text whose words are known already (repaired and masked by the caller)."""
        scores = self._weights.scores(words)
        known = self._known.label(words)
        if not scores.kin and known is None:
            return Route(self, text, words, None, 0.0, ())
        logits = scores.logits
        if known is not None:
            logits = [*logits[:known], max(logits) + AHEAD, *logits[known + 1 :]]
        best, confidence = self._best(logits, scores.known)
        nearest = None
        nearness, below = self._nearness
        if nearness and confidence < below:
            nearest = self._index.nearest([stem(word) for word in words])
            logits = self._lifted(logits, nearest, nearness)
            best, confidence = self._best(logits, scores.known)
        inside = logits[: len(self.labels)]
        if best == known:
            confidence = max(confidence, WORD_FOR_WORD)
        intent = self.labels[best] if confidence >= self.bar else None
        route = Route(self, text, words, intent, confidence, inside)
        if nearest is not None:
            route.__dict__["similarity"] = nearest[0][0] if nearest else 0.0
        return route

    def _best(self, logits: Sequence[float], known: float) -> tuple[int, float]:
        """The best label's number, and how likely it is right."""
        inside = logits[: len(self.labels)]
        best = inside.index(max(inside))
        return best, self._calibration.confidence(log_odds(logits, best), known)

    def _lifted(
        self, logits: Sequence[float], nearest: Sequence[tuple[float, int]], nearness: float
    ) -> Sequence[float]:
        """The logits, each raised by the similarity of its label's nearest example."""
        lifted = list(logits)
        seen = set()
        for similarity, number in nearest:
            label = self._targets[number]
            if label not in seen:
                seen.add(label)
                lifted[label] += nearness * similarity
        return lifted

    def nearest(
        self, stems: Sequence[str], label: str | None = None
    ) -> list[tuple[int, str, float]]:
        """The examples most like a text's stems: (number, text, similarity 0..1), best first."""
        if label is not None and label not in self.labels:
            return []
        wanted = None if label is None else self.labels.index(label)
        found = self._index.nearest(stems, wanted)
        return [(number, self._texts[number], similarity) for similarity, number in found]

    def similarities(self, text: str) -> dict[str, float]:
        """How near each label's nearest example is, 0..1, best first, without those far off."""
        found: dict[str, float] = {}
        stems = [stem(word) for word in self._repaired(words_of(text))]
        for number, _, similarity in self.nearest(stems):
            found.setdefault(self.labels[self._targets[number]], similarity)
        return found

    def explain(self, words: Sequence[str], label: str, confidence: float) -> Explanation:
        """What spoke for a label: its examples most like the text, and the text's own words."""
        examples = self.nearest([stem(word) for word in words], label)[:TOLD]
        amounts = self._weights.contributions(words, self.labels.index(label))
        spoke = sorted(
            (word for word, amount in amounts.items() if amount > 0),
            key=lambda word: (-amounts[word], word),
        )
        return Explanation(
            label,
            confidence,
            tuple((text, round(similarity, 3)) for _, text, similarity in examples),
            tuple(spoke[: 2 * TOLD]),
        )

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

    def dump(self, *, with_index: bool = False, pack: Pack = as_text) -> dict[str, Any]:
        """The router as JSON-able data.

        with_index: with the index of the examples, which is else made again when first needed;
        pack: what becomes of arrays of numbers. `resume` takes them as text or as bytes.
        """
        calibration = self._calibration
        data = {
            "labels": list(self.labels),
            "texts": list(self._texts),
            "targets": pack(self._targets),
            "weights": self._weights.dump(pack),
            "calibration": [
                list(calibration.curve),
                calibration.bar,
                list(calibration.losses),
                self.bar,
            ],
            "known": self._known.dump(pack),
            "nearness": list(self._nearness),
        }
        return {**data, "index": self._index.dump(pack)} if with_index else data

    @classmethod
    def resume(cls, data: Mapping[str, Any]) -> Router:
        """The router that `dump` described. Raises KeyError and the like on damaged data."""
        (bias, odds, known), own_bar, losses, bar = data["calibration"]
        nearness, below = map(float, data["nearness"])
        calibration = Calibration((bias, odds, known), own_bar, tuple(losses))
        weights = Weights.resume(data["weights"])
        targets = unpack("I", data["targets"])
        labels = data["labels"]
        fits = (
            len(data["texts"]) == len(targets)
            and max(targets, default=-1) < len(labels) <= weights.width
        )
        if not fits:
            raise ValueError("the router's parts do not fit together")
        phrases = KnownPhrases.resume(data["known"])
        if max(phrases.labels, default=-1) >= weights.width:
            raise ValueError("a known phrase has no label")
        router = cls(
            labels, data["texts"], targets, weights, calibration, phrases,
            nearness=(nearness, below), bar=bar,
        )  # fmt: skip
        if "index" in data:
            router.__dict__["_index"] = Index.resume(data["index"], targets, weights.classes)
        return router

    @made_once
    def _index(self) -> Index:
        stems = [[stem(word) for word in words_of(text)] for text in self._texts]
        return Index.build(stems, self._targets, self._weights.classes)

    @cached_property
    def _repairer(self) -> Repairer:
        """Repairs against the words of the examples; the commoner ones first."""
        weights = self._weights
        common = {
            word: round(1e6 / math.exp(weights.idf[row]))
            for word, row in weights.rows.items()
            if weights.idf[row]
        }
        vectors = word_vectors()
        return Repairer(common, lambda word: stem(word) in vectors)

    def _repaired(self, words: Sequence[str]) -> list[str]:
        rows = self._weights.rows
        return [word if word in rows else self._meant(word) for word in words]

    def _meant(self, word: str) -> str:
        """The word of the examples, or else of the language, that an unknown one stands for."""
        return self._repairer.repair(word) or one_slip_away(word) or word
