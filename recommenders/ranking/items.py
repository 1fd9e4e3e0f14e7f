"""What is known of the items themselves: prices, categories and the meaning of their texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import faiss
import numpy as np

from data.catalogue import Catalogue
from data.records import CATEGORY_SEPARATOR

LEVELS: Final = 3  # of the category path
CLUSTER_SIZES: Final = (100, 12)  # items a cluster, coarse and fine, where a shop has no categories


@dataclass(frozen=True)
class ItemSide:
    """n items. price: float32 (n,), NaN where unknown; categories: int32 (n, levels), the code of the path down to each
    level, −1 where there is none; vectors: float32 (n, d), unit length, or (n, 0) where texts are not used.
    """

    price: np.ndarray
    categories: np.ndarray
    vectors: np.ndarray

    def __len__(self) -> int:
        return len(self.price)

    @classmethod
    def of(cls, price: np.ndarray, paths: list[str], vectors: np.ndarray) -> Self:
        """`paths`: `A > B > C` of each item; where most have none, clusters of the texts stand in for categories."""
        written = sum(bool(path) for path in paths)
        codes = _levels(paths) if 2 * written > len(paths) or not vectors.size else _clusters(vectors)
        price = np.where(np.isfinite(price) & (price > 0), price, np.nan).astype(np.float32)
        return cls(price, codes, vectors.astype(np.float32))

    @property
    def finest(self) -> np.ndarray:
        """int32 (n,): the code of the finest category that each item has, −1 for none."""
        finest = np.full(len(self), -1, np.int32)
        used = 0
        for codes in self.categories.T:  # coarse to fine
            finest = np.where(codes >= 0, codes + used, finest)
            used += int(codes.max(initial=-1)) + 1
        return np.unique(finest, return_inverse=True)[1].astype(np.int32) - int((finest < 0).any())

    @classmethod
    def from_catalogue(cls, catalogue: Catalogue, vectors: np.ndarray) -> Self:
        """The items are the catalogue's rows. vectors: float32 (n, d) of their texts, in the same order."""
        return cls.of(catalogue.price, list(catalogue.categories), vectors)


def _levels(paths: list[str]) -> np.ndarray:
    codes = np.full((len(paths), LEVELS), -1, np.int32)
    for level in range(LEVELS):
        seen: dict[tuple[str, ...], int] = {}
        for row, path in enumerate(paths):
            steps = tuple(path.split(CATEGORY_SEPARATOR)[: level + 1]) if path else ()
            if steps:
                codes[row, level] = seen.setdefault(steps, len(seen))
    return codes


def _clusters(vectors: np.ndarray) -> np.ndarray:
    columns = []
    for size in CLUSTER_SIZES:
        count = max(1, len(vectors) // size)
        kmeans = faiss.Kmeans(vectors.shape[1], count, niter=12, seed=1, min_points_per_centroid=1)
        kmeans.train(np.ascontiguousarray(vectors, np.float32))
        columns.append(kmeans.index.search(np.ascontiguousarray(vectors, np.float32), 1)[1].ravel())
    return np.stack(columns, 1).astype(np.int32)
