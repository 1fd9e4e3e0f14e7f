"""The features of a candidate for one shopper at one moment: what the models say, what the log says, and how they meet.

Unknown is NaN; every feature is computed from what happened before the moment alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from recommenders.histories import Histories
from recommenders.interactions import CART, PURCHASE, RATING, VIEW
from recommenders.ranking.context import Moment
from recommenders.ranking.items import ItemSide
from recommenders.ranking.statistics import FIRST_WINDOWS, WINDOWS, ItemStatistics
from recommenders.vectors import unit

LATELY: Final = 30.0  # days
SESSION_DAYS: Final = 1 / 24  # what happened within the last hour belongs to this visit
HALF_LIFE: Final = 60.0  # days, of what a shopper likes
FREQUENCY_HALF_LIVES: Final = (15.0, 45.0, 120.0)  # days, of what a shopper buys again
VISIT_HALF_LIVES: Final = (4.0, 16.0)  # visits, likewise
NEAR: Final = 5  # of the shopper's items, the most similar to a candidate
CONTEXTS: Final = ("hour", "weekday", "month", "device", "region", "channel")


@dataclass(frozen=True)
class Shopper:
    """One shopper's history (a batch of one) against the items."""

    history: Histories
    items: ItemSide

    @cached_property
    def bought(self) -> np.ndarray:
        """bool (m,): which events are purchases."""
        return self.history.event == PURCHASE

    @cached_property
    def liking(self) -> np.ndarray:
        """float32 (m,): the events' weights, halved every HALF_LIFE, nothing for what speaks against an item."""
        weight = self.history.weight * np.exp2(-self.history.days / HALF_LIFE)
        return np.where(np.isfinite(weight), np.maximum(weight, 0), 0).astype(np.float32)

    @cached_property
    def visits(self) -> np.ndarray:
        """float32 (v,): ages in days of the different moments of purchase, latest first."""
        return np.unique(self.history.days[self.bought])

    @cached_property
    def usual_price(self) -> tuple[float, float]:
        """Mean and spread of the log price of what was bought, NaN where nothing was."""
        paid = np.log(self.items.price[self.history.item[self.bought]])
        paid = paid[np.isfinite(paid)]
        return (float(paid.mean()), float(max(paid.std(), 0.3))) if len(paid) else (np.nan, np.nan)

    @cached_property
    def tastes(self) -> tuple[np.ndarray, np.ndarray]:
        """Two float32 (d,) of unit length, or zeros: the mean meaning of what is liked, and of this visit's items."""
        vectors = self.items.vectors[self.history.item]
        now = self.history.days <= SESSION_DAYS
        return unit(self.liking @ vectors), unit((self.liking * now) @ vectors)


