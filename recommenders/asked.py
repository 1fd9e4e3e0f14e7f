"""One request, resolved against the catalogue and the log, and the arithmetic of what was said aloud.

What was said outweighs what is guessed: words move an item further than any personal fit, and a dislike takes more
from a look-alike than fit can give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from data.threads import products
from recommenders.best import best_of
from recommenders.histories import Histories
from recommenders.interactions import PURCHASE
from recommenders.ranking.context import Moment

MATCH_WEIGHT: Final = 2.0  # of the words, against 1 for the best and 0 for the worst personal fit
TEXT_CANDIDATES: Final = 200  # nearest to the words
MATCHED: Final = 0.5  # of the best match: what this item has to do with the words is no accident
DISLIKE: Final = 1.5  # taken from a copy of what was disliked
LIKENESS: Final = 0.4  # cosine from which on a product is like another one
SAME_SHELF: Final = 0.3  # taken from what lies in the same category


@dataclass(frozen=True)
class Asked:
    """`history` and `moment` of the shopper; hidden: bool (n,) what may not be listed; disliked: int (d,) rows.

    match: float32 (n,) how well each product fits the words, 0…1, None where nothing was asked for; `words` are they.
    `new_only`: nothing that was bought before. `region`: where the shopper is, as far as known.
    """

    history: Histories
    moment: Moment
    hidden: np.ndarray
    disliked: np.ndarray
    match: np.ndarray | None
    words: str
    new_only: bool

    @property
    def is_stranger(self) -> bool:
        return not bool((self.history.weight > 0).any())

    @property
    def region(self) -> str:
        return self.moment.said.get("region", "")

    def bought(self) -> np.ndarray:
        """int64 (b,): rows of what the shopper bought, each once."""
        return np.unique(self.history.item[self.history.event == PURCHASE]).astype(np.int64)


def match(vectors: np.ndarray, query: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """float32 (n,): (cosine − the median product's) / (the best allowed one's − the median's), cut to 0…1.

    The median product has nothing to do with the words, whatever its cosine. vectors: (n, d); query: (d,).
    """
    cosine = np.nan_to_num(products(query.astype(np.float32), vectors))
    allowed = cosine[~hidden]
    if not len(allowed):
        return np.zeros(len(vectors), np.float32)
    floor, best = float(np.median(cosine)), float(allowed.max())
    return np.clip((cosine - floor) / max(best - floor, 1e-6), 0, 1).astype(np.float32)


def nearest_to_words(fit: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """int64 (≤ TEXT_CANDIDATES,): the allowed products that fit the words best. fit: `match`."""
    return best_of(np.where(hidden | (fit <= 0), -np.inf, fit), TEXT_CANDIDATES)


def aversion(rows: np.ndarray, disliked: np.ndarray, vectors: np.ndarray, category: np.ndarray) -> np.ndarray:
    """float32 (len(rows),): what to take from each row's fit for being like something disliked.

    DISLIKE · likeness, from 0 at a cosine of LIKENESS to 1 for a copy, and SAME_SHELF for the same category.
    """
    if not len(disliked):
        return np.zeros(len(rows), np.float32)
    cosine = np.nan_to_num(vectors[rows] @ vectors[disliked].T).max(1, initial=0) if vectors.shape[1] else 0
    likeness = np.clip((cosine - LIKENESS) / (1 - LIKENESS), 0, 1)
    shelf = np.isin(category[rows], category[disliked][category[disliked] >= 0])
    return (DISLIKE * likeness + SAME_SHELF * shelf).astype(np.float32)
