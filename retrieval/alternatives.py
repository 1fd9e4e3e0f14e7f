"""One search for a wish and for the things that would answer it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrieval.filters import Filters
from retrieval.fusion import fused
from retrieval.hybrid import NO_FILTERS, Hit, HybridSearch
from retrieval.request import content

POOL = 200  # hits of each query that are looked at


def search_alternatives(
    search: HybridSearch, queries: Sequence[str], k: int, filters: Filters = NO_FILTERS
) -> list[Hit]:
    """The k best products for the first query, which is the wish, and for the others, which are answers to it.

    A product's score is the mean of its score for the wish and its mean score for the answers: what suits all of them
    somewhat comes before what only has the words of one (CombSUM: Fox and Shaw, 1994). So the scale stays that of a
    single search, and one query alone is just that. `cosine` and `coverage` are the highest of any query.
    """
    pools = [search.search(query, max(k, POOL), filters) for query in queries]
    if len(pools) < 2:
        return pools[0][:k] if pools else []
    known = {hit.row: hit for pool in pools for hit in pool}
    rows = np.array(sorted(known), dtype=np.int64)
    if not len(rows):
        return []
    measured = np.array(
        [_measured(search, query, rows) for query in queries]
    )  # queries × (score, cosine, coverage) × rows
    scores = (measured[0, 0] + measured[1:, 0].mean(axis=0)) / 2
    cosines, coverages = measured[:, 1].max(axis=0), measured[:, 2].max(axis=0)
    return [
        Hit(
            row=int(rows[place]),
            product_id=search.catalogue.ids[rows[place]],
            score=float(scores[place]),
            cosine=float(cosines[place]),
            coverage=float(coverages[place]),
        )
        for place in np.argsort(-scores, kind="stable")[:k]
    ]


def _measured(search: HybridSearch, query: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Score, cosine and coverage of these rows for one query, as a search of its own would give them."""
    wanted = search.lexical.spelling.mend(content(query) or query, search.encoder.knows)
    words = search.lexical.scores(wanted)
    cosines = search.dense.cosines(search.encoder.encode_query(wanted), rows)
    return fused(words.words[rows], cosines), cosines, words.coverage(rows)
