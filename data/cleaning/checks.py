"""What makes a row impossible, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from data.schema import Columns

LONGEST_TITLE = 1000
# Far above what a shop lists, and ten thousand times more where the unit is small.
HIGHEST_PRICE = 10_000_000.0
_SMALL_UNITS = frozenset({"VND", "IDR", "IRR", "KRW", "LAK", "UGX", "PYG", "COP", "CLP", "LBP", "JPY", "HUF", "NGN"})


class Check(NamedTuple):
    reason: str
    fails: Callable[[pd.DataFrame], pd.Series]


def _missing(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda frame: frame[column] == ""


def _rating_impossible(frame: pd.DataFrame) -> pd.Series:
    return (frame[Columns.Rating] < 0) | (frame[Columns.Rating] > 5)


def _price_impossible(frame: pd.DataFrame) -> pd.Series:
    highest = np.where(frame[Columns.Currency].isin(_SMALL_UNITS), HIGHEST_PRICE * 10_000, HIGHEST_PRICE)
    return frame[Columns.Price] > highest


PRODUCT_CHECKS: tuple[Check, ...] = (
    Check("no product id", _missing(Columns.Product)),
    Check("no title", _missing(Columns.Title)),
    Check("title is longer than 1,000 characters", lambda frame: frame[Columns.Title].str.len() > LONGEST_TITLE),
    Check("price cannot be read", lambda frame: np.isinf(frame[Columns.Price])),
    Check("no price", lambda frame: frame[Columns.Price].isna()),
    Check("price is negative", lambda frame: frame[Columns.Price] < 0),
    Check("price is zero", lambda frame: frame[Columns.Price] == 0),
    Check("price is impossibly high", _price_impossible),
    Check("rating is outside 0 to 5", _rating_impossible),
)

INTERACTION_CHECKS: tuple[Check, ...] = (
    Check("no user id", _missing(Columns.User)),
    Check("no product id", _missing(Columns.Product)),
    Check("event is none of view, cart, purchase, rating", lambda frame: frame[Columns.Event] == ""),
    Check("no readable time", lambda frame: frame[Columns.Timestamp].isna()),
    Check(
        "rating is outside 0 to 5",
        lambda frame: (frame[Columns.Event] == "rating") & ~frame[Columns.Value].between(0, 5),
    ),
    Check("value is no positive number", lambda frame: ~np.isfinite(frame[Columns.Value]) | (frame[Columns.Value] < 0)),
)

REVIEW_CHECKS: tuple[Check, ...] = (
    Check("no product id", _missing(Columns.Product)),
    Check("neither title nor text", lambda frame: (frame[Columns.Title] == "") & (frame[Columns.Text] == "")),
    Check("rating is outside 0 to 5", _rating_impossible),
)


def reasons(frame: pd.DataFrame, checks: tuple[Check, ...]) -> pd.Series:
    """The first reason against each row, "" for a good one."""
    said = pd.Series("", index=frame.index, dtype=object)
    for reason, fails in checks:
        said = said.mask((said == "") & fails(frame), reason)
    return said
