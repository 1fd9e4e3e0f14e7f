"""What goes with what: items that share baskets more often than chance, which look-alikes do not.

How many more of an item's baskets hold the partner than chance would have it, times the logarithm of the lift, as in
the J-measure (Smyth and Goodman 1992, "An Information Theoretic Approach to Rule Induction"); what Dunning's likelihood
ratio (1993, "Accurate Methods for the Statistics of Surprise and Coincidence") cannot tell from chance is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from scipy import sparse

from recommenders.histories import Histories
from recommenders.interactions import CART, PURCHASE
from recommenders.recommender import Progress, Recommender, Settings, silent

BLOCK_CELLS: Final = 1 << 22
HOURS: Final = 24


@dataclass(frozen=True)
class ComplementsSettings(Settings):
    """`gap_hours`: a purchase that long after the one before starts another basket. `least_surprise`: the likelihood
    ratio that a pair needs, 3.84 for one chance in twenty. `shrink`: baskets' worth of doubt in a pair.
    `most_items`: larger baskets are left out, they say little about any pair; so are baskets of one item.
    `kept`: items kept of each.
    """

    gap_hours: float = 3.0
    least_surprise: float = 3.84
    shrink: float = 3.0
    most_items: int = 200
    kept: int = 100


@dataclass(frozen=True)
class GoesWith:
    """Best first. indices: int64 (m,); scores: float32 (m,); support: int64 (m,), baskets in which they were together
    with one of the items asked for."""

    indices: np.ndarray
    scores: np.ndarray
    support: np.ndarray


class Complements(Recommender):
    """`association` and `together`: CSR (n_items, n_items) of one pattern: row i holds what goes with item i, by how
    much beyond chance, and in how many baskets."""

    name = "complements"

    def __init__(self, settings: ComplementsSettings | None = None) -> None:
        self.settings: ComplementsSettings = settings or ComplementsSettings()
        self.association = sparse.csr_matrix((0, 0), dtype=np.float32)
        self.together = sparse.csr_matrix((0, 0), dtype=np.float32)

    def fit(self, past: Histories, validation: Histories | None = None, progress: Progress = silent) -> Self:
        chosen = self.settings
        if not chosen.gap_hours > 0 or chosen.shrink < 0 or chosen.kept < 1:
            raise ValueError("gap_hours must be above 0, shrink at least 0 and kept at least 1")
        baskets = _baskets(past, chosen.gap_hours)[0]
        sizes = np.diff(baskets.indptr)
        baskets = baskets[(sizes > 1) & (sizes <= chosen.most_items)] if baskets.shape[0] else baskets
        step = max(1, BLOCK_CELLS // max(past.n_items, 1))
        pairs = []
        for start in range(0, past.n_items if baskets.shape[0] else 0, step):
            pairs.append(_associated(baskets, np.arange(start, min(start + step, past.n_items)), chosen))
            progress("complements", min(start + step, past.n_items) / past.n_items)
        n = past.n_items
        if not pairs:
            self.association = self.together = sparse.csr_matrix((n, n), dtype=np.float32)
            return self
        row, item, score, count = (np.concatenate(part) for part in zip(*pairs, strict=True))
        self.association = sparse.csr_matrix((score.astype(np.float32), (row, item)), (n, n))
        self.together = sparse.csr_matrix((count.astype(np.float32), (row, item)), (n, n))
        return self

    def goes_with(self, items: Sequence[int], k: int, kinds: np.ndarray | None = None) -> GoesWith:
        """The at most k items that go best with `items` taken together, these and what is unrelated left out.

        kinds: int (n_items,), a code of each item's category; items of the same kind as one of `items` are substitutes
        and are left out, where given.
        """
        asked = np.asarray(items, np.int64)
        if not len(asked) or not self.association.shape[0]:
            return GoesWith(np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.int64))
        scores = np.asarray(self.association[asked].sum(0)).ravel()
        scores[asked] = 0
        if kinds is not None:
            scores[np.isin(kinds, kinds[asked])] = 0
        found = np.flatnonzero(scores > 0)
        found = found[np.argsort(-scores[found], kind="stable")][:k]
        support = np.asarray(self.together[asked][:, found].sum(0)).ravel()
        return GoesWith(found.astype(np.int64), scores[found].astype(np.float32), support.astype(np.int64))

    def scores(self, histories: Histories) -> np.ndarray:
        """By the last basket of each shopper; zeros for a shopper without one, and for what lies in that basket."""
        if not self.association.shape[0]:
            return np.zeros((len(histories), histories.n_items), np.float32)
        baskets, owner = _baskets(histories, self.settings.gap_hours)
        last = np.flatnonzero(np.diff(owner, append=-1))  # a shopper's baskets stand together, oldest first
        scores = np.zeros((len(histories), histories.n_items), np.float32)
        scores[owner[last]] = (baskets[last] @ self.association).toarray()
        row, item = baskets[last].nonzero()
        scores[owner[last][row], item] = 0
        return scores

    def tensors(self) -> dict[str, np.ndarray]:
        return {
            "association": self.association.data,
            "together": self.together.data,
            "indices": self.association.indices,
            "indptr": self.association.indptr,
        }

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        model = cls(ComplementsSettings(**settings))
        shape = (len(tensors["indptr"]) - 1,) * 2
        pattern = tensors["indices"], tensors["indptr"]
        model.association = sparse.csr_matrix((tensors["association"], *pattern), shape)
        model.together = sparse.csr_matrix((tensors["together"], *pattern), shape)
        return model


def _baskets(histories: Histories, gap_hours: float) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Baskets × items, 1 where the item is in it, and whose each is; purchases, or carts where nothing was bought."""
    chosen = histories.event == PURCHASE
    if not chosen.any():
        chosen = histories.event == CART
    rows = histories.where(chosen)
    row = rows.row
    first = np.ones(len(row), bool)
    first[1:] = (row[1:] != row[:-1]) | (-np.diff(rows.days) * HOURS > gap_hours)
    basket = np.cumsum(first) - 1
    ones = np.ones(len(row), np.float32)
    matrix = sparse.csr_matrix((ones, (basket, rows.item)), (int(first.sum()), histories.n_items))
    matrix.data[:] = 1
    return matrix, row[first]


