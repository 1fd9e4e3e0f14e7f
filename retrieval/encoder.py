"""Texts to unit vectors with a sentence-transformers model, loaded when it is first needed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.progress import track

from data.errors import AisleError
from data.store import fingerprint
from data.threads import one_thread

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "all-MiniLM-L6-v2"
BATCH = 64
LONG_JOB = 512  # texts; from here on a bar shows how far it is
REMEMBERED_QUERIES = 4096


class Encoder:
    """A sentence-transformers model by name or by path; `device` None means CUDA where it is present, else the CPU.

    Importing the library takes seconds and reading the model another one, so both wait until the first use;
    `warm` starts them in the background. Safe to share between threads.
    """

    def __init__(self, name_or_path: str | Path = DEFAULT_MODEL, device: str | None = None) -> None:
        self.name = str(name_or_path)
        self.device = device
        self._loading = threading.Lock()
        self._model: SentenceTransformer | None = None
        self._remembered = lru_cache(REMEMBERED_QUERIES)(self._encode_one)

    @cached_property
    def identity(self) -> str:
        """Changes when the vectors would: a model's name, or the contents of the folder it lies in."""
        folder = Path(self.name)
        if not folder.is_dir():
            return self.name
        return fingerprint(*sorted(file for file in folder.rglob("*") if file.is_file()))

    @property
    def dimensions(self) -> int:
        dimensions = self.model.get_embedding_dimension()
        assert dimensions is not None
        return int(dimensions)

    @property
    def model(self) -> SentenceTransformer:
        """Raises AisleError where the model cannot be had."""
        with self._loading:
            if self._model is None:
                self._model = self._load()
            return self._model

    def warm(self) -> threading.Thread:
        """Load in the background; a failure is reported by the first use."""
        thread = threading.Thread(target=self._try_to_load, name="encoder", daemon=True)
        thread.start()
        return thread

    def encode(self, texts: list[str], *, progress: bool = False) -> np.ndarray:
        """float32 `[len(texts), dimensions]`, each row of length 1. Texts of like length share a batch."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        starts = range(0, len(texts), BATCH)
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        _ = self.model  # loaded before it is known what the processor is asked to do
        with _half_precision():
            for start in track(starts, "Encoding", disable=not progress or len(texts) < LONG_JOB, transient=True):
                places = order[start : start + BATCH]
                vectors[places] = self._encode([texts[place] for place in places])
        return vectors

    def encode_query(self, text: str) -> np.ndarray:
        """float32 `[dimensions]`; the latest few thousand are remembered."""
        return self._remembered(text)

    def knows(self, word: str) -> bool:
        """Whether the word is one piece of the model's vocabulary: then it is spelt right, whatever the shop sells."""
        return word in self._pieces or f"▁{word}" in self._pieces

    @cached_property
    def _pieces(self) -> frozenset[str]:
        return frozenset(self.model.tokenizer.get_vocab())

    def _encode_one(self, text: str) -> np.ndarray:
        with one_thread():
            return self._encode([text])[0]

    def _encode(self, texts: list[str]) -> np.ndarray:
        vectors = self.model.encode(
            texts, batch_size=BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def _load(self) -> SentenceTransformer:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415  takes seconds
        from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

        disable_progress_bar()
        try:
            return SentenceTransformer(str(self._source()), device=self.device)
        except (OSError, ValueError, RuntimeError) as error:
            raise AisleError(
                f"The encoder '{self.name}' cannot be loaded ({type(error).__name__}): set `encoder` in store.toml "
                f"to a sentence-transformers model that this machine can reach, or to '{DEFAULT_MODEL}'."
            ) from error

    def _source(self) -> str | Path:
        if self.name != DEFAULT_MODEL:
            return self.name
        from data.weights import fetch  # noqa: PLC0415

        return fetch(DEFAULT_MODEL)

    def _try_to_load(self) -> None:
        try:
            _ = self.model
        except Exception:
            self._model = None


@contextmanager
def _half_precision() -> Iterator[None]:
    """bfloat16 where the processor multiplies it itself: twice as fast, and the vectors' cosine to those of float32 is
    0.99998."""
    import torch  # noqa: PLC0415

    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
        yield
