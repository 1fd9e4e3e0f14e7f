"""The first hits read again by a cross-encoder, which sees query and product together: slower and more exact."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from data.errors import AisleError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

RERANKED = 50  # hits that are read again


class Reranker:
    """A sentence-transformers cross-encoder by name or path, loaded at its first use."""

    def __init__(self, name: str) -> None:
        self.name = name

    def scores(self, query: str, texts: list[str]) -> np.ndarray:
        """float32 `[len(texts)]`, 0 to 1. Raises AisleError where the model cannot be had."""
        from torch.nn import Sigmoid  # noqa: PLC0415

        pairs = [(query, text) for text in texts]
        return np.asarray(self._model.predict(pairs, activation_fn=Sigmoid(), show_progress_bar=False))

    @cached_property
    def _model(self) -> CrossEncoder:
        from sentence_transformers import CrossEncoder  # noqa: PLC0415  takes seconds

        try:
            return CrossEncoder(self.name)
        except (OSError, ValueError, RuntimeError) as error:
            raise AisleError(
                f"The reranker '{self.name}' cannot be loaded ({type(error).__name__}): set `reranker` in store.toml "
                'to a cross-encoder that this machine can reach, or to "" to do without.'
            ) from error
