"""Items alike by who bought them (Sarwar et al. 2001), weighted by cosine, TF-IDF or BM25, the k nearest of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from scipy import sparse

from recommenders.histories import Histories
from recommenders.models.item_to_item import ItemToItem, nearest, no_weights, weights_of
from recommenders.recommender import Progress, Settings, silent


@dataclass(frozen=True)
class ItemKNNSettings(Settings):
    """`neighbours`: items kept of each. `weighting`: what an event counts when items are compared. `shrink`: added to
    the product of two items' lengths, so that pairs few shoppers share count less.

    `k1`, `b`: saturation of repeats and correction for shoppers with long histories, for BM25.
    `half_life`: days after which an event counts half; `window`: days of history that are learnt from.
    """

    neighbours: int = 100
    weighting: Literal["cosine", "tfidf", "bm25"] = "bm25"
    shrink: float = 10.0
    k1: float = 1.2
    b: float = 0.75
    half_life: float | None = None
    window: float | None = 180.0


class ItemKNN(ItemToItem):
    """The sum of an item's similarities to what a shopper has."""

    name = "item_knn"
    settings: ItemKNNSettings
    settings_type = ItemKNNSettings

    def fit(self, past: Histories, validation: Histories | None = None, progress: Progress = silent) -> Self:
        chosen = self.settings
        if chosen.neighbours < 1 or chosen.weighting not in WEIGHTINGS:
            raise ValueError(f"neighbours must be at least 1 and weighting one of {', '.join(WEIGHTINGS)}")
        matrix = past.matrix(chosen.half_life, chosen.window)
        if not matrix.nnz:
            self.weights = no_weights()
            return self
        weighted = WEIGHTINGS[chosen.weighting](matrix, chosen)
        norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(0)).ravel())
        k = min(chosen.neighbours, past.n_items)
        indices, values = np.empty((past.n_items, k), np.int32), np.empty((past.n_items, k), np.float32)
        for items, similarity, index in nearest(weighted, k, norms, chosen.shrink):
            indices[items], values[items] = index.cpu().numpy(), similarity.cpu().numpy()
            progress("neighbours", (items[-1] + 1) / past.n_items)
        self.weights = weights_of(indices, values)
        return self

    def inputs(self, histories: Histories) -> sparse.csr_matrix:
        return histories.matrix(self.settings.half_life, binary=self.settings.half_life is None)


def _cosine(matrix: sparse.csr_matrix, _settings: ItemKNNSettings) -> sparse.csr_matrix:
    """1 for whatever a shopper has."""
    return sparse.csr_matrix((np.ones_like(matrix.data), matrix.indices, matrix.indptr), matrix.shape)


def _tfidf(matrix: sparse.csr_matrix, _settings: ItemKNNSettings) -> sparse.csr_matrix:
    """√count, times how rare the shopper is among an item's: who buys everything says little about two items."""
    rarity = np.log(matrix.shape[1] / np.maximum(np.diff(matrix.indptr), 1)) + 1
    data = np.sqrt(matrix.data) * np.repeat(rarity, np.diff(matrix.indptr))
    return sparse.csr_matrix((data.astype(np.float32), matrix.indices, matrix.indptr), matrix.shape)


def _bm25(matrix: sparse.csr_matrix, settings: ItemKNNSettings) -> sparse.csr_matrix:
    """The shopper as a term of the item's document (Robertson and Zaragoza 2009): counts saturate, rare shoppers weigh
    more, and an item that many have is a long document."""
    n_users, n_items = matrix.shape
    sizes = np.diff(matrix.indptr)
    rarity = np.log1p((n_items - sizes + 0.5) / (sizes + 0.5))
    length = np.asarray(matrix.sum(0)).ravel()
    ratio = 1 - settings.b + settings.b * length / max(length.mean(), 1e-9)
    saturated = matrix.data * (settings.k1 + 1) / (matrix.data + settings.k1 * ratio[matrix.indices])
    data = saturated * np.repeat(rarity, sizes)
    return sparse.csr_matrix((data.astype(np.float32), matrix.indices, matrix.indptr), (n_users, n_items))


WEIGHTINGS = {"cosine": _cosine, "tfidf": _tfidf, "bm25": _bm25}
