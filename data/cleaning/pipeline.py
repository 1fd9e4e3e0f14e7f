"""The cleaning of each table, step by step, from raw cells to rows that a store takes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from data.cleaning import checks
from data.cleaning.attributes import attributes, tags
from data.cleaning.categories import category_path
from data.cleaning.enrichment import enrich
from data.cleaning.numbers import numbers, ratings, stock
from data.cleaning.orders import ORDER_CHECKS, read_orders
from data.cleaning.prices import parse_price
from data.cleaning.text import lines, texts
from data.cleaning.times import times
from data.schema import Columns, TableName

Step = Callable[[pd.DataFrame], pd.DataFrame]

_EVENTS = {
    "view": "view", "viewed": "view", "click": "view", "page_view": "view", "detail": "view", "浏览": "view",
    "cart": "cart", "add_to_cart": "cart", "addtocart": "cart", "add to cart": "cart", "加购": "cart",
    "purchase": "purchase", "buy": "purchase", "order": "purchase", "transaction": "purchase", "购买": "purchase",
    "rating": "rating", "rate": "rating", "review": "rating", "评分": "rating",
}  # fmt: skip


class Cleaned(NamedTuple):
    """`rows` are good; `reasons` says of each other row, by the same index, why it is refused."""

    rows: pd.DataFrame
    reasons: pd.Series


def clean(frame: pd.DataFrame, table: TableName) -> Cleaned:
    for step in STEPS[table]:
        frame = step(frame)
    said = checks.reasons(frame, CHECKS[table])
    good = frame[said == ""]
    return Cleaned(enrich(good) if table is TableName.PRODUCTS else good, said[said != ""])


def _cells(frame: pd.DataFrame, column: str) -> pd.Series:
    """A column, empty where the file does not have it."""
    return frame[column] if column in frame else pd.Series(None, index=frame.index, dtype=object)


def _mend_texts(*columns: str, step: Callable[[pd.Series], pd.Series] = lines) -> Step:
    return lambda frame: frame.assign(**{column: step(_cells(frame, column)) for column in columns})


def _read_category(frame: pd.DataFrame) -> pd.DataFrame:
    paths = [category_path(text) for text in texts(_cells(frame, Columns.Category))]
    return frame.assign(**{Columns.Category: pd.Series(paths, index=frame.index, dtype=object)})


def _read_prices(frame: pd.DataFrame) -> pd.DataFrame:
    """Price, list price and currency; the top of a range of prices becomes an attribute."""
    cells = _cells(frame, Columns.Price)
    empty = _is_empty(cells)
    parsed = [None if nothing else parse_price(cell) for cell, nothing in zip(cells, empty, strict=True)]
    amounts = [
        price.amount if price else (np.nan if nothing else np.inf) for price, nothing in zip(parsed, empty, strict=True)
    ]
    named = lines(_cells(frame, Columns.Currency)).str.upper()
    named = named.where(named.str.fullmatch("[A-Z]{3}"), "")
    currency = [said or (price.currency if price else "") or "" for said, price in zip(named, parsed, strict=True)]
    listed = [parse_price(cell) for cell in _cells(frame, Columns.ListPrice)]
    upper = pd.Series([price.upper if price else None for price in parsed], index=frame.index, dtype="float64")
    return frame.assign(
        **{
            Columns.Price: pd.Series(amounts, index=frame.index, dtype="float64"),
            Columns.ListPrice: pd.Series([p.amount if p else None for p in listed], index=frame.index, dtype="float64"),
            Columns.Currency: pd.Series(currency, index=frame.index, dtype=object),
            PRICE_UPPER: upper.fillna(numbers(_cells(frame, PRICE_UPPER)).replace(np.inf, np.nan)),
        }
    )


def _is_empty(cells: pd.Series) -> list[bool]:
    if pd.api.types.is_numeric_dtype(cells):
        return cells.isna().tolist()
    return (lines(cells) == "").tolist()


def _drop_false_discounts(frame: pd.DataFrame) -> pd.DataFrame:
    """A list price that is not above the price is no list price."""
    return frame.assign(
        **{Columns.ListPrice: frame[Columns.ListPrice].where(frame[Columns.ListPrice] > frame[Columns.Price])}
    )


def _read_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    rated = ratings(_cells(frame, Columns.Rating))
    count = numbers(_cells(frame, Columns.RatingCount)).replace(np.inf, np.nan).clip(lower=0)
    unrated = (rated == 0) & ~(count > 0)
    return frame.assign(
        **{
            Columns.Rating: rated.mask(unrated),
            Columns.RatingCount: count.fillna(0).round().astype("int64"),
            Columns.Stock: stock(_cells(frame, Columns.Stock)),
        }
    )


def _read_attributes(frame: pd.DataFrame) -> pd.DataFrame:
    upper = frame[PRICE_UPPER]
    read = [attributes(raw) for raw in _cells(frame, Columns.Attributes)]
    for found, price, top in zip(read, frame[Columns.Price], upper, strict=True):
        if top > price > 0:
            found[PRICE_RANGE] = f"{price:.2f}–{top:.2f}"
    tagged = [tags(raw) for raw in _cells(frame, Columns.Tags)]
    return frame.assign(
        **{
            Columns.Attributes: pd.Series(read, index=frame.index, dtype=object),
            Columns.Tags: pd.Series(tagged, index=frame.index, dtype=object),
        }
    )


def _make_missing_ids(frame: pd.DataFrame) -> pd.DataFrame:
    """Only where the format has no ids at all: a hash of what tells products apart, the same on every import."""
    if Columns.Product in frame:
        return frame
    parts = [frame[column].map(str) for column in (Columns.Title, Columns.Brand, Columns.Url, Columns.Image)]
    return frame.assign(**{Columns.Product: _hashes(parts, frame.index)})


def _read_events(frame: pd.DataFrame) -> pd.DataFrame:
    """An event in the shop's own word; a file that names none is of purchases."""
    said = lines(_cells(frame, Columns.Event)).str.lower()
    if Columns.Event not in frame:
        said = pd.Series("purchase", index=frame.index, dtype=object)
    value = numbers(_cells(frame, Columns.Value)) if Columns.Value in frame else pd.Series(1.0, index=frame.index)
    return frame.assign(
        **{
            Columns.Event: said.map(_EVENTS).fillna(""),
            Columns.Value: value.fillna(1.0),
            Columns.Timestamp: times(_cells(frame, Columns.Timestamp)),
        }
    )


