"""What is popular where and when a shopper is: the baseline for somebody of whom nothing else is known."""

from __future__ import annotations

from typing import Final

import numpy as np

from data.schema import Columns
from recommenders.interactions import Interactions

SHRINK: Final = 500.0  # purchases at which a region's or month's own shares count as much as everybody's


class PopularInContext:
    """p(item | region, month) ∝ p(item lately) · lift in the region · lift in the month, naive Bayes.

    A lift is an item's share of the context's purchases over its share of all of them, shrunk towards 1.
    popular: float (n_items,), the buyers lately.
    """

    def __init__(self, past: Interactions, popular: np.ndarray) -> None:
        self.n_items = len(past.items)
        self.share = (np.bincount(past.item, minlength=self.n_items) + 0.5) / (len(past) + 0.5 * self.n_items)
        self.log_popular = np.log(popular + 0.5)
        region = past.contexts[Columns.Region]
        self.region_lift = self._lifts(past.item, region.codes.astype(np.int64), len(region.vocabulary))
        self.month_lift = self._lifts(past.item, _month(past.seconds), 12)

    def scores(self, region: np.ndarray, month: np.ndarray | None = None) -> np.ndarray:
        """float (n, n_items), log-likelihoods. region: codes of the log's own, −1 for unknown; month: 0…11."""
        found = self.log_popular + np.where(region[:, None] >= 0, self.region_lift[region], 0)
        return np.asarray(found if month is None else found + self.month_lift[month])

    def of_first_events(self, log: Interactions) -> tuple[np.ndarray, np.ndarray]:
        """int (n_users,) region and month of each user's first event; every user has one."""
        indptr, order = log.by_user
        first = order[indptr[:-1]]
        return log.contexts[Columns.Region].codes[first].astype(np.int64), _month(log.seconds[first])

    def _lifts(self, item: np.ndarray, context: np.ndarray, size: int) -> np.ndarray:
        """float (size, n_items), natural logarithms."""
        known = context >= 0
        flat = np.bincount(context[known] * self.n_items + item[known], minlength=size * self.n_items)
        counts = flat.reshape(size, self.n_items)
        own = (counts + SHRINK * self.share) / (counts.sum(1, keepdims=True) + SHRINK)
        return np.asarray(np.log(own / self.share))


def _month(seconds: np.ndarray) -> np.ndarray:
    return np.asarray(seconds.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % 12)
