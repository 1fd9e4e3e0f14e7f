"""From scores to probabilities that mean what they say, and how far they do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import expit

ENOUGH_FOR_ISOTONIC: Final = 200  # of the rarer label; with fewer, steps fit noise and two parameters do better
NEWTON_STEPS: Final = 50
BINS: Final = 15


class Calibration(ABC):
    """A rising function from scores to P(bought), fitted on examples that the scorer did not learn from."""

    @classmethod
    @abstractmethod
    def fit(cls, scores: np.ndarray, labels: np.ndarray) -> Self:
        """scores: (m,) finite; labels: bool (m,). Without rows, or with one label only: near the base rate."""

    @abstractmethod
    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """float32 (m,) in (0, 1), in the order of `scores`: (m,)."""

    @abstractmethod
    def tensors(self) -> dict[str, np.ndarray]:
        """For `restored`."""


@dataclass(frozen=True)
class Platt(Calibration):
    """P = σ(slope · score + intercept): Platt 1999, with his smoothed targets, by Newton (Lin, Lin, Weng 2007)."""

    slope: float
    intercept: float

    @classmethod
    def fit(cls, scores: np.ndarray, labels: np.ndarray) -> Self:
        bought, rows = int(labels.sum()), len(labels)
        # The targets of a prior of one more example of each label: never 0 or 1, so that the slope stays finite.
        target = np.where(labels, (bought + 1) / (bought + 2), 1 / (rows - bought + 2))
        centre = float(np.mean(scores)) if rows else 0.0
        spread = (float(np.std(scores)) if rows else 0.0) or 1.0
        x = np.stack([(np.asarray(scores, np.float64) - centre) / spread, np.ones(rows)])
        base = float(np.log((bought + 1) / (rows - bought + 1)))
        weights = np.array([0.0, base])
        loss = _cross_entropy(weights @ x, target)
        for _ in range(NEWTON_STEPS):
            p = expit(weights @ x)
            gradient = x @ (p - target)
            step = np.linalg.solve((x * (p * (1 - p))) @ x.T + 1e-9 * np.eye(2), gradient)
            size = 1.0
            while (new := _cross_entropy((weights - size * step) @ x, target)) > loss and size > 1e-6:
                size /= 2
            if new > loss or loss - new < 1e-10 * max(loss, 1.0):
                break
            weights, loss = weights - size * step, new
        slope = float(weights[0]) / spread
        if slope <= 0:  # a score that orders the wrong way round is no evidence
            return cls(0.0, base)
        return cls(slope, float(weights[1]) - slope * centre)

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        return _inside(expit(self.slope * np.asarray(scores, np.float64) + self.intercept), 1e-7)

    def tensors(self) -> dict[str, np.ndarray]:
        return {"calibration.platt": np.array([self.slope, self.intercept])}


@dataclass(frozen=True)
class Isotonic(Calibration):
    """The rising step function closest to the labels, by pool-adjacent-violators (Zadrozny and Elkan 2002).

    knots: float64 (k,) rising scores; heights: float64 (k,) P at each, linear between them.
    """

    knots: np.ndarray
    heights: np.ndarray

    @classmethod
    def fit(cls, scores: np.ndarray, labels: np.ndarray) -> Self:
        if not len(scores):
            return cls(np.zeros(1), np.full(1, 0.5))
        knots, place, count = np.unique(np.asarray(scores, np.float64), return_inverse=True, return_counts=True)
        share = np.bincount(place, weights=labels, minlength=len(knots)) / count  # equal scores, one probability
        heights = np.asarray(isotonic_regression(share, weights=count).x)
        inner = np.zeros(len(knots), bool)  # in the middle of a step: says nothing
        inner[1:-1] = (heights[1:-1] == heights[:-2]) & (heights[1:-1] == heights[2:])
        heights = np.clip(heights, 1 / (len(scores) + 2), 1 - 1 / (len(scores) + 2))
        return cls(knots[~inner], heights[~inner])

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        return _inside(np.interp(np.asarray(scores, np.float64), self.knots, self.heights), 1e-7)

    def tensors(self) -> dict[str, np.ndarray]:
        return {"calibration.knots": self.knots, "calibration.heights": self.heights}


def calibrated(scores: np.ndarray, labels: np.ndarray) -> Calibration:
    """Isotonic where there are enough of both labels, else Platt's."""
    bought = int(labels.sum())
    enough = min(bought, len(labels) - bought) >= ENOUGH_FOR_ISOTONIC
    return Isotonic.fit(scores, labels) if enough else Platt.fit(scores, labels)


