"""The dense index of one segment: nearest vectors, among those that a filter allows.

`VectorIndex` is the border; FAISS stands behind it here, another engine is another file with the same methods.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol, cast

import faiss
import numpy as np

Precision = Literal["float32", "float16", "int8"]

EXACT = 20_000  # vectors that are scanned as they are, in a few milliseconds
RESCORED = 1_000  # candidates of the codes whose cosines are read, and at least five times as many as are wanted
OVERSAMPLED = 5
CHUNK = 65_536


class VectorIndex(Protocol):
    """Unit vectors by slot; a higher cosine is nearer. `allowed` is a bool mask `[n]`, None allows every slot."""

    def __len__(self) -> int: ...

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest allowed slots (int64) and their cosines, nearest first; fewer where fewer are allowed."""
        ...

    def cosines(self, vector: np.ndarray, slots: np.ndarray) -> np.ndarray:
        """float32 `[len(slots)]`."""
        ...

    def vectors(self, slots: np.ndarray | slice) -> np.ndarray:
        """float32 `[slots, d]`."""
        ...

    def save(self, folder: Path) -> None: ...


class FaissIndex:
    """Few vectors are scanned as they are. Of many, one bit a dimension is kept in memory: the sign of the centred and
    randomly rotated vector (Charikar, 2002; the rotation evens out the dimensions, as in RaBitQ, Gao and Long, 2024).
    All codes are scanned for the Hamming nearest, and these put into order by their vectors, which stay on disk.

    There is nothing to train, adding is appending, and a filter is an `IDSelector` inside the scan, so that k allowed
    slots come back and not k less the refused.
    """

    def __init__(self, stored: np.ndarray, scales: np.ndarray | None, codes: Codes | None) -> None:
        """`stored`: `[n, d]` float32, float16, or int8 with a scale for each vector."""
        self.stored = stored
        self.scales = scales
        self.codes = codes
        self._exact: faiss.IndexFlatIP | None = None
        if codes is None:
            self._exact = faiss.IndexFlatIP(stored.shape[1])
            self._exact.add(self.vectors(slice(None)))

    @classmethod
    def build(cls, vectors: np.ndarray, precision: Precision = "float16", *, exact: int = EXACT) -> FaissIndex:
        """`vectors`: float32 `[n, d]` of length 1."""
        codes = Codes.build(vectors) if len(vectors) > exact else None
        if precision != "int8":
            return cls(vectors.astype(precision), None, codes)
        scales = np.abs(vectors).max(axis=1) / 127
        stored = np.empty(vectors.shape, np.int8)
        for start in range(0, len(vectors), CHUNK):
            part = slice(start, start + CHUNK)
            stored[part] = np.rint(vectors[part] / scales[part, None])
        return cls(stored, scales.astype(np.float32), codes)

    @classmethod
    def load(cls, folder: Path) -> FaissIndex:
        """Memory-mapped. Raises OSError or ValueError where the files are not an index."""
        scales = folder / "scales.npy"
        return cls(
            np.load(folder / "vectors.npy", mmap_mode="r"),
            np.load(scales) if scales.exists() else None,
            Codes.load(folder) if (folder / "codes.npy").exists() else None,
        )

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "vectors.npy", self.stored)
        if self.scales is not None:
            np.save(folder / "scales.npy", self.scales)
        if self.codes is not None:
            self.codes.save(folder)

    def __len__(self) -> int:
        return len(self.stored)

    @property
    def precision(self) -> Precision:
        return cast(Precision, self.stored.dtype.name)

    def vectors(self, slots: np.ndarray | slice) -> np.ndarray:
        found = self.stored[slots].astype(np.float32)
        return found if self.scales is None else found * self.scales[slots, None]

    def cosines(self, vector: np.ndarray, slots: np.ndarray) -> np.ndarray:
        cosines: np.ndarray = self.stored[slots].astype(np.float32) @ vector
        return cosines if self.scales is None else cosines * self.scales[slots]

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        count = len(self) if allowed is None else int(allowed.sum())
        k = min(k, count)
        if k == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        rescored = max(RESCORED, OVERSAMPLED * k)
        if allowed is not None and count <= rescored:
            return self._best(vector, np.flatnonzero(allowed), k)
        faiss.omp_set_num_threads(1)  # of this thread: sharing out a few milliseconds costs more
        selector = None if allowed is None else faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        parameters = faiss.SearchParameters(sel=selector)
        if self._exact is not None:
            cosines, slots = self._exact.search(vector[None], k, params=parameters)
            return slots[0], cosines[0]
        assert self.codes is not None
        return self._best(vector, self.codes.nearest(vector, min(rescored, count), parameters), k)

    def _best(self, vector: np.ndarray, slots: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        cosines = self.cosines(vector, slots)
        best = np.argsort(-cosines, kind="stable")[:k]
        return slots[best], cosines[best]


class Codes:
    """A bit for each dimension of each vector, packed: uint8 `[n, d / 8]` (d rounded up to eight)."""

    def __init__(self, packed: np.ndarray, mean: np.ndarray, rotation: np.ndarray) -> None:
        self.packed = packed
        self.mean = mean
        self.rotation = rotation
        self._index = faiss.IndexBinaryFlat(packed.shape[1] * 8)
        self._index.add(np.ascontiguousarray(packed))

    @classmethod
    def build(cls, vectors: np.ndarray, seed: int = 0) -> Codes:
        n, d = vectors.shape
        mean = vectors.mean(axis=0)
        square = np.random.default_rng(seed).standard_normal((d, -(-d // 8) * 8))
        rotation = np.linalg.qr(square.T)[0].T.astype(np.float32)  # orthonormal rows
        packed = np.empty((n, rotation.shape[1] // 8), np.uint8)
        for start in range(0, n, CHUNK):
            part = slice(start, start + CHUNK)
            packed[part] = _packed(vectors[part], mean, rotation)
        return cls(packed, mean, rotation)

    @classmethod
    def load(cls, folder: Path) -> Codes:
        return cls(*(np.load(folder / f"{part}.npy", mmap_mode="r") for part in ("codes", "mean", "rotation")))

    def save(self, folder: Path) -> None:
        for part, values in (("codes", self.packed), ("mean", self.mean), ("rotation", self.rotation)):
            np.save(folder / f"{part}.npy", values)

    def nearest(self, vector: np.ndarray, k: int, parameters: faiss.SearchParameters) -> np.ndarray:
        """The k slots that differ in the fewest bits, ascending, so that their vectors are read in one sweep."""
        code = _packed(vector[None], self.mean, self.rotation)
        slots = self._index.search(code, k, params=parameters)[1][0]
        return np.sort(slots[slots >= 0])


def _packed(vectors: np.ndarray, mean: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    return np.packbits((vectors - mean) @ rotation > 0, axis=1)
