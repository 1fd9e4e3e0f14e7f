"""The vectors of one segment: likeness to a query, estimated for all of them and exact for a few.

`VectorIndex` is the border; FAISS stands behind it here, another engine is another file with the same methods.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, Protocol, cast

import faiss
import numpy as np

from data.threads import cores, products
from retrieval.mapped import mapped

Precision = Literal["float32", "float16", "int8"]

EXACT = 20_000  # vectors that are compared as they are, in a few milliseconds
CHUNK = 65_536  # vectors that are read at a time
SHARED = 200_000  # codes whose comparison takes long enough to be shared out

_second = ThreadPoolExecutor(1, thread_name_prefix="codes")
_second_free = threading.Lock()


class VectorIndex(Protocol):
    """Unit vectors by slot; a higher cosine is nearer."""

    def __len__(self) -> int: ...

    def estimates(self, vector: np.ndarray, slots: np.ndarray | None = None) -> np.ndarray:
        """float32 `[len(slots)]`, of all slots for None: about the cosines, near enough to choose candidates by."""
        ...

    def cosines(self, vector: np.ndarray, slots: np.ndarray) -> np.ndarray:
        """float32 `[len(slots)]`."""
        ...

    def vectors(self, slots: np.ndarray | slice) -> np.ndarray:
        """float32 `[slots, d]`."""
        ...

    def save(self, folder: Path) -> None: ...


class FaissIndex:
    """Few vectors are compared as they are. Of many, one bit a dimension is compared: the sign of the centred and
    randomly rotated vector (Charikar, 2002; the rotation evens out the dimensions, as in RaBitQ, Gao and Long, 2024).
    The vectors themselves stay on disk, where those of the candidates are read.

    There is nothing to train, and adding is appending. All products are estimated, and not only the nearest found, so
    that what words and meaning say can be put together before candidates are chosen: among a million products many have
    all words of a query, and more are as near to it.
    """

    def __init__(self, stored: np.ndarray, scales: np.ndarray | None, codes: Codes | None) -> None:
        """`stored`: `[n, d]` float32, float16, or int8 with a scale for each vector."""
        self.stored = stored
        self.scales = scales
        self.codes = codes
        self._exact = self.vectors(slice(None)) if codes is None else None

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
            mapped(folder / "vectors.npy"),
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

    def estimates(self, vector: np.ndarray, slots: np.ndarray | None = None) -> np.ndarray:
        if self.codes is not None:
            return self.codes.estimates(vector, slots)
        assert self._exact is not None
        return products(vector, self._exact if slots is None else self._exact[slots])

    def cosines(self, vector: np.ndarray, slots: np.ndarray) -> np.ndarray:
        if self._exact is not None:
            return products(vector, self._exact[slots])
        cosines = np.empty(len(slots), np.float32)
        for start in range(0, len(slots), CHUNK):
            part = slice(start, start + CHUNK)
            cosines[part] = products(vector, self.stored[slots[part]].astype(np.float32))
        return cosines if self.scales is None else cosines * self.scales[slots]


class Codes:
    """A bit for each dimension of each vector, packed: uint8 `[n, d / 8]` (d rounded up to eight).

    `mean`: float32 `[d]`; `rotation`: float32 `[bits, d]`; `norm`: the vectors' usual distance from their mean.
    """

    def __init__(self, packed: np.ndarray, mean: np.ndarray, rotation: np.ndarray, norm: np.ndarray) -> None:
        self.packed = packed
        self.mean = mean
        self.rotation = rotation
        self.norm = norm
        bits = packed.shape[1] * 8
        self._cosine_of = np.cos(np.pi * np.arange(bits + 1) / bits).astype(np.float32)  # by the bits that differ

    @classmethod
    def build(cls, vectors: np.ndarray, seed: int = 0) -> Codes:
        n, d = vectors.shape
        mean = vectors.mean(axis=0)
        square = np.random.default_rng(seed).standard_normal((-(-d // 8) * 8, d))
        rotation = np.ascontiguousarray(np.linalg.qr(square)[0], np.float32)  # orthonormal columns
        packed, norms = np.empty((n, len(rotation) // 8), np.uint8), np.empty(n, np.float32)
        for start in range(0, n, CHUNK):
            part = slice(start, start + CHUNK)
            packed[part] = np.packbits((vectors[part] - mean) @ rotation.T > 0, axis=1)
            norms[part] = np.linalg.norm(vectors[part] - mean, axis=1)
        return cls(packed, mean, rotation, norms.mean())

    @classmethod
    def load(cls, folder: Path) -> Codes:
        """Memory-mapped. Raises OSError or ValueError where the files are not codes."""
        return cls(
            mapped(folder / "codes.npy"), *(np.load(folder / f"{part}.npy") for part in ("mean", "rotation", "norm"))
        )

    def save(self, folder: Path) -> None:
        parts = {"codes": self.packed, "mean": self.mean, "rotation": self.rotation, "norm": self.norm}
        for part, values in parts.items():
            np.save(folder / f"{part}.npy", values)

    def estimates(self, vector: np.ndarray, slots: np.ndarray | None) -> np.ndarray:
        """The share of bits that differ is the angle, seen from the mean; from there it is reckoned back."""
        codes = self.packed if slots is None else self.packed[slots]
        code = np.packbits(products(vector - self.mean, self.rotation) > 0)[None]
        differing = np.empty(len(codes), np.int32)
        _count_differing(code, codes, differing)
        cosines = self._cosine_of * (np.linalg.norm(vector - self.mean) * self.norm) + self.mean @ vector
        return cosines.astype(np.float32)[differing]  # one for each number of bits, and looked up in one sweep


def _count_differing(code: np.ndarray, codes: np.ndarray, found: np.ndarray) -> None:
    """Bits in which each code differs, into `found`. Of many a second thread counts half, unless it does so for another
    search: who searches alone waits half as long, and two at a time are not held up by each other."""
    if len(codes) < SHARED or cores() < 2 or not _second_free.acquire(blocking=False):
        _hammings(code, codes, found)
        return
    try:
        half = len(codes) // 2
        other = _second.submit(_hammings, code, codes[half:], found[half:])
        _hammings(code, codes[:half], found[:half])
        other.result()
    finally:
        _second_free.release()


def _hammings(code: np.ndarray, codes: np.ndarray, found: np.ndarray) -> None:
    """FAISS's own, which lets other threads of Python run."""
    ours, theirs, counts = (faiss.swig_ptr(array) for array in (code, codes, found))
    faiss.hammings(ours, theirs, 1, len(codes), code.shape[1], counts)
