"""Is the probability of a purchase right? Yes or no at a threshold, and calibration, with intervals over shoppers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import numpy as np

from benchmarks.recommender_results import Estimate
from recommenders.evaluation.metrics import RESAMPLES
from recommenders.ranking.calibration import BINS, Reliability, classification, reliability

MEASURES: Final = ("accuracy", "precision", "recall", "f1", "ece")


@dataclass(frozen=True)
class Judged:
    """m candidates: probability float (m,), bought bool (m,), shopper int (m,) of 0…n − 1."""

    probability: np.ndarray
    bought: np.ndarray
    shopper: np.ndarray


@dataclass(frozen=True)
class Purchases:
    """How good "will be bought" is of a list's candidates, at a threshold that was chosen before the cut.

    `base_rate`: the share that was bought, so that accuracy can be read. `diagram`: for the reliability plot.
    """

    accuracy: Estimate
    precision: Estimate
    recall: Estimate
    f1: Estimate
    ece: Estimate
    threshold: float
    base_rate: float
    rows: int
    diagram: Reliability

    @classmethod
    def of(cls, judged: Judged, threshold: float) -> Self:
        found = classification(judged.probability, judged.bought, threshold)
        low, high = np.quantile(_resampled(judged, threshold), [0.025, 0.975], axis=0)
        estimates: dict[str, Any] = {
            name: Estimate(getattr(found, name), float(low[at]), float(high[at])) for at, name in enumerate(MEASURES)
        }
        return cls(
            **estimates,
            threshold=threshold,
            base_rate=float(judged.bought.mean()) if len(judged.bought) else 0.0,
            rows=len(judged.bought),
            diagram=reliability(judged.probability, judged.bought),
        )

    def as_json(self) -> dict[str, Any]:
        diagram = {key: value.tolist() for key, value in vars(self.diagram).items()}
        return asdict(self) | {"diagram": diagram}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Self:
        estimates: dict[str, Any] = {name: Estimate(**saved[name]) for name in MEASURES}
        diagram = Reliability(**{key: np.asarray(value) for key, value in saved["diagram"].items()})
        others: dict[str, Any] = {name: saved[name] for name in ("threshold", "base_rate", "rows")}
        return cls(**estimates, **others, diagram=diagram)


def _resampled(judged: Judged, threshold: float, seed: int = 0) -> np.ndarray:
    """float (RESAMPLES, measures): each of shoppers drawn with replacement, with all of their candidates.

    Sums of each shopper are enough for all of them, given the bins of the calibration error.
    """
    p, bought = judged.probability.astype(np.float64), judged.bought
    n = int(judged.shopper.max(initial=-1)) + 1
    if not n:
        return np.zeros((1, len(MEASURES)))
    said = p >= threshold
    columns = [np.ones(len(p)), said == bought, said & bought, said, bought]
    sums = np.stack([np.bincount(judged.shopper, column, n) for column in columns], 1)
    rng = np.random.default_rng(seed)
    times = rng.multinomial(n, np.full(n, 1 / n), RESAMPLES).astype(np.float64)
    rows, equal, right, yes, wanted = (times @ sums).T
    edges = np.unique(np.quantile(p, np.linspace(0, 1, BINS + 1)[1:-1], method="lower"))
    place = judged.shopper * (len(edges) + 1) + np.searchsorted(edges, p, "left")
    gaps = np.bincount(place, p - bought, n * (len(edges) + 1)).reshape(n, -1)
    rows = np.maximum(rows, 1)
    return np.stack(
        [
            equal / rows,
            right / np.maximum(yes, 1),
            right / np.maximum(wanted, 1),
            2 * right / np.maximum(yes + wanted, 1),
            np.abs(times @ gaps).sum(1) / rows,
        ],
        1,
    )
