"""What shoppers who do not have it start to buy: the first purchases of an item, by those it was still new to.

Popularity counts those who buy again, too; for "new to me" the question is how likely a shopper is to begin. The
estimate is a hazard rate (first purchases in a window over the shoppers at risk of one), times how much more than
others this shopper is in the item's category.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy import sparse

from recommenders.histories import Histories
from recommenders.interactions import PURCHASE
from recommenders.recommender import Progress, Recommender, Settings, silent


@dataclass(frozen=True)
class FirstPurchaseSettings(Settings):
    """`window`: days whose first purchases count. `sharpness`: exponent of the category's part, 0 for none.

    `risk_prior`: shoppers who are added to those at risk; `taste_prior`: items of belief that a shopper is as others.
    """

    window: float = 30.0
    sharpness: float = 0.25
    risk_prior: float = 50.0
    taste_prior: float = 20.0


class FirstPurchase(Recommender):
    """score = hazard(item) · (share of the category in the shopper's items / its share in all's) ^ sharpness.

    categories: int32 (n_items,), the finest known category of each item, −1 where it has none.
    """

    name = "first_purchase"

    def __init__(self, categories: np.ndarray, settings: FirstPurchaseSettings | None = None) -> None:
        self.settings: FirstPurchaseSettings = settings or FirstPurchaseSettings()
        self.categories = categories.astype(np.int32)
        self.hazard = np.zeros(len(categories), np.float32)
        self.share = np.zeros(_size(categories), np.float32)  # of each category in all shoppers' items

    def fit(self, past: Histories, validation: Histories | None = None, progress: Progress = silent) -> Self:
        bought = past.where(past.event == PURCHASE)
        bought = bought if len(bought.item) else past
        oldest = _oldest(bought)
        n = past.n_items
        ever = np.bincount(oldest.item, minlength=n)
        firsts = np.bincount(oldest.item[oldest.days <= self.settings.window], minlength=n)
        at_risk = np.count_nonzero(np.diff(bought.indptr)) - ever + firsts + self.settings.risk_prior
        self.hazard = (firsts / at_risk).astype(np.float32)
        held = np.asarray(self._held(bought).sum(0)).ravel()
        self.share = (held / max(float(held.sum()), 1)).astype(np.float32)
        return self

    def scores(self, histories: Histories) -> np.ndarray:
        if not len(self.share):
            return np.broadcast_to(self.hazard, (len(histories), len(self.hazard))).copy()
        mine, prior = self._held(histories), self.settings.taste_prior
        total = np.asarray(mine.sum(1)).ravel()[:, None]
        lift = (mine.toarray() + prior * self.share) / ((total + prior) * np.maximum(self.share, 1e-9))
        lift = np.append(lift**self.settings.sharpness, np.ones((len(histories), 1)), axis=1)  # the last for code −1
        return (self.hazard * lift[:, self.categories]).astype(np.float32)

    def tensors(self) -> dict[str, np.ndarray]:
        return {"categories": self.categories, "hazard": self.hazard, "share": self.share}

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        model = cls(tensors["categories"], FirstPurchaseSettings(**settings))
        model.hazard, model.share = tensors["hazard"], tensors["share"]
        return model

    def _held(self, histories: Histories) -> sparse.csr_matrix:
        """float32 CSR (n, categories): how many different items of each category each shopper has to do with."""
        known = np.flatnonzero(self.categories >= 0)
        ones = np.ones(len(known), np.float32)
        shape = (len(self.categories), _size(self.categories))
        return histories.matrix(binary=True) @ sparse.csr_matrix((ones, (known, self.categories[known])), shape)


def _size(categories: np.ndarray) -> int:
    return int(categories.max(initial=-1)) + 1


def _oldest(bought: Histories) -> Histories:
    """Only each shopper's first event with each item: histories are sorted, oldest first."""
    _, first = np.unique(bought.row * np.int64(bought.n_items) + bought.item, return_index=True)
    mask = np.zeros(len(bought.item), bool)
    mask[first] = True
    return bought.where(mask)
