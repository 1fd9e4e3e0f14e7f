"""What a shopper is about to buy again: the chance that an item they had is bought in the days ahead.

In the spirit of Bhagat et al. 2018, "Buy It Again: Modeling Repeat Purchase Recommendations": an item's own habit of
being bought again and the shopper's own intervals, taken together. Their gamma-Poisson form is replaced by a logistic
regression on the same quantities, in days and in visits, learnt from the last days of the log itself.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final, Self

import numpy as np
from scipy import sparse
from scipy.special import expit, logit

from recommenders.histories import Histories
from recommenders.interactions import DAY_S, PURCHASE
from recommenders.recommender import Progress, Recommender, Settings, silent

DAY_HALF_LIVES: Final = (15.0, 45.0, 120.0)
VISIT_HALF_LIVES: Final = (3.0, 10.0, 30.0)
SHRINK: Final = 5.0  # buyers' worth of the whole shop's habit in each item's
NEWTON_STEPS: Final = 12
LONGEST_STEP: Final = 2.0  # a longer one may leave where the curvature is known
UNSEEN_DAYS: Final = 1 << 14  # more days than any log has


@dataclass(frozen=True)
class RepeatSettings(Settings):
    """`horizon`: days ahead that the probability speaks of, > 0. `moments`: how many times, a horizon apart, the log is
    cut to learn from. `pull`: strength of the prior, which is purchases that fade with a half-life of 120 days.
    `most_events`: events that are learnt from at a moment; a sample of shoppers above that.
    """

    horizon: float = 30.0
    moments: int = 2
    pull: float = 10.0
    most_events: int = 1_000_000


@dataclass(frozen=True)
class Due:
    """One shopper's items, likeliest first: int64 indices, the usual days between purchases, days since the last one,
    the probability of a purchase within the horizon; all (m,)."""

    items: np.ndarray
    gap: np.ndarray
    since: np.ndarray
    probability: np.ndarray


@dataclass(frozen=True)
class _Pairs:
    """Every (shopper, item) with a purchase, ordered by both. Per pair: `count` days of purchase, ages in days of the
    `last` and `first`, `visits` of the shopper since each, and the fading counts `fading` (m, half-lives)."""

    row: np.ndarray
    item: np.ndarray
    count: np.ndarray
    last: np.ndarray
    first: np.ndarray
    visits_since_last: np.ndarray
    visits_since_first: np.ndarray
    fading: np.ndarray

    @classmethod
    def of(cls, histories: Histories) -> _Pairs:
        bought = histories.where(histories.event == PURCHASE)
        row, day = bought.row, np.clip(bought.days, 0, UNSEEN_DAYS - 1).astype(np.int64)
        visits = np.unique(row * UNSEEN_DAYS + day)  # a shopper's visits stand together, the latest first
        key = np.unique((row * histories.n_items + bought.item) * UNSEEN_DAYS + day)
        pair, day = np.divmod(key, UNSEEN_DAYS)
        row = pair // max(histories.n_items, 1)
        later = np.searchsorted(visits, row * UNSEEN_DAYS + day) - np.searchsorted(visits, row * UNSEEN_DAYS)
        start = np.flatnonzero(np.diff(pair, prepend=-1))
        count = np.diff(start, append=len(pair))
        end = start + count - 1
        fading = [np.exp2(-day / half) for half in DAY_HALF_LIVES] + [np.exp2(-later / h) for h in VISIT_HALF_LIVES]
        summed = [np.add.reduceat(one, start) if len(start) else np.empty(0) for one in fading]
        return cls(
            row=row[start],
            item=pair[start] % max(histories.n_items, 1),
            count=count,
            last=day[start],
            first=day[end],
            visits_since_last=later[start],
            visits_since_first=later[end],
            fading=np.stack(summed, 1),
        )


@dataclass(frozen=True)
class _Habits:
    """Per item, shrunk to the whole shop's: `again`, the share of its buyers who came back for it; `rate`, purchases a
    day after the first; `gap`, mean days between purchases; all float64 (n_items,), above 0."""

    again: np.ndarray
    rate: np.ndarray
    gap: np.ndarray

    @classmethod
    def none(cls) -> _Habits:
        return cls(*(np.zeros(0) for _ in fields(cls)))

    @classmethod
    def of(cls, pairs: _Pairs, n_items: int) -> _Habits:
        def total(of_pair: np.ndarray) -> np.ndarray:
            return np.bincount(pairs.item, of_pair, n_items)

        more = pairs.count - 1.0
        buyers, days = total(np.ones_like(more)), total(pairs.first + 1.0)
        return cls(
            again=_shrunk(total(pairs.count > 1), buyers, SHRINK),
            rate=_shrunk(total(more), days, SHRINK * days.sum() / max(buyers.sum(), 1)),
            gap=_shrunk(total(pairs.first - pairs.last), total(more), SHRINK),
        )


class RepeatPurchase(Recommender):
    """Scores are probabilities; an item never bought has 0."""

    name = "repeat"

    def __init__(self, settings: RepeatSettings | None = None) -> None:
        self.settings: RepeatSettings = settings or RepeatSettings()
        self.coefficients = np.zeros(0)
        self.habits = _Habits.none()

    def fit(self, past: Histories, validation: Histories | None = None, progress: Progress = silent) -> Self:
        chosen = self.settings
        if not chosen.horizon > 0 or chosen.moments < 1 or not chosen.pull > 0:
            raise ValueError("horizon and pull must be above 0 and moments at least 1")
        pairs = _Pairs.of(past)
        self.habits = _Habits.of(pairs, past.n_items)
        if not len(pairs.item):
            self.coefficients = np.zeros(0)
            return self
        examples = []
        for moment in range(chosen.moments):
            examples.append(self._examples(_earlier(past, moment * chosen.horizon)))
            progress("repeat purchases", (moment + 1) / (chosen.moments + 1))
        self.coefficients = _logistic(
            np.concatenate([features for features, _ in examples]),
            np.concatenate([again for _, again in examples]),
            chosen.pull,
        )
        return self

    def scores(self, histories: Histories) -> np.ndarray:
        pairs = _Pairs.of(histories)
        shape = (len(histories), histories.n_items)
        return np.asarray(sparse.csr_matrix((self._probability(pairs), (pairs.row, pairs.item)), shape).toarray())

    def due(self, histories: Histories) -> Due:
        """What one shopper may buy again, and why: "you usually buy this every three weeks".

        Raises ValueError for other than one shopper.
        """
        if len(histories) != 1:
            raise ValueError("what is due is due for one shopper")
        pairs = _Pairs.of(histories)
        probability = self._probability(pairs)
        order = np.argsort(-probability, kind="stable")
        gap = _own_gap(pairs, self.habits) if len(self.coefficients) else np.zeros(len(pairs.item))
        return Due(pairs.item[order], gap[order], pairs.last[order].astype(float), probability[order])

    def tensors(self) -> dict[str, np.ndarray]:
        return {"coefficients": self.coefficients, **vars(self.habits)}

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        model = cls(RepeatSettings(**settings))
        model.coefficients = tensors["coefficients"]
        model.habits = _Habits(*(tensors[field.name] for field in fields(_Habits)))
        return model

    def _probability(self, pairs: _Pairs) -> np.ndarray:
        """float32 (m,)."""
        if not len(self.coefficients):
            return np.zeros(len(pairs.item), np.float32)
        return expit(_features(pairs, self.habits) @ self.coefficients).astype(np.float32)

    def _examples(self, past: Histories) -> tuple[np.ndarray, np.ndarray]:
        """What was known a horizon before the end, float64 (m, features), and which pairs followed, bool (m,)."""
        horizon = self.settings.horizon
        before = _earlier(past, horizon)
        habits = _Habits.of(_Pairs.of(before), past.n_items)
        share = self.settings.most_events / max(len(before.item), 1)
        if share < 1:
            rng = np.random.default_rng(self.settings.seed)
            chosen = np.flatnonzero(rng.random(len(past)) < share)
            before, past = before.take(chosen), past.take(chosen)
        pairs = _Pairs.of(before)
        after = past.where((past.days <= horizon) & (past.event == PURCHASE))
        followed = np.unique(after.row * past.n_items + after.item)
        return _features(pairs, habits), np.isin(pairs.row * past.n_items + pairs.item, followed)


def _earlier(histories: Histories, days: float) -> Histories:
    """The same shoppers, as they were seen so many days ago."""
    if not days:
        return histories
    then = histories.where(histories.days > days)
    return replace(then, days=then.days - np.float32(days), now=histories.now - int(days * DAY_S))


def _shrunk(part: np.ndarray, whole: np.ndarray, weight: float) -> np.ndarray:
    """part / whole of each item, with `weight` of the ratio over all items; above 0."""
    overall = (part.sum() + 0.5) / (whole.sum() + 1)
    weight = max(weight, 1e-9)
    return np.asarray((part + weight * overall) / (whole + weight))


def _own_gap(pairs: _Pairs, habits: _Habits) -> np.ndarray:
    """Mean days between a shopper's purchases of an item, with one interval of the item's usual length among them."""
    return np.asarray((pairs.first - pairs.last + habits.gap[pairs.item]) / pairs.count)


def _features(pairs: _Pairs, habits: _Habits) -> np.ndarray:
    """float64 (m, 20): log counts and intervals of the pair, its item and its shopper. The last is constant, the first
    the logarithm of the count fading over 120 days, as the prior expects."""
    shoppers = int(pairs.row.max(initial=-1)) + 1
    visits = np.bincount(pairs.row, minlength=shoppers)
    longest = np.zeros(shoppers)
    np.maximum.at(longest, pairs.row, pairs.visits_since_first)
    fading = np.log(pairs.fading + 0.02)
    again = np.clip(habits.again, 1e-6, 1 - 1e-6)
    per_item = [logit(again[pairs.item]), np.log(habits.rate[pairs.item]), np.log(habits.gap[pairs.item])]
    bought_again = np.bincount(pairs.row, pairs.count > 1, shoppers) / np.maximum(visits, 1)
    columns = [
        *(fading[:, at] for at in (2, 0, 1, 3, 4, 5)),
        np.log(pairs.count),
        np.log1p(pairs.last),
        np.log1p(pairs.first),
        np.log1p(pairs.visits_since_last),
        np.log1p(pairs.visits_since_first),
        np.log((pairs.count - 0.7) / (pairs.visits_since_first + 3)),
        np.log1p(pairs.last / _own_gap(pairs, habits)),
        *per_item,
        np.log1p(longest)[pairs.row],
        np.log1p(longest / (_oldest(pairs, shoppers) + 7))[pairs.row],
        bought_again[pairs.row],
        np.ones(len(pairs.row)),
    ]
    return np.stack(columns, 1)


def _oldest(pairs: _Pairs, shoppers: int) -> np.ndarray:
    oldest = np.zeros(shoppers)
    np.maximum.at(oldest, pairs.row, pairs.first)
    return oldest


def _logistic(features: np.ndarray, again: np.ndarray, pull: float) -> np.ndarray:
    """Coefficients (features,) of a logistic regression by Newton's method, with a normal prior of precision `pull`
    around a chance that grows in proportion to the fading count."""
    prior = np.zeros(features.shape[1])
    prior[0], prior[-1] = 1.0, -2.0
    coefficients = prior.copy()
    for _ in range(NEWTON_STEPS):
        chance = expit(features @ coefficients)
        slope = features.T @ (chance - again) + pull * (coefficients - prior)
        curvature = (features * (chance * (1 - chance))[:, None]).T @ features
        curvature[np.diag_indices_from(curvature)] += pull
        step = np.linalg.solve(curvature, slope)
        coefficients = coefficients - step * min(1.0, LONGEST_STEP / max(float(np.linalg.norm(step)), 1e-9))
    return coefficients