def _associated(
    baskets: sparse.csr_matrix, items: np.ndarray, settings: ComplementsSettings
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(items, partners, scores, baskets together) of the pairs of `items` that are worth keeping."""
    total = baskets.shape[0]
    having = np.asarray(baskets.sum(0)).ravel()
    pairs = (baskets[:, items].T @ baskets).tocoo()
    left, right, both = items[pairs.row], pairs.col, pairs.data.astype(np.float64)
    expected = having[left] * having[right] / total
    likely = _likelihood_ratio(both, having[left], having[right], total)
    real = (left != right) & (both > expected) & (likely >= settings.least_surprise)
    left, right, both, expected = left[real], right[real], both[real], expected[real]
    # Not symmetric: a case goes with a phone more than a phone goes with a case.
    lift = np.log((both + settings.shrink) / (expected + settings.shrink))
    score = lift * (both - expected) / (having[left] + settings.shrink)
    order = np.lexsort((-score, left))
    left, right, both, score = left[order], right[order], both[order], score[order]
    place = np.arange(len(left)) - np.searchsorted(left, left)
    best = place < settings.kept
    return left[best], right[best], score[best], both[best]


def _likelihood_ratio(both: np.ndarray, left: np.ndarray, right: np.ndarray, total: float) -> np.ndarray:
    """G² of the two-by-two table of baskets with and without each item."""
    observed = np.stack([both, left - both, right - both, total - left - right + both])
    expected = np.stack(
        [left * right, left * (total - right), (total - left) * right, (total - left) * (total - right)]
    )
    ratio = np.where(observed > 0, observed * total / np.maximum(expected, 1e-9), 1)
    return np.asarray(2 * (observed * np.log(np.maximum(ratio, 1e-12))).sum(0))
