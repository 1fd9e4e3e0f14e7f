"""Short phrases in sixteen languages as unit vectors: what is called the same lies near, whatever the language.

The multilingual Universal Sentence Encoder (Yang et al., "Multilingual Universal Sentence Encoder for Semantic
Retrieval", 2020), version 3, with a table of embeddings in eight bits: the mean of the tokens and of three
convolutions over them, then a small network. Arabic, Chinese, Dutch, English, French, German, Italian, Japanese,
Korean, Polish, Portuguese, Russian, Spanish, Thai, Turkish.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import sentencepiece

from data.weights import fetch

MODEL: Final = "universal-sentence-encoder-multilingual-3"
TABLES: Final = 17  # over which the embeddings are dealt out, each with a scale of its own
ORDERS: Final = ((2, 0), (3, 1), (5, 2))  # tokens that a convolution sees, and how many of them lie before
REMEMBERED: Final = 4096
AT_ONCE: Final = 256  # phrases of one length


class PhraseEncoder:
    """Loaded when it is first needed, and safe to share between threads."""

    dimensions: Final = 512

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._remembered = lru_cache(REMEMBERED)(self._encode_one)

    def encode(self, phrases: list[str]) -> np.ndarray:
        """float32 `[len(phrases), 512]`, rows of length 1.

        :raises AisleError: where the model cannot be had.
        """
        with self._lock:
            weights = self._weights
        vectors = np.empty((len(phrases), self.dimensions), dtype=np.float32)
        by_length = defaultdict[int, list[tuple[int, np.ndarray]]](list)
        for row, phrase in enumerate(phrases):
            ids = weights.tokens(phrase)
            by_length[len(ids)].append((row, ids))
        for group in by_length.values():
            for start in range(0, len(group), AT_ONCE):
                batch = group[start : start + AT_ONCE]
                vectors[[row for row, _ in batch]] = weights.vectors(np.stack([ids for _, ids in batch]))
        return vectors

    def encode_phrase(self, phrase: str) -> np.ndarray:
        """float32 `[512]`; the latest few thousand are remembered."""
        return self._remembered(phrase)

    def _encode_one(self, phrase: str) -> np.ndarray:
        vector: np.ndarray = self.encode([phrase])[0]
        return vector

    @cached_property
    def _weights(self) -> _Weights:
        return _Weights(self._folder or fetch(MODEL))


class _Weights:
    def __init__(self, folder: Path) -> None:
        self._pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "sp.model"))
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            dealt = [arrays[f"q{place + 1}"] for place in range(TABLES)]
            self._of = {name: arrays[name] for name in arrays.files if not name.startswith("q")}
        self._rows = np.empty((TABLES * len(dealt[0]), dealt[0].shape[1]), dtype=np.uint8)
        for place, rows in enumerate(dealt):
            self._rows[place::TABLES] = rows
        self._epsilon = float(self._of["eps"])

    def tokens(self, phrase: str) -> np.ndarray:
        return np.array(self._pieces.encode(phrase, add_bos=True, add_eos=True), dtype=np.int64)

    def vectors(self, ids: np.ndarray) -> np.ndarray:
        """float32 `[phrases, 512]` of the tokens `ids` `[phrases, length]`."""
        of = self._of
        table = ids % TABLES
        embedded = self._rows[ids] * of["scale"][table][..., None] + of["lo"][table][..., None]
        convolved = (self._convolved(embedded, size, before) for size, before in ORDERS)
        features = self._normed(np.concatenate([embedded, *convolved], axis=-1), of["ln_g"], of["ln_b"])
        length = ids.shape[1]
        mean = (features.sum(axis=1) @ of["cnn_W"] + length * of["cnn_b"]) / np.sqrt(length)
        first = np.maximum(mean @ of["d0"], 0)
        second = np.maximum(mean @ of["p1"] + first @ of["d1"], 0)
        vectors = np.tanh(second @ of["p3"] + np.maximum(second @ of["d2"], 0) @ of["d3"])
        unit: np.ndarray = vectors / np.sqrt(np.maximum((vectors**2).sum(axis=1, keepdims=True), self._epsilon))
        return unit

    def _convolved(self, embedded: np.ndarray, size: int, before: int) -> np.ndarray:
        of = self._of
        x = self._normed(embedded @ of[f"proj{size}"] + of[f"proj_b{size}"], of[f"ln_g{size}"], of[f"ln_b{size}"])
        length = x.shape[1]
        for name in ("1", "2"):
            padded = np.pad(x, ((0, 0), (before, size - 1 - before), (0, 0)))
            windows = np.concatenate([padded[:, place : place + length] for place in range(size)], axis=-1)
            x = np.maximum(windows @ of[f"w{name}_{size}"] + of[f"b{name}_{size}"], 0) + x
        return x

    def _normed(self, x: np.ndarray, gain: np.ndarray, bias: np.ndarray) -> np.ndarray:
        centred = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + self._epsilon)
        normed: np.ndarray = centred / spread * gain + bias
        return normed
