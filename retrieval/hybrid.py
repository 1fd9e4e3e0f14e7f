"""Search as the rest of the program sees it: text and filters in, ranked products out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.catalogue import Catalogue
from data.store import Store
from retrieval.encoder import Encoder
from retrieval.filters import Filters
from retrieval.fusion import reciprocal_rank
from retrieval.index import SearchIndex, load_or_build
from retrieval.popularity import popularity
from retrieval.request import content

NO_FILTERS = Filters()
DEPTH = 200  # candidates taken from each ranking


@dataclass(frozen=True, slots=True)
class Hit:
    """One product found. Ranks start at 1 and are None where that ranking did not have it.

    `cosine` (-1 to 1) is the likeness in meaning of query and product, `coverage` (0 to 1) the share of the query's
    words that the product has; both are 0 where there was no query.
    """

    row: int
    product_id: str
    score: float
    cosine: float = 0.0
    coverage: float = 0.0
    dense_rank: int | None = None
    lexical_rank: int | None = None


class HybridSearch:
    """Dense and lexical search over one store's catalogue, fused, with filters applied before ranking."""

    def __init__(self, catalogue: Catalogue, index: SearchIndex, encoder: Encoder, popular: np.ndarray) -> None:
        self.catalogue = catalogue
        self.encoder = encoder
        self.dense, self.lexical = index
        self._popular = popular

    @classmethod
    def open(cls, store: Store, *, encoder: Encoder | None = None, progress: bool = True) -> HybridSearch:
        """Load the store's index, or build it where it is missing, damaged or of other products.

        Raises AisleError where it must be built and cannot be.
        """
        encoder = encoder or Encoder(store.settings.encoder)
        catalogue = Catalogue(store.products())
        index = load_or_build(store, catalogue, encoder, progress=progress)
        return cls(catalogue, index, encoder, popularity(catalogue, store.interactions()))

    def search(self, query: str, k: int = 10, filters: Filters = NO_FILTERS, *, offset: int = 0) -> list[Hit]:
        """The hits from `offset` on, best first, at most k.

        A request as typed will do: what only asks or names a price is left out of the ranking. Where nothing else is
        said, the most popular products that the filters allow come first.
        """
        allowed = filters.mask(self.catalogue) if filters else None
        wanted = content(query)
        hits = self._ranked(wanted, offset + k, allowed) if wanted else self._browse(allowed)
        return hits[offset : offset + k]

    def similar(self, product_id: str, k: int = 10, filters: Filters = NO_FILTERS) -> list[Hit]:
        """The products nearest in meaning to one of them, without it. Raises KeyError for an unknown id."""
        own = self.catalogue.row_of(product_id)
        allowed = filters.mask(self.catalogue)
        allowed[own] = False
        rows, cosines = self.dense.search(self.dense.vector(own), k, allowed)
        return [
            Hit(int(row), self.catalogue.ids[row], float(cosine), cosine=float(cosine), dense_rank=rank)
            for rank, (row, cosine) in enumerate(zip(rows, cosines, strict=True), 1)
        ]

    def _ranked(self, query: str, wanted: int, allowed: np.ndarray | None) -> list[Hit]:
        depth = DEPTH * -(-wanted // DEPTH)
        vector = self.encoder.encode_query(query)
        dense, _ = self.dense.search(vector, depth, allowed)
        lexical_scores = self.lexical.scores(query, self.encoder.knows)
        lexical = _top(lexical_scores.score, depth, allowed)
        rows, scores = reciprocal_rank(dense, lexical)
        rows, scores = rows[:wanted], scores[:wanted]
        cosines = self.dense.cosines(vector, rows)
        dense_rank = {int(row): rank for rank, row in enumerate(dense, 1)}
        lexical_rank = {int(row): rank for rank, row in enumerate(lexical, 1)}
        return [
            Hit(
                row=int(row),
                product_id=self.catalogue.ids[row],
                score=float(score),
                cosine=float(cosine),
                coverage=float(lexical_scores.coverage[row]),
                dense_rank=dense_rank.get(int(row)),
                lexical_rank=lexical_rank.get(int(row)),
            )
            for row, score, cosine in zip(rows, scores, cosines, strict=True)
        ]

    def _browse(self, allowed: np.ndarray | None) -> list[Hit]:
        rows = np.arange(len(self.catalogue)) if allowed is None else np.flatnonzero(allowed)
        rows = rows[np.argsort(-self._popular[rows], kind="stable")]
        return [Hit(int(row), self.catalogue.ids[row], float(self._popular[row])) for row in rows]


def _top(scores: np.ndarray, k: int, allowed: np.ndarray | None) -> np.ndarray:
    """The k rows with the highest positive scores among the allowed ones, best first."""
    positive = np.flatnonzero(scores > 0 if allowed is None else (scores > 0) & allowed)
    return positive[np.argsort(-scores[positive], kind="stable")[:k]]
