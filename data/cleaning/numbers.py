"""Ratings, counts and stock as numbers; None (NaN) where the shop does not say."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd

_FIRST_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_SCALE = re.compile(r"(-?\d+(?:[.,]\d+)?)\s*(?:/|out of|von|sur)\s*(\d+)", re.IGNORECASE)
_IN_STOCK = frozenset(
    "true yes y in_stock instock in-stock available preorder pre-order backorder onbackorder 有货 现货 是".split()
) | {"limited", "in stock", "on backorder", "limited availability", "available for order"}
_OUT_OF_STOCK = frozenset(
    "false no n out_of_stock outofstock out-of-stock unavailable discontinued 缺货 无货 售罄 否".split()
) | {"out of stock", "sold out", "not available"}
UNREADABLE = math.inf


def numbers(column: pd.Series) -> pd.Series:
    """Floats; NaN where there is none, infinite where what is there is no number."""
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return column.astype("float64")
    return pd.Series([_number(value) for value in column], index=column.index, dtype="float64")


def ratings(column: pd.Series) -> pd.Series:
    """Stars: `4.5`, `4,5`, `4.5 out of 5`, `9/10`."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64")
    return pd.Series([_rating(value) for value in column], index=column.index, dtype="float64")


def stock(column: pd.Series) -> pd.Series:
    """Pieces. "In stock" without a number is unknown (NaN), "out of stock" is 0, an oversold (negative) stock is 0."""
    return pd.Series([_stock(value) for value in column], index=column.index, dtype="float64")


def _number(value: Any) -> float:
    if isinstance(value, str):
        text = value.strip().replace(",", "") if re.fullmatch(r"\s*-?\d{1,3}(,\d{3})+\s*", value) else value.strip()
        if not text or text.lower() in ("nan", "none", "null", "n/a", "-"):
            return math.nan
        found = _FIRST_NUMBER.search(text)
        return float(found[0].replace(",", ".")) if found else UNREADABLE
    if value is None or value is pd.NA or value is pd.NaT:
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return UNREADABLE


def _rating(value: Any) -> float:
    scaled = _SCALE.search(value) if isinstance(value, str) else None
    if scaled and float(scaled[2]) > 0:
        return float(scaled[1].replace(",", ".")) * 5 / float(scaled[2])
    return _number(value)


def _stock(value: Any) -> float:
    if isinstance(value, bool | np.bool_):
        return math.nan if value else 0.0
    if isinstance(value, str):
        said = value.strip().lower()
        if said in _IN_STOCK:
            return math.nan
        if said in _OUT_OF_STOCK:
            return 0.0
    number = _number(value)
    return math.nan if math.isinf(number) or math.isnan(number) else max(0.0, math.floor(number))
