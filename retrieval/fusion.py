"""Two rankings into one."""

from __future__ import annotations

import numpy as np

RRF_CONSTANT = 60


def reciprocal_rank(*rankings: np.ndarray, constant: int = RRF_CONSTANT) -> tuple[np.ndarray, np.ndarray]:
    """Rows of all rankings and their fused scores, best first: the sum of 1 / (constant + rank), the first rank is 1
    (Cormack, Clarke and Büttcher, 2009)."""
    rows = np.unique(np.concatenate(rankings))
    scores = np.zeros(len(rows))
    for ranking in rankings:
        scores[np.searchsorted(rows, ranking)] += 1 / (constant + 1 + np.arange(len(ranking)))
    order = np.argsort(-scores, kind="stable")
    return rows[order], scores[order]
