"""What linear models share: a score is a sum over the shopper's items, so each item's part in it can be named."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Final, Self

import numpy as np
import torch
from scipy import sparse

from recommenders.device import default_device
from recommenders.histories import Histories
from recommenders.recommender import Recommender, Settings

BLOCK_CELLS: Final = 1 << 24  # of a block of similarities: 64 MB


class ItemToItem(Recommender):
    """Scores are `inputs(histories) @ weights`.

    `weights`: float32 CSR (n_items, n_items); row i says what having item i adds to the score of every item. The
    diagonal is zero.
    """

    weights: sparse.csr_matrix

    settings_type: ClassVar[Callable[..., Settings]]

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or self.settings_type()
        self.weights = no_weights()

    @abstractmethod
    def inputs(self, histories: Histories) -> sparse.csr_matrix:
        """float32 (n, n_items): how much of each item a shopper has, as the model sees it."""

    def scores(self, histories: Histories) -> np.ndarray:
        if not self.weights.shape[0]:
            return np.zeros((len(histories), histories.n_items), np.float32)
        return np.asarray((self.inputs(histories) @ self.weights).toarray(), np.float32)

    def contributions(self, histories: Histories, item: int) -> tuple[np.ndarray, np.ndarray]:
        """(indices, amounts): which items of one shopper moved the score of `item` how far, the strongest push first.

        indices: int64 (m,), the shopper's items with an effect; amounts: float32 (m,); they sum to the score.
        Raises ValueError for other than one shopper.
        """
        if len(histories) != 1:
            raise ValueError("contributions are those of one shopper")
        if not self.weights.shape[0]:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        own = self.inputs(histories)
        effect = own.data * self.weights[own.indices][:, [item]].toarray().ravel()
        order = np.argsort(-effect, kind="stable")
        order = order[effect[order] != 0]
        return own.indices[order].astype(np.int64), effect[order].astype(np.float32)

    def neighbours(self, item: int, k: int) -> tuple[np.ndarray, np.ndarray]:
        """(indices, weights) of the at most k items that having `item` speaks for most, best first; positive only.

        indices: int64, weights: float32.
        """
        if not self.weights.shape[0]:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        row = self.weights[[item]]
        order = np.argsort(-row.data, kind="stable")[:k]
        order = order[row.data[order] > 0]
        return row.indices[order].astype(np.int64), row.data[order]

    def tensors(self) -> dict[str, np.ndarray]:
        return {name: getattr(self.weights, name) for name in ("data", "indices", "indptr")}

    @classmethod
    def restore(cls, settings: dict[str, Any], tensors: dict[str, np.ndarray]) -> Self:
        model = cls(cls.settings_type(**settings))
        size = len(tensors["indptr"]) - 1
        model.weights = sparse.csr_matrix((tensors["data"], tensors["indices"], tensors["indptr"]), (size, size))
        return model


def no_weights() -> sparse.csr_matrix:
    return sparse.csr_matrix((0, 0), dtype=np.float32)


def weights_of(indices: np.ndarray, values: np.ndarray) -> sparse.csr_matrix:
    """The matrix whose column j holds `values[j]` at the rows `indices[j]`: both (n_items, k)."""
    n, k = indices.shape
    by_target = sparse.csr_matrix((values.ravel(), indices.ravel(), np.arange(n + 1) * k), (n, n))
    by_target.eliminate_zeros()
    return by_target.T.tocsr()


def nearest(
    matrix: sparse.csr_matrix, k: int, norms: np.ndarray, shrink: float = 0.0
) -> Iterator[tuple[np.ndarray, torch.Tensor, torch.Tensor]]:
    """The k items that are most alike to each item, block by block so that memory stays bounded.

    matrix: (n_users, n_items). Similarity of i and j: (column i · column j) / (norms[i] · norms[j] + shrink).
    Yields (items, similarities, indices): int64 (b,), float32 and int64 (b, min(k, n_items)), most alike first; 0 for a
    pair without common users. An item is not its own neighbour.
    """
    n = matrix.shape[1]
    device = default_device()
    columns, rows = matrix.tocsc(), matrix.tocsr()
    step = max(1, BLOCK_CELLS // max(n, 1))
    for start in range(0, n, step):
        items = np.arange(start, min(start + step, n))
        dots = torch.from_numpy((columns[:, items].T @ rows).toarray()).to(device)
        scale = torch.from_numpy(np.outer(norms[items], norms).astype(np.float32)).to(device)
        dots /= scale + max(shrink, 1e-9)
        dots[torch.arange(len(items)), torch.from_numpy(items)] = 0
        values, indices = dots.topk(min(k, n), dim=1)
        yield items, values, indices
