"""Recommendations for a shop: one shopper, one moment, one list with a reason for each item."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np

from data.catalogue import Catalogue
from data.store import Store
from recommenders.histories import Histories
from recommenders.interactions import DAY_S, Interactions
from recommenders.lists import InStock, ItemFacts, ListMaker, PerCategory, Rule
from recommenders.live import LiveEvent, Pasts
from recommenders.ranking.context import Moment
from recommenders.ranking.statistics import ItemStatistics
from recommenders.reasons import Reason
from recommenders.suggestions import Suggestion, Suggestions

__all__ = ["LiveEvent", "ShopRecommender", "Suggestion", "Suggestions"]

STOPPED_DAYS: Final = 30  # a log that ended longer ago is a feed that stopped: time stands still at its end
MATCH_WEIGHT: Final = 2.0  # of the words against personal fit, both 0…1


class ShopRecommender:
    """Safe to use from several threads. `status` says in one sentence what the lists rest on."""

    def __init__(self, catalogue: Catalogue, vectors: np.ndarray, log: Interactions, status: str) -> None:
        self.catalogue, self.vectors = catalogue, vectors
        self.users, self.pasts = log.users, Pasts.of(log)
        self.statistics = ItemStatistics.of(log, log.end + 1)
        self.facts = ItemFacts.of(catalogue, vectors)
        self.status, self.trained = status, False

    @classmethod
    def open(cls, store: Store, catalogue: Catalogue, vectors: np.ndarray) -> ShopRecommender:
        """vectors: float32 (n, d) of the catalogue's rows, unit length. Never raises for models that are absent, stale
        or damaged: then popularity decides, and `status` says why.
        """
        log = Interactions.read(store.interactions_file, catalogue.ids, until=int(time.time()))
        return cls(catalogue, vectors, log, f"no models yet: run `aisle train --store {store.name}`")

    def recommend(
        self,
        user: str | None = None,
        *,
        k: int = 10,
        live: Sequence[LiveEvent] = (),
        said: Mapping[str, str] | None = None,
        at: datetime | None = None,
        query: np.ndarray | None = None,
        words: str = "",
        allowed: np.ndarray | None = None,
        new_only: bool = False,
        rules: Sequence[Rule] = (),
    ) -> Suggestions:
        """The k best of the `allowed` (bool (n,)) products for this shopper, in this moment.

        said: device, region, channel; query: unit vector (d,) of the `words` asked for; an unknown user is a stranger.
        """
        history = self._history(user, live)
        score = self._popular(self._moment(said, at))
        if query is not None:
            score = score + MATCH_WEIGHT * _unit_range(self.vectors @ query)
        hidden = np.zeros(len(self.catalogue), bool) if allowed is None else ~allowed
        if new_only:
            hidden[history.bought()[0].indices] = True
        for event in live:
            if event.event == "dislike" and event.product_id in self.catalogue:
                hidden[self.catalogue.row_of(event.product_id)] = True
        rows = np.flatnonzero(~hidden)
        maker = ListMaker((InStock(), *rules, PerCategory(max(2, -(-k // 3)))), k=k)
        made = maker.make(rows, score[rows], self.facts.take(rows))
        items = [
            Suggestion(int(row), self.catalogue.ids[row], float(value), None, self._reason(int(row), words, query))
            for row, value in zip(made.items, made.scores, strict=True)
        ]
        return Suggestions(items, made)

    def complements(
        self, product_ids: Sequence[str], k: int = 10, allowed: np.ndarray | None = None, user: str | None = None
    ) -> Suggestions:
        """What is bought together with these products; nothing without evidence."""
        return Suggestions.none()

    def affinities(
        self,
        rows: np.ndarray,
        user: str | None,
        *,
        live: Sequence[LiveEvent] = (),
        said: Mapping[str, str] | None = None,
        at: datetime | None = None,
    ) -> np.ndarray:
        """float32 (len(rows),), 0…1: how much this shopper wants each of these rows; zeros for a stranger."""
        return np.zeros(len(rows), np.float32)

    def known(self, user: str | None) -> bool:
        """Whether the log has anything of this shopper."""
        return user is not None and user in self.users

    def bought(self, user: str | None) -> frozenset[str]:
        """Ids of what the shopper has bought, as far as the catalogue still has it."""
        return frozenset(self.catalogue.ids[row] for row in self._history(user, ()).bought()[0].indices)

    def due(self, user: str | None, k: int = 5) -> list[Suggestion]:
        """What the shopper usually buys again about now, likeliest first."""
        return []

    def _history(self, user: str | None, live: Sequence[LiveEvent]) -> Histories:
        index = self.users.index(user) if user is not None else -1
        return self.pasts.history(index, self._now(), live, self._row)

    def _row(self, product_id: str) -> int | None:
        return self.catalogue.row_of(product_id) if product_id in self.catalogue else None

    def _now(self) -> int:
        clock, end = int(time.time()), self.pasts.end + 1
        return end if clock - end > STOPPED_DAYS * DAY_S else max(clock, end)

    def _moment(self, said: Mapping[str, str] | None, at: datetime | None) -> Moment:
        at = at or datetime.now(UTC)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return Moment(int(at.timestamp()), dict(said or {}))

    def _popular(self, moment: Moment) -> np.ndarray:
        """float32 (n,), 0…1: buyers of the last month, times how much likelier a sale is in this context."""
        rows = np.arange(len(self.catalogue))
        score = np.log1p(self.statistics.window(30)) + 0.1 * np.log1p(self.statistics.buyers[-1])
        codes = self.statistics.codes(moment)
        for name, sales in self.statistics.contexts.items():
            if codes[name] >= 0:
                score = score + sales.lift(codes[name], rows)
        return _unit_range(score)

    def _reason(self, row: int, words: str, query: np.ndarray | None) -> Reason:
        if query is not None and words:
            return Reason("matches_words", words=words)
        month, ever = int(self.statistics.window(30)[row]), int(self.statistics.buyers[-1][row])
        if month:
            return Reason("popular_now", count=month)
        return Reason("popular", count=ever) if ever else Reason("new_arrival")


def _unit_range(values: np.ndarray) -> np.ndarray:
    low, high = values.min(initial=np.inf), values.max(initial=-np.inf)
    return (values - low) / (high - low) if high > low else np.zeros(len(values), np.float32)