def _read_review(frame: pd.DataFrame) -> pd.DataFrame:
    moments = times(_cells(frame, Columns.Timestamp))
    frame = frame.assign(**{Columns.Rating: ratings(_cells(frame, Columns.Rating)), Columns.Timestamp: moments})
    parts = [
        frame[column].map(str)
        for column in (Columns.Product, Columns.User, Columns.Timestamp, Columns.Title, Columns.Text)
    ]
    made = _hashes(parts, frame.index)
    given = lines(_cells(frame, Columns.Review))
    return frame.assign(**{Columns.Review: given.where(given != "", made)})


def _hashes(parts: Iterable[pd.Series], index: pd.Index) -> pd.Series:
    joined = zip(*parts, strict=True)
    return pd.Series(
        [hashlib.sha1("\0".join(row).encode(), usedforsecurity=False).hexdigest()[:12] for row in joined],
        index=index,
        dtype=object,
    )


PRICE_UPPER = "price_upper"  # the dearest variant, where the file says so
PRICE_RANGE = "price range"

STEPS: dict[TableName, tuple[Step, ...]] = {
    TableName.PRODUCTS: (
        lambda frame: frame if Columns.Product not in frame else _mend_texts(Columns.Product)(frame),
        _mend_texts(Columns.Title, Columns.Brand, Columns.Image, Columns.Url),
        _mend_texts(Columns.Description, step=texts),
        _make_missing_ids,
        _read_category,
        _read_prices,
        _drop_false_discounts,
        _read_numbers,
        _read_attributes,
    ),
    TableName.INTERACTIONS: (
        _mend_texts(Columns.User, Columns.Product, Columns.Device, Columns.Region, Columns.Channel),
        _read_events,
    ),
    TableName.REVIEWS: (
        _mend_texts(Columns.Product, Columns.User, Columns.Title),
        _mend_texts(Columns.Text, step=texts),
        _read_review,
    ),
    TableName.ORDERS: (read_orders,),
}

CHECKS = {
    TableName.PRODUCTS: checks.PRODUCT_CHECKS,
    TableName.INTERACTIONS: checks.INTERACTION_CHECKS,
    TableName.REVIEWS: checks.REVIEW_CHECKS,
    TableName.ORDERS: ORDER_CHECKS,
}
