"""Choosing the reason of a suggestion: what moved its score most, said only where the log bears it out.

Features come in families. A family's weight is what the item's score loses without it, all of its features unknown. The
families that lifted the item are tried in the order of their weight, and the first whose claim holds (so many shoppers
did buy both, it does sell better in the region) is the reason. Within the family of taste, the shopper's own item is
named whose removal takes most from the linear models.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from data.catalogue import Catalogue
from data.records import CATEGORY_SEPARATOR
from recommenders.asked import MATCHED, Asked
from recommenders.evidence import Buyers
from recommenders.histories import Histories
from recommenders.interactions import PURCHASE
from recommenders.models.item_to_item import ItemToItem
from recommenders.models.repeat import Due, RepeatPurchase
from recommenders.personal import Fit
from recommenders.pipeline import Pipeline
from recommenders.reasons import Reason

MONTH: Final = 30.0
NEW_DAYS: Final = 30.0  # on sale for less: a new arrival
FEWEST_SALES: Final = 5  # buyers that make it popular, in the last month or in a region
ALIKE: Final = 0.5  # cosine from which on two products are called similar
DUE_FROM: Final = 0.7  # of the usual gap has passed

VAGUE: Final = {"category": 0.5, "popular": 0.5}  # said of many products at once, so it must have moved this one more

# The first of these that a feature's name starts with is its family; what fits none explains nothing in words.
FAMILIES: Final = (
    (("repeat.r",), ""),  # the item's own habit, not the shopper's
    (("repeat.", "bought."), "again"),
    (("region.",), "region"),
    (("popularity.", "buyers.", "growth.", "hazard.", "hour.", "weekday.", "month.", "device.", "channel."), "popular"),
    (("first_purchase.", "category"), "category"),
    (("meaning.query",), ""),
    (
        (
            "ease",
            "item_knn.",
            "implicit_als.",
            "bpr.",
            "mult_vae.",
            "sasrec.",
            "rating_factorisation.",
            "text_profile.",
        ),
        "taste",
    ),
    (("text_profile.", "meaning.", "viewed.", "carted.", "rated"), "taste"),
)


def family(feature: str) -> str:
    """The family of a feature, by its name; empty for one that is none of the shopper's business."""
    return next((name for starts, name in FAMILIES if feature.startswith(starts)), "")


