"""The past of a batch of shoppers, as models see it: ragged sequences in order of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import sparse

from recommenders.interactions import CART, DAY_S, PURCHASE, RATING, VIEW, Interactions

LIKED_STARS: Final = 3.0  # a rating of this many stars says nothing for or against


@dataclass(frozen=True, slots=True)
class EventWeights:
    """How much an event says about what a shopper wants: a view less than a cart, a cart less than a purchase.

    A rating counts `rating · (stars − 3) / 2`, so that two stars speak against the item.
    """

    view: float = 0.2
    cart: float = 0.5
    purchase: float = 1.0
    rating: float = 0.5

    def of(self, event: np.ndarray, value: np.ndarray) -> np.ndarray:
        """float32 (n,)."""
        table = np.zeros(4, np.float32)
        table[[VIEW, CART, PURCHASE, RATING]] = self.view, self.cart, self.purchase, self.rating
        weight = table[event]
        rated = event == RATING
        weight[rated] *= (value[rated] - LIKED_STARS) / 2
        return weight


@dataclass(frozen=True)
class Histories:
    """n shoppers' events, shopper r's in `indptr[r]:indptr[r + 1]`, oldest first.

    indptr: int64 (n + 1,). item: int32 (m,) item indices; weight: float32 (m,) of the event (`EventWeights`);
    event: int8 (m,); value: float32 (m,) pieces or stars; days: float32 (m,) age at the moment of asking, ≥ 0.
    `now` is that moment, in seconds since 1970, the same for all.
    """

    indptr: np.ndarray
    item: np.ndarray
    weight: np.ndarray
    event: np.ndarray
    value: np.ndarray
    days: np.ndarray
    now: int
    n_items: int

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @classmethod
    def of(
        cls,
        interactions: Interactions,
        users: Sequence[int] | np.ndarray | None = None,
        now: int | None = None,
        weights: EventWeights | None = None,
    ) -> Histories:
        """What `users` (indices; all in order where None; −1 is a shopper with no past) did before `now`.

        `now` is just after the log's last event where None. Events at or after `now` are not seen.
        """
        now = interactions.end + 1 if now is None else now
        seen = interactions.before(now)
        indptr, order = seen.by_user
        if users is None:
            starts, ends = indptr[:-1], indptr[1:]
        else:
            asked = np.asarray(users, np.int64)
            known = asked >= 0
            starts = np.where(known, indptr[np.where(known, asked, 0)], 0)
            ends = np.where(known, indptr[np.where(known, asked, 0) + 1], 0) if len(indptr) > 1 else starts
        counts = ends - starts
        rows = order[_ranges(starts, counts)]
        event, value = seen.event[rows], seen.value[rows]
        return cls(
            indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            item=seen.item[rows],
            weight=(weights or EventWeights()).of(event, value),
            event=event,
            value=value,
            days=((now - seen.seconds[rows]) / DAY_S).astype(np.float32),
            now=now,
            n_items=len(interactions.items),
        )

    @classmethod
    def nobody(cls, n_items: int, now: int = 0) -> Histories:
        """One shopper of whom nothing is known."""
        none = np.empty(0, np.float32)
        codes = none.astype(np.int8)
        return cls(np.zeros(2, np.int64), none.astype(np.int32), none, codes, none, none, now, n_items)

    def at(self, moments: np.ndarray) -> Histories:
        """Each shopper's history as it was at a moment of their own. moments: int (n,) seconds, not after `now`."""
        back = ((self.now - moments) / DAY_S).astype(np.float32)[self.row]
        shifted = replace(self, days=self.days - back)
        return shifted.where(shifted.days > 0)

    @property
    def row(self) -> np.ndarray:
        """int64 (m,): whose event it is."""
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))

    def where(self, mask: np.ndarray) -> Histories:
        """The same shoppers, only the events of `mask`: bool (m,)."""
        counts = np.bincount(self.row[mask], minlength=len(self))
        columns = {name: getattr(self, name)[mask] for name in ("item", "weight", "event", "value", "days")}
        return replace(self, indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), **columns)

    def take(self, rows: np.ndarray) -> Histories:
        """The shoppers at `rows`: int (k,), in that order."""
        starts, counts = self.indptr[rows], np.diff(self.indptr)[rows]
        at = _ranges(starts, counts)
        columns = {name: getattr(self, name)[at] for name in ("item", "weight", "event", "value", "days")}
        return replace(self, indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), **columns)

    def matrix(
        self, half_life: float | None = None, window: float | None = None, binary: bool = False
    ) -> sparse.csr_matrix:
        """float32 (n, n_items): summed positive weights of each shopper's events with each item.

        half_life: days after which an event counts half. window: days before now that count at all.
        binary: 1 for an item with any weight. Items whose weights do not sum above zero are absent.
        """
        weight = self.weight if half_life is None else self.weight * np.exp2(-self.days / half_life)
        if window is not None:
            weight = np.where(self.days <= window, weight, 0)
        parts = (weight.astype(np.float32), self.item, self.indptr)
        matrix = sparse.csr_matrix(parts, (len(self), self.n_items), copy=True)  # summed in place below
        matrix.sum_duplicates()
        matrix.data[~(matrix.data > 0)] = 0  # not a number, too
        matrix.eliminate_zeros()
        if binary:
            matrix.data[:] = 1
        return matrix

    def bought(self) -> sparse.csr_matrix:
        """float32 (n, n_items): on how many different moments each shopper bought each item."""
        mask = self.event == PURCHASE
        row, item, days = self.row[mask], self.item[mask], self.days[mask]
        moments = np.unique(np.stack([row, item, days]), axis=1) if len(row) else np.empty((3, 0))
        ones = np.ones(moments.shape[1], np.float32)
        return sparse.csr_matrix(
            (ones, (moments[0].astype(np.int64), moments[1].astype(np.int64))), (len(self), self.n_items)
        )


def _ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """start…start + count − 1 of each pair, one after another."""
    if not counts.sum():
        return np.empty(0, np.int64)
    offsets = np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(starts, counts) + np.arange(counts.sum()) - offsets
