"""The store's recommender, opened anew when its models have been trained anew."""

from __future__ import annotations

import threading
import time

import numpy as np

from data.store import Store
from recommenders.service import ShopRecommender
from retrieval.hybrid import HybridSearch
from retrieval.vectors import FaissIndex

CHECK_S = 3.0  # seconds between two looks at the card


class TrainedModels:
    def __init__(self, store: Store, search: HybridSearch) -> None:
        self._parts = (store, search.catalogue, product_vectors(search))
        self._card = store.models_folder / "card.json"
        self._lock = threading.Lock()
        self._written, self._checked = self._mtime(), time.monotonic()
        self._recommender = ShopRecommender.open(*self._parts)

    def current(self) -> ShopRecommender:
        """The one trained last. Whoever asks while another thread opens it is served by the one before."""
        if time.monotonic() - self._checked >= CHECK_S and self._lock.acquire(blocking=False):
            try:
                self._checked = time.monotonic()
                if (written := self._mtime()) != self._written:
                    self._recommender = ShopRecommender.open(*self._parts)
                    self._written = written
            finally:
                self._lock.release()
        return self._recommender

    def _mtime(self) -> int:
        try:
            return self._card.stat().st_mtime_ns
        except OSError:
            return 0


def product_vectors(search: HybridSearch) -> np.ndarray:
    """float32 (n, d) of the catalogue's rows, unit length, as the search index has them."""
    if isinstance(search.dense, FaissIndex):
        return search.dense.vectors
    return np.stack([search.dense.vector(row) for row in range(len(search.catalogue))])
