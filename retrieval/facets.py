"""Counts and extremes of the catalogue under a filter: of all that match, never of one page of results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from data.catalogue import Catalogue
from retrieval.filters import COLOUR
from retrieval.popularity import shrunken_rating

EXTREMES = 5


@dataclass(frozen=True)
class PriceRange:
    """In the store's currency; `count` products lie in it."""

    count: int
    lowest: float
    median: float
    highest: float


@dataclass(frozen=True)
class Facets:
    """How many matching products have each value, the most frequent first; values that none has are left out.

    `categories` counts whole subtrees by path. `attributes` maps a name to its values in lower case, the colour aside.
    `price` is None where nothing matches.
    """

    count: int
    brands: dict[str, int]
    categories: dict[str, int]
    colours: dict[str, int]
    attributes: dict[str, dict[str, int]]
    price: PriceRange | None


@dataclass(frozen=True)
class Statistics:
    """Rows at the extremes, the most extreme first, and the price range of every category subtree.

    `best_rated` goes by the mean rating drawn towards the catalogue's where few have rated; unrated products are not
    in it. `price` is None where nothing matches.
    """

    count: int
    cheapest: tuple[int, ...]
    dearest: tuple[int, ...]
    best_rated: tuple[int, ...]
    price: PriceRange | None
    price_by_category: dict[str, PriceRange]


def facets(catalogue: Catalogue, mask: np.ndarray) -> Facets:
    """`mask`: bool `[n]`, from `Filters.mask`."""
    attributes = {name: _counts(rows, mask) for name, rows in catalogue.rows_by_attribute.items()}
    brands = _counts(catalogue.rows_by_brand, mask)
    return Facets(
        count=int(mask.sum()),
        brands={catalogue.brands[catalogue.rows_by_brand[brand][0]]: count for brand, count in brands.items()},
        categories=_counts(catalogue.rows_by_category, mask),
        colours=attributes.pop(COLOUR, {}),
        attributes={name: counts for name, counts in attributes.items() if counts},
        price=_price_range(catalogue, np.flatnonzero(mask)),
    )


def statistics(catalogue: Catalogue, mask: np.ndarray, *, extremes: int = EXTREMES) -> Statistics:
    """`mask`: bool `[n]`, from `Filters.mask`; `extremes` rows at each end."""
    rows = np.flatnonzero(mask)
    rated = rows[~np.isnan(catalogue.rating[rows])]
    return Statistics(
        count=len(rows),
        cheapest=_first(rows, catalogue.price, extremes),
        dearest=_first(rows, -catalogue.price, extremes),
        best_rated=_first(rated, -shrunken_rating(catalogue), extremes),
        price=_price_range(catalogue, rows),
        price_by_category={
            path: found
            for path, members in sorted(catalogue.rows_by_category.items())
            if (found := _price_range(catalogue, members[mask[members]]))
        },
    )


def _counts(rows_by_value: Mapping[str, np.ndarray], mask: np.ndarray) -> dict[str, int]:
    if not rows_by_value:
        return {}
    starts = np.cumsum([0, *(len(rows) for rows in rows_by_value.values())][:-1])
    counts = np.add.reduceat(mask[np.concatenate(list(rows_by_value.values()))].astype(np.int64), starts)
    found = [(value, int(count)) for value, count in zip(rows_by_value, counts, strict=True) if count]
    return dict(sorted(found, key=lambda pair: (-pair[1], pair[0])))


def _first(rows: np.ndarray, key: np.ndarray, count: int) -> tuple[int, ...]:
    return tuple(int(row) for row in rows[np.argsort(key[rows], kind="stable")[:count]])


def _price_range(catalogue: Catalogue, rows: np.ndarray) -> PriceRange | None:
    if not len(rows):
        return None
    prices = catalogue.price[rows]
    return PriceRange(len(rows), float(prices.min()), float(np.median(prices)), float(prices.max()))
