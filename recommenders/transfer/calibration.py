"""Whether probabilities mean what they say, and making them do so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

BINS: Final = 10
STEPS: Final = 50
CLOSE: Final = 1e-8


@dataclass(frozen=True)
class Measures:
    """Of yes-or-no answers at the threshold ½; `ece` and `auc` of the probabilities themselves."""

    accuracy: float
    precision: float
    recall: float
    f1: float
    auc: float
    ece: float


@dataclass(frozen=True)
class Platt:
    """P = σ(slope · score + offset), fitted on answers that the model has not seen (Platt 1999)."""

    slope: float = 1.0
    offset: float = 0.0

    @classmethod
    def of(cls, scores: np.ndarray, answers: np.ndarray) -> Platt:
        """The identity where there are no answers or all are the same."""
        if not len(answers) or answers.all() or not answers.any():
            return cls()
        slope, offset = logistic(scores[:, None], answers, penalty=1e-6)
        return cls(float(slope), float(offset))

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """float32 (m,)."""
        return sigmoid(self.slope * scores + self.offset).astype(np.float32)


def sigmoid(scores: np.ndarray) -> np.ndarray:
    return np.asarray(0.5 * (1 + np.tanh(scores / 2)))


def logistic(features: np.ndarray, answers: np.ndarray, penalty: float = 1.0) -> np.ndarray:
    """float64 (d + 1,): weights and, last, the offset of a logistic regression, by Newton's method.

    features: (m, d); answers: bool (m,); penalty: λ of ½ λ ‖weights‖², the offset goes free.
    """
    rows = np.column_stack([features, np.ones(len(features))]).astype(np.float64)
    ridge = np.full(rows.shape[1], penalty)
    ridge[-1] = 1e-9
    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        chance = sigmoid(rows @ weights)
        slope = rows.T @ (chance - answers) + ridge * weights
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(ridge + 1e-9)
        step = np.linalg.solve(curve, slope)
        step *= min(1.0, 5 / (np.abs(rows @ step).max(initial=0) + 1e-12))  # far from the optimum Newton overshoots
        weights = weights - step
        if np.abs(step).max() < CLOSE:
            break
    return weights


def expected_calibration_error(probabilities: np.ndarray, answers: np.ndarray, bins: int = BINS) -> float:
    """Mean over questions of |share of yes − mean probability| within bins of equal width (Guo et al. 2017)."""
    if not len(answers):
        return 0.0
    place = np.minimum((probabilities * bins).astype(np.int64), bins - 1)
    gap = np.bincount(place, weights=probabilities - answers.astype(np.float64), minlength=bins)
    return float(np.abs(gap).sum() / len(answers))


def measures(probabilities: np.ndarray, answers: np.ndarray) -> Measures:
    """probabilities: float (m,) in 0…1; answers: bool (m,). A measure that is not defined is 0, `auc` ½."""
    said = probabilities >= 0.5
    right = float((said & answers).sum())
    precision, recall = right / max(int(said.sum()), 1), right / max(int(answers.sum()), 1)
    return Measures(
        accuracy=float((said == answers).mean()) if len(answers) else 0.0,
        precision=precision,
        recall=recall,
        f1=2 * right / max(float(said.sum() + answers.sum()), 1.0),
        auc=_auc(probabilities, answers),
        ece=expected_calibration_error(probabilities, answers),
    )


def _auc(scores: np.ndarray, answers: np.ndarray) -> float:
    """The chance that a yes scores above a no, ties for half (Mann and Whitney 1947)."""
    yes, no = int(answers.sum()), int((~answers).sum())
    if not yes or not no:
        return 0.5
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((rank[answers].sum() - yes * (yes + 1) / 2) / (yes * no))
