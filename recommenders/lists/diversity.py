"""Picking items one by one: each by what it is worth by itself and beside those already picked.

θ is the share that diversity has in the choice: 0 keeps the order of scores, 1 looks at nothing but differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np

LEAST_VOLUME: Final = 1e-6  # below it, what is left of a float32 similarity is rounding


class Pool(Protocol):
    """m candidates, some of them taken."""

    def gains(self) -> np.ndarray:
        """float64 (m,), finite: the worth of taking each next. Those taken have some value, too."""

    def take(self, place: int) -> None:
        """Count candidate number `place` as taken."""


class Diversifier(Protocol):
    """A way to weigh relevance against likeness. The settings only; each list has a pool of its own."""

    def pool(self, relevance: np.ndarray, vectors: np.ndarray) -> Pool:
        """relevance: float64 (m,) from 0 to 1; vectors: float32 (m, d) of unit length or zeros."""


@dataclass(frozen=True)
class Mmr:
    """Maximal marginal relevance (Carbonell and Goldstein 1998): (1 − θ)·relevance − θ·likeness to the nearest taken.

    O(m·d) an item. Raises ValueError for θ outside 0…1.
    """

    theta: float = 0.3

    def __post_init__(self) -> None:
        _check(self.theta)

    def pool(self, relevance: np.ndarray, vectors: np.ndarray) -> Pool:
        return _MmrPool(self.theta, relevance, vectors)


@dataclass(frozen=True)
class Dpp:
    """Greedy MAP inference of a determinantal point process (Chen, Zhang and Zhou 2018, algorithm 1).

    The set is wanted that maximises (1 − θ)·Σ relevance + θ·log det S, that is, a DPP with the kernel
    `diag(q) S diag(q)`, q = exp(relevance·(1 − θ)/2θ). S = (1 + cosine)/2, so that opposites differ, too.
    Unlike MMR it sees three items that are alike together though no two are. O(m·(d + k)) an item by an incremental
    Cholesky factor. Raises ValueError for θ outside 0…1.
    """

    theta: float = 0.1

    def __post_init__(self) -> None:
        _check(self.theta)

    def pool(self, relevance: np.ndarray, vectors: np.ndarray) -> Pool:
        return _DppPool(self.theta, relevance, vectors)


class Quota(NamedTuple):
    """At most `most` of each group: int (m,) codes, −1 for candidates that are not counted."""

    groups: np.ndarray
    most: int


def select(
    diversifier: Diversifier, scores: np.ndarray, vectors: np.ndarray, k: int, quotas: Sequence[Quota] = ()
) -> np.ndarray:
    """int64 (min(k, m),): places among the candidates, in the order in which they were picked.

    scores: float (m,), finite, best first, which decides ties; vectors: (m, d). `quotas` in order of importance: each
    pick is among the candidates that exceed the first the least, of those the second, and so on. So none is exceeded
    while there is a candidate within all, and the last gives way first.
    """
    pool = diversifier.pool(scaled(scores), np.nan_to_num(vectors, nan=0, posinf=0, neginf=0))
    left = np.ones(len(scores), bool)
    held = np.zeros((len(quotas), len(scores)), np.int64)  # how many of its group are picked
    picked: list[int] = []
    for _ in range(min(k, len(scores))):
        place = int(np.where(_within(left, quotas, held), pool.gains(), -np.inf).argmax())
        picked.append(place)
        left[place] = False
        pool.take(place)
        for number, (groups, _) in enumerate(quotas):
            held[number] += (groups == groups[place]) & (groups >= 0)
    return np.array(picked, np.int64)


def scaled(scores: np.ndarray) -> np.ndarray:
    """float64 (m,): scores from 0 for the worst to 1 for the best, all 1 where they are equal; NaN for NaN or ±∞."""
    halves = np.asarray(scores, np.float64) / 2  # so that no difference overflows
    finite = np.isfinite(halves)
    low, high = halves[finite].min(initial=np.inf), halves[finite].max(initial=-np.inf)
    halves = np.where(finite, halves, np.nan)
    return (halves - low) / (high - low) if high > low else np.where(finite, 1.0, np.nan)


def _within(left: np.ndarray, quotas: Sequence[Quota], held: np.ndarray) -> np.ndarray:
    allowed = left
    for quota, count in zip(quotas, held, strict=True):
        excess = np.maximum(count + 1 - quota.most, 0)
        allowed = allowed & (excess == excess[allowed].min())
    return allowed


def _check(theta: float) -> None:
    if not 0 <= theta <= 1:
        raise ValueError("theta must lie between 0 and 1")


class _MmrPool:
    def __init__(self, theta: float, relevance: np.ndarray, vectors: np.ndarray) -> None:
        self._theta = theta
        self._relevance = relevance
        self._vectors = vectors
        self._nearest = np.full(len(relevance), -1.0)  # the least cosine: the first pick is by relevance alone

    def gains(self) -> np.ndarray:
        return (1 - self._theta) * self._relevance - self._theta * self._nearest

    def take(self, place: int) -> None:
        np.maximum(self._nearest, self._vectors @ self._vectors[place], out=self._nearest)


class _DppPool:
    """Row i of `factor` is the i-th taken item's part in each candidate's Cholesky row; `volume` is what is left."""

    def __init__(self, theta: float, relevance: np.ndarray, vectors: np.ndarray) -> None:
        self._theta = theta
        self._relevance = relevance
        self._vectors = vectors
        self._factor = np.empty((0, len(relevance)))
        self._volume = np.ones(len(relevance))

    def gains(self) -> np.ndarray:
        return (1 - self._theta) * self._relevance + self._theta * np.log(np.maximum(self._volume, LEAST_VOLUME))

    def take(self, place: int) -> None:
        likeness = (1 + self._vectors @ self._vectors[place]) / 2
        likeness[place] = 1
        part = likeness - self._factor[:, place] @ self._factor
        part /= np.sqrt(max(self._volume[place], LEAST_VOLUME))
        self._volume -= part**2
        self._factor = np.vstack([self._factor, part])
