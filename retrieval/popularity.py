"""A ranking without a query: what others bought and liked."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.catalogue import Catalogue
from data.schema import Columns

PRIOR_RATINGS = 10  # ratings of the average product that every product is given: one five-star rating is no proof
BOUGHT_SHARE = 0.5
NO_PRODUCT_IS_LESS = 1e-6


def popularity(catalogue: Catalogue, interactions: pa.Table) -> np.ndarray:
    """float32 `[n]`, above 0 and at most 1: by the logarithm of purchases and ratings, and the shrunken mean rating.

    Products out of stock come after all others.
    """
    bought = np.log1p(_purchases(catalogue, interactions) + catalogue.rating_count)
    bought /= bought.max(initial=0) or 1
    score = BOUGHT_SHARE * bought + (1 - BOUGHT_SHARE) * shrunken_rating(catalogue) / 5
    ranked = np.where(catalogue.in_stock, (1 + score) / 2, score / 2)
    return np.maximum(ranked, NO_PRODUCT_IS_LESS).astype(np.float32)


def shrunken_rating(catalogue: Catalogue) -> np.ndarray:
    """Mean stars with `PRIOR_RATINGS` ratings of the catalogue's mean added (a Bayesian average): float64 `[n]`."""
    rated = ~np.isnan(catalogue.rating)
    stars = np.where(rated, catalogue.rating, 0.0)
    counts = np.where(rated, np.maximum(catalogue.rating_count, 1), 0)
    mean = float((stars * counts).sum() / counts.sum()) if counts.sum() else 0.0
    return (stars * counts + mean * PRIOR_RATINGS) / (counts + PRIOR_RATINGS)


def _purchases(catalogue: Catalogue, interactions: pa.Table) -> np.ndarray:
    bought = interactions.filter(pc.field(Columns.Event) == "purchase")
    counts = bought.group_by(Columns.Product).aggregate([([], "count_all")]).to_pydict()
    purchases = np.zeros(len(catalogue))
    for product_id, count in zip(counts[Columns.Product], counts["count_all"], strict=True):
        if product_id in catalogue:
            purchases[catalogue.row_of(product_id)] = count
    return purchases
