"""Small logs and histories, written down as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import pandas as pd

from data.schema import Columns
from recommenders.histories import Histories
from recommenders.interactions import PURCHASE, IdMap, Interactions

FIRST_DAY: Final = pd.Timestamp("2024-01-01", tz="UTC")
NOW: Final = pd.Timestamp("2026-10-01", tz="UTC")


def who_bought(baskets: Sequence[Sequence[int]], n_items: int, weight: float = 1.0, days: float = 1.0) -> Histories:
    """Shoppers who bought these items, all so many days ago, in the order given."""
    item = np.array([item for row in baskets for item in row], np.int32)
    ones = np.ones(len(item), np.float32)
    return Histories(
        indptr=np.concatenate([[0], np.cumsum([len(row) for row in baskets])]).astype(np.int64),
        item=item,
        weight=ones * weight,
        event=np.full(len(item), PURCHASE, np.int8),
        value=ones,
        days=ones * np.float32(days),
        now=int(NOW.timestamp()),
        n_items=n_items,
    )


def nobody() -> Histories:
    """Two shoppers of whom nothing is known, three items."""
    return Histories.of(Interactions.empty(IdMap(["a", "b", "c"])), [-1, -1])


def purchases_on_days(rows: Iterable[tuple[object, object, float]], items: Sequence[str]) -> Interactions:
    """(shopper, item, days after FIRST_DAY)."""
    frame = pd.DataFrame(rows, columns=[Columns.User, Columns.Product, "day"])
    frame[Columns.Event] = "purchase"
    frame[Columns.Timestamp] = FIRST_DAY + pd.to_timedelta(frame.pop("day"), unit="D")
    return Interactions.of(frame.astype({Columns.Product: str}), items)


def events_ago(rows: Iterable[tuple[str, object, str, float]], items: Sequence[str]) -> Histories:
    """(shopper, item, event, days before NOW)."""
    frame = pd.DataFrame(rows, columns=[Columns.User, Columns.Product, Columns.Event, "ago"])
    frame[Columns.Timestamp] = NOW - pd.to_timedelta(frame.pop("ago"), unit="D")
    return Histories.of(Interactions.of(frame.astype({Columns.Product: str}), items), now=int(NOW.timestamp()))
