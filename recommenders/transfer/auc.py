"""How well scores part two kinds, whatever their scale."""

from __future__ import annotations

import numpy as np


def area_under_curve(scores: np.ndarray, labels: np.ndarray) -> float:
    """The chance that what is true scores above what is not, ties for half (Mann and Whitney 1947), in [0, 1].

    scores: float (m,); labels: bool (m,). ½ where there is only one label.
    """
    yes, no = int(labels.sum()), int((~labels).sum())
    if not yes or not no:
        return 0.5
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((rank[labels].sum() - yes * (yes + 1) / 2) / (yes * no))
