"""Which products belong to a topic, and which only share a word with it."""

from __future__ import annotations

from retrieval.alternatives import search_alternatives
from retrieval.filters import Filters
from retrieval.hybrid import Hit, HybridSearch
from retrieval.relevance import relevant

NEAR_THE_BEST = 0.7  # of the best hit's score: below it, what belongs gives way to what only shares a word
FIRST_HITS = 3  # among which one must be what was asked for
POOL = 200  # hits of a topic that are looked at
OR = " / "  # between a wish and the things that answer it: "my hair takes forever to dry / hair dryer / hair dryers"


def alternatives(query: str) -> list[str]:
    """A query's parts: a wish, and the things to buy that would answer it; one part where a thing is named."""
    return [part.strip() for part in query.split(OR) if part.strip()]


def wish_of(query: str) -> str:
    """The shopper's own part of a query, to be repeated to them."""
    return (alternatives(query) or [""])[0]


def belonging(search: HybridSearch, query: str, filters: Filters) -> list[Hit]:
    """What comes near the best hit of the topic, none where even that is not what was asked for.

    The best is looked for without the filters: "cheaper" must not turn the list of travel mugs into one of coffee mugs.
    Of a wish with things that answer it (`alternatives`) each part may be the one that leads somewhere.
    """
    parts = alternatives(query)
    if not any(relevant(hit) for part in parts for hit in search.search(part, FIRST_HITS)):
        return []
    best = search_alternatives(search, parts, FIRST_HITS)
    enough = NEAR_THE_BEST * max(hit.score for hit in best)
    return [hit for hit in search_alternatives(search, parts, POOL, filters) if hit.score >= enough]
