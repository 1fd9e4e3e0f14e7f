"""Search as the rest of the program sees it: text and filters in, ranked products out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from rich.progress import Progress

from data.catalogue import Catalogue
from data.schema import INTERACTIONS
from data.stages import stage
from data.store import Store
from retrieval.dense import candidates
from retrieval.documents import meaning
from retrieval.encoder import Encoder
from retrieval.filters import Filters
from retrieval.fusion import fused
from retrieval.index import SearchIndex, updated
from retrieval.index_files import open_index
from retrieval.popularity import popularity
from retrieval.request import content
from retrieval.reranker import RERANKED, Reranker
from retrieval.top import top

NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Hit:
    """One product found.

    `cosine` (-1 to 1) is the likeness in meaning of query and product, `coverage` (0 to 1) the share of the query's
    words that the product has; both are 0 where there was no query.
    """

    row: int
    product_id: str
    score: float
    cosine: float = 0.0
    coverage: float = 0.0


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
            Hit(int(row), self.catalogue.ids[row], float(cosine), cosine=float(cosine))
            for row, cosine in zip(rows, cosines, strict=True)
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
        most = max(wanted, RERANKED)
        with stage("retrieve"):
            query = self.lexical.spelling.mend(query, self.encoder.knows)
            vector, words = self.encoder.encode_query(query), self.lexical.scores(query)
            rows = self._candidates(vector, words.words, most, allowed)
        with stage("rank"):
            cosines = self.dense.cosines(vector, rows)
            scores = fused(words.words[rows], cosines)
            best = np.argsort(-scores, kind="stable")[:most]
            coverage = words.coverage(rows[best])
            hits = [
                Hit(
                    row=int(rows[place]),
                    product_id=self.catalogue.ids[rows[place]],
                    score=float(scores[place]),
                    cosine=float(cosines[place]),
                    coverage=float(covered),
                )
                for place, covered in zip(best, coverage, strict=True)
            ]
            return self._reranked(query, hits)

    def _candidates(self, vector: np.ndarray, words: np.ndarray, k: int, allowed: np.ndarray | None) -> np.ndarray:
        """Rows by what words and meaning, the latter estimated, say together."""

        def estimates(rows: np.ndarray | None) -> np.ndarray:
            return fused(words if rows is None else words[rows], self.dense.estimates(vector, rows))

        return candidates(estimates, allowed, len(words), k)

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
