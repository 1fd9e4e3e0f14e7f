"""Matrix factorisation of what was and was not chosen: Hu, Koren and Volinsky 2008, "Collaborative filtering for
implicit feedback datasets", as Rendle et al. 2021 set it up in "Revisiting the performance of iALS".

Minimises Σ_(u,i) w_ui (1 − x_uᵀy_i)² + α₀ Σ_u Σ_i (x_uᵀy_i)² + Σ_u λ_u |x_u|² + Σ_i λ_i |y_i|², the first sum over what
was chosen, w the weights of the histories' matrix. λ_u = λ (f_u / mean f)^ν with u's frequency f_u = |chosen by u| +
α₀ |items|, and λ_i likewise: the paper's, but for the mean, with which λ keeps its meaning in a shop of another size.

Before each half step both sides are turned into the eigenvectors of the fixed side's Gramian, which changes no product
xᵀy. The sum over all pairs is then diagonal: a step of conjugate gradients costs only what was chosen, and the
diagonal is a good preconditioner, so that two steps do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from scipy import sparse

from data.threads import products
from recommenders.device import default_device
from recommenders.histories import Histories
from recommenders.models import ridge
from recommenders.models.batches import Batch, Run, row_batches, side_by_side
from recommenders.recommender import Progress, Recommender, Settings, silent


@dataclass(frozen=True)
class ImplicitALSSettings(Settings):
    """`unobserved`: α₀, the weight of a pair nobody chose. `regularisation`: λ; `frequency_exponent`: ν.

    `spread`: standard deviation of the first factors' length. `steps` of conjugate gradients in each half step.
    `half_life`, `window` (days) and `binary` make the matrix, see `Histories.matrix`. `device`: a graphics card where
    there is one, if None.
    """

    dims: int = 128
    iterations: int = 15
    regularisation: float = 10.0
    frequency_exponent: float = 0.5
    unobserved: float = 1.0
    spread: float = 0.1
    steps: int = 2
    half_life: float | None = 60.0
    window: float | None = None
    binary: bool = False
    device: str | None = None


class ImplicitALS(Recommender):
    """item_factors: float32 (n_items, d), after fitting."""

    name = "implicit_als"

    def __init__(self, settings: ImplicitALSSettings | None = None) -> None:
        self.settings: ImplicitALSSettings = settings or ImplicitALSSettings()
        self.item_factors = np.zeros((0, self.settings.dims), np.float32)
        # The Gramian of the item factors: diagonal, because they are left in its eigenvectors.
        self.spectrum = np.zeros(self.settings.dims, np.float32)
        self.mean_chosen = np.ones(1, np.float32)  # by a shopper

    def fit(self, past: Histories, validation: Histories | None = None, progress: Progress = silent) -> Self:
        _check(self.settings)
        matrix = self._matrix(past)
        device = default_device(self.settings.device)
        users, items = self._first_factors(matrix, device)
        sides = _side(matrix, device, _mean(matrix)), _side(matrix.T.tocsr(), device, _mean(matrix.T))
        with side_by_side(device) as run:
            for iteration in range(self.settings.iterations if matrix.nnz else 0):
                users, items = self._half_step(run, sides[0], users, items)
                items, users = self._half_step(run, sides[1], items, users)
                progress("implicit_als", (iteration + 1) / self.settings.iterations)
        spectrum, basis = _eigenvectors(items)
        self.item_factors = (items @ basis).cpu().numpy()
        self.spectrum = spectrum.cpu().numpy()
        self.mean_chosen = np.array([sides[0].mean], np.float32)
        return self

    def scores(self, histories: Histories) -> np.ndarray:
        return np.nan_to_num(products(self.user_factors(histories), self.item_factors))

    def user_factors(self, histories: Histories) -> np.ndarray:
        """float32 (n, d): the exact minimum for each history with the items fixed, zeros for an empty one."""
        matrix = self._matrix(histories)
        device = default_device(self.settings.device)
        items, spectrum = (torch.from_numpy(array).to(device) for array in (self.item_factors, self.spectrum))
        side = _side(matrix, device, float(self.mean_chosen[0]))
        shrinkage = self._shrinkage(side)
        found = torch.zeros((len(histories), items.shape[1]), device=device)
        for batch in side.batches:
            regressors = torch.nn.functional.embedding(batch.columns, items)
            diagonal = self.settings.unobserved * spectrum + shrinkage[batch.rows, None]
            found[batch.rows] = ridge.exact(regressors, batch.values, 1.0, diagonal)
        return found.cpu().numpy()

    def tensors(self) -> dict[str, np.ndarray]:
        return {"item_factors": self.item_factors, "spectrum": self.spectrum, "mean_chosen": self.mean_chosen}

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        model = cls(ImplicitALSSettings(**settings))
        model.item_factors, model.spectrum = tensors["item_factors"], tensors["spectrum"]
        model.mean_chosen = tensors["mean_chosen"]
        return model

    def _matrix(self, histories: Histories) -> sparse.csr_matrix:
        own = self.settings
        return histories.matrix(half_life=own.half_life, window=own.window, binary=own.binary)

    def _first_factors(self, matrix: sparse.csr_matrix, device: torch.device) -> list[torch.Tensor]:
        """Small, so that what was chosen decides their size; zero for who chose nothing, whom no step would move."""
        generator = torch.Generator().manual_seed(self.settings.seed)
        chosen = np.diff(matrix.indptr) > 0, np.bincount(matrix.indices, minlength=matrix.shape[1]) > 0
        scale = self.settings.spread / self.settings.dims**0.5
        return [
            (torch.randn((len(any_), self.settings.dims), generator=generator) * scale).to(device)
            * torch.from_numpy(any_).to(device)[:, None]
            for any_ in chosen
        ]

    def _shrinkage(self, side: _Side) -> torch.Tensor:
        """float32 (n,): λ of each row."""
        own = self.settings
        everywhere = own.unobserved * side.others
        relative = (side.chosen + everywhere) / (side.mean + everywhere)
        return own.regularisation * relative**own.frequency_exponent

    def _half_step(
        self, run: Run, side: _Side, factors: torch.Tensor, fixed: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Better `factors`, and the `fixed` ones in the same basis."""
        spectrum, basis = _eigenvectors(fixed)
        factors, fixed = factors @ basis, fixed @ basis
        shared, shrinkage = self.settings.unobserved * spectrum, self._shrinkage(side)

        def solve(batch: Batch) -> None:
            regressors = torch.nn.functional.embedding(batch.columns, fixed)
            diagonal = shared + shrinkage[batch.rows, None]
            factors[batch.rows] = ridge.conjugate_gradients(
                factors[batch.rows], regressors, batch.values, 1.0, diagonal, self.settings.steps
            )

        run(solve, side.batches)
        return factors, fixed


