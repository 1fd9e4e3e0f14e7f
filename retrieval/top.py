"""The best of many scores, without sorting them all."""

from __future__ import annotations

import numpy as np

BLOCK = 64  # scores, whose highest is found in one sweep


def top(scores: np.ndarray, k: int, allowed: np.ndarray | None = None) -> np.ndarray:
    """The rows of the k highest positive scores among the allowed ones, best first, the lower row first of two alike.

    `scores`: float32 `[n]`; `allowed`: bool `[n]`, None allows every row. The k highest lie in the k blocks whose own
    highest is highest, so that no more than those are looked at row by row.
    """
    if allowed is not None:
        scores = np.where(allowed, scores, np.float32(0))
    rows = np.flatnonzero(scores) if len(scores) <= k * BLOCK else _in_best_blocks(scores, k)
    rows = rows[scores[rows] > 0]
    if len(rows) > k:  # all above the k-th, and as many of those equal to it as there is room for
        least = np.partition(scores[rows], len(rows) - k)[len(rows) - k]
        above, equal = rows[scores[rows] > least], rows[scores[rows] == least]
        rows = np.concatenate([above, equal[: k - len(above)]])
    return rows[np.argsort(-scores[rows], kind="stable")]


def _in_best_blocks(scores: np.ndarray, k: int) -> np.ndarray:
    whole = len(scores) // BLOCK * BLOCK
    highest = scores[:whole].reshape(-1, BLOCK).max(axis=1)
    best = np.sort(np.argsort(-highest, kind="stable")[:k])
    inside = (best[:, None] * BLOCK + np.arange(BLOCK)).ravel()
    return np.concatenate([inside, np.arange(whole, len(scores))])
