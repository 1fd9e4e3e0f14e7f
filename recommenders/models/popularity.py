"""What many buy: over all time, in a window of days, or with the latest counting most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from recommenders.histories import Histories
from recommenders.interactions import PURCHASE
from recommenders.recommender import Progress, Recommender, Settings, silent


@dataclass(frozen=True)
class PopularitySettings(Settings):
    """`window`: days that count, all of them where None. `half_life`: days after which a buyer counts half."""

    window: float | None = 30.0
    half_life: float | None = None


class Popularity(Recommender):
    """The number of different buyers, the same for every shopper; views stand in where nothing was ever bought."""

    name = "popularity"

    def __init__(self, settings: PopularitySettings | None = None) -> None:
        self.settings: PopularitySettings = settings or PopularitySettings()
        self.popular = np.zeros(0, np.float32)

    def fit(self, past: Histories, validation: Histories | None = None, progress: Progress = silent) -> Self:
        bought = past.where(past.event == PURCHASE)
        counted = bought if len(bought.item) else past
        matrix = counted.matrix(half_life=self.settings.half_life, window=self.settings.window)
        if self.settings.half_life is None:
            matrix.data[:] = 1
        else:
            matrix.data[:] = np.minimum(matrix.data, 1)
        self.popular = np.asarray(matrix.sum(0), np.float32).ravel()
        return self

    def scores(self, histories: Histories) -> np.ndarray:
        return np.broadcast_to(self.popular, (len(histories), len(self.popular))).copy()

    def tensors(self) -> dict[str, np.ndarray]:
        return {"popular": self.popular}

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        model = cls(PopularitySettings(**settings))
        model.popular = tensors["popular"]
        return model
