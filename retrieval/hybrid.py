"""Search as the rest of the program sees it: text and filters in, ranked products out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from rich.progress import Progress

from data.catalogue import Catalogue
from data.schema import INTERACTIONS
from data.stages import stage
from data.store import Store
from retrieval.documents import meaning
from retrieval.encoder import Encoder
from retrieval.filters import Filters
from retrieval.fusion import fused
from retrieval.index import SearchIndex, updated
from retrieval.index_files import open_index
from retrieval.lexical import LexicalScores
from retrieval.popularity import popularity
from retrieval.request import content
from retrieval.reranker import RERANKED, Reranker
from retrieval.top import top

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


class _Candidates(NamedTuple):
    """Rows of both rankings, best first, for a query as it was mended."""

    query: str
    vector: np.ndarray
    words: LexicalScores
    dense: np.ndarray
    lexical: np.ndarray


class HybridSearch:
    """Dense and lexical search over one store's catalogue, fused, with filters applied before ranking."""

    def __init__(
        self,
        catalogue: Catalogue,
        index: SearchIndex,
        encoder: Encoder,
        popular: np.ndarray,
        reranker: Reranker | None = None,
    ) -> None:
        self.catalogue = catalogue
        self.reranker = reranker
        self.encoder = encoder
        self.index = index
        self.dense, self.lexical = index.dense, index.lexical
        self._popular = popular

    @classmethod
    def open(cls, store: Store, *, encoder: Encoder | None = None, progress: bool = True) -> HybridSearch:
        """Open the store's index, brought up to date, or build it where it is missing or damaged.

        Raises AisleError where it must be built and cannot be.
        """
        encoder = encoder or Encoder(store.settings.encoder)
        catalogue, index = open_index(store, encoder, progress=progress)
        reranker = Reranker(store.settings.reranker) if store.settings.reranker else None
        return cls(catalogue, index, encoder, popularity(catalogue, store.interactions()), reranker)

    def search(self, query: str, k: int = 10, filters: Filters = NO_FILTERS, *, offset: int = 0) -> list[Hit]:
        """The hits from `offset` on, best first, at most k.

        A request as typed will do: what only asks or names a price is left out of the ranking. Where nothing else is
        said, the most popular products that the filters allow come first.
        """
        with stage("retrieve"):
            allowed = filters.mask(self.catalogue) if filters else None
            wanted = content(query)
        hits = self._ranked(wanted, offset + k, allowed) if wanted else self._browse(allowed, offset + k)
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

    def updated(self, catalogue: Catalogue, popular: np.ndarray | None = None) -> HybridSearch:
        """A search over another state of the catalogue, which shares what has not changed. This one stays as it was, so
        that a program answers from it until the new one is there. Nothing is written to disk.

        Raises AisleError where the encoder cannot be had.
        """
        with Progress(disable=True) as bar:
            index = updated(self.index, catalogue, self.encoder, self.index.precision, bar)
        popular = popularity(catalogue, INTERACTIONS.empty_table()) if popular is None else popular
        return HybridSearch(catalogue, index, self.encoder, popular, self.reranker)

    def _ranked(self, query: str, wanted: int, allowed: np.ndarray | None) -> list[Hit]:
        with stage("retrieve"):
            found = self._candidates(query, DEPTH * -(-wanted // DEPTH), allowed)
        with stage("rank"):
            return self._reranked(found.query, self._fused(found, max(wanted, RERANKED)))

    def _candidates(self, query: str, depth: int, allowed: np.ndarray | None) -> _Candidates:
        query = self.lexical.spelling.mend(query, self.encoder.knows)
        vector = self.encoder.encode_query(query)
        words = self.lexical.scores(query)
        dense, _ = self.dense.search(vector, depth, allowed)
        return _Candidates(query, vector, words, dense, top(words.score, depth, allowed))

    def _fused(self, found: _Candidates, most: int) -> list[Hit]:
        rows = np.union1d(found.dense, found.lexical)
        cosines, coverage = self.dense.cosines(found.vector, rows), found.words.coverage(rows)
        scores = fused(found.words.score[rows], coverage, cosines)
        dense_rank = {int(row): rank for rank, row in enumerate(found.dense, 1)}
        lexical_rank = {int(row): rank for rank, row in enumerate(found.lexical, 1)}
        return [
            Hit(
                row=int(rows[place]),
                product_id=self.catalogue.ids[rows[place]],
                score=float(scores[place]),
                cosine=float(cosines[place]),
                coverage=float(coverage[place]),
                dense_rank=dense_rank.get(int(rows[place])),
                lexical_rank=lexical_rank.get(int(rows[place])),
            )
            for place in np.argsort(-scores, kind="stable")[:most]
        ]

    def _reranked(self, query: str, hits: list[Hit]) -> list[Hit]:
        """The first `RERANKED` in the cross-encoder's order, where the store names one; they keep ahead of the rest."""
        if self.reranker is None:
            return hits
        first, rest = hits[:RERANKED], hits[RERANKED:]
        read = self.reranker.scores(query, [meaning(self.catalogue.product(hit.row)) for hit in first])
        scored = [replace(hit, score=1 + float(score)) for hit, score in zip(first, read, strict=True)]
        return sorted(scored, key=lambda hit: -hit.score) + rest

    def _browse(self, allowed: np.ndarray | None, wanted: int) -> list[Hit]:
        rows = top(self._popular, wanted, allowed)
        return [Hit(int(row), self.catalogue.ids[row], float(self._popular[row])) for row in rows]
