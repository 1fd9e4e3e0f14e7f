"""Rows that are one product: the same id twice, variants of one id, and listings alike in all a shopper sees."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from data.cleaning.attributes import join_values
from data.cleaning.pipeline import PRICE_RANGE
from data.records import VALUE_SEPARATOR
from data.schema import Columns

VARIANTS = "_variants"  # true: rows of one id are its options


class Merged(NamedTuple):
    """`aliases` takes the id of a listing that was merged away to the id that stands for it."""

    products: pd.DataFrame
    merged: int
    aliases: dict[str, str]


def merge_ids(products: pd.DataFrame) -> pd.DataFrame:
    """One row an id. Of duplicates the first wins and later ones fill its gaps; variants are joined."""
    repeated = products[Columns.Product].duplicated(keep=False)
    if not repeated.any():
        return products
    rows = [
        _merge_variants(group) if group[VARIANTS].iloc[0] else _merge_duplicates(group)
        for _, group in products[repeated].groupby(Columns.Product, sort=False)
    ]
    joined = pd.concat([products[~repeated], pd.DataFrame(rows).astype(products.dtypes.to_dict())])
    return joined.sort_index()


def merge_alike(products: pd.DataFrame) -> Merged:
    """Listings with another id but the same title, brand, price, description, picture and attributes."""
    columns = (Columns.Title, Columns.Brand, Columns.Price, Columns.Description, Columns.Image, Columns.Attributes)
    keys = pd.Series(
        [hash(tuple(_comparable(cell) for cell in row)) for row in zip(*(products[c] for c in columns), strict=True)],
        index=products.index,
    )
    first = products[Columns.Product].groupby(keys).transform("first")
    away = first != products[Columns.Product]
    aliases = dict(zip(products.loc[away, Columns.Product], first[away], strict=True))
    return Merged(products[~away], int(away.sum()), aliases)


def _comparable(cell: object) -> object:
    if isinstance(cell, dict):
        return tuple(sorted(cell.items()))
    return " ".join(cell.casefold().split()) if isinstance(cell, str) else cell


def _merge_duplicates(group: pd.DataFrame) -> pd.Series:
    row = group.iloc[0].copy()
    for column in group.columns:
        filled = [cell for cell in group[column] if not _is_nothing(cell)]
        if filled:
            row[column] = filled[0]
    row[Columns.Attributes] = {
        name: v for cell in reversed(list(group[Columns.Attributes])) for name, v in cell.items()
    }
    return row


def _merge_variants(group: pd.DataFrame) -> pd.Series:
    """The lowest price, all values of each option, the stock of all together (unknown where one is unknown)."""
    row = _merge_duplicates(group)
    low, high = group[Columns.Price].min(), group[Columns.Price].max()
    row[Columns.Price] = low
    row[Columns.ListPrice] = group[Columns.ListPrice].where(group[Columns.Price] == low).max()
    row[Columns.Stock] = np.nan if group[Columns.Stock].isna().any() else group[Columns.Stock].sum()
    names = dict.fromkeys(name for cell in group[Columns.Attributes] for name in cell if name != PRICE_RANGE)
    row[Columns.Attributes] = {
        name: join_values(v for cell in group[Columns.Attributes] for v in cell.get(name, "").split(VALUE_SEPARATOR))
        for name in names
    }
    if high > low:
        row[Columns.Attributes][PRICE_RANGE] = f"{low:.2f}–{high:.2f}"
    row[Columns.Tags] = list(dict.fromkeys(tag for cell in group[Columns.Tags] for tag in cell))
    return row


def _is_nothing(cell: object) -> bool:
    """Empty text, an empty list or map, zero and NaN all leave a gap to fill."""
    return not cell or (isinstance(cell, float) and np.isnan(cell))
