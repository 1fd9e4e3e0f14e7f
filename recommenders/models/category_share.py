"""What sells in the categories that a shopper buys from: a new item is often a neighbour on a known shelf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy import sparse

from recommenders.histories import Histories
from recommenders.recommender import Progress, Recommender, Settings, silent


@dataclass(frozen=True)
class CategoryShareSettings(Settings):
    """`half_life`: days, of a shopper's liking for a category. `window`: days whose sales make an item's share.

    `prior`: events' worth of belief that the shopper buys where all buy.
    """

    half_life: float = 60.0
    window: float = 30.0
    prior: float = 5.0


class CategoryShare(Recommender):
    """P(item | shopper) = Σ over levels of P(category | shopper) · P(item | category, lately).

    categories: int32 (n_items, levels), −1 where an item has none.
    """

    name = "category_share"

    def __init__(self, categories: np.ndarray, settings: CategoryShareSettings | None = None) -> None:
        self.settings: CategoryShareSettings = settings or CategoryShareSettings()
        self.categories = categories
        self.shares = np.zeros(categories.shape, np.float32)  # of each item in the sales of its category
        self.habits = [np.zeros(_size(codes), np.float32) for codes in categories.T]  # of all shoppers

    def fit(self, past: Histories, validation: Histories | None = None, progress: Progress = silent) -> Self:
        sold = np.asarray(past.matrix(window=self.settings.window, binary=True).sum(0)).ravel()
        for level, codes in enumerate(self.categories.T):
            known = codes >= 0
            of_category = np.bincount(codes[known], sold[known], _size(codes))
            self.shares[known, level] = sold[known] / np.maximum(of_category[codes[known]], 1)
            self.habits[level] = np.asarray(_by_category(codes, self._liking(past)).sum(0), np.float32)
        return self

    def scores(self, histories: Histories) -> np.ndarray:
        liking = self._liking(histories)
        found = np.zeros((len(histories), len(self.categories)), np.float32)
        for level, codes in enumerate(self.categories.T):
            if not _size(codes):
                continue
            habit = self.habits[level] / max(float(self.habits[level].sum()), 1)
            mine = _by_category(codes, liking).toarray() + self.settings.prior * habit
            mine /= np.maximum(mine.sum(1, keepdims=True), 1e-9)
            known = codes >= 0
            found[:, known] += mine[:, codes[known]] * self.shares[known, level]
        return found

    def tensors(self) -> dict[str, np.ndarray]:
        habits = {f"habits.{level}": habit for level, habit in enumerate(self.habits)}
        return {"categories": self.categories, "shares": self.shares, **habits}

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        model = cls(tensors["categories"], CategoryShareSettings(**settings))
        model.shares = tensors["shares"]
        model.habits = [tensors[f"habits.{level}"] for level in range(model.categories.shape[1])]
        return model

    def _liking(self, histories: Histories) -> sparse.csr_matrix:
        return histories.matrix(half_life=self.settings.half_life)


def _size(codes: np.ndarray) -> int:
    return int(codes.max(initial=-1)) + 1


def _by_category(codes: np.ndarray, liking: sparse.csr_matrix) -> sparse.csr_matrix:
    """float32 CSR (n, categories): the liking of items summed over each category."""
    known = np.flatnonzero(codes >= 0)
    ones = np.ones(len(known), np.float32)
    return liking @ sparse.csr_matrix((ones, (known, codes[known])), (len(codes), _size(codes)))
