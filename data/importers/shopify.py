"""Shopify's product CSV: a row for each variant and each further picture, told apart by `Handle`.

Format: https://help.shopify.com/en/manual/products/import-export/using-csv
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from data.cleaning.text import lines
from data.importers.base import Batch, Source
from data.importers.tables import read_rows, refusals
from data.schema import Columns, TableName

_FIELDS = {
    Columns.Product: ("Handle",),
    Columns.Title: ("Title",),
    Columns.Description: ("Body (HTML)", "Body HTML"),
    Columns.Brand: ("Vendor",),
    Columns.Category: ("Product Category", "Standardized Product Type", "Type", "Custom Product Type"),
    Columns.Price: ("Variant Price",),
    Columns.ListPrice: ("Variant Compare At Price",),
    Columns.Stock: ("Variant Inventory Qty",),
    Columns.Rating: ("Rating (product.metafields.reviews.rating)",),
    Columns.RatingCount: ("Rating count (product.metafields.reviews.rating_count)",),
    Columns.Image: ("Image Src",),
    Columns.Tags: ("Tags",),
}
_OPTIONS = tuple((f"Option{number} Name", f"Option{number} Value") for number in (1, 2, 3))
# Only the first row of a product has these.
_OF_PRODUCT = ("Title", "Body (HTML)", "Body HTML", "Vendor", "Product Category", "Standardized Product Type", "Type",
               "Custom Product Type", "Tags", "Published", "Status", "Option1 Name", "Option2 Name", "Option3 Name",
               "Rating (product.metafields.reviews.rating)",
               "Rating count (product.metafields.reviews.rating_count)")  # fmt: skip


class Shopify:
    name = "shopify"
    needs = "the columns Handle, Title and Variant Price"

    def sniff(self, source: Source) -> float:
        return 0.95 if {"Handle", "Title", "Variant Price"} <= set(source.columns) else 0.0

    def read(self, source: Source) -> Iterator[Batch]:
        last: pd.DataFrame | None = None
        for rows in read_rows(source.path, source.kind):
            filled = _filled(rows.frame, last)
            last = filled.iloc[-1:] if len(filled) else last
            picture = (_cell(rows.frame, "Variant Price") == "") & (_cell(rows.frame, "Title") == "")
            for _, value in _OPTIONS:
                picture &= _cell(rows.frame, value) == ""
            hidden = _hidden(filled).mask(picture, "")
            shown = filled[(hidden == "") & ~picture]
            yield Batch(
                TableName.PRODUCTS,
                _fields(shown),
                raw=rows.frame.loc[shown.index],
                folded=int(picture.sum()),
                bad_rows=rows.bad_rows + refusals(rows.frame, hidden),
                variants=True,
            )


def _cell(frame: pd.DataFrame, column: str) -> pd.Series:
    return lines(frame[column]) if column in frame else pd.Series("", index=frame.index, dtype=object)


def _filled(raw: pd.DataFrame, last: pd.DataFrame | None) -> pd.DataFrame:
    """What the first row of a product says, on all its rows, also where a chunk begins within a product."""
    frame = raw if last is None else pd.concat([last, raw])
    handle = lines(frame["Handle"])
    product = (handle != handle.shift()).cumsum()
    columns = [name for name in _OF_PRODUCT if name in frame]
    frame = frame.assign(**{name: frame[name].where(frame[name] != "", None) for name in columns})
    frame[columns] = frame[columns].groupby(product).ffill()
    return frame if last is None else frame.iloc[1:]


def _hidden(frame: pd.DataFrame) -> pd.Series:
    """Why a product is not on sale, "" where it is."""
    status = _cell(frame, "Status").str.lower()
    unpublished = _cell(frame, "Published").str.lower() == "false"
    reason = pd.Series("", index=frame.index, dtype=object).mask(unpublished, "not published")
    return reason.mask(status.isin(["draft", "archived"]), "not on sale: " + status)


def _fields(shown: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame(index=shown.index)
    for field, columns in _FIELDS.items():
        cells = [
            _cell(shown, column) if field != Columns.Description else shown[column]
            for column in columns
            if column in shown
        ]
        if cells:
            best = cells[0]
            for other in cells[1:]:
                best = best.where(lines(best) != "", other)
            frame[field] = best
    # A shop that does not track a variant, or sells it when it is out, does not say what is in stock.
    tracked = _cell(shown, "Variant Inventory Tracker") != "" if "Variant Inventory Tracker" in shown else True
    oversold = _cell(shown, "Variant Inventory Policy").str.lower() == "continue"
    if Columns.Stock in frame:
        frame[Columns.Stock] = frame[Columns.Stock].where(tracked & ~oversold, "")
    frame[Columns.Attributes] = _options(shown)
    return frame


def _options(shown: pd.DataFrame) -> pd.Series:
    pairs = [zip(_cell(shown, name), _cell(shown, value), strict=True) for name, value in _OPTIONS]
    rows: list[dict[str, Any]] = [
        {name: value for name, value in row if name and value and value != "Default Title"}
        for row in zip(*pairs, strict=True)
    ]
    return pd.Series(rows, index=shown.index, dtype=object)
