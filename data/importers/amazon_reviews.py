"""Amazon Reviews 2023 (McAuley Lab): `meta_*.jsonl` holds products, the other files reviews; gzip or not.

Source: https://amazon-reviews-2023.github.io. Products are told apart by `parent_asin`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from data.importers.base import Batch, Source
from data.importers.tables import read_rows
from data.schema import Columns, TableName

_META = {
    Columns.Product: "parent_asin",
    Columns.Title: "title",
    Columns.Price: "price",
    Columns.Rating: "average_rating",
    Columns.RatingCount: "rating_number",
    Columns.Brand: "store",
}
_REVIEW = {
    Columns.Product: "parent_asin",
    Columns.User: "user_id",
    Columns.Rating: "rating",
    Columns.Title: "title",
    Columns.Text: "text",
    Columns.Timestamp: "timestamp",
}
_IS_META = {"parent_asin", "title", "average_rating"}
_IS_REVIEW = {"user_id", "rating", "text", "timestamp"}
_NO_ATTRIBUTE = frozenset(
    {"best sellers rank", "date first available", "item model number", "upc", "isbn-10", "isbn-13"}
)


class AmazonReviews:
    name = "amazon-reviews-2023"
    needs = "parent_asin, title and average_rating (products), or user_id, rating, text and timestamp (reviews)"

    def sniff(self, source: Source) -> float:
        columns = set(source.columns)
        is_review = columns >= _IS_REVIEW and columns & {"asin", "parent_asin"}
        return 0.95 if columns >= _IS_META or is_review else 0.0

    def read(self, source: Source) -> Iterator[Batch]:
        yield from _products(source) if set(source.columns) >= _IS_META else _reviews(source)


def _products(source: Source) -> Iterator[Batch]:
    for rows in read_rows(source.path, source.kind):
        raw = rows.frame
        frame = _renamed(raw, _META)
        frame[Columns.Currency] = "USD"
        frame[Columns.Description] = _column(raw, "description").where(
            _column(raw, "description").map(bool), _column(raw, "features")
        )
        categories = _column(raw, "categories")
        frame[Columns.Category] = categories.where(categories.map(_filled), _column(raw, "main_category"))
        frame[Columns.Image] = _column(raw, "images").map(_first_image)
        frame[Columns.Attributes] = _column(raw, "details").map(_details)
        yield Batch(TableName.PRODUCTS, frame, raw=raw, bad_rows=rows.bad_rows)


def _reviews(source: Source) -> Iterator[Batch]:
    """Each review is a rating as well."""
    for rows in read_rows(source.path, source.kind):
        raw = rows.frame.assign(parent_asin=_column(rows.frame, "parent_asin").fillna(_column(rows.frame, "asin")))
        frame = _renamed(raw, _REVIEW)
        yield Batch(TableName.REVIEWS, frame, raw=rows.frame, bad_rows=rows.bad_rows)
        ratings = frame[[Columns.User, Columns.Product, Columns.Timestamp]].copy()
        ratings[Columns.Event] = "rating"
        ratings[Columns.Value] = frame[Columns.Rating]
        yield Batch(TableName.INTERACTIONS, ratings, raw=rows.frame, derived=True)


def _renamed(raw: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({field: _column(raw, name) for field, name in names.items()}, index=raw.index)


def _column(raw: pd.DataFrame, name: str) -> pd.Series:
    return raw[name] if name in raw else pd.Series(None, index=raw.index, dtype=object)


def _filled(cell: Any) -> bool:
    return isinstance(cell, list) and bool(cell)


def _first_image(cell: Any) -> str:
    """The main picture in its largest size."""
    images = [image for image in cell if isinstance(image, dict)] if isinstance(cell, list) else []
    main = next((image for image in images if image.get("variant") == "MAIN"), images[0] if images else {})
    return str(main.get("hi_res") or main.get("large") or main.get("thumb") or "")


def _details(cell: Any) -> dict[str, Any]:
    if not isinstance(cell, dict):
        return {}
    return {name: value for name, value in cell.items() if name.lower() not in _NO_ATTRIBUTE}
