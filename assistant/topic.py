"""Which products belong to a topic, and which only share a word with it."""

from __future__ import annotations

from retrieval.filters import Filters
from retrieval.hybrid import Hit, HybridSearch
from retrieval.relevance import relevant

NEAR_THE_BEST = 0.7  # of the best hit's score: below it, what belongs gives way to what only shares a word
FIRST_HITS = 3  # among which one must be what was asked for
POOL = 200  # hits of a topic that are looked at


def belonging(search: HybridSearch, query: str, filters: Filters) -> list[Hit]:
    """What comes near the best hit of the topic, none where even that is not what was asked for.

    The best is looked for without the filters: "cheaper" must not turn the list of travel mugs into one of coffee mugs.
    """
    best = search.search(query, FIRST_HITS)
    if not any(relevant(hit) for hit in best):
        return []
    enough = NEAR_THE_BEST * max(hit.score for hit in best)
    return [hit for hit in search.search(query, POOL, filters) if hit.score >= enough]
