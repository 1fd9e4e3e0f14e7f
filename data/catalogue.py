"""The products of a store in memory: columns as NumPy arrays for filtering, single rows as `Product`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import pyarrow as pa

from data.records import CATEGORY_SEPARATOR, VALUE_SEPARATOR, Product
from data.schema import Columns


class Catalogue:
    """Products by row number (the number that every index and mask uses) and by id.

    Arrays have shape `[len(catalogue)]` and the table's order.
    """

    def __init__(self, table: pa.Table) -> None:
        self.table = table.combine_chunks()
        self.ids: list[str] = self.table[Columns.Product].to_pylist()
        self._rows = {product_id: row for row, product_id in enumerate(self.ids)}

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, product_id: str) -> bool:
        return product_id in self._rows

    def row_of(self, product_id: str) -> int:
        """Raises KeyError for an id that the catalogue does not have."""
        return self._rows[product_id]

    def product(self, row: int) -> Product:
        return self.products([row])[0]

    def get(self, product_id: str) -> Product:
        """Raises KeyError for an id that the catalogue does not have."""
        return self.product(self.row_of(product_id))

    def known(self, product_ids: Iterable[str]) -> list[Product]:
        """The products of these ids in their order, without those that have left the catalogue."""
        return self.products(self._rows[product_id] for product_id in product_ids if product_id in self._rows)

    def products(self, rows: Iterable[int]) -> list[Product]:
        records = self.table.take(pa.array([int(row) for row in rows], pa.int64())).to_pylist()
        return [_record(record) for record in records]

    @cached_property
    def price(self) -> np.ndarray:
        return self._numbers(Columns.Price)

    @cached_property
    def rating(self) -> np.ndarray:
        """NaN where nobody has rated."""
        return self._numbers(Columns.Rating)

    @cached_property
    def rating_count(self) -> np.ndarray:
        return np.nan_to_num(self._numbers(Columns.RatingCount))

    @cached_property
    def stock(self) -> np.ndarray:
        """NaN where the shop does not count."""
        return self._numbers(Columns.Stock)

    @cached_property
    def in_stock(self) -> np.ndarray:
        return ~(self.stock <= 0)

    @cached_property
    def titles(self) -> list[str]:
        return self.table[Columns.Title].to_pylist()

    @cached_property
    def categories(self) -> list[str]:
        return [category or "" for category in self.table[Columns.Category].to_pylist()]

    @cached_property
    def brands(self) -> list[str]:
        return [brand or "" for brand in self.table[Columns.Brand].to_pylist()]

    @cached_property
    def tags(self) -> list[list[str]]:
        return [tags or [] for tags in self.table[Columns.Tags].to_pylist()]

    @cached_property
    def rows_by_category(self) -> dict[str, np.ndarray]:
        """Rows of every category path and of every ancestor of it, sorted: a subtree is one look-up."""
        rows: dict[str, list[int]] = {}
        for row, path in enumerate(self.categories):
            steps = path.split(CATEGORY_SEPARATOR) if path else []
            for depth in range(1, len(steps) + 1):
                rows.setdefault(CATEGORY_SEPARATOR.join(steps[:depth]), []).append(row)
        return _arrays(rows)

    @cached_property
    def rows_by_brand(self) -> dict[str, np.ndarray]:
        rows: dict[str, list[int]] = {}
        for row, brand in enumerate(self.brands):
            if brand:
                rows.setdefault(brand.casefold(), []).append(row)
        return _arrays(rows)

    @cached_property
    def rows_by_attribute(self) -> dict[str, dict[str, np.ndarray]]:
        """name → value in lower case → rows."""
        rows: dict[str, dict[str, list[int]]] = {}
        for row, pairs in enumerate(self.table[Columns.Attributes].to_pylist()):
            for name, value in pairs or ():
                for part in (value or "").split(VALUE_SEPARATOR):
                    if part:
                        rows.setdefault(name, {}).setdefault(part.casefold(), []).append(row)
        return {name: _arrays(values) for name, values in rows.items()}

    def _numbers(self, column: str) -> np.ndarray:
        return self.table[column].cast(pa.float64()).to_numpy()


def _arrays(rows: dict[str, list[int]]) -> dict[str, np.ndarray]:
    return {key: np.asarray(sorted(set(found)), dtype=np.int64) for key, found in rows.items()}


def _record(record: dict[str, object]) -> Product:
    """The table was validated when it was ingested, so that a row is read without validating it again."""
    record[Columns.Attributes] = dict(record[Columns.Attributes] or ())  # type: ignore[call-overload]
    record[Columns.Tags] = tuple(record[Columns.Tags] or ())  # type: ignore[arg-type]
    absent = {Columns.Description: "", Columns.Category: "", Columns.RatingCount: 0, Columns.Currency: "USD"}
    for column, otherwise in absent.items():
        record[column] = record[column] or otherwise
    return Product.model_construct(**record)  # type: ignore[arg-type]
