"""What every second-stage scorer is: it learns to order candidates by what is bought.

The objective of all of them is L + λ·C over the groups: L, the ranking loss, asks that what was bought comes first in
its group; C, the conversion loss, is the cross-entropy of the purchase, summed over a group's rows. Divided by 1 + λ
(`shares`), so that λ moves the optimum and not the strength of the regularisation; λ = 0 is ranking alone, λ = ∞ the
classification of purchases alone. Where `Examples.value` is known, a purchase counts in C in proportion to its money
(`conversion_weights`): the odds that C then asks for are P(bought) · money / P(not bought), so that the order goes over
from the likeliest purchase to the highest expected value.
"""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Final, Self

import numpy as np

from recommenders.ranking.calibration import Calibration, Platt, calibrated, restored
from recommenders.ranking.examples import Examples
from recommenders.recommender import Progress, Settings, silent

DEAREST: Final = 10.0  # purchases of more than this many mean values count as this many: one order must not lead


class Scorer(ABC):
    """One way to score a candidate's features. After `fit` or `restore` it may score from several threads.

    `names` are the features that it was fitted on, in their order.
    """

    name: ClassVar[str]
    settings: Settings

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()
        self.calibration: Calibration = Platt(0.0, 0.0)

    def fit(self, examples: Examples, validation: Examples, progress: Progress = silent) -> Self:
        """Learn from `examples`, stop by NDCG@10 on `validation`, calibrate on it (on `examples` where it is empty).

        Raises ValueError for settings that make no sense and where the two have different features.
        """
        self.names = examples.names
        self.check(validation.names)
        self._learn(examples, validation, progress)
        held_out = validation if len(validation) else examples
        self.calibration = calibrated(self.scores(held_out.features), held_out.label)
        return self

    @abstractmethod
    def _learn(self, examples: Examples, validation: Examples, progress: Progress) -> None: ...

    @abstractmethod
    def scores(self, features: np.ndarray) -> np.ndarray:
        """float32 (m,), finite: the higher, the earlier. features: (m, f). Raises ValueError for another f."""

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """float32 (m,): P(bought), calibrated on the validation's candidates. features: (m, f)."""
        return self.calibration.probabilities(self.scores(features))

    @abstractmethod
    def contributions(self, features: np.ndarray) -> np.ndarray:
        """float32 (m, f): by how much each feature moved the row's score from `baseline()`. features: (m, f)."""

    @abstractmethod
    def baseline(self) -> float:
        """The score that contributions start from."""

    @abstractmethod
    def tensors(self) -> dict[str, np.ndarray]:
        """What was learnt, by name, for `restore`. Arrays only, so that no file can run code."""

    @classmethod
    @abstractmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        """The fitted scorer from `settings.as_dict()` and `tensors()`."""

    def check(self, names: tuple[str, ...]) -> None:
        """Raises ValueError where these are not the features that the scorer was fitted on, in their order."""
        if names == self.names:
            return
        missing = [name for name in self.names if name not in names]
        foreign = [name for name in names if name not in self.names]
        parts = [f"{what} {', '.join(some)}" for what, some in (("missing", missing), ("unknown", foreign)) if some]
        raise ValueError(
            f"these are not the features that the scorer was fitted on ({'; '.join(parts) or 'another order'})"
        )

    def _checked(self, features: np.ndarray) -> np.ndarray:
        if features.ndim != 2 or features.shape[1] != len(self.names):
            raise ValueError(
                f"features of shape {features.shape} do not fit a scorer that was fitted on {len(self.names)} features"
            )
        return np.ascontiguousarray(features, np.float32)

    def _common_tensors(self) -> dict[str, np.ndarray]:
        return {"names": encoded(json.dumps(self.names)), **self.calibration.tensors()}

    def _restore_common(self, tensors: dict[str, np.ndarray]) -> None:
        self.names = tuple(json.loads(decoded(tensors["names"])))
        self.calibration = restored(tensors)


def shares(conversion_weight: float) -> tuple[float, float]:
    """(1, λ) / (1 + λ): how much of the objective is ranking, and how much conversion.

    Raises ValueError for a weight that is negative or not a number.
    """
    if not conversion_weight >= 0:
        raise ValueError("conversion_weight must be 0 or more")
    ranking = 0.0 if math.isinf(conversion_weight) else 1 / (1 + conversion_weight)
    return ranking, 1 - ranking


def row_weights(examples: Examples) -> np.ndarray:
    """float32 (m,): `weight`, or 1; what is not a number or negative counts nothing."""
    if examples.weight is None:
        return np.ones(len(examples), np.float32)
    return np.maximum(np.nan_to_num(examples.weight, nan=0.0, posinf=0.0, neginf=0.0), 0).astype(np.float32)


def conversion_weights(examples: Examples) -> np.ndarray:
    """float32 (m,): how much each row counts in C. A purchase by its money over the mean one's, where that is known."""
    weights = row_weights(examples)
    if examples.value is None or not examples.label.any():
        return weights
    money = examples.value[examples.label].astype(np.float64)
    known = np.isfinite(money) & (money >= 0)
    mean = money[known].mean() if known.any() else 0.0
    if mean > 0:
        weights[examples.label] *= np.minimum(np.where(known, money, mean) / mean, DEAREST)
    return weights


def base_log_odds(examples: Examples, weights: np.ndarray) -> float:
    """ln of bought against not bought, each row with its weight (m,) and one more of each; where C's scores start."""
    bought = float(weights[examples.label].sum())
    return math.log((bought + 1) / (float(weights.sum()) - bought + 1))


def encoded(text: str) -> np.ndarray:
    """uint8 (n,): text among tensors."""
    return np.frombuffer(text.encode(), np.uint8).copy()


def decoded(array: np.ndarray) -> str:
    return array.astype(np.uint8).tobytes().decode()
