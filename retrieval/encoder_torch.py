"""The encoder in sentence-transformers on PyTorch: for CUDA, and for what OpenVINO cannot convert."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.progress import track

from data.errors import AisleError
from data.threads import one_thread
from retrieval.encoder_source import DEFAULT_MODEL

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 64


class TorchEncoder:
    """A loaded model; `encode` and `encode_one` give float32 rows of length 1. Safe to share between threads."""

    def __init__(self, model: SentenceTransformer) -> None:
        self._model = model
        dimensions = model.get_embedding_dimension()
        assert dimensions is not None
        self.dimensions = int(dimensions)

    @property
    def label(self) -> str:
        return f"PyTorch on {self._model.device}"

    @property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(self._model.tokenizer.get_vocab())

    def encode(self, texts: list[str], *, progress: bool) -> np.ndarray:
        """float32 `[len(texts), dimensions]`. Texts of like length share a batch."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        with _half_precision():
            for start in track(range(0, len(texts), BATCH), "Encoding", disable=not progress, transient=True):
                places = order[start : start + BATCH]
                vectors[places] = self._encode([texts[place] for place in places])
        return vectors

    def encode_one(self, text: str) -> np.ndarray:
        """float32 `[dimensions]`."""
        with one_thread():
            return self._encode([text])[0]

    def _encode(self, texts: list[str]) -> np.ndarray:
        vectors = self._model.encode(
            texts, batch_size=BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)


def load(name: str, source: str | Path, device: str | None) -> SentenceTransformer:
    """The model of sentence-transformers, which takes seconds to import. Raises AisleError where it cannot be had."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    disable_progress_bar()
    try:
        return SentenceTransformer(str(source), device=device)
    except (OSError, ValueError, RuntimeError) as error:
        raise AisleError(
            f"The encoder '{name}' cannot be loaded ({type(error).__name__}): set `encoder` in store.toml "
            f"to a sentence-transformers model that this machine can reach, or to '{DEFAULT_MODEL}'."
        ) from error


@contextmanager
def _half_precision() -> Iterator[None]:
    """bfloat16 where the processor has tiles for it (AMX): twice as fast, and the vectors' cosine to those of float32
    is 0.99998. Without them its instructions are slower than those of float32."""
    import torch  # noqa: PLC0415

    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.cpu._is_amx_tile_supported()):
        yield
