"""The products of a store in memory: columns as NumPy arrays for filtering, single rows as `Product`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.grouping import Coded, coded, grouped, grouped_by_pair
from data.records import CATEGORY_SEPARATOR, VALUE_SEPARATOR, Product
from data.schema import Columns


class Catalogue:
    """Products by row number (the number that every index and mask uses) and by id.

    Arrays have shape `[len(catalogue)]` and the table's order. Columns are read when they are first asked for, so that
    a table that lies memory-mapped on disk stays there.
    """

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.ids: list[str] = table[Columns.Product].to_pylist()
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
        """In the order of the rows."""
        wanted = np.fromiter(rows, np.int64)
        batches = np.searchsorted(self._starts, wanted, side="right") - 1
        records: dict[int, dict[str, object]] = {}
        for batch in np.unique(batches):  # `Table.take` would first join the batches of the whole table
            places = wanted[batches == batch]
            taken = self._batches[batch].take(pa.array(places - self._starts[batch]))
            records.update(zip(places.tolist(), taken.to_pylist(), strict=True))
        return [_record(dict(records[row])) for row in wanted.tolist()]

    @cached_property
    def _batches(self) -> list[pa.RecordBatch]:
        return self.table.to_batches()

    @cached_property
    def _starts(self) -> np.ndarray:
        """The row that each batch begins with."""
        return np.cumsum([0, *(len(batch) for batch in self._batches[:-1])])

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

    @property
    def texts(self) -> list[pa.ChunkedArray]:
        """Titles and descriptions as they are written."""
        return [self.table[Columns.Title], self.table[Columns.Description]]

    @cached_property
    def brands(self) -> list[str]:
        return [brand or "" for brand in self.table[Columns.Brand].to_pylist()]

    @cached_property
    def rows_by_category(self) -> dict[str, np.ndarray]:
        """Rows of every category path and of every ancestor of it, sorted: a subtree is one look-up."""
        below: dict[str, list[np.ndarray]] = {}
        for path, rows in self._grouped(Columns.Category).items():
            steps = path.split(CATEGORY_SEPARATOR) if path else []
            for depth in range(1, len(steps) + 1):
                below.setdefault(CATEGORY_SEPARATOR.join(steps[:depth]), []).append(rows)
        return _joined(below)

    @cached_property
    def rows_by_brand(self) -> dict[str, np.ndarray]:
        spelt: dict[str, list[np.ndarray]] = {}
        for brand, rows in self._grouped(Columns.Brand).items():
            if brand:
                spelt.setdefault(brand.casefold(), []).append(rows)
        return _joined(spelt)

    @cached_property
    def rows_by_attribute(self) -> dict[str, dict[str, np.ndarray]]:
        """name → value in lower case → rows."""
        stating: dict[str, dict[str, list[np.ndarray]]] = {}
        for (name, value), rows in _by_attribute(self.table).items():
            for part in (value or "").split(VALUE_SEPARATOR):
                if part:
                    stating.setdefault(name, {}).setdefault(part.casefold(), []).append(rows)
        return {name: _joined(values) for name, values in stating.items()}

    @cached_property
    def last_shelves(self) -> Coded:
        """The category path of each row."""
        return coded(self.table[Columns.Category])

    @cached_property
    def rows_by_tag(self) -> dict[str, np.ndarray]:
        chunks = self.table[Columns.Tags].chunks
        rows = np.repeat(np.arange(len(self)), _counts(chunks))
        tags = pa.chunked_array([_flat(chunk, chunk.values) for chunk in chunks], pa.string())
        return grouped(tags, rows)

    def rows_titled(self, words: str, pattern: re.Pattern[str]) -> np.ndarray:
        """The rows whose title has the words, in whatever case, where the pattern says so of it in lower case."""
        titles = self.table[Columns.Title]
        rows = np.flatnonzero(pc.match_substring(titles, words, ignore_case=True))
        found = titles.take(pa.array(rows)).to_pylist()
        kept = [bool(pattern.search(title.casefold())) for title in found]
        return rows[np.array(kept, bool)]

    def _grouped(self, column: str) -> dict[str, np.ndarray]:
        return grouped(self.table[column], np.arange(len(self)))

    def _numbers(self, column: str) -> np.ndarray:
        return self.table[column].cast(pa.float64()).to_numpy()


def _by_attribute(table: pa.Table) -> dict[tuple[str, str], np.ndarray]:
    """Rows by each pair of a name and a value as it is written."""
    chunks = table[Columns.Attributes].chunks
    rows = np.repeat(np.arange(len(table)), _counts(chunks))
    names = pa.chunked_array([_flat(chunk, chunk.keys) for chunk in chunks], pa.string())
    values = pa.chunked_array([_flat(chunk, chunk.items) for chunk in chunks], pa.string())
    return grouped_by_pair(names, values, rows)


def _counts(chunks: list[pa.ListArray]) -> np.ndarray:
    """How many values each row has: int64 `[rows]`."""
    counts = [np.diff(chunk.offsets.to_numpy()) for chunk in chunks]
    return np.concatenate([np.empty(0, np.int64), *counts]).astype(np.int64)


def _flat(chunk: pa.ListArray, parts: pa.Array) -> pa.Array:
    """The values of this chunk alone: a slice of a column shares the buffers of the whole."""
    starts = chunk.offsets
    return parts[starts[0].as_py() : starts[-1].as_py()]


def _joined(parts: dict[str, list[np.ndarray]]) -> dict[str, np.ndarray]:
    return {key: found[0] if len(found) == 1 else np.unique(np.concatenate(found)) for key, found in parts.items()}


def _record(record: dict[str, object]) -> Product:
    """The table was validated when it was ingested, so that a row is read without validating it again."""
    record[Columns.Attributes] = dict(record[Columns.Attributes] or ())  # type: ignore[call-overload]
    record[Columns.Tags] = tuple(record[Columns.Tags] or ())  # type: ignore[arg-type]
    absent = {Columns.Description: "", Columns.Category: "", Columns.RatingCount: 0, Columns.Currency: "USD"}
    for column, otherwise in absent.items():
        record[column] = record[column] or otherwise
    return Product.model_construct(**record)  # type: ignore[arg-type]
