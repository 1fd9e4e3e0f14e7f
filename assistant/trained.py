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
    """Opened when they are first asked for: the libraries alone take seconds, and most messages need no recommender."""

    def __init__(self, store: Store, search: HybridSearch) -> None:
        self._store, self._search = store, search
        self._card = store.models_folder / CARD
        self._lock = threading.Lock()
        self._written, self._checked = 0, 0.0
        self._recommender: ShopRecommender | None = None

    def current(self) -> ShopRecommender:
        """The one trained last. Whoever asks while another thread opens it is served by the one before."""
        known = self._recommender
        if known is not None and time.monotonic() - self._checked < CHECK_S:
            return known
        if self._lock.acquire(blocking=known is None):
            try:
                written = self._mtime()
                if self._recommender is None or written != self._written:
                    self._recommender, self._written = self._opened(), written
                self._checked = time.monotonic()
                return self._recommender
            finally:
                self._lock.release()
        assert known is not None
        return known

    def _opened(self) -> ShopRecommender:
        from recommenders.service import ShopRecommender  # noqa: PLC0415  (takes seconds, which not every command needs)

        return ShopRecommender.open(self._store, self._search.catalogue, product_vectors(self._search))

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