def restored(tensors: dict[str, np.ndarray]) -> Calibration:
    """The calibration whose `tensors()` are among these. Raises KeyError where there is none."""
    if "calibration.platt" in tensors:
        slope, intercept = tensors["calibration.platt"].tolist()
        return Platt(slope, intercept)
    return Isotonic(tensors["calibration.knots"], tensors["calibration.heights"])


@dataclass(frozen=True)
class Reliability:
    """b ≤ bins of about equal mass: mean probability (b,), share that was bought (b,), rows (b,)."""

    predicted: np.ndarray
    observed: np.ndarray
    count: np.ndarray


def reliability(probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS) -> Reliability:
    """The table behind a reliability diagram. Equal probabilities share a bin, whatever their order."""
    if not len(probabilities):
        return Reliability(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    p = np.asarray(probabilities, np.float64)
    # Edges that are among the values, so that rounding cannot part equal ones.
    edges = np.unique(np.quantile(p, np.linspace(0, 1, bins + 1)[1:-1], method="lower"))
    place = np.searchsorted(edges, p, "left")
    count = np.bincount(place, minlength=len(edges) + 1)
    full = count > 0
    predicted = np.bincount(place, weights=p, minlength=len(count))[full] / count[full]
    observed = np.bincount(place, weights=labels, minlength=len(count))[full] / count[full]
    return Reliability(predicted, observed, count[full])


def expected_calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS) -> float:
    """Mean over rows of |predicted − observed| of their bin, in [0, 1] (Naeini et al. 2015, bins of equal mass)."""
    table = reliability(probabilities, labels, bins)
    return float(table.count @ np.abs(table.predicted - table.observed) / max(table.count.sum(), 1))


@dataclass(frozen=True)
class Classification:
    """How good "will be bought" is as a yes or no; each in [0, 1]."""

    accuracy: float
    precision: float
    recall: float
    f1: float
    ece: float


def classification(probabilities: np.ndarray, labels: np.ndarray, threshold: float) -> Classification:
    """Yes where the probability is at least `threshold`. A ratio over nothing is 0."""
    said = probabilities >= threshold
    right = int((said & labels).sum())
    return Classification(
        accuracy=float((said == labels).mean()) if len(labels) else 0.0,
        precision=right / max(int(said.sum()), 1),
        recall=right / max(int(labels.sum()), 1),
        f1=2 * right / max(int(said.sum()) + int(labels.sum()), 1),
        ece=expected_calibration_error(probabilities, labels),
    )


def choose_threshold(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The least probability to say yes at for the best F1 on these (validation) rows; 0.5 where nothing was bought."""
    if not labels.any():
        return 0.5
    order = np.argsort(-probabilities, kind="stable")
    falling = probabilities[order]
    right = np.cumsum(labels[order])
    f1 = 2 * right / (np.arange(1, len(order) + 1) + right[-1])
    f1[:-1][falling[1:] == falling[:-1]] = -1  # a threshold cannot part equal probabilities
    return float(falling[np.argmax(f1)])


def _cross_entropy(logits: np.ndarray, target: np.ndarray) -> float:
    return float((np.logaddexp(0, logits) - target * logits).sum())


def _inside(probabilities: np.ndarray, margin: float) -> np.ndarray:
    return np.clip(probabilities, margin, 1 - margin).astype(np.float32)
