"""Past and future, parted without a look ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from recommenders.interactions import PURCHASE, Interactions

TEST_SHARE: Final = 0.1


@dataclass(frozen=True)
class Split:
    """The same users and items on both sides. `cut`: seconds; the future starts there (0 for leave-last-out)."""

    past: Interactions
    future: Interactions
    cut: int


def time_split(interactions: Interactions, share: float = TEST_SHARE) -> Split:
    """One cut in time for all: the last `share` of the rows is the future.

    The only split that cannot leak what other shoppers did later (Ji et al. 2023, "A critical study on data leakage").
    Raises ValueError for a share outside (0, 1) or an empty log.
    """
    if not 0 < share < 1:
        raise ValueError("share must lie between 0 and 1")
    if not len(interactions):
        raise ValueError("an empty log cannot be split")
    cut = int(interactions.seconds[min(int(len(interactions) * (1 - share)), len(interactions) - 1)])
    return Split(interactions.before(cut), interactions.since(cut), cut)


def leave_last_out(interactions: Interactions) -> Split:
    """Each user's last moment of purchase is the future, if there was an earlier one.

    Kinder than a cut in time: models see what others bought afterwards. For comparison with the literature only.
    """
    last = np.full(len(interactions.users), -1, np.int64)
    first = np.full(len(interactions.users), np.iinfo(np.int64).max)
    bought = interactions.event == PURCHASE
    np.maximum.at(last, interactions.user[bought], interactions.seconds[bought])
    np.minimum.at(first, interactions.user, interactions.seconds)
    mine = last[interactions.user]
    future = bought & (interactions.seconds == mine) & (first[interactions.user] < mine)
    past = (interactions.seconds < mine) | (mine < 0) | ~(first[interactions.user] < mine)
    return Split(interactions.where(past), interactions.where(future), 0)
