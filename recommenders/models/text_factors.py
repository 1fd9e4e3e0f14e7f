"""Items that nobody has bought yet, placed by what their text says.

`TextFactors` puts them into the factor space of a model of purchases (the linear case of Gantner et al. 2010, "Learning
attribute-to-feature mappings for cold-start recommendations"); `TextProfile` likens them to what a shopper bought.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from scipy import sparse

from recommenders.histories import Histories
from recommenders.recommender import Progress, Recommender, Settings, silent
from recommenders.vectors import unit

PENALTIES: Final = tuple(10.0**power for power in np.arange(-2, 4.5, 0.5))
FOLDS: Final = 5


@dataclass(frozen=True)
class TextFactorsSettings(Settings):
    """`penalties`: the λ among which cross-validation chooses, per item of mean weight."""

    penalties: tuple[float, ...] = PENALTIES
    folds: int = FOLDS


class TextFactors:
    """Ridge regression from an item's text embedding to its factors (Hoerl and Kennard 1970).

    After `fit`: `mapping` float64 (p, d), `centre` float64 (p,) and `offset` float64 (d,), so that factors are
    (embedding − centre) · mapping + offset; `penalty` is the λ that was chosen.
    """

    def __init__(self, settings: TextFactorsSettings | None = None) -> None:
        self.settings = settings or TextFactorsSettings()
        self.penalty = 0.0
        self.centre = self.offset = np.zeros(0)
        self.mapping = np.zeros((0, 0))

    def fit(self, embeddings: np.ndarray, factors: np.ndarray, weights: np.ndarray | None = None) -> Self:
        """Learn from items with sales.

        embeddings: float (n_items, p); factors: float (n_items, d) of any factor model; weights: (n_items,), how much
        an item's factors are worth, its number of buyers; alike where None. An item whose weight is not above zero, or
        whose numbers are not finite, teaches nothing. Raises ValueError where the rows do not match.
        """
        if len(embeddings) != len(factors):
            raise ValueError("embeddings and factors must have a row for each item")
        weights = np.ones(len(factors)) if weights is None else np.asarray(weights, np.float64)
        finite = np.isfinite(embeddings).all(1) & np.isfinite(factors).all(1) & np.isfinite(weights)
        usable = np.flatnonzero(finite & (np.where(finite, weights, 0) > 0))
        x, y, w = (np.asarray(part, np.float64)[usable] for part in (embeddings, factors, weights))
        if not len(usable):
            self.centre, self.offset = np.zeros(embeddings.shape[1]), np.zeros(factors.shape[1])
            self.mapping = np.zeros((embeddings.shape[1], factors.shape[1]))
            return self
        w = w / w.mean()
        self.penalty = self._chosen(x, y, w)
        self.centre, self.offset = _mean(x, w), _mean(y, w)
        self.mapping = _Ridge(x - self.centre, y - self.offset, w).mapping(self.penalty)
        return self

    def factors(self, embeddings: np.ndarray) -> np.ndarray:
        """float32 (m, d) for embeddings (m, p); finite: an embedding that is not counts as the mean one."""
        away = np.asarray(embeddings, np.float64) - self.centre
        away[~np.isfinite(away).all(1)] = 0
        return (away @ self.mapping + self.offset).astype(np.float32)

    def tensors(self) -> dict[str, np.ndarray]:
        return {
            "mapping": self.mapping,
            "centre": self.centre,
            "offset": self.offset,
            "penalty": np.array([self.penalty]),
        }

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        model = cls(TextFactorsSettings(**{**settings, "penalties": tuple(settings["penalties"])}))
        model.mapping, model.centre, model.offset = tensors["mapping"], tensors["centre"], tensors["offset"]
        model.penalty = float(tensors["penalty"][0])
        return model

    def _chosen(self, x: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
        """The λ of the least weighted error over items that were left out; the largest where none can be."""
        penalties = sorted(self.settings.penalties)
        folds = min(self.settings.folds, len(x))
        if folds < 2:
            return penalties[-1]
        fold = np.random.default_rng(self.settings.seed).permutation(len(x)) % folds
        errors = np.zeros(len(penalties))
        for left_out in range(folds):
            seen, asked = fold != left_out, fold == left_out
            centre, offset = _mean(x[seen], w[seen]), _mean(y[seen], w[seen])
            ridge = _Ridge(x[seen] - centre, y[seen] - offset, w[seen])
            for place, penalty in enumerate(penalties):
                found = (x[asked] - centre) @ ridge.mapping(penalty) + offset
                errors[place] += w[asked] @ ((found - y[asked]) ** 2).sum(1)
        return penalties[int(errors.argmin())]


class _Ridge:
    """(XᵀWX + λI)⁻¹ XᵀWY for any λ from one eigendecomposition."""

    def __init__(self, x: np.ndarray, y: np.ndarray, w: np.ndarray) -> None:
        self.values, self.vectors = np.linalg.eigh((x * w[:, None]).T @ x)
        self.turned = self.vectors.T @ ((x * w[:, None]).T @ y)

    def mapping(self, penalty: float) -> np.ndarray:
        shrunk = np.maximum(self.values, 0) + max(penalty, 1e-12)
        return np.asarray(self.vectors @ (self.turned / shrunk[:, None]))


def _mean(rows: np.ndarray, w: np.ndarray) -> np.ndarray:
    return np.asarray(w @ rows / w.sum())


@dataclass(frozen=True)
class TextProfileSettings(Settings):
    """`half_life`: days after which an event counts half, None for never.

    `closest`: the share of the score, 0…1, that is the likeness to the closest single item of the past; the rest is
    the likeness to the mean of all of them.
    """

    half_life: float | None = 60.0
    closest: float = 0.5


class TextProfile(Recommender):
    """Cosine of a product's text to what a shopper bought. It learns nothing from others, so it needs no sales.

    embeddings: float32 (n_items, p) in the order of the items; they are part of the model's state.
    """

    name = "text_profile"

    def __init__(self, embeddings: np.ndarray, settings: TextProfileSettings | None = None) -> None:
        self.settings: TextProfileSettings = settings or TextProfileSettings()
        if not 0 <= self.settings.closest <= 1:
            raise ValueError("closest must lie between 0 and 1")
        self.embeddings = unit(np.nan_to_num(np.asarray(embeddings, np.float32), posinf=0.0, neginf=0.0))

    def fit(self, past: Histories, validation: Histories | None = None, progress: Progress = silent) -> Self:
        """Raises ValueError where the histories' items are not those of the embeddings."""
        if past.n_items != len(self.embeddings):
            raise ValueError("there must be an embedding for each item")
        return self

    def scores(self, histories: Histories) -> np.ndarray:
        matrix = histories.matrix(half_life=self.settings.half_life)
        mean = unit(np.asarray(matrix @ self.embeddings)) @ self.embeddings.T
        if not self.settings.closest:
            return np.asarray(mean, np.float32)
        return np.asarray(
            (1 - self.settings.closest) * mean + self.settings.closest * self._closest(matrix), np.float32
        )

    def tensors(self) -> dict[str, np.ndarray]:
        return {"embeddings": self.embeddings}

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        return cls(tensors["embeddings"], TextProfileSettings(**settings))

    def _closest(self, matrix: sparse.csr_matrix) -> np.ndarray:
        found = np.zeros(matrix.shape, np.float32)
        for row, (start, end) in enumerate(zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)):
            if end > start:
                found[row] = (self.embeddings[matrix.indices[start:end]] @ self.embeddings.T).max(0)
        return found
