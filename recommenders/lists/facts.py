"""What list making knows of items: columns, one row an item."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from data.catalogue import Catalogue


@dataclass(frozen=True, eq=False)
class ItemFacts:
    """n items, in the order of the candidates that they describe.

    price: float64 (n,) in the store's currency, NaN where unknown; in_stock: bool (n,); category, brand, family: int
    (n,) codes, −1 where unknown, `family` being the variants of one product; vectors: float32 (n, d) of unit length,
    zeros (or d = 0) where there is none. Raises ValueError where the lengths differ.
    """

    price: np.ndarray
    in_stock: np.ndarray
    category: np.ndarray
    brand: np.ndarray
    family: np.ndarray
    vectors: np.ndarray

    def __post_init__(self) -> None:
        if len({len(getattr(self, field.name)) for field in fields(self)}) > 1:
            raise ValueError("the columns of item facts differ in length")

    def __len__(self) -> int:
        return len(self.price)

    @classmethod
    def of(cls, catalogue: Catalogue, vectors: np.ndarray | None = None, family: np.ndarray | None = None) -> Self:
        """All rows of a catalogue, built once; `take` then gives those of the candidates."""
        rows = len(catalogue)
        return cls(
            price=catalogue.price,
            in_stock=catalogue.in_stock,
            category=_codes(catalogue.categories),
            brand=_codes([brand.casefold() for brand in catalogue.brands]),
            family=np.full(rows, -1) if family is None else family,
            vectors=np.zeros((rows, 0), np.float32) if vectors is None else vectors,
        )

    def take(self, rows: np.ndarray) -> Self:
        """The facts of `rows`: int (m,). −1 is an item without a row, of no known price and not in stock."""
        return type(self)(
            price=_taken(self.price, rows, np.nan),
            in_stock=_taken(self.in_stock, rows, False),
            category=_taken(self.category, rows, -1),
            brand=_taken(self.brand, rows, -1),
            family=_taken(self.family, rows, -1),
            vectors=_taken(self.vectors, rows, 0),
        )


def _taken(column: np.ndarray, rows: np.ndarray, otherwise: float) -> np.ndarray:
    taken = np.full((len(rows), *column.shape[1:]), otherwise, column.dtype)
    taken[rows >= 0] = column[rows[rows >= 0]]
    return taken


def _codes(names: list[str]) -> np.ndarray:
    """int64 (n,): a number for each name, −1 for the empty one."""
    place = {name: code for code, name in enumerate(sorted({name for name in names if name}))}
    return np.array([place.get(name, -1) for name in names], np.int64)
