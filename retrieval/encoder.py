"""Texts to unit vectors with a sentence-transformers model, loaded when it is first needed."""

from __future__ import annotations

import threading
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import structlog

from data.cuda import has_cuda
from retrieval import encoder_source

DEFAULT_MODEL = encoder_source.DEFAULT_MODEL
LONG_JOB = 512  # texts; from here on a bar shows how far it is
REMEMBERED_QUERIES = 4096

log = structlog.get_logger()


class LoadedModel(Protocol):
    """What runs the model: `OpenVinoEncoder` or `TorchEncoder`. Vectors are float32 and of length 1."""

    dimensions: int

    @property
    def label(self) -> str: ...

    @property
    def vocabulary(self) -> frozenset[str]: ...

    def encode(self, texts: list[str], *, progress: bool) -> np.ndarray: ...

    def encode_one(self, text: str) -> np.ndarray: ...


class Encoder:
    """A sentence-transformers model by name or by path.

    `device` None means PyTorch on CUDA where it is present, else OpenVINO on the CPU, and PyTorch there for a model
    that OpenVINO cannot convert; any other is PyTorch's name of a device. Loading waits until the first use, and
    `warm` starts it in the background. Safe to share between threads.
    """

    def __init__(self, name_or_path: str | Path = DEFAULT_MODEL, device: str | None = None) -> None:
        self.name = str(name_or_path)
        self.device = device
        self._loading = threading.Lock()
        self._model: LoadedModel | None = None
        self._remembered = lru_cache(REMEMBERED_QUERIES)(self._encode_one)

    @cached_property
    def identity(self) -> str:
        """Changes when the vectors would, that is, with the weights. What runs the model is no part of it: the cosine
        between their vectors is above 0.99, and an index made with the one can be searched with the other.

        A model of the hub that is not here yet is fetched, and AisleError raised where that cannot be.
        """
        known = encoder_source.identity(self.name)
        if known is None:
            _ = self.model
            known = encoder_source.identity(self.name)
        return known or self.name

    @property
    def dimensions(self) -> int:
        return self.model.dimensions

    @property
    def model(self) -> LoadedModel:
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
        """float32 `[len(texts), dimensions]`, each row of length 1."""
        return self.model.encode(texts, progress=progress and len(texts) >= LONG_JOB)

    def encode_query(self, text: str) -> np.ndarray:
        """float32 `[dimensions]`; the latest few thousand are remembered."""
        return self._remembered(text)

    def knows(self, word: str) -> bool:
        """Whether the word is one piece of the model's vocabulary: then it is spelt right, whatever the shop sells."""
        return word in self._pieces or f"▁{word}" in self._pieces

    @cached_property
    def _pieces(self) -> frozenset[str]:
        return self.model.vocabulary

    def _encode_one(self, text: str) -> np.ndarray:
        return self.model.encode_one(text)

    def _load(self) -> LoadedModel:
        if self.device is None and not has_cuda() and (converted := self._in_openvino()):
            return converted
        from retrieval.encoder_torch import TorchEncoder, load  # noqa: PLC0415

        return TorchEncoder(load(self.name, encoder_source.source(self.name), self.device))

    def _in_openvino(self) -> LoadedModel | None:
        """None where it cannot convert the model."""
        from retrieval import encoder_conversion  # noqa: PLC0415  (a quarter of a second, and not before it is used)
        from retrieval.encoder_torch import load  # noqa: PLC0415

        source = encoder_source.source(self.name)
        identity = encoder_source.identity(self.name)
        if identity is None:  # of the hub, and not here yet
            load(self.name, source, "cpu")
            identity = encoder_source.identity(self.name)
        if identity is None:
            return None
        try:
            return encoder_conversion.opened(identity, lambda: load(self.name, source, "cpu"))
        except encoder_conversion.NotConvertibleError as reason:
            log.info("the encoder runs in PyTorch", model=self.name, reason=str(reason))
            return None

    def _try_to_load(self) -> None:
        try:
            _ = self.model
        except Exception:
            self._model = None
