"""Search results in the order of relevance and of what this shopper likes, where the shopper is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.recommendations import Shopper
from assistant.shop import Shop
from assistant.understanding.vocabulary import words_of
from retrieval.hybrid import Hit

REORDERED = 50  # first hits; what lies below was hardly asked for


def in_personal_order(shop: Shop, hits: Sequence[Hit], query: str, shopper: Shopper) -> list[Hit]:
    """The first `REORDERED` hits by relevance × (1 − w) + affinity × w, w being the store's `personalise`.

    What is sold out stays behind, and a product called by its whole title stays first. What the shopper does in this
    conversation has no part in it, so that the pages of one list do not shift.
    """
    weight = shop.store.settings.personalise
    if not weight or shopper.user is None or not shop.recommender.known(shopper.user):
        return list(hits)
    titled = _titled(shop, hits, query)
    available = [hit for hit in hits[titled:REORDERED] if shop.catalogue.in_stock[hit.row]]
    if len(available) < 2:
        return list(hits)
    scores = np.array([hit.score for hit in available])
    # Hits that only fill up a shelf have scores of another kind: their place counts, not their score.
    relevance = np.minimum.accumulate(scores) / max(scores[0], 1e-9)
    rows = np.array([hit.row for hit in available])
    wanted = shop.recommender.affinities(rows, shopper.user, said=shopper.said, at=shopper.at)
    mixed = (1 - weight) * relevance + weight * np.clip(np.nan_to_num(wanted), 0, 1)
    ordered = [available[place] for place in np.argsort(-mixed, kind="stable")]
    placed = {hit.row for hit in available}
    return [*hits[:titled], *ordered, *(hit for hit in hits[titled:] if hit.row not in placed)]


def _titled(shop: Shop, hits: Sequence[Hit], query: str) -> int:
    """How many of the first hits bear the title that was asked for."""
    asked = _words(query)
    count = 0
    while count < len(hits) and asked and _words(shop.catalogue.titles[hits[count].row]) == asked:
        count += 1
    return count


def _words(text: str) -> list[str]:
    return [word[0].lower() for word in words_of(text)]
