"""Which of the values a shopper named can be filters, judged by what the catalogue holds where the search leads."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from assistant.understanding.vocabulary import Mention
from data.catalogue import Catalogue
from retrieval.filters import BRAND, CATEGORY, COLOUR, Filters
from retrieval.hybrid import HybridSearch

AGREEMENT = 0.6  # of the first results must lie on the named shelf for the shelf to become a filter
COVERAGE = 0.5  # of the products in question must state an attribute for it to become a filter
FIRST_RESULTS = 10
SCOPE = 50


class Grounded(NamedTuple):
    filters: list[Mention]
    wishes: list[Mention]  # they rank, since too few products say whether they hold


def ground(search: HybridSearch, query: str, carried: Filters, wanted: list[Mention]) -> Grounded:
    """Brands and colours always filter. A category filters where the search agrees with it ("swim dress" leads past
    the shelf of dresses), an attribute where most products in question state it."""
    if not any(mention.field not in (BRAND, COLOUR) for mention in wanted):
        return Grounded(wanted, [])
    rows = np.array([hit.row for hit in search.search(query, SCOPE)], dtype=np.int64)
    grounded = Grounded([], [])
    scope = rows
    for mention in sorted(wanted, key=lambda mention: mention.field != CATEGORY):
        if mention.field == CATEGORY:
            shelf = _rows_on(search.catalogue, mention)
            agreed = len(rows) > 0 and np.isin(rows[:FIRST_RESULTS], shelf).mean() >= AGREEMENT
            if agreed:
                scope = shelf
            (grounded.filters if agreed else grounded.wishes).append(mention)
        elif mention.field in (BRAND, COLOUR):
            grounded.filters.append(mention)
        else:
            if carried.category:
                scope = np.flatnonzero(Filters(category=carried.category).mask(search.catalogue))
            stated = _coverage(search.catalogue, mention.field, scope)
            (grounded.filters if stated >= COVERAGE else grounded.wishes).append(mention)
    return grounded


def _rows_on(catalogue: Catalogue, mention: Mention) -> np.ndarray:
    return np.concatenate([catalogue.rows_by_category[path] for path in mention.values])


def _coverage(catalogue: Catalogue, attribute: str, rows: np.ndarray) -> float:
    stating = catalogue.rows_by_attribute.get(attribute, {}).values()
    if not len(rows) or not stating:
        return 0.0
    return float(np.isin(rows, np.concatenate(list(stating))).mean())
