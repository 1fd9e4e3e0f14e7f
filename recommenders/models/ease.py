"""EASE: a linear autoencoder in closed form (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data").

Above `dense_up_to` items the inverse of the whole Gram matrix is not affordable. Then each item is a ridge regression
on its nearest neighbours only, as in Steck 2019, "Markov Random Fields for Collaborative Filtering".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import torch
from scipy import sparse

from recommenders.device import default_device
from recommenders.histories import Histories
from recommenders.models.item_to_item import ItemToItem, nearest, no_weights, weights_of
from recommenders.recommender import Progress, Settings, silent

TARGETS: Final = 32  # regressions solved at once: more share less, so that their common Gram matrix grows
KEPT: Final = 200  # weights of an item in the exact solution: fewer cost quality, more only memory


@dataclass(frozen=True)
class EASESettings(Settings):
    """`l2`: ridge penalty on the Gram matrix's diagonal, > 0.

    `window`: days of history that are learnt from, all where None. `binary`: an item counts once, however often it was
    bought. `half_life`: days after which an event counts half, for learning (unless binary) and for scoring; a history
    counts once an item where None and binary. `dense_up_to`: items up to which the exact solution is computed;
    `neighbours`: inputs of each item above that.
    """

    l2: float = 400.0
    window: float | None = 180.0
    half_life: float | None = None
    binary: bool = True
    dense_up_to: int = 8000
    neighbours: int = 100


class EASE(ItemToItem):
    """Each item is explained by all others; nothing but the Gram matrix of the items is needed."""

    name = "ease"
    settings: EASESettings
    settings_type = EASESettings

    def fit(self, past: Histories, validation: Histories | None = None, progress: Progress = silent) -> Self:
        chosen = self.settings
        if not chosen.l2 > 0 or chosen.neighbours < 1:
            raise ValueError("l2 must be above 0 and neighbours at least 1")
        matrix = past.matrix(chosen.half_life, chosen.window, chosen.binary)
        if not matrix.nnz:
            self.weights = no_weights()
        elif past.n_items <= max(chosen.dense_up_to, 1):
            self.weights = _dense(matrix, chosen.l2, KEPT)
        else:
            self.weights = _sparse(matrix, chosen.l2, chosen.neighbours, progress)
        return self

    def inputs(self, histories: Histories) -> sparse.csr_matrix:
        binary = self.settings.binary and self.settings.half_life is None
        return histories.matrix(self.settings.half_life, binary=binary)


def _dense(matrix: sparse.csr_matrix, l2: float, kept: int) -> sparse.csr_matrix:
    """B = I − P / diag(P) with P = (XᵀX + l2·I)⁻¹, equation 8 of the paper; the `kept` largest weights a column."""
    gram = torch.from_numpy((matrix.T @ matrix).toarray()).to(default_device(), torch.float32)
    gram.diagonal().add_(l2)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(gram))
    inverse /= -inverse.diagonal().clone()
    inverse.fill_diagonal_(0)
    indices = inverse.T.abs().topk(min(kept, len(inverse)), dim=1).indices
    values = inverse.T.gather(1, indices)
    return weights_of(indices.cpu().numpy(), values.cpu().numpy())


def _sparse(matrix: sparse.csr_matrix, l2: float, k: int, progress: Progress) -> sparse.csr_matrix:
    """Column j holds the ridge regression of item j on its k nearest neighbours by cosine."""
    n = matrix.shape[1]
    k = min(k, n - 1)
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(0)).ravel())
    indices, near = np.empty((n, k), np.int32), np.empty((n, k), bool)
    for items, similarity, index in nearest(matrix, k, norms):
        indices[items], near[items] = index.cpu().numpy(), similarity.cpu().numpy() > 0
        progress("neighbours", 0.5 * (items[-1] + 1) / n)
    weights = np.zeros((n, k), np.float32)
    columns = matrix.tocsc()
    order = np.argsort(indices[:, 0], kind="stable")  # items with a common neighbour share a Gram matrix
    for start in range(0, n, TARGETS):
        targets = order[start : start + TARGETS]
        weights[targets] = _regressions(columns, targets, indices[targets], near[targets], l2)
        progress("weights", 0.5 + 0.5 * min(start + TARGETS, n) / n)
    return weights_of(indices, weights)


def _regressions(
    columns: sparse.csc_matrix, targets: np.ndarray, neighbours: np.ndarray, near: np.ndarray, l2: float
) -> np.ndarray:
    """float32 (b, k): the weights of each target's `neighbours`, int (b, k), 0 where `near`, bool (b, k), says no."""
    device = default_device()
    used = np.unique(np.concatenate([targets, neighbours[near]]))
    own = columns[:, used]
    gram = torch.from_numpy((own.T @ own).toarray()).to(device, torch.float32)
    inputs = torch.from_numpy(np.searchsorted(used, np.where(near, neighbours, targets[:, None]))).to(device)
    outputs = torch.from_numpy(np.searchsorted(used, targets)).to(device)
    valid = torch.from_numpy(near).to(device)
    system = gram[inputs[:, :, None], inputs[:, None, :]] * (valid[:, :, None] & valid[:, None, :])
    system.diagonal(dim1=1, dim2=2).add_(l2)
    wanted = gram[inputs, outputs[:, None]] * valid
    solved = torch.cholesky_solve(wanted[:, :, None], torch.linalg.cholesky(system))
    return solved[:, :, 0].cpu().numpy()
