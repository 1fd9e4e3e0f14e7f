"""Bayesian personalised ranking, Rendle et al. 2009: what was chosen should score above what was not.

score(u, i) = xᵤᵀyᵢ + bᵢ. Training takes a chosen item i and a drawn item j at a time and lessens
softplus(score(u, j) − score(u, i)) + λ/2 (|xᵤ|² + |yᵢ|² + |yⱼ|²), by Adagrad on minibatches.

The method has no vector for a shopper who came after training. Here every history gets one that is a function of the
history alone, the minimum over x, with items fixed, of

    Σ_(i chosen) mean_(j drawn) softplus(−(xᵀ(yᵢ − yⱼ) + bᵢ − bⱼ)) + μ/2 |x|²,

with drawn items that stay the same. The logistic curve bends by at most 1/4, so that each step x + H⁻¹ ∇,
H = 1/4 Σ mean (yᵢ − yⱼ)(yᵢ − yⱼ)ᵀ + μ I, improves it without a rate to choose (Böhning and Lindsay 1988).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import torch
from scipy import sparse
from torch.nn import functional

from data.threads import products
from recommenders.device import default_device
from recommenders.histories import Histories
from recommenders.models.batches import row_batches
from recommenders.recommender import Progress, Recommender, Settings, silent

STEPS: Final = 8  # of folding in
CHECKED: Final = 4096  # validation pairs are at most this many shoppers'
PATIENCE: Final = 3


@dataclass(frozen=True)
class BPRSettings(Settings):
    """`popularity`: negatives are drawn by (how many chose it)^popularity, 0 for all alike.

    `fold_in_regularisation`: μ above. `drawn`: how many negatives folding in averages over. `half_life`, `window`
    (days) and `binary` make the matrix, see `Histories.matrix`; a pair is drawn as often as it weighs. `device`: a
    graphics card where there is one, if None.
    """

    dims: int = 64
    epochs: int = 20
    batch: int = 2048
    rate: float = 0.05
    regularisation: float = 0.002
    popularity: float = 0.0
    fold_in_regularisation: float = 3.0
    drawn: int = 256
    half_life: float | None = 60.0
    window: float | None = None
    binary: bool = False
    device: str | None = None


class BPR(Recommender):
    """item_factors: float32 (n_items, d); item_bias: float32 (n_items,); negatives: int64 (k,) those of folding in."""

    name = "bpr"

    def __init__(self, settings: BPRSettings | None = None) -> None:
        self.settings: BPRSettings = settings or BPRSettings()
        self._keep(np.zeros((0, self.settings.dims), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))

    def _keep(self, factors: np.ndarray, bias: np.ndarray, negatives: np.ndarray) -> None:
        self.item_factors, self.item_bias, self.negatives = factors, bias, negatives

    def fit(self, past: Histories, validation: Histories | None = None, progress: Progress = silent) -> Self:
        """With `validation`, stops after three epochs without a better share of rightly ordered pairs, and keeps the
        best."""
        own = self.settings
        if min(own.dims, own.epochs, own.batch, own.drawn) < 1 or min(own.rate, own.fold_in_regularisation) <= 0:
            raise ValueError("dims, epochs, batch and drawn must be at least 1, rates and μ above 0")
        matrix = self._matrix(past)
        if not matrix.nnz:
            nothing = np.zeros((past.n_items, own.dims + 1), np.float32)
            self._keep(nothing[:, 1:], nothing[:, 0], np.zeros(0, np.int64))
            return self
        training = _Training(matrix, own)
        negatives = training.negatives(own.drawn).cpu().numpy()
        best, since = -np.inf, 0
        for epoch in range(own.epochs):
            training.epoch()
            progress("bpr", (epoch + 1) / own.epochs)
            if validation is None:
                continue
            ordered = training.ordered(validation)
            since = 0 if ordered > best else since + 1
            if not since:
                best = ordered
                self._keep(*training.items(), negatives)
            if since == PATIENCE:
                return self
        if validation is None:
            self._keep(*training.items(), negatives)
        return self

    def scores(self, histories: Histories) -> np.ndarray:
        return np.nan_to_num(products(self.user_factors(histories), self.item_factors) + self.item_bias)

    def user_factors(self, histories: Histories) -> np.ndarray:
        """float32 (n, d): the minimum of the text above, zeros for an empty history."""
        matrix = self._matrix(histories)
        device = default_device(self.settings.device)
        items, bias = (torch.from_numpy(array).to(device) for array in (self.item_factors, self.item_bias))
        drawn = torch.from_numpy(self.negatives).to(device)
        found = torch.zeros((len(histories), items.shape[1]), device=device)
        if not len(drawn):
            return found.cpu().numpy()
        for batch in row_batches(matrix, device):
            chosen = functional.embedding(batch.columns, items)
            found[batch.rows] = _folded_in(
                chosen, bias[batch.columns], batch.real, items[drawn], bias[drawn], self.settings.fold_in_regularisation
            )
        return found.cpu().numpy()

    def tensors(self) -> dict[str, np.ndarray]:
        return {"item_factors": self.item_factors, "item_bias": self.item_bias, "negatives": self.negatives}

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        model = cls(BPRSettings(**settings))
        model._keep(tensors["item_factors"], tensors["item_bias"], tensors["negatives"])
        return model

    def _matrix(self, histories: Histories) -> sparse.csr_matrix:
        own = self.settings
        return histories.matrix(half_life=own.half_life, window=own.window, binary=own.binary)


class _Training:
    """The parameters while they are learnt, and what pairs are drawn from."""

    def __init__(self, matrix: sparse.csr_matrix, settings: BPRSettings) -> None:
        self.settings, self.device = settings, default_device(settings.device)
        self.random = torch.Generator(self.device).manual_seed(settings.seed)
        n_users, n_items = matrix.shape
        self.users = self._first(n_users, settings.dims) * 0.1
        self.factors = self._first(n_items, settings.dims) * 0.1
        self.bias = torch.zeros((n_items, 1), device=self.device)
        tables = (self.users, self.factors, self.bias)
        self.squares = {id(table): torch.full((len(table), 1), 1e-6, device=self.device) for table in tables}
        entries = matrix.tocoo()
        self.user, self.item = (
            torch.from_numpy(side.astype(np.int64)).to(self.device) for side in (entries.row, entries.col)
        )
        self.pair_share = _cumulated(torch.from_numpy(entries.data).to(self.device))
        popular = np.bincount(entries.col, minlength=n_items).astype(np.float32) ** settings.popularity
        self.item_share = _cumulated(torch.from_numpy(popular).to(self.device))

    def _first(self, rows: int, dims: int) -> torch.Tensor:
        return torch.randn((rows, dims), generator=self.random, device=self.device) / dims**0.5

    def _draw(self, share: torch.Tensor, count: int) -> torch.Tensor:
        points = torch.rand(count, generator=self.random, device=self.device, dtype=torch.float64)
        return torch.searchsorted(share, points).clamp_max(len(share) - 1)

    def negatives(self, count: int) -> torch.Tensor:
        """int64 (count,) items."""
        return self._draw(self.item_share, count)

    def items(self) -> tuple[np.ndarray, np.ndarray]:
        return self.factors.cpu().numpy().copy(), self.bias[:, 0].cpu().numpy().copy()

    def epoch(self) -> None:
        """As many pairs as the matrix has entries."""
        for start in range(0, len(self.user), self.settings.batch):
            count = min(self.settings.batch, len(self.user) - start)
            pair = self._draw(self.pair_share, count)
            self._learn(self.user[pair], self.item[pair], self.negatives(count))

    def _learn(self, user: torch.Tensor, better: torch.Tensor, worse: torch.Tensor) -> None:
        shopper, good, bad = self.users[user], self.factors[better], self.factors[worse]
        ahead = (shopper * (good - bad)).sum(1, keepdim=True) + self.bias[better] - self.bias[worse]
        wrong = torch.sigmoid(-ahead) * (better != worse)[:, None]
        shrink = self.settings.regularisation
        self._descend(self.users, user, wrong * (bad - good) + shrink * shopper)
        both = torch.cat([better, worse])
        self._descend(self.factors, both, torch.cat([shrink * good - wrong * shopper, shrink * bad + wrong * shopper]))
        self._descend(self.bias, both, torch.cat([-wrong, wrong]))

    def _descend(self, table: torch.Tensor, rows: torch.Tensor, gradient: torch.Tensor) -> None:
        """Adagrad (Duchi et al. 2011), one rate a row: rows that are seen rarely keep moving."""
        squares = self.squares[id(table)]
        squares.index_add_(0, rows, gradient.square().mean(1, keepdim=True))
        table.index_add_(0, rows, gradient * squares[rows].rsqrt(), alpha=-self.settings.rate)

    def ordered(self, validation: Histories) -> float:
        """The share of validation purchases that score above a drawn item, with the same draws each time."""
        entries = validation.matrix(binary=True)[:CHECKED].tocoo()
        if not entries.nnz:
            return 0.0
        user, item = (torch.from_numpy(side.astype(np.int64)).to(self.device) for side in (entries.row, entries.col))
        random = torch.Generator(self.device).manual_seed(self.settings.seed)
        drawn = torch.randint(0, len(self.factors), (len(user),), generator=random, device=self.device)
        difference = (self.users[user] * (self.factors[item] - self.factors[drawn])).sum(1)
        return float((difference + (self.bias[item] - self.bias[drawn])[:, 0] > 0).float().mean())


def _cumulated(weight: torch.Tensor) -> torch.Tensor:
    """float64 (n,) up to 1: which share of the draws falls at or before each."""
    sums = torch.cumsum(weight.double(), 0)
    return sums / sums[-1].clamp_min(1e-30)


def _folded_in(
    chosen: torch.Tensor,
    chosen_bias: torch.Tensor,
    real: torch.Tensor,
    drawn: torch.Tensor,
    drawn_bias: torch.Tensor,
    shrinkage: float,
) -> torch.Tensor:
    """(b, d). chosen: (b, l, d); chosen_bias, real: (b, l); drawn: (k, d); drawn_bias: (k,)."""
    count, mean = real.sum(1), drawn.mean(0)
    kept = chosen * real[:, :, None]
    total = kept.sum(1)
    crossed = total[:, :, None] * mean
    bend = torch.bmm(kept.transpose(1, 2), chosen) - crossed - crossed.transpose(1, 2)
    bend = bend + count[:, None, None] * (drawn.T @ drawn / len(drawn))
    bend = bend / 4 + shrinkage * torch.eye(drawn.shape[1], device=drawn.device)
    factor, _ = torch.linalg.cholesky_ex(bend)
    x = torch.zeros_like(total)
    for _ in range(STEPS):
        good = torch.bmm(x[:, None, :], chosen.transpose(1, 2))[:, 0] + chosen_bias
        bad = x @ drawn.T + drawn_bias
        wrong = torch.sigmoid(bad[:, None, :] - good[:, :, None]) * real[:, :, None] / len(drawn)
        slope = torch.bmm(wrong.sum(2)[:, None, :], chosen)[:, 0] - wrong.sum(1) @ drawn - shrinkage * x
        x = x + torch.cholesky_solve(slope[:, :, None], factor)[:, :, 0]
    return x