@dataclass
class Explainer:
    """Reasons for the rows of one list. `now`: seconds, the moment to which counts of days refer."""

    asked: Asked
    catalogue: Catalogue
    vectors: np.ndarray
    buyers: Buyers
    pipeline: Pipeline | None
    now: int
    causes: dict[int, int | None] = field(default_factory=dict)

    def reasons(self, rows: Sequence[int], fit: Fit) -> list[Reason]:
        """One for each of `rows`, which are among those of `fit`."""
        weights = self._weights(rows, fit)
        self.causes = self._causes(rows)
        return [self._reason(row, weight) for row, weight in zip(rows, weights, strict=True)]

    def _weights(self, rows: Sequence[int], fit: Fit) -> list[dict[str, float]]:
        """Of each row, what its score loses without each family; nothing where no scorer was asked."""
        scorer = self.pipeline.scorers.get(fit.protocol) if self.pipeline else None
        if scorer is None or fit.features is None or not rows:
            return [{} for _ in rows]
        order = np.argsort(fit.rows)
        whole = fit.features[order[np.searchsorted(fit.rows, rows, sorter=order)]]
        families = np.array([family(name) for name in scorer.names])
        names = [name for name in dict.fromkeys(families.tolist()) if name]
        without = np.repeat(whole[None], len(names), 0)
        for place, name in enumerate(names):
            without[place][:, families == name] = np.nan
        scores = scorer.scores(np.concatenate([whole, *without])).reshape(len(names) + 1, len(rows))
        return [dict(zip(names, moved.tolist(), strict=True)) for moved in (scores[0] - scores[1:]).T]

    def _reason(self, row: int, weights: dict[str, float]) -> Reason:
        asked = self.asked
        if asked.match is not None and asked.words and asked.match[row] >= MATCHED:
            return Reason("matches_words", words=asked.words)
        return next(iter(self._told(row, weights)))

    def _told(self, row: int, weights: dict[str, float]) -> Iterator[Reason]:
        """What holds, the strongest first."""
        tellers: dict[str, Callable[[int], Reason | None]] = {
            "again": self.again,
            "taste": self.because_of,
            "region": self.popular_region,
            "popular": self.popular_now,
            "category": self.of_category,
        }
        lifted = {name: weight * VAGUE.get(name, 1.0) for name, weight in weights.items() if weight > 0}
        strongest = sorted(lifted, key=lambda name: -lifted[name])
        usual = ("again", "taste", "region", "popular", "category") if not weights else ()
        for name in (*strongest, *usual):
            if (tell := tellers.get(name)) and (reason := tell(row)):
                yield reason
        for tell in (self.new_arrival, self.similar, self.popular_now, self.of_category):
            if reason := tell(row):
                yield reason
        count = self.buyers.ever(row)
        yield Reason("popular", count=count) if count else Reason("new_arrival")

    def again(self, row: int) -> Reason | None:
        """Due again, or bought so often; nothing for what this shopper never bought."""
        history = self.asked.history
        mine = (history.item == row) & (history.event == PURCHASE)
        times = len(np.unique(history.days[mine].astype(np.int64)))
        if not times:
            return None
        product = self.catalogue.ids[row]
        place = np.flatnonzero(self.due.items == row)
        if times > 1 and len(place):
            gap, since = float(self.due.gap[place[0]]), float(self.due.since[place[0]])
            if gap >= 1 and since >= DUE_FROM * gap:
                return Reason("due_again", product, days=gap, count=times)
        return Reason("bought_often", product, count=times)

    def because_of(self, row: int) -> Reason | None:
        """The shopper's own item that lifts this one most; by text where no purchases connect the two."""
        cause = self.causes.get(row) if row in self.causes else self.cause(row)
        if cause is None:
            return self.similar(row)
        return Reason("because_of", self.catalogue.ids[cause], count=self.buyers.both(row, cause))

    def cause(self, row: int) -> int | None:
        """The shopper's item whose removal takes the largest share from the score that the linear models give."""
        return self._causes([row])[row]

    def _causes(self, rows: Sequence[int]) -> dict[int, int | None]:
        """The same for each of `rows`: sums of `ItemToItem.contributions`, as shares of a model's whole, at once."""
        shares = np.zeros((len(self.liked), len(rows)))
        for model in self.linear if len(rows) else ():
            own = model.inputs(self.asked.history)
            if not own.nnz or not model.weights.shape[0]:
                continue
            effect = own.data[:, None] * model.weights[own.indices][:, rows].toarray()
            total = np.abs(effect).sum(0)
            place = np.searchsorted(self.liked, own.indices)
            shares[place] += np.where(total > 0, effect / np.where(total > 0, total, 1), 0)
        if not len(self.liked):
            return dict.fromkeys(rows)
        best = shares.argmax(0)
        lifted = shares[best, np.arange(len(rows))] > 0
        return {
            row: int(self.liked[at]) if lift and self.liked[at] != row else None
            for row, at, lift in zip(rows, best, lifted, strict=True)
        }

    def similar(self, row: int) -> Reason | None:
        """The shopper's own item whose text is nearest."""
        liked = self.liked[self.liked != row]
        if not len(liked) or not self.vectors.shape[1]:
            return None
        cosine = self.vectors[liked] @ self.vectors[row]
        best = int(cosine.argmax())
        return Reason("similar", self.catalogue.ids[int(liked[best])]) if cosine[best] >= ALIKE else None

    def popular_region(self, row: int) -> Reason | None:
        count, lift = self.buyers.regional(row, self.asked.region)
        if count < FEWEST_SALES or lift <= 1:
            return None
        return Reason("popular_region", words=self.asked.region, count=count)

    def popular_now(self, row: int) -> Reason | None:
        count = self.buyers.since(row, MONTH, self.now)
        return Reason("popular_now", count=count) if count >= FEWEST_SALES else None

    def of_category(self, row: int) -> Reason | None:
        """The finest category that this product has in common with something the shopper liked."""
        path = self.catalogue.categories[row]
        shelves = {self.catalogue.categories[item] for item in self.liked}
        return Reason("category", words=path.split(CATEGORY_SEPARATOR)[-1]) if path and path in shelves else None

    def new_arrival(self, row: int) -> Reason | None:
        if self.pipeline is None:
            return None
        age = float(self.pipeline.stage.statistics.age[row])
        if np.isnan(age):
            return Reason("new_arrival")
        return Reason("new_arrival", days=age) if age < NEW_DAYS else None

    @cached_property
    def liked(self) -> np.ndarray:
        """int64 (m,): the shopper's items for which anything speaks, each once, rising."""
        history = self.asked.history
        return np.unique(history.item[history.weight > 0]).astype(np.int64)

    @cached_property
    def linear(self) -> list[ItemToItem]:
        models = self.pipeline.stage.models.values() if self.pipeline else ()
        return [model for model in models if isinstance(model, ItemToItem)]

    @cached_property
    def due(self) -> Due:
        return due(self.pipeline, self.asked.history)


def due(pipeline: Pipeline | None, history: Histories) -> Due:
    """What the shopper buys again, likeliest first; nothing without a model of it."""
    for model in pipeline.stage.models.values() if pipeline else ():
        if isinstance(model, RepeatPurchase):
            return model.due(history)
    return Due(np.empty(0, np.int64), *(np.empty(0) for _ in range(3)))
