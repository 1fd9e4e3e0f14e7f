"""A fair chance for what was shown little: new items, small brands, small sellers.

The feedback loop is that of FairCo (Morik et al. 2020, "Controlling fairness and bias in dynamic learning-to-rank"):
an item's score is lifted by how far its exposure lags behind, and once it is shown the lift goes. Exposure is
attention by place, added up over lists, and what a list may lose is bounded, as in Biega et al. 2018 ("Equity of
attention"), though they solve an integer program where a search for one number is enough here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from recommenders.evaluation.metrics import gini
from recommenders.lists.diversity import scaled

HALVINGS: Final = 8  # the lift is found to within 1/256


@dataclass(frozen=True)
class FairChance:
    """`loss`: what the mean relevance of a list of `k` may fall by at most; 1 is from the best candidate to the worst.

    Relevance is the score scaled to 0…1 over the candidates, and the mean is weighted by the attention that a place
    gets. The bound holds for every list, not on average. Raises ValueError for a loss outside 0…1 or a `k` below one.
    """

    loss: float = 0.02
    k: int = 10

    def __post_init__(self) -> None:
        if not 0 <= self.loss <= 1:
            raise ValueError("loss must lie between 0 and 1")
        if self.k < 1:
            raise ValueError("k must be at least 1")

    def lifted(self, scores: np.ndarray, exposure: np.ndarray) -> np.ndarray:
        """float64 (m,): relevance + lift / (1 + exposure / its mean), to rank by. Without a score it stays NaN.

        scores: float (m,) of one shopper's candidates; exposure: float (m,) of each until now, as `attention` or
        `shared_exposure` give it; NaN counts as 0. What never was shown has the full lift, what has its fair share
        half of it. The lift is the largest up to 1 that keeps the bound, found by halving: the more lift, the more
        is lost, and never more than the lift itself, because no other list has a greater sum of both.
        """
        relevance = scaled(scores)
        seen = np.maximum(np.nan_to_num(exposure, nan=0), 0).astype(np.float64)
        if not self.loss or not seen.any():
            return relevance
        need = 1 / (1 + seen / seen.mean())
        best = _mean_relevance(relevance, relevance, self.k)
        lift, too_much = self.loss, 1.0
        for _ in range(HALVINGS):
            middle = (lift + too_much) / 2
            if best - _mean_relevance(relevance, relevance + middle * need, self.k) <= self.loss:
                lift = middle
            else:
                too_much = middle
        return relevance + lift * need


def _mean_relevance(relevance: np.ndarray, values: np.ndarray, k: int) -> float:
    """Of the k best by `values`, weighted by attention; of equal values the less relevant first, to be sure."""
    order = np.lexsort((relevance, -values))[:k]
    order = order[~np.isnan(values[order])]
    return float(np.average(relevance[order], weights=_weights(len(order)))) if len(order) else 0.0


def _weights(places: int) -> np.ndarray:
    return 1 / np.log2(np.arange(places) + 2)


def attention(lists: np.ndarray, n_items: int) -> np.ndarray:
    """float64 (n_items,): how much each item was seen: 1/log₂(place + 1) a list, places from 1.

    lists: int (n, k), −1 for none. Add the arrays of several days up.
    """
    weight = np.broadcast_to(_weights(lists.shape[1]), lists.shape)
    shown = lists >= 0
    return np.bincount(lists[shown], weight[shown], minlength=n_items)


def shared_exposure(exposure: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """float64 (n_items,): the mean exposure in each item's group, to be fair to brands or sellers, not to items.

    groups: int (n_items,) codes; an item with −1 is a group of its own.
    """
    known = groups >= 0
    if not known.any():
        return exposure.astype(np.float64)
    total = np.bincount(groups[known], exposure[known])
    size = np.maximum(np.bincount(groups[known]), 1)
    return np.where(known, (total / size)[np.where(known, groups, 0)], exposure)


@dataclass(frozen=True, eq=False)
class ExposureReport:
    """shares: float64 (n_groups,) of the places that go to each group; those of unknown group make up the rest.

    `gini_items`, `gini_groups`: 0 where all are shown as often, towards 1 where a few have it all.
    """

    shares: np.ndarray
    gini_items: float
    gini_groups: float


def exposure_report(lists: np.ndarray, groups: np.ndarray) -> ExposureReport:
    """Who is shown. lists: int (n, k) items, −1 for none; groups: int (n_items,) codes, −1 where unknown."""
    n_groups = int(groups.max(initial=-1)) + 1
    shown = np.full(lists.shape, -1)
    shown[lists >= 0] = groups[lists[lists >= 0]]
    counts = np.bincount(shown[shown >= 0], minlength=n_groups)
    return ExposureReport(
        shares=counts / max(int((lists >= 0).sum()), 1),
        gini_items=gini(lists, len(groups)),
        gini_groups=gini(shown, n_groups) if n_groups else 0.0,
    )
