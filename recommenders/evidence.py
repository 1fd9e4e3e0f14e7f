"""Who bought what, by item: the counts that a reason states are taken from here, so that they are literally true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from data.schema import Columns
from recommenders.interactions import DAY_S, PURCHASE, Interactions


@dataclass(frozen=True)
class Buyers:
    """The log's purchases by item: those of item i are `indptr[i]:indptr[i + 1]` of the columns.

    user: int32 (m,); seconds: int64 (m,); region: int16 (m,), a code of `regions`, −1 where the log does not say.
    """

    indptr: np.ndarray
    user: np.ndarray
    seconds: np.ndarray
    region: np.ndarray
    regions: tuple[str, ...]

    @classmethod
    def of(cls, log: Interactions) -> Self:
        bought = np.flatnonzero(log.event == PURCHASE)
        item = log.item[bought]
        rows = bought[np.argsort(item, kind="stable")]
        context = log.contexts.get(Columns.Region)
        return cls(
            np.concatenate([[0], np.cumsum(np.bincount(item, minlength=len(log.items)))]).astype(np.int64),
            log.user[rows],
            log.seconds[rows],
            np.full(len(rows), -1, np.int16) if context is None else context.codes[rows],
            () if context is None else context.vocabulary,
        )

    def ever(self, item: int) -> int:
        """How many different shoppers bought it."""
        return len(np.unique(self.user[self._of(item)]))

    def since(self, item: int, days: float, now: int) -> int:
        """How many different shoppers bought it in the `days` before `now` (seconds)."""
        own = self._of(item)
        return len(np.unique(self.user[own][self.seconds[own] >= now - days * DAY_S]))

    def both(self, item: int, other: int) -> int:
        """How many different shoppers bought both."""
        return len(np.intersect1d(self.user[self._of(item)], self.user[self._of(other)]))

    def regional(self, item: int, region: str) -> tuple[int, float]:
        """(different shoppers of the region who bought it, lift: the region's share in the item's sales over its share
        in all sales); (0, 0) where the log has no such region."""
        if region not in self.regions:
            return 0, 0.0
        code, own = self.regions.index(region), self._of(item)
        here = self.region[own] == code
        share = float((self.region == code).mean()) if len(self.region) else 0.0
        if not here.any() or not share:
            return 0, 0.0
        return len(np.unique(self.user[own][here])), float(here.mean()) / share

    def _of(self, item: int) -> slice:
        return slice(int(self.indptr[item]), int(self.indptr[item + 1]))
