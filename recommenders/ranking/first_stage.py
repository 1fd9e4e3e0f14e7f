"""The first stage: every model's opinion of every item, and the candidates that the second stage chooses from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from recommenders.best import best_of
from recommenders.histories import Histories
from recommenders.interactions import Interactions
from recommenders.models.ease import EASE, EASESettings
from recommenders.models.first_purchase import FirstPurchase
from recommenders.models.implicit_als import ImplicitALS
from recommenders.models.item_knn import ItemKNN
from recommenders.models.popularity import Popularity
from recommenders.models.repeat import RepeatPurchase
from recommenders.ranking.features import FeatureBuilder
from recommenders.ranking.items import ItemSide
from recommenders.ranking.statistics import ItemStatistics
from recommenders.recommender import Progress, Recommender, silent

PER_MODEL: Final = 120  # candidates that each model proposes


def default_models(items: ItemSide) -> dict[str, Recommender]:
    """The models that propose and score candidates, unfitted, by the name that features call them."""
    models: dict[str, Recommender] = {
        "ease": EASE(),
        "ease_recent": EASE(EASESettings(l2=150, half_life=60.0, window=None)),
        "item_knn": ItemKNN(),
        "implicit_als": ImplicitALS(),
        "popularity": Popularity(),
        "repeat": RepeatPurchase(),
        "first_purchase": FirstPurchase(items.finest),
    }
    return models


@dataclass(frozen=True)
class FirstStage:
    """Fitted models over the same items, and what the log says of the items."""

    models: Mapping[str, Recommender]
    statistics: ItemStatistics
    builder: FeatureBuilder

    @classmethod
    def fit(
        cls,
        log: Interactions,
        items: ItemSide,
        now: int,
        models: Mapping[str, Recommender],
        progress: Progress = silent,
    ) -> Self:
        """Fit the models on what happened before `now` (seconds since 1970)."""
        past = Histories.of(log, now=now)
        for place, (name, model) in enumerate(models.items()):
            progress(name, place / len(models))
            model.fit(past)
        statistics = ItemStatistics.of(log, now)
        return cls(models, statistics, FeatureBuilder(items, statistics, tuple(models)))

    def scores(self, histories: Histories) -> dict[str, np.ndarray]:
        """float32 (n, n_items) of each model."""
        return {name: model.scores(histories) for name, model in self.models.items()}


def candidates(scores: Mapping[str, np.ndarray], hidden: np.ndarray, per_model: int = PER_MODEL) -> np.ndarray:
    """int64 (c,): the union of each model's best items, sorted. scores: (n_items,) each; hidden: bool (n_items,).

    A model proposes only what it scores above zero: the rest it knows nothing of.
    """
    proposed = np.zeros(len(hidden), bool)
    for own in scores.values():
        proposed[best_of(np.where(hidden | ~(own > 0), -np.inf, own), per_model)] = True
    return np.flatnonzero(proposed)
