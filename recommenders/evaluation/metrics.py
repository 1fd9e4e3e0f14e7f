"""How good lists are: each shopper's list, one number each so that intervals can be drawn, and all lists together."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse

RESAMPLES: Final = 1000


def hits(lists: np.ndarray, answers: sparse.csr_matrix) -> np.ndarray:
    """bool (n, k): which places of each list hold an answer. lists: int (n, k), −1 for none."""
    n, k = lists.shape
    rows = np.repeat(np.arange(n), k)
    flat = lists.ravel()
    found = np.asarray(answers[rows, np.where(flat < 0, 0, flat)]).ravel().astype(bool)
    return (found & (flat >= 0)).reshape(n, k)


def ndcg(hit: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """float (n,): discounted gain, base 2, over that of a perfect list (Järvelin and Kekäläinen 2002).

    hit: bool (n, k); wanted: int (n,), how many answers each shopper has, at least 1.
    """
    discount = 1 / np.log2(np.arange(hit.shape[1]) + 2)
    ideal = np.concatenate([[0], np.cumsum(discount)])[np.minimum(wanted, hit.shape[1])]
    return np.asarray((hit * discount).sum(1) / ideal)


def recall(hit: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """float (n,): the share of the answers that the list holds."""
    return np.asarray(hit.sum(1) / wanted)


def average_precision(hit: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """float (n,): precision at each hit, averaged over min(answers, k)."""
    precision = np.cumsum(hit, 1) / (np.arange(hit.shape[1]) + 1)
    return np.asarray((precision * hit).sum(1) / np.minimum(wanted, hit.shape[1]))


def reciprocal_rank(hit: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """float (n,): one over the place of the first hit, 0 without one."""
    return np.where(hit.any(1), 1 / (hit.argmax(1) + 1), 0.0)


PER_SHOPPER: Final = {"ndcg": ndcg, "recall": recall, "map": average_precision, "mrr": reciprocal_rank}


def coverage(lists: np.ndarray, n_items: int) -> float:
    """The share of the items that anybody is recommended."""
    return len(np.unique(lists[lists >= 0])) / n_items if n_items else 0.0


def novelty(lists: np.ndarray, popularity: np.ndarray) -> float:
    """Mean self-information in bits of what is recommended, −log₂ of the share of shoppers who bought it.

    popularity: (n_items,) shares; an item nobody bought counts as bought by half a shopper of the least share.
    """
    shown = lists[lists >= 0]
    if not len(shown):
        return 0.0
    least = popularity[popularity > 0].min(initial=1.0) / 2
    return float(-np.log2(np.maximum(popularity[shown], least)).mean())


def intra_list_diversity(lists: np.ndarray, vectors: np.ndarray) -> float:
    """Mean over lists of 1 − cosine between two different items of it. vectors: float (n_items, d), unit length."""
    per_list = []
    for row in lists:
        own = vectors[row[row >= 0]]
        if len(own) > 1:
            cosine = own @ own.T
            per_list.append(1 - (cosine.sum() - np.trace(cosine)) / (len(own) * (len(own) - 1)))
    return float(np.mean(per_list)) if per_list else 0.0


def gini(lists: np.ndarray, n_items: int) -> float:
    """Inequality of exposure: 0 where every item is shown as often, towards 1 where a few have it all."""
    shown = np.sort(np.bincount(lists[lists >= 0], minlength=n_items))
    if not shown.sum():
        return 0.0
    rank = np.arange(1, n_items + 1)
    return float((2 * rank - n_items - 1) @ shown / (n_items * shown.sum()))


def interval(values: np.ndarray, level: float = 0.95, seed: int = 0) -> tuple[float, float]:
    """The bootstrap interval of the mean over shoppers (Efron 1979), by percentiles."""
    if not len(values):
        return 0.0, 0.0
    rng = np.random.default_rng(seed)
    means = [values[rng.integers(0, len(values), len(values))].mean() for _ in range(RESAMPLES)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
