"""Recommendations for a shop: one shopper, one moment, one list with a reason for each item."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np

from data.catalogue import Catalogue
from data.store import Store
from data.threads import one_thread
from recommenders.asked import Asked, match
from recommenders.evidence import Buyers
from recommenders.explain import DUE_FROM, Explainer, due
from recommenders.interactions import DAY_S, PURCHASE, Interactions
from recommenders.lists import Cap, InStock, ItemFacts, ListMaker, Mmr, PerBrand, PerCategory, Rule
from recommenders.live import LiveEvent, Pasts
from recommenders.persistence import NotUsable, Trained, check, load, read_card
from recommenders.personal import Fitter, esteem
from recommenders.ranking.context import Moment
from recommenders.ranking.statistics import ItemStatistics
from recommenders.reasons import Reason
from recommenders.suggestions import Suggestion, Suggestions

__all__ = ["LiveEvent", "ShopRecommender", "Suggestion", "Suggestions"]

STOPPED_DAYS: Final = 30  # a log that ended longer ago is a feed that stopped: time stands still at its end
THETA: Final = 0.25  # how much of a list is variety
THETA_WORDS: Final = 0.1  # the same, of products of one kind that was asked for
SHARE_OF_KIND: Final = 0.4  # of a list that one category, or one brand, may fill
FEWEST_TOGETHER: Final = 2  # baskets: once is chance
AFFINE: Final = 0.05  # probability of a purchase at which an affinity is one half


class ShopRecommender:
    """Safe to use from several threads: nothing changes after opening.

    `status` says in one sentence what the lists rest on; `trained` whether that is more than popularity.
    """

    def __init__(
        self, catalogue: Catalogue, vectors: np.ndarray, log: Interactions, trained: Trained | None, status: str
    ) -> None:
        self.catalogue = catalogue
        self.vectors = _finite(np.asarray(vectors, np.float32))
        self.users, self.pasts, self.buyers = log.users, Pasts.of(log), Buyers.of(log)
        self.facts = ItemFacts.of(catalogue, self.vectors)
        self.pipeline = trained.pipeline if trained else None
        self.complement = trained.complements if trained else None
        statistics = self.pipeline.stage.statistics if self.pipeline else ItemStatistics.of(log, log.end + 1)
        self.fitter = Fitter(self.pipeline, statistics, self.facts, self.vectors, esteem(catalogue))
        self.status, self.trained = status, trained is not None

    @classmethod
    def open(cls, store: Store, catalogue: Catalogue, vectors: np.ndarray) -> ShopRecommender:
        """vectors: float32 (n, d) of the catalogue's rows, unit length. Never raises for models that are absent, stale
        or damaged: then popularity decides, and `status` says why. Raises AisleError for a log that cannot be read.
        """
        log = Interactions.read(store.interactions_file, catalogue.ids, until=int(time.time()))
        try:
            card = read_card(store.models_folder)
            since = check(card, store)
            trained = load(store.models_folder, card, catalogue, vectors) if card.models else None
        except NotUsable as why:
            return cls(catalogue, vectors, log, None, f"{why}: run `aisle train --store {store.name}`")
        told = f"trained on {card.span.sentence()}" if trained else "popularity decides"
        told = f"{told}: {card.note}" if card.note else told
        told = f"{told}; {since}: run `aisle train --store {store.name}`" if since else told
        return cls(catalogue, vectors, log, trained, told)

    @one_thread()
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
        `new_only`: nothing that was bought before. `rules` are those of `recommenders.lists`, besides stock.
        """
        asked = self._asked(user, live, said, at, query, words, allowed, new_only)
        k = min(max(k, 0), len(self.catalogue))
        fit = self.fitter.fit(asked, k)
        most = max(2, round(k * SHARE_OF_KIND))
        caps: tuple[Cap, ...] = () if query is not None else (PerCategory(most), PerBrand(most))
        maker = ListMaker((InStock(), *rules, *caps), Mmr(THETA if query is None else THETA_WORDS), k, max(k, 200))
        made = maker.make(fit.rows, fit.value, self.facts.take(fit.rows))
        explainer = Explainer(asked, self.catalogue, self.vectors, self.buyers, self.pipeline, self.pasts.end + 1)
        rows = made.items.tolist()
        chances = dict(zip(fit.rows.tolist(), fit.probability.tolist(), strict=True))
        items = [
            self._suggestion(row, score, chances[row], reason)
            for row, score, reason in zip(rows, made.scores.tolist(), explainer.reasons(rows, fit), strict=True)
        ]
        return Suggestions(items, made)

    def complements(
        self, product_ids: Sequence[str], k: int = 10, allowed: np.ndarray | None = None, user: str | None = None
    ) -> Suggestions:
        """What is bought together with these products more often than chance; nothing without evidence.

        What this `user` has bought is left out.
        """
        rows = [row for row in dict.fromkeys(map(self._row, product_ids)) if row is not None]
        if self.complement is None or not rows or k <= 0:
            return Suggestions.none()
        has_categories = (self.facts.category >= 0).any()
        found = self.complement.goes_with(rows, len(self.catalogue), self.facts.category if has_categories else None)
        open_ = np.ones(len(self.catalogue), bool) if allowed is None else allowed.copy()
        open_[self._asked(user).bought()] = False
        usable = open_[found.indices] & (found.support >= FEWEST_TOGETHER)
        indices, scores = found.indices[usable], found.scores[usable]
        k = min(k, len(self.catalogue))
        made = ListMaker((InStock(),), Mmr(THETA), k, max(k, 200)).make(indices, scores, self.facts.take(indices))
        items = [
            self._suggestion(row, score, None, self._goes_with(row, rows))
            for row, score in zip(made.items.tolist(), made.scores.tolist(), strict=True)
        ]
        return Suggestions(items, made)

    @one_thread()
    def affinities(
        self,
        rows: np.ndarray,
        user: str | None,
        *,
        live: Sequence[LiveEvent] = (),
        said: Mapping[str, str] | None = None,
        at: datetime | None = None,
    ) -> np.ndarray:
        """float32 (len(rows),), 0…1: how much this shopper wants each of these rows; zeros for a stranger.

        p / (p + AFFINE) of the probability p of a purchase.
        """
        asked = self._asked(user, live, said, at)
        rows = np.asarray(rows, np.int64)
        if self.pipeline is None or asked.is_stranger or not len(rows):
            return np.zeros(len(rows), np.float32)
        scores = {name: values[0] for name, values in self.pipeline.stage.scores(asked.history).items()}
        distinct, place = np.unique(rows, return_inverse=True)
        ranked = self.pipeline.score(asked.history, distinct, scores, asked.moment)
        chance = np.zeros(len(distinct), np.float32)
        chance[np.searchsorted(distinct, ranked.items)] = np.nan_to_num(ranked.probabilities)
        return np.asarray(chance / (chance + AFFINE), np.float32)[place]

    def known(self, user: str | None) -> bool:
        """Whether the log has anything of this shopper."""
        return user is not None and user in self.users and len(self._asked(user).history.item) > 0

    def bought(self, user: str | None) -> frozenset[str]:
        """Ids of what the shopper has bought, as far as the catalogue still has it."""
        return frozenset(self.catalogue.ids[row] for row in self._asked(user).bought())

    def purchases(self, user: str | None) -> list[tuple[str, int]]:
        """(product's id, seconds since 1970) of every purchase in the log, latest first."""
        index, pasts = self._index(user), self.pasts
        if index < 0:
            return []
        own = np.arange(pasts.indptr[index], pasts.indptr[index + 1])[::-1]
        bought = own[pasts.event[own] == PURCHASE]
        return [(self.catalogue.ids[pasts.item[at]], int(pasts.seconds[at])) for at in bought]

    def busiest(self, most: int) -> list[str]:
        """Ids of the shoppers of whom the log has most, the busiest first."""
        order = np.argsort(-np.diff(self.pasts.indptr), kind="stable")[:most]
        return [self.users[int(index)] for index in order]

    def due(self, user: str | None, k: int = 5) -> list[Suggestion]:
        """What the shopper buys regularly and has not bought for about as long as usual, likeliest first."""
        asked = self._asked(user)
        explainer = Explainer(asked, self.catalogue, self.vectors, self.buyers, self.pipeline, self.pasts.end + 1)
        found = due(self.pipeline, asked.history)
        suggestions: list[Suggestion] = []
        for row, gap, since, chance in zip(found.items, found.gap, found.since, found.probability, strict=True):
            if len(suggestions) >= max(k, 0):
                break
            if self.facts.in_stock[row] and since >= DUE_FROM * gap:
                reason = explainer.again(int(row))
                if reason and reason.kind == "due_again":
                    suggestions.append(self._suggestion(int(row), float(chance), float(chance), reason))
        return suggestions

    def _asked(
        self,
        user: str | None,
        live: Sequence[LiveEvent] = (),
        said: Mapping[str, str] | None = None,
        at: datetime | None = None,
        query: np.ndarray | None = None,
        words: str = "",
        allowed: np.ndarray | None = None,
        new_only: bool = False,
    ) -> Asked:
        index = self._index(user)
        history = self.pasts.history(index, self._now(), live, self._row)
        disliked = {self._row(event.product_id) for event in live if event.event == "dislike"} - {None}
        hidden = np.zeros(len(self.catalogue), bool) if allowed is None else ~np.asarray(allowed, bool)
        rows = np.array(sorted(row for row in disliked if row is not None), np.int64)
        hidden[rows] = True
        asked = Asked(history, _moment(said, at), hidden, rows, None, words, new_only)
        if new_only:
            hidden[asked.bought()] = True
        if query is None or not np.isfinite(query).all():
            return asked
        return Asked(history, asked.moment, hidden, rows, match(self.vectors, query, hidden), words, new_only)

    def _suggestion(self, row: int, score: float, chance: float | None, reason: Reason) -> Suggestion:
        known = chance if chance is not None and np.isfinite(chance) else None
        return Suggestion(row, self.catalogue.ids[row], score, known, reason)

    def _goes_with(self, row: int, basket: list[int]) -> Reason:
        """The one of the basket that it goes with best, and how many shoppers bought both."""
        assert self.complement is not None
        best = int(self.complement.association[basket][:, [row]].toarray().argmax())
        return Reason("goes_with", self.catalogue.ids[basket[best]], count=self.buyers.both(row, basket[best]))

    def _index(self, user: str | None) -> int:
        """−1 for a stranger. One look-up, which `IdMap.index` of a batch is not."""
        place = self.users.ids.get_loc(user) if user is not None and user in self.users else -1
        return place if isinstance(place, int) else -1  # ids are unique, so that it is

    def _row(self, product_id: str) -> int | None:
        return self.catalogue.row_of(product_id) if product_id in self.catalogue else None

    def _now(self) -> int:
        clock, end = int(time.time()), self.pasts.end + 1
        return end if clock - end > STOPPED_DAYS * DAY_S else max(clock, end)


def _moment(said: Mapping[str, str] | None, at: datetime | None) -> Moment:
    """`at` without a zone is UTC; the clock where None."""
    at = at or datetime.now(UTC)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return Moment(int(at.timestamp()), dict(said or {}))


def _finite(vectors: np.ndarray) -> np.ndarray:
    """The vectors, copied only where one of them is no vector: there are gigabytes of them in a large shop."""
    return vectors if np.isfinite(vectors.sum()) else np.nan_to_num(vectors)
