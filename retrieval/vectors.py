"""The dense index: nearest products to a vector, among the rows that a filter allows.

`VectorIndex` is the border; FAISS stands behind it here, another engine is another file with the same four methods.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Protocol

import faiss
import numpy as np

FLAT_ROWS = 50_000  # up to here an exact scan answers in a few milliseconds
EXACT_ROWS = 20_000  # as many allowed rows are scanned one by one: a graph finds few of a few
NEIGHBOURS = 32
EF_CONSTRUCTION = 128
EF_SEARCH = 128


class VectorIndex(Protocol):
    """Unit vectors by row; a higher cosine is nearer. `allowed` is a bool mask `[n]`, None allows every row."""

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest allowed rows and their cosines, nearest first; fewer where fewer are allowed."""
        ...

    def cosines(self, vector: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """float32 `[len(rows)]`."""
        ...

    def vector(self, row: int) -> np.ndarray:
        """float32 `[d]`."""
        ...

    def save(self, file: Path) -> None: ...


class FaissIndex:
    """Flat up to `FLAT_ROWS`, above that an HNSW graph (Malkov and Yashunin, 2018).

    A filter is an `IDSelector` inside the search, so that k allowed rows come back and not k rows less the refused.
    """

    def __init__(self, index: faiss.Index) -> None:
        self.index = index
        flat = faiss.downcast_index(index.storage) if isinstance(index, faiss.IndexHNSW) else index
        self.vectors: np.ndarray = faiss.rev_swig_ptr(flat.get_xb(), index.ntotal * index.d).reshape(-1, index.d)

    @classmethod
    def build(cls, vectors: np.ndarray, *, flat_rows: int = FLAT_ROWS) -> FaissIndex:
        """`vectors`: float32 `[n, d]` of length 1."""
        n, dimensions = vectors.shape
        if n <= flat_rows:
            index = faiss.IndexFlatIP(dimensions)
        else:
            index = faiss.IndexHNSWFlat(dimensions, NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = EF_CONSTRUCTION
        index.add(np.ascontiguousarray(vectors))
        return cls(index)

    @classmethod
    def load(cls, file: Path) -> FaissIndex:
        """Raises RuntimeError (FAISS's own) where the file is not an index."""
        return cls(faiss.read_index(str(file)))

    def save(self, file: Path) -> None:
        faiss.write_index(self.index, str(file))

    def vector(self, row: int) -> np.ndarray:
        return self.vectors[row]

    def cosines(self, vector: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return self.vectors[rows] @ vector

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        count = self.index.ntotal if allowed is None else int(allowed.sum())
        k = min(k, count)
        if k == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        if allowed is not None and count <= min(EXACT_ROWS, self.index.ntotal // 2):
            return self._scan(vector, k, np.flatnonzero(allowed))
        cosines, rows = self.index.search(vector[None], k, params=self._parameters(k, count, allowed))
        found = rows[0] >= 0
        return rows[0][found], cosines[0][found]

    def _scan(self, vector: np.ndarray, k: int, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        cosines = self.cosines(vector, rows)
        best = np.argsort(-cosines, kind="stable")[:k]
        return rows[best], cosines[best]

    def _parameters(self, k: int, count: int, allowed: np.ndarray | None) -> faiss.SearchParameters:
        selector = None if allowed is None else faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        if not isinstance(self.index, faiss.IndexHNSW):
            return faiss.SearchParameters(sel=selector)
        # The graph visits refused rows too: look the wider, the more are refused.
        breadth = math.ceil(max(EF_SEARCH, 2 * k) * self.index.ntotal / count)
        return faiss.SearchParametersHNSW(sel=selector, efSearch=min(breadth, self.index.ntotal))
