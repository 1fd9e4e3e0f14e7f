"""The store's recommender, opened anew when its models have been trained anew."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import numpy as np

from data.store import Store
from retrieval.hybrid import HybridSearch

if TYPE_CHECKING:
    from recommenders.service import ShopRecommender

CARD = "card.json"
CHECK_S = 3.0  # seconds between two looks at the card


class TrainedModels:
    def __init__(self, store: Store, search: HybridSearch) -> None:
        self._parts = (store, search.catalogue, product_vectors(search))
        self._card = store.models_folder / CARD
        self._lock = threading.Lock()
        self._written, self._checked = self._mtime(), time.monotonic()
        self._recommender = self._opened()

    def current(self) -> ShopRecommender:
        """The one trained last. Whoever asks while another thread opens it is served by the one before."""
        if time.monotonic() - self._checked >= CHECK_S and self._lock.acquire(blocking=False):
            try:
                self._checked = time.monotonic()
                if (written := self._mtime()) != self._written:
                    self._recommender = self._opened()
                    self._written = written
            finally:
                self._lock.release()
        return self._recommender

    def _opened(self) -> ShopRecommender:
        from recommenders.service import ShopRecommender  # noqa: PLC0415  (takes seconds, which not every command needs)

        return ShopRecommender.open(*self._parts)

    def _mtime(self) -> int:
        try:
            return self._card.stat().st_mtime_ns
        except OSError:
            return 0


def is_trained(store: Store) -> bool:
    """A quick look that reads no file: whether there are models, and younger than what they were trained on. A store
    without interactions needs none."""
    card, sources = store.models_folder / CARD, (store.products_file, store.interactions_file)
    if not store.interactions_file.exists():
        return True
    return card.exists() and card.stat().st_mtime >= max(source.stat().st_mtime for source in sources)


def product_vectors(search: HybridSearch) -> np.ndarray:
    """float32 (n, d) of the catalogue's rows, unit length, as the search index has them."""
    return search.dense.vectors()
