"""Histories as sequences of moments: what was bought at once is one token, and has no order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from recommenders.histories import Histories
from recommenders.interactions import PURCHASE


def liked(histories: Histories) -> Histories:
    """Only events with a weight above zero."""
    return histories.where((histories.weight > 0) & np.isfinite(histories.weight) & np.isfinite(histories.days))


def in_two(histories: Histories, share: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """An order of the events in which `share` of the moments are cut in two halves at random.

    Returns order: int64 (m,) of the events, and half: int64 (m,) of the ordered events, 0 or 1.
    """
    moment = _moment(histories.row, histories.days)
    cut = rng.random(int(moment[-1]) + 1 if len(moment) else 0) < share
    half = (cut[moment] & (rng.random(len(moment)) < 0.5)).astype(np.int64)
    order = np.lexsort((half, moment))
    return order, half[order]


def with_basket(histories: Histories, lists: np.ndarray) -> Histories:
    """Each history and after it the items of its list as one moment: bought, now. lists: int (n, k), −1 for none."""
    row, place = np.nonzero(lists >= 0)
    counts = np.diff(histories.indptr)
    at = histories.indptr[1:][row]  # before the next shopper's first event
    added = np.bincount(row, minlength=len(histories))
    return replace(
        histories,
        indptr=np.concatenate([[0], np.cumsum(counts + added)]).astype(np.int64),
        item=np.insert(histories.item, at, lists[row, place]),
        weight=np.insert(histories.weight, at, 1.0),
        event=np.insert(histories.event, at, PURCHASE),
        value=np.insert(histories.value, at, 1.0),
        days=np.insert(histories.days, at, -1.0),  # later than whatever was bought at the moment of asking
    )


@dataclass(frozen=True)
class Moments:
    """n shoppers' moments, shopper r's in `indptr[r]:indptr[r + 1]`, oldest first.

    start: int64 (t + 1,), moment j has the events `start[j]:start[j + 1]`; item: int64 (m,), kind: int64 (m,) of event,
    weight: float32 (m,) as a target.
    """

    indptr: np.ndarray
    start: np.ndarray
    item: np.ndarray
    kind: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(
        cls,
        histories: Histories,
        order: np.ndarray | None = None,
        half: np.ndarray | None = None,
        weight: np.ndarray | None = None,
    ) -> Self:
        """`order`, `half`: from `in_two`; `weight`: float32 (m,) of the ordered events, 1 where None."""
        moment = _moment(histories.row, histories.days)
        if half is not None:
            moment = moment * 2 + half  # a moment's events stay together, so only they change places
        starts = np.flatnonzero(np.diff(moment, prepend=-1))
        of_shopper = np.bincount(histories.row[starts], minlength=len(histories))
        order = np.arange(len(moment)) if order is None else order
        return cls(
            indptr=np.concatenate([[0], np.cumsum(of_shopper)]).astype(np.int64),
            start=np.append(starts, len(moment)).astype(np.int64),
            item=histories.item[order].astype(np.int64),
            kind=histories.event[order].astype(np.int64),
            weight=np.ones(len(moment), np.float32) if weight is None else weight,
        )

    def latest(self, length: int) -> tuple[np.ndarray, np.ndarray]:
        """(first, count), int64 (n,): each shopper's last `length` moments."""
        count = np.minimum(np.diff(self.indptr), length)
        return self.indptr[1:] - count, count

    def windows(self, length: int) -> tuple[np.ndarray, np.ndarray]:
        """(first, count), int64 (w,): all moments that another follows, in windows of `length` from the end."""
        followed = np.maximum(np.diff(self.indptr) - 1, 0)
        pieces = -(-followed // length)
        nth = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        end = np.repeat(self.indptr[:-1] + followed, pieces) - nth * length
        first = np.maximum(end - length, np.repeat(self.indptr[:-1], pieces))
        return first, end - first


@dataclass(frozen=True)
class Targets:
    """What follows: p places, e events. place: int64 (p,), flat in the batch; token: int64 (e,), which of the places an
    event follows; item: int64 (e,); weight: float32 (e,)."""

    place: np.ndarray
    token: np.ndarray
    item: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True)
class Windows:
    """A batch: b windows of moments, right-aligned. first, count: int64 (b,)."""

    moments: Moments
    first: np.ndarray
    count: np.ndarray

    def __len__(self) -> int:
        return len(self.first)

    @property
    def length(self) -> int:
        """Places of the batch: those of its longest window, at least one."""
        return int(self.count.max(initial=1))

    def inputs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """item, kind, token: int64 (e,) of each event; size: float32 (t,) and place: int64 (t,) of each token."""
        moment, place = self._tokens()
        at, token, size = self._events(moment)
        return self.moments.item[at], self.moments.kind[at], token, size.astype(np.float32), place

    def targets(self) -> Targets:
        moment, place = self._tokens()
        at, token, _ = self._events(moment + 1)
        return Targets(place, token, self.moments.item[at], self.moments.weight[at])

    def mask(self) -> np.ndarray:
        """bool (b, length, length): who attends to whom; causal, padding to nothing but itself."""
        place = np.arange(self.length)
        real = place >= self.length - self.count[:, None]
        return ((place <= place[:, None]) & real[:, None, :]) | np.eye(self.length, dtype=bool)

    def _tokens(self) -> tuple[np.ndarray, np.ndarray]:
        """moment, place: int64 (t,)."""
        row = np.repeat(np.arange(len(self)), self.count)
        nth = np.arange(self.count.sum()) - np.repeat(np.cumsum(self.count) - self.count, self.count)
        return self.first[row] + nth, row * self.length + self.length - self.count[row] + nth

    def _events(self, moment: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        start = self.moments.start[moment]
        size = self.moments.start[moment + 1] - start
        token = np.repeat(np.arange(len(moment)), size)
        nth = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        return start[token] + nth, token, size


def _moment(row: np.ndarray, days: np.ndarray) -> np.ndarray:
    """int64 (m,): 0 for the first event, one more at each that is another shopper's or of another time."""
    if not len(row):
        return np.empty(0, np.int64)
    return np.concatenate([[0], np.cumsum((np.diff(row) != 0) | (np.diff(days) != 0))]).astype(np.int64)
