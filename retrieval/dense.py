"""The dense side of an index: its segments searched as one, by the catalogue's rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrieval.slots import Slots
from retrieval.vectors import VectorIndex


class DenseIndex:
    """Unit vectors by row; a higher cosine is nearer. `allowed` is a bool mask `[rows]`, None allows every row."""

    def __init__(self, parts: Sequence[VectorIndex], slots: Slots) -> None:
        self._parts = parts
        self._slots = slots
        self._ends = np.cumsum([len(part) for part in parts])

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest allowed rows and their cosines, nearest first; fewer where fewer are allowed."""
        mask = self._slots.mask(allowed)
        found = [
            (slots + end - len(part), cosines)
            for part, end in zip(self._parts, self._ends, strict=True)
            for slots, cosines in [part.search(vector, k, None if mask is None else mask[end - len(part) : end])]
        ]
        slots, cosines = (np.concatenate(column) for column in zip(*found, strict=True))
        best = np.argsort(-cosines, kind="stable")[:k]
        return self._slots.to_rows(slots[best]), cosines[best]

    def cosines(self, vector: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """float32 `[len(rows)]`."""
        slots = self._slots.slots(rows)
        cosines = np.empty(len(rows), np.float32)
        for part, end in zip(self._parts, self._ends, strict=True):
            here = (slots >= end - len(part)) & (slots < end)
            cosines[here] = part.cosines(vector, slots[here] - (end - len(part)))
        return cosines

    def vector(self, row: int) -> np.ndarray:
        """float32 `[d]`."""
        return self.vectors(np.array([row]))[0]

    def vectors(self, rows: np.ndarray | None = None) -> np.ndarray:
        """float32 `[len(rows), d]`; of all rows, in their order, for None."""
        if rows is None and self._slots.of_rows is None and len(self._parts) == 1:
            return self._parts[0].vectors(slice(None))
        slots = self._slots.slots(np.arange(self._slots.rows) if rows is None else rows)
        parts = np.searchsorted(self._ends, slots, side="right")
        pieces = [part.vectors(slots[parts == place] - (self._ends[place] - len(part)))
                  for place, part in enumerate(self._parts)]  # fmt: skip
        vectors = np.empty((len(slots), pieces[0].shape[1]), np.float32)
        for place, piece in enumerate(pieces):
            vectors[parts == place] = piece
        return vectors
