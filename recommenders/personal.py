"""Which products fit a shopper: the trained pipeline decides, or for a stranger what is popular here and now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from data.catalogue import Catalogue
from data.threads import products
from recommenders.asked import MATCH_WEIGHT, Asked, aversion, nearest_to_words
from recommenders.best import best_of
from recommenders.lists import FairChance, ItemFacts
from recommenders.lists.diversity import scaled
from recommenders.pipeline import Pipeline
from recommenders.ranking.context import Moment
from recommenders.ranking.features import HALF_LIFE
from recommenders.ranking.first_stage import candidates
from recommenders.ranking.statistics import ItemStatistics
from recommenders.ranking.training_set import Protocol
from recommenders.vectors import unit

UNSOLD: Final = 3  # never sold products that are given a chance, those nearest to the shopper's taste
CHANCE: Final = 0.01  # of a list's mean relevance that this may cost
UNSOLD_LOOKED_AT: Final = 2000  # of the never sold: more would take longer than all the models
FEWEST: Final = 50  # candidates a list is made from, as far as there are so many
POPULAR: Final = 500  # products that a stranger's list is made from
PRIOR_RATINGS: Final = 10
TASTE_WEIGHT: Final = 1.5  # of likeness in text, against popularity, where no models are trained
CONTEXT_WEIGHT: Final = 1.0  # of the log lifts of device, region, hour …, against the log of the buyers


@dataclass(frozen=True)
class Fit:
    """c candidates in no order. rows: int64 (c,); value: float64 (c,), what they are listed by; probability: float32
    (c,), NaN where unknown; features: float32 (c, f) of the scorer, None where no scorer was asked."""

    rows: np.ndarray
    value: np.ndarray
    probability: np.ndarray
    features: np.ndarray | None
    protocol: Protocol = "all"


def esteem(catalogue: Catalogue) -> np.ndarray:
    """float32 (n,), 0…1: the mean stars with PRIOR_RATINGS of the catalogue's mean added (a Bayesian average), over 5.

    Zeros where nothing is rated. Where nothing was sold it is all there is to go by.
    """
    rated = np.isfinite(catalogue.rating)
    counts = np.where(rated, np.maximum(catalogue.rating_count, 1), 0)
    stars = np.where(rated, catalogue.rating, 0) * counts
    mean = stars.sum() / max(counts.sum(), 1)
    return ((stars + PRIOR_RATINGS * mean) / (counts + PRIOR_RATINGS) / 5).astype(np.float32)


@dataclass(frozen=True)
class Fitter:
    """`pipeline`: None where nothing is trained. vectors: float32 (n, d) of the products' texts; esteem: (n,)."""

    pipeline: Pipeline | None
    statistics: ItemStatistics
    facts: ItemFacts
    vectors: np.ndarray
    esteem: np.ndarray

    def fit(self, asked: Asked, k: int) -> Fit:
        """value = fit, 0…1 over the candidates + MATCH_WEIGHT · match with the words − aversion to what is disliked.

        `fit` is the scorer's; among it the never sold are lifted as far as `FairChance` allows.
        """
        found = self._stranger(asked) if asked.is_stranger or self.pipeline is None else self._known(asked)
        value = self._fair(found, k)
        if asked.match is not None:
            value = value + MATCH_WEIGHT * asked.match[found.rows]
        value = value - aversion(found.rows, asked.disliked, self.vectors, self.facts.category)
        return Fit(found.rows, value, found.probability, found.features, found.protocol)

    def popular(self, moment: Moment) -> np.ndarray:
        """float32 (n,): log of the buyers of the last 30 days and, a tenth, of all times and of the esteem; for what
        sells at all, plus the log lifts of the moment's contexts."""
        known, rows = self.statistics, np.arange(len(self.facts))
        ever = known.buyers[-1]
        value = np.log1p(known.window(30)) + 0.1 * (np.log1p(ever) + self.esteem)
        codes = known.codes(moment)
        for name, sales in known.contexts.items():
            if codes[name] >= 0:
                value = value + CONTEXT_WEIGHT * np.where(ever > 0, sales.lift(codes[name], rows), 0)
        return np.asarray(value, np.float32)

    def taste(self, asked: Asked) -> np.ndarray:
        """float32 (d,) of unit length: the mean text of what the shopper likes lately; zeros where nothing is known."""
        history = asked.history
        weight = np.maximum(np.nan_to_num(history.weight * np.exp2(-history.days / HALF_LIFE)), 0)
        return unit(weight.astype(np.float32) @ self.vectors[history.item])

    def _known(self, asked: Asked) -> Fit:
        assert self.pipeline is not None
        protocol: Protocol = "new" if asked.new_only else "all"
        scores = {name: values[0] for name, values in self.pipeline.stage.scores(asked.history).items()}
        rows = [candidates(scores, asked.hidden), self._unsold(asked)]
        if asked.match is not None:
            rows.append(nearest_to_words(asked.match, asked.hidden))
        chosen = np.unique(np.concatenate(rows))
        if len(chosen) < FEWEST:  # a narrow filter: all that it allows
            chosen = np.union1d(chosen, self._filled(asked))
        ranked = self.pipeline.score(asked.history, chosen, scores, asked.moment, protocol)
        has_scorer = protocol in self.pipeline.scorers
        return Fit(ranked.items, ranked.scores, ranked.probabilities, ranked.features if has_scorer else None, protocol)

    def _stranger(self, asked: Asked) -> Fit:
        """Popular here and now; for a past that no model has learnt from, with likeness to its texts."""
        value = self.popular(asked.moment)
        taste = self.taste(asked)
        if taste.any():
            likeness = np.clip(products(taste, self.vectors), 0, None)
            value = scaled(value) + TASTE_WEIGHT * scaled(likeness)
        rows = [best_of(np.where(asked.hidden, -np.inf, value), POPULAR)]
        if asked.match is not None:
            rows.append(nearest_to_words(asked.match, asked.hidden))
        chosen = np.unique(np.concatenate(rows))
        return Fit(chosen, value[chosen], np.full(len(chosen), np.nan, np.float32), None)

    def _fair(self, found: Fit, k: int) -> np.ndarray:
        """float64 (c,), about 0…1."""
        sold = self.statistics.buyers[-1][found.rows] > 0
        if not k or sold.all() or not sold.any():
            return scaled(found.value)
        return FairChance(CHANCE, k).lifted(found.value, sold.astype(np.float64))

    def _unsold(self, asked: Asked) -> np.ndarray:
        """int64: the never sold products that are nearest to the shopper's taste."""
        rows, vectors = self._never_sold
        likeness = np.where(asked.hidden[rows], -np.inf, products(self.taste(asked), vectors))
        return rows[best_of(likeness, UNSOLD)]

    @cached_property
    def _never_sold(self) -> tuple[np.ndarray, np.ndarray]:
        """(rows in stock: int64 (u,), their vectors), the last of the catalogue where they are many: the newest."""
        rows = np.flatnonzero((self.statistics.buyers[-1] == 0) & self.facts.in_stock)[-UNSOLD_LOOKED_AT:]
        return rows, self.vectors[rows]

    def _filled(self, asked: Asked) -> np.ndarray:
        """int64: allowed products, the popular ones first."""
        return best_of(np.where(asked.hidden, -np.inf, self.popular(asked.moment)), FEWEST)
