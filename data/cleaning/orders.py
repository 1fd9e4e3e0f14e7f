"""The lines of orders: status words of shops in one vocabulary, dates, quantities and prices paid."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from data.cleaning.checks import Check
from data.cleaning.numbers import numbers
from data.cleaning.prices import parse_price
from data.cleaning.text import lines
from data.cleaning.times import times
from data.schema import Columns

# The first that is found wins: "return shipped" is a return, "partially delivered" not yet a delivery.
_STATUSES = (
    (
        "returned",
        r"(?<!partially )(?<!partially_)(?:return|refund)|sent back|退货|退貨|退款",
    ),
    (
        "cancelled",
        r"cancel|void|取消|关闭|關閉",
    ),
    (
        "shipped",
        r"^partial$|partial\w*[ _-](?:ship|fulfil|deliver|dispatch)|out for delivery|in transit|on the way|shipped"
        r"|dispatched|fulfilled(?<!unfulfilled)|已发货|已發貨|运输|運輸|派送|配送中|待收货|待收貨",
    ),
    (
        "delivered",
        r"delivered|received|complete|签收|簽收|送达|送達|已收货|已收貨|完成",
    ),
    (
        "processing",
        r"process|pending|paid|unfulfilled|open|new|placed|confirmed|await|packing"
        r"|待发货|待發貨|处理|處理|已付款|待付款",
    ),
)
_TEXTS = (Columns.Order, Columns.User, Columns.Product, Columns.Title, Columns.Carrier, Columns.Tracking)
_MOMENTS = (Columns.Placed, Columns.Shipped, Columns.Delivered)


def status_of(said: str) -> str:
    """One of `OrderStatus` for a shop's own word; "" where it is none that is known."""
    word = said.strip().lower()
    return next((status for status, pattern in _STATUSES if re.search(pattern, word)), "")


def read_orders(frame: pd.DataFrame) -> pd.DataFrame:
    """Typed columns of `schema.ORDERS`; a line that names no quantity is of one piece."""
    read = {column: lines(_cells(frame, column)) for column in _TEXTS}
    read[Columns.Order] = read[Columns.Order].str.removeprefix("#")
    read |= {column: times(_cells(frame, column)) for column in _MOMENTS}
    read[Columns.Quantity] = numbers(_cells(frame, Columns.Quantity)).fillna(1.0)
    read[Columns.Returned] = numbers(_cells(frame, Columns.Returned)).replace(np.inf, np.nan).fillna(0.0).clip(lower=0)
    prices = [parse_price(cell) for cell in _cells(frame, Columns.Price)]
    read[Columns.Price] = pd.Series([price.amount if price else None for price in prices], frame.index, "float64")
    read[Columns.Status] = _statuses(lines(_cells(frame, Columns.Status)), read)
    return frame.assign(**read)


def _statuses(said: pd.Series, read: dict[str, pd.Series]) -> pd.Series:
    """A file without a status may tell by its dates that an order has been shipped or delivered."""
    by_date = pd.Series("", index=said.index, dtype=object)
    by_date = by_date.mask(read[Columns.Shipped].notna(), "shipped").mask(read[Columns.Delivered].notna(), "delivered")
    known = said.map({word: status_of(word) for word in said.unique()}).fillna("")
    return known.where(known != "", by_date)


def _cells(frame: pd.DataFrame, column: str) -> pd.Series:
    return frame[column] if column in frame else pd.Series(None, index=frame.index, dtype=object)


def _missing(column: str, reason: str) -> Check:
    return Check(reason, lambda frame: frame[column] == "")


ORDER_CHECKS: tuple[Check, ...] = (
    _missing(Columns.Order, "no order number"),
    _missing(Columns.User, "no user id"),
    _missing(Columns.Product, "no product id"),
    Check("no readable time", lambda frame: frame[Columns.Placed].isna()),
    Check(
        "quantity is no positive number",
        lambda frame: ~np.isfinite(frame[Columns.Quantity]) | (frame[Columns.Quantity] <= 0),
    ),
    Check("price is negative", lambda frame: frame[Columns.Price] < 0),
)
