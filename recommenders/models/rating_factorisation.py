"""Matrix factorisation of stars: Koren, Bell and Volinsky 2009, "Matrix factorization techniques for recommender
systems".

    r̂_ui = μ + b_u + b_i + x_uᵀy_i

minimises 1/2 Σ_(u,i rated) (r_ui − r̂_ui)² + λ/2 (Σ |x_u|² + Σ |y_i|²) + λ_b/2 (Σ b_u² + Σ b_i²) by alternating least
squares: with the items fixed, each shopper's (x_u, b_u) is a ridge regression on (y_i, 1), and the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import torch
from scipy import sparse

from recommenders.device import default_device
from recommenders.histories import Histories
from recommenders.interactions import RATING
from recommenders.models import ridge
from recommenders.models.batches import Batch, Run, one_after_another, row_batches, side_by_side
from recommenders.recommender import Progress, Recommender, Settings, silent

STARS: Final = (1.0, 5.0)
PATIENCE: Final = 2


@dataclass(frozen=True)
class RatingFactorisationSettings(Settings):
    """`regularisation`: λ; `bias_regularisation`: λ_b. `device`: a graphics card where there is one, if None."""

    dims: int = 16
    iterations: int = 15
    regularisation: float = 2.0
    bias_regularisation: float = 2.0
    spread: float = 0.1
    device: str | None = None


class RatingFactorisation(Recommender):
    """Learns from ratings alone; other events say nothing here.

    After fitting, mean: float32 (1,), μ; items: float32 (n_items, d + 1), the factors and, last, the bias.
    """

    name = "rating_factorisation"

    def __init__(self, settings: RatingFactorisationSettings | None = None) -> None:
        self.settings: RatingFactorisationSettings = settings or RatingFactorisationSettings()
        self.mean = np.zeros(1, np.float32)
        self.items = np.zeros((0, self.settings.dims + 1), np.float32)

    def fit(self, past: Histories, validation: Histories | None = None, progress: Progress = silent) -> Self:
        """With ratings in `validation`, stops after two rounds without a lower error there, and keeps the best."""
        own = self.settings
        if min(own.dims, own.iterations) < 1 or min(own.regularisation, own.bias_regularisation) <= 0:
            raise ValueError("dims and iterations must be at least 1, regularisations above 0")
        ratings = rating_matrix(past)
        self.items = np.zeros((past.n_items, own.dims + 1), np.float32)
        self.mean = np.array([ratings.data.mean() if ratings.nnz else 0], np.float32)
        if not ratings.nnz:
            return self
        device = default_device(own.device)
        by_user, by_item = row_batches(ratings, device), row_batches(ratings.T.tocsr(), device)
        items = self._first_items(device)
        users = torch.zeros((len(past), own.dims + 1), device=device)
        held_out = rating_matrix(validation).tocoo() if validation is not None else None
        least, since = np.inf, 0
        for iteration in range(own.iterations):
            with side_by_side(device) as run:
                self._solve(run, by_user, users, items)
                self._solve(run, by_item, items, users)
            progress(self.name, (iteration + 1) / own.iterations)
            error = self._error(held_out, users, items) if held_out is not None and held_out.nnz else -iteration
            since = 0 if error < least else since + 1
            if not since:
                least, self.items = error, items.cpu().numpy().copy()
            if since == PATIENCE:
                break
        return self

    def scores(self, histories: Histories) -> np.ndarray:
        """r̂, unclipped: stars of each item for each history; μ + b_i for one without ratings."""
        return np.nan_to_num(_products(self.user_factors(histories), self.items) + self.mean)

    def predict(self, histories: Histories) -> np.ndarray:
        """float32 (n, n_items): stars from 1 to 5."""
        return np.clip(self.scores(histories), *STARS)

    def user_factors(self, histories: Histories) -> np.ndarray:
        """float32 (n, d + 1): factors and, last, bias of each history with the items fixed, zeros without ratings."""
        device = default_device(self.settings.device)
        found = torch.zeros((len(histories), self.items.shape[1]), device=device)
        items = torch.from_numpy(self.items).to(device)
        self._solve(one_after_another, row_batches(rating_matrix(histories), device), found, items)
        return found.cpu().numpy()

    def tensors(self) -> dict[str, np.ndarray]:
        return {"items": self.items, "mean": self.mean}

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        model = cls(RatingFactorisationSettings(**settings))
        model.items, model.mean = tensors["items"], tensors["mean"]
        return model

    def _first_items(self, device: torch.device) -> torch.Tensor:
        generator = torch.Generator().manual_seed(self.settings.seed)
        items = torch.randn(self.items.shape, generator=generator) * self.settings.spread
        items[:, -1] = 0
        return items.to(device)

    def _solve(self, run: Run, batches: list[Batch], sought: torch.Tensor, fixed: torch.Tensor) -> None:
        """Put the minima into the rows of `sought`; rows without ratings become zeros."""
        own = self.settings
        sought.zero_()
        regressors = torch.cat([fixed[:, :-1], torch.ones_like(fixed[:, -1:])], 1)
        diagonal = torch.full((1, fixed.shape[1]), own.regularisation, device=fixed.device)
        diagonal[:, -1] = own.bias_regularisation

        def solve(batch: Batch) -> None:
            targets = batch.values - float(self.mean[0]) - fixed[batch.columns, -1]
            near = torch.nn.functional.embedding(batch.columns, regressors)
            sought[batch.rows] = ridge.exact(near, batch.real, targets, diagonal.expand(len(batch.rows), -1))

        run(solve, batches)

    def _error(self, held_out: sparse.coo_matrix, users: torch.Tensor, items: torch.Tensor) -> float:
        """Mean squared error."""
        ours, theirs = users.cpu().numpy()[held_out.row], items.cpu().numpy()[held_out.col]
        found = self.mean + ours[:, -1] + theirs[:, -1] + (ours[:, :-1] * theirs[:, :-1]).sum(1)
        return float(np.square(held_out.data - np.clip(found, *STARS)).mean())


def rating_matrix(histories: Histories) -> sparse.csr_matrix:
    """float32 (n, n_items): the latest stars each shopper gave each item, absent where there are none."""
    rated = histories.where((histories.event == RATING) & np.isfinite(histories.value))
    key = rated.row * histories.n_items + rated.item
    _, latest = np.unique(key[::-1], return_index=True)  # events are in order of time, so the first from behind
    at = len(key) - 1 - latest
    return sparse.csr_matrix(
        (rated.value[at].astype(np.float32), (rated.row[at], rated.item[at].astype(np.int64))),
        (len(histories), histories.n_items),
    )


def _products(users: np.ndarray, items: np.ndarray) -> np.ndarray:
    return np.asarray(users[:, :-1] @ items[:, :-1].T + users[:, -1:] + items[:, -1])
