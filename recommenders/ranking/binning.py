"""Numeric features as a network wants them: which quantile a value lies in, and the value itself, standardised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

SAMPLED_ROWS: Final = 100_000  # quantiles of more rows are no better
FARTHEST: Final = 4.0  # standard deviations


@dataclass(frozen=True)
class Binning:
    """edges: float32 (f, bins − 1) rising, +∞ where a feature has fewer; mean, spread: float32 (f,)."""

    edges: np.ndarray
    mean: np.ndarray
    spread: np.ndarray

    @classmethod
    def fit(cls, features: np.ndarray, bins: int, seed: int) -> Self:
        """features: (m, f), NaN where unknown; a feature that is never known has mean 0 and one bin."""
        rows, width = features.shape
        if rows > SAMPLED_ROWS:
            chosen = np.random.default_rng(seed).choice(rows, SAMPLED_ROWS, replace=False)
            features = features[np.sort(chosen)]
        edges = np.full((width, bins - 1), np.inf, np.float32)
        mean, spread = np.zeros(width, np.float32), np.ones(width, np.float32)
        for j in range(width):
            known = features[np.isfinite(features[:, j]), j].astype(np.float64)
            if not len(known):
                continue
            cuts = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1]).astype(np.float32))
            edges[j, : len(cuts)] = cuts
            mean[j] = known.mean()
            spread[j] = known.std() or 1.0
        return cls(edges, mean, spread)

    @property
    def codes(self) -> int:
        """How many codes a feature has: one per bin and one for what is unknown, which is the last."""
        return self.edges.shape[1] + 2

    def __call__(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(code: int64 (m, f) into f · `codes` places, one range per feature; value: float32 (m, f), 0 if unknown)."""
        known = np.isfinite(features)
        code = np.empty(features.shape, np.int64)
        for j, cuts in enumerate(self.edges):
            code[:, j] = np.searchsorted(cuts, features[:, j], "right")
        code[~known] = self.codes - 1
        code += np.arange(features.shape[1]) * self.codes
        value = np.clip((features - self.mean) / self.spread, -FARTHEST, FARTHEST)
        return code, np.where(known, value, 0).astype(np.float32)
