"""The best of many, without sorting the rest."""

from __future__ import annotations

import numpy as np


def best_of(values: np.ndarray, k: int) -> np.ndarray:
    """int64 (≤ k,): places of the k highest finite values, in no order."""
    if k >= len(values):
        return np.flatnonzero(np.isfinite(values))
    found = np.argpartition(-values, k)[:k] if k else np.empty(0, np.int64)
    return found[np.isfinite(values[found])]