@dataclass(frozen=True)
class _Side:
    """The rows to solve for. chosen: float32 (n,), entries of each row, and mean, of a row when the model was fitted;
    others: how many columns there are."""

    batches: list[Batch]
    chosen: torch.Tensor
    mean: float
    others: int


def _side(matrix: sparse.csr_matrix, device: torch.device, mean: float) -> _Side:
    chosen = torch.from_numpy(np.diff(matrix.indptr).astype(np.float32)).to(device)
    return _Side(row_batches(matrix, device), chosen, mean, matrix.shape[1])


def _mean(matrix: sparse.csr_matrix) -> float:
    """Entries of a row that has any."""
    chosen = matrix.getnnz(1)
    return float(chosen[chosen > 0].mean()) if matrix.nnz else 1.0


def _eigenvectors(factors: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Eigenvalues (d,), none below zero, and eigenvectors (d, d) of factorsᵀ factors."""
    spectrum, basis = torch.linalg.eigh(factors.T @ factors)
    return spectrum.clamp_min(0), basis


def _check(settings: ImplicitALSSettings) -> None:
    if min(settings.dims, settings.iterations, settings.steps) < 1:
        raise ValueError("dims, iterations and steps must be at least 1")
    if settings.regularisation <= 0 or settings.unobserved <= 0:
        raise ValueError("regularisation and unobserved must be above 0")
