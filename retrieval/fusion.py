"""Two ways of finding, one score."""

from __future__ import annotations

import numpy as np

LEXICAL_SHARE = 0.45


def fused(words: np.ndarray, cosine: np.ndarray) -> np.ndarray:
    """The convex combination of both scores for each product, at most 1. `words`: `LexicalScores.words`.

    Both are measured on a fixed scale (a share of what is possible, a cosine) and not against the other candidates, so
    that scores of different queries can be compared, a page does not change the one before it, and a query whose words
    the catalogue lacks leans on meaning by itself (Bruch, Gai and Ingber, 2023). For known items it finds more than
    reciprocal ranks (`benchmarks/search_known_item.py`, whose requests the shares were chosen on); for 40 short wishes
    over a fashion shop the two could not be told apart.
    """
    return LEXICAL_SHARE * words + (1 - LEXICAL_SHARE) * cosine
