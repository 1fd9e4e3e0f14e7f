"""WooCommerce's product CSV: simple products, and variable ones with a row for each variation.

Format: https://github.com/woocommerce/woocommerce/wiki/Product-CSV-Import-Schema
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from data.cleaning.text import lines
from data.importers.base import Batch, Source
from data.importers.generic import first_link
from data.importers.tables import read_rows, refusals
from data.records import VALUE_SEPARATOR
from data.schema import Columns, TableName

_INHERITED = ("Name", "Description", "Short description", "Categories", "Tags", "Brands", "Images")
_COMMA = re.compile(r"(?<!\\),\s*")


class WooCommerce:
    name = "woocommerce"
    needs = "the columns Type, Name and Regular price"

    def sniff(self, source: Source) -> float:
        columns = set(source.columns)
        marks = columns & {"Parent", "In stock?", "Tax status", "Images"}
        return 0.95 if {"Type", "Name", "Regular price"} <= columns and marks else 0.0

    def read(self, source: Source) -> Iterator[Batch]:
        """The whole export at once: a variation names its parent by id or by SKU, wherever that stands."""
        parts = list(read_rows(source.path, source.kind))
        raw = pd.concat([part.frame for part in parts])
        bad_rows = [bad for part in parts for bad in part.bad_rows]
        products = _Products(raw)
        reasons = products.reasons()
        bad_rows += refusals(raw, reasons)
        fields = products.fields()
        variation, parent = products.variation & (reasons == ""), products.has_variations & (reasons == "")
        single = (reasons == "") & ~variation & ~parent
        yield Batch(TableName.PRODUCTS, fields[single], raw=raw[single], bad_rows=bad_rows)
        yield Batch(TableName.PRODUCTS, fields[variation], raw=raw[variation], folded=int(parent.sum()), variants=True)


class _Products:
    """The export's rows, each variation beside its parent."""

    def __init__(self, raw: pd.DataFrame) -> None:
        self.raw = raw
        self.types = self._cell("Type").str.lower()
        self.variation = self.types.str.contains("variation")
        ids, skus, parents = self._cell("ID"), self._cell("SKU"), self._cell("Parent")
        self.own_id = ids.where(ids != "", skus)
        names = {f"id:{number}": row for row, number in ids[ids != ""].items()}
        names |= {sku: row for row, sku in skus[skus != ""].items()}
        self.parent_row = parents.where(self.variation, "").map(names)
        self.has_variations = pd.Series(raw.index.isin(self.parent_row.dropna()), index=raw.index)

    def _cell(self, column: str) -> pd.Series:
        return lines(self.raw[column]) if column in self.raw else pd.Series("", index=self.raw.index, dtype=object)

    def reasons(self) -> pd.Series:
        """Why a row is no product that a shopper can buy, "" where it is one."""
        reason = pd.Series("", index=self.raw.index, dtype=object)
        reason = reason.mask(self.variation & self.parent_row.isna(), "variation of a product that is not in the file")
        published = self._cell("Published")
        hidden = ~published.isin(["", "1", "true", "TRUE", "yes"])
        parent_hidden = self.parent_row.map(hidden).fillna(False).astype(bool)
        return reason.mask((reason == "") & (hidden | parent_hidden), "not published")

    def fields(self) -> pd.DataFrame:
        cells = {name: self._inherited(name) for name in _INHERITED}
        regular, sale = self._cell("Regular price"), self._cell("Sale price")
        frame = pd.DataFrame(
            {
                Columns.Product: self.parent_row.map(self.own_id).fillna(self.own_id),
                Columns.Title: cells["Name"],
                Columns.Description: cells["Description"].where(cells["Description"] != "", cells["Short description"]),
                Columns.Brand: cells["Brands"],
                Columns.Category: cells["Categories"].map(_deepest),
                Columns.Price: sale.where(sale != "", regular),
                Columns.ListPrice: regular,
                Columns.Stock: self._stock(),
                Columns.Image: cells["Images"].map(first_link),
                Columns.Tags: cells["Tags"],
            }
        )
        frame[Columns.Attributes] = self._attributes()
        return frame

    def _inherited(self, column: str) -> pd.Series:
        """A variation has its parent's text: its own name only repeats the options."""
        if column not in self.raw:
            return self._cell(column)
        own = self.raw[column].fillna("") if column in ("Description", "Short description") else self._cell(column)
        of_parent = self.parent_row.map(own)
        own = own.where(of_parent.isna() | (of_parent == ""), of_parent) if column != "Images" else own
        return own.where(own != "", of_parent.fillna(""))

    def _stock(self) -> pd.Series:
        """Pieces, or "in stock" / "out of stock" where the shop does not count."""
        said = self._cell("In stock?").map({"1": "in stock", "0": "out of stock", "backorder": "in stock"}).fillna("")
        pieces = self._cell("Stock")
        return pieces.where((pieces != "") & (said != "out of stock"), said)

    def _attributes(self) -> pd.Series:
        numbers = [name.split()[1] for name in self.raw.columns if re.fullmatch(r"Attribute \d+ name", name)]
        pairs = [(self._cell(f"Attribute {n} name"), self._cell(f"Attribute {n} value(s)")) for n in numbers]
        own = {
            row: {name[row]: VALUE_SEPARATOR.join(_COMMA.split(value[row])) for name, value in pairs if name[row]}
            for row in self.raw.index
        }
        rows = [
            (own[int(parent)] | own[row]) if parent == parent else own[row]  # noqa: PLR0124  # NaN has no parent
            for row, parent in self.parent_row.items()
        ]
        return pd.Series(rows, index=self.raw.index, dtype=object)


def _deepest(categories: str) -> str:
    """A product lies in several categories: the longest path says most."""
    paths = [path.replace("\\,", ",") for path in _COMMA.split(categories)]
    return max(paths, key=lambda path: path.count(">"))
