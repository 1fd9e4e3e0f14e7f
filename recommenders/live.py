"""What shoppers did, ready to be asked one at a time, and what happened since, folded in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Self

import numpy as np

from recommenders.histories import EventWeights, Histories
from recommenders.interactions import CART, DAY_S, PURCHASE, VIEW, Interactions

LiveKind = Literal["view", "cart", "purchase", "dislike"]
LIVE_EVENTS: Final = {"view": VIEW, "cart": CART, "purchase": PURCHASE}


@dataclass(frozen=True)
class LiveEvent:
    """What just happened, at `seconds` since 1970; a `dislike` speaks against the product and what is like it."""

    product_id: str
    event: LiveKind
    seconds: int


@dataclass(frozen=True)
class Pasts:
    """The log by shopper: `indptr[u]:indptr[u + 1]` are the events of user u, oldest first, so that one shopper's past
    is a slice. The columns are those of `Interactions`.
    """

    indptr: np.ndarray
    item: np.ndarray
    event: np.ndarray
    value: np.ndarray
    seconds: np.ndarray
    n_items: int
    end: int

    @classmethod
    def of(cls, log: Interactions) -> Self:
        indptr, order = log.by_user
        return cls(
            indptr,
            log.item[order],
            log.event[order],
            log.value[order],
            log.seconds[order],
            len(log.items),
            log.end,
        )

    def history(self, user: int, now: int, live: Sequence[LiveEvent], row_of: Callable[[str], int | None]) -> Histories:
        """One shopper's past before `now`, then `live`. user: index, −1 for a stranger.

        Live events are as old as they are before the latest of them, whatever `now` is: a shop whose log ended long ago
        still has visitors today. Dislikes and products that the catalogue does not have are left out.
        """
        start, end = (int(self.indptr[user]), int(self.indptr[user + 1])) if user >= 0 else (0, 0)
        end = start + int(np.searchsorted(self.seconds[start:end], now))
        fresh = [
            (row, LIVE_EVENTS[event.event], event.seconds)
            for event in live
            if event.event in LIVE_EVENTS and (row := row_of(event.product_id)) is not None
        ]
        latest = max((seconds for *_, seconds in fresh), default=0)
        event = np.concatenate([self.event[start:end], np.array([kind for _, kind, _ in fresh], np.int8)])
        value = np.concatenate([self.value[start:end], np.ones(len(fresh), np.float32)])
        since = np.array([latest - seconds for *_, seconds in fresh], np.int64)
        return Histories(
            indptr=np.array([0, len(event)], np.int64),
            item=np.concatenate([self.item[start:end], np.array([row for row, *_ in fresh], np.int32)]),
            weight=EventWeights().of(event, value),
            event=event,
            value=value,
            days=(np.concatenate([now - self.seconds[start:end], since]) / DAY_S).astype(np.float32),
            now=now,
            n_items=self.n_items,
        )