class FeatureBuilder:
    """Turns (shopper, candidates, models' scores, moment) into rows. `names` says which column is which."""

    def __init__(self, items: ItemSide, statistics: ItemStatistics, models: tuple[str, ...]) -> None:
        self.items, self.statistics, self.models = items, statistics, models
        self._category_sales = [_by_category(codes, statistics.window(30)) for codes in items.categories.T]
        self._item_columns = self._of_items()
        probe = Histories.nobody(len(items))
        nothing = {name: np.zeros(len(items), np.float32) for name in models}
        self.names = tuple(self._columns(probe, np.zeros(0, np.int64), nothing, Moment(statistics.now)))

    def features(
        self, history: Histories, candidates: np.ndarray, scores: Mapping[str, np.ndarray], moment: Moment
    ) -> np.ndarray:
        """float32 (c, f). history: of one shopper; candidates: int (c,); scores: each model's (n_items,)."""
        columns = self._columns(history, candidates, scores, moment)
        return np.stack([np.broadcast_to(column, len(candidates)) for column in columns.values()], 1).astype(np.float32)

    def _columns(
        self, history: Histories, candidates: np.ndarray, scores: Mapping[str, np.ndarray], moment: Moment
    ) -> dict[str, np.ndarray]:
        shopper = Shopper(history, self.items)
        return {
            **self._of_models(candidates, scores),
            **{name: column[candidates] for name, column in self._item_columns.items()},
            **self._of_shopper(shopper),
            **self._of_pairs(shopper, candidates),
            **self._of_categories(shopper, candidates),
            **self._of_meaning(shopper, candidates, moment),
            **self._of_context(candidates, moment),
        }

    def _of_models(self, candidates: np.ndarray, scores: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        columns: dict[str, np.ndarray] = {}
        for name in self.models:
            own = scores[name][candidates]
            place = np.empty(len(own), np.float32)
            place[np.argsort(-own, kind="stable")] = np.log1p(np.arange(len(own)))
            columns |= {f"{name}.score": own, f"{name}.place": place}
        return columns

    def _of_items(self) -> dict[str, np.ndarray]:
        known, ever = self.statistics, self.statistics.buyers[-1]
        week, month, quarter = known.window(7), known.window(30), known.window(90)
        columns = {f"buyers.{days}d": np.log1p(known.window(days)) for days in WINDOWS}
        columns |= {f"hazard.{days}d": np.log(known.hazard(days) + 1e-5) for days in FIRST_WINDOWS}
        return columns | {
            "buyers.ever": np.log1p(ever),
            "growth.week": np.log((week + 1) / (month + 3)),
            "growth.month": np.log((month + 1) / (quarter + 3)),
            "growth.lately": np.log((known.window(14) + 1) / (ever + 3)),
            "days.on_sale": known.age,
            "days.unsold": known.idle,
            "price": np.log(self.items.price),
            "pieces": known.pieces,
            "repeat.rate": known.repeat,
        }

    def _of_shopper(self, shopper: Shopper) -> dict[str, np.ndarray]:
        history, visits = shopper.history, shopper.visits
        pieces = np.log1p(np.maximum(history.value[shopper.bought], 0))
        values = {
            "shopper.items": np.log1p(len(np.unique(history.item))),
            "shopper.visits": np.log1p(len(visits)),
            "shopper.visits.60d": np.log1p((visits <= 60).sum()),
            "shopper.since_last": visits[0] if len(visits) else np.nan,
            "shopper.known_for": visits[-1] if len(visits) else np.nan,
            "shopper.pieces": pieces.mean() if len(pieces) else np.nan,
            "shopper.price": shopper.usual_price[0],
        }
        return {name: np.array([value], np.float32) for name, value in values.items()}

    def _of_pairs(self, shopper: Shopper, candidates: np.ndarray) -> dict[str, np.ndarray]:
        history, n = shopper.history, len(self.items)
        item, days = history.item, history.days
        usual, spread = shopper.usual_price
        bought_item, bought_days = item[shopper.bought], days[shopper.bought]
        times = np.bincount(bought_item, minlength=n)[candidates]
        last = _least(bought_item, bought_days, n)[candidates]
        first = -_least(bought_item, -bought_days, n)[candidates]
        gap = np.where(times > 1, (first - last) / np.maximum(times - 1, 1), np.nan)
        columns = {
            "price.to_usual": (np.log(self.items.price[candidates]) - usual) / spread,
            "bought.times": np.log1p(times),
            "bought.days_ago": last,
            "bought.gap": gap,
            "bought.due": last / np.maximum(gap, 1),
        }
        for half_life in FREQUENCY_HALF_LIVES:
            decayed = np.bincount(bought_item, np.exp2(-bought_days / half_life), n)
            columns[f"bought.often.{half_life:g}d"] = np.log1p(decayed[candidates])
        visits_ago = np.searchsorted(shopper.visits, bought_days).astype(np.float32)
        for half_life in VISIT_HALF_LIVES:
            decayed = np.bincount(bought_item, np.exp2(-visits_ago / half_life), n)
            columns[f"bought.often.{half_life:g}v"] = np.log1p(decayed[candidates])
        columns["bought.visits_ago"] = _least(bought_item, visits_ago, n)[candidates]
        since_first = -_least(bought_item, -visits_ago, n)[candidates] + 1
        columns["bought.share_of_visits"] = times / since_first
        columns["bought.lately"] = np.bincount(bought_item[bought_days <= LATELY], minlength=n)[candidates]
        for name, event in (("viewed", VIEW), ("carted", CART)):
            mask = history.event == event
            columns[f"{name}.days_ago"] = _least(item[mask], days[mask], n)[candidates]
        rated = history.event == RATING
        columns["rated"] = _latest(item[rated], history.value[rated], n)[candidates]
        return columns

    def _of_categories(self, shopper: Shopper, candidates: np.ndarray) -> dict[str, np.ndarray]:
        """How much the shopper is in the candidate's category, and how much of its sales the candidate has."""
        columns: dict[str, np.ndarray] = {}
        history = shopper.history
        total = shopper.liking.sum() + 1
        of_item = np.bincount(history.item, shopper.liking, len(self.items))[candidates]
        for level, codes in enumerate(self.items.categories.T):
            own, mine = codes[candidates], codes[history.item]
            size = codes.max(initial=-1) + 1
            known = mine >= 0
            liking = np.bincount(mine[known], shopper.liking[known], size + 1)
            seen = np.bincount(codes[np.unique(history.item)] + 1, minlength=size + 1)[1:]
            share = self.statistics.window(30)[candidates] / (self._category_sales[level][own] + 1)
            since = _least(mine[known & shopper.bought], history.days[known & shopper.bought], size + 1)
            affinity = np.where(own >= 0, liking[own] / total, np.nan)
            columns |= {
                f"category{level}.liking": affinity,
                f"category{level}.items": np.where(own >= 0, np.append(seen, 0)[own], np.nan),
                f"category{level}.share": np.where(own >= 0, share, np.nan),
                f"category{level}.expected": np.log(affinity * share + 1e-5),
                f"category{level}.days_ago": np.where(own >= 0, since[own], np.nan),
                f"category{level}.of_own": np.where(own >= 0, of_item / (liking[own] + 0.1), np.nan),
            }
        return columns

    def _of_meaning(self, shopper: Shopper, candidates: np.ndarray, moment: Moment) -> dict[str, np.ndarray]:
        vectors = self.items.vectors[candidates]
        taste, visit = shopper.tastes
        own = self.items.vectors[np.unique(shopper.history.item[shopper.liking > 0])]
        nearest = np.sort(vectors @ own.T, 1)[:, -NEAR:] if len(own) else np.full((len(candidates), 1), np.nan)
        unsaid = np.full(len(candidates), np.nan, np.float32)
        return {
            "meaning.taste": vectors @ taste if taste.any() else unsaid,
            "meaning.visit": vectors @ visit if visit.any() else unsaid,
            "meaning.nearest": nearest[:, -1],
            "meaning.near": nearest.mean(1),
            "meaning.query": unsaid if moment.query is None else vectors @ moment.query,
        }

    def _of_context(self, candidates: np.ndarray, moment: Moment) -> dict[str, np.ndarray]:
        codes = self.statistics.codes(moment)
        columns: dict[str, np.ndarray] = {}
        for name in CONTEXTS:
            sales = self.statistics.contexts.get(name)
            columns[f"{name}.lift"] = np.array([np.nan]) if sales is None else sales.lift(codes[name], candidates)
        regional = self.statistics.regional
        code = regional.code(moment.said.get("region"))
        columns["region.buyers.30d"] = np.log1p(regional.at(code, candidates)) if code >= 0 else np.array([np.nan])
        return columns


def _least(at: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """float32 (size,): the least of the values at each place, NaN where there is none."""
    least = np.full(size, np.inf, np.float32)
    np.minimum.at(least, at, values)
    return np.where(np.isfinite(least), least, np.nan)


def _latest(at: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """float32 (size,): the last of the values at each place, NaN where there is none."""
    latest = np.full(size, np.nan, np.float32)
    latest[at] = values
    return latest


def _by_category(codes: np.ndarray, sales: np.ndarray) -> np.ndarray:
    """float (categories + 1,): the sales of each category; the last, which the code −1 finds, is 0."""
    return np.append(np.bincount(codes[codes >= 0], sales[codes >= 0], codes.max(initial=-1) + 1), 0)
