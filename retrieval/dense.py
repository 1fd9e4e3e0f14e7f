"""The dense side of an index: its segments searched as one, by the catalogue's rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from retrieval.slots import Slots
from retrieval.top import top
from retrieval.vectors import VectorIndex

CANDIDATES = 1_000  # whose exact scores are read, and more where more than some hundred are wanted
OVERSAMPLED = 5
SEVERAL = 0.25  # of all rows: so many are sooner estimated among all than picked out


class DenseIndex:
    """Unit vectors by row; a higher cosine is nearer."""

    def __init__(self, parts: Sequence[VectorIndex], slots: Slots) -> None:
        self._parts = parts
        self._slots = slots
        self._ends = np.cumsum([len(part) for part in parts])

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest rows and their cosines, nearest first; fewer where fewer are allowed.

        `allowed` is a bool mask `[rows]`, None allows every row.
        """
        rows = candidates(lambda within: self.estimates(vector, within), allowed, self._slots.rows, k)
        cosines = self.cosines(vector, rows)
        best = np.argsort(-cosines, kind="stable")[:k]
        return rows[best], cosines[best]

    def estimates(self, vector: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
        """float32 `[len(rows)]`, of all rows for None: about the cosines, near enough to choose candidates by."""
        if rows is not None:
            return self._of_rows(rows, lambda part, slots: part.estimates(vector, slots))
        return self._slots.by_row(np.concatenate([part.estimates(vector) for part in self._parts]))

    def cosines(self, vector: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """float32 `[len(rows)]`."""
        return self._of_rows(rows, lambda part, slots: part.cosines(vector, slots))

    def _of_rows(self, rows: np.ndarray, of: Callable[[VectorIndex, np.ndarray], np.ndarray]) -> np.ndarray:
        slots = self._slots.slots(rows)
        if len(self._parts) == 1:
            return of(self._parts[0], slots)
        found = np.empty(0)
        for part, end in zip(self._parts, self._ends, strict=True):
            here = (slots >= end - len(part)) & (slots < end)
            values = of(part, slots[here] - (end - len(part)))
            found = found if len(found) else np.empty((len(rows), *values.shape[1:]), np.float32)
            found[here] = values
        return found

    def vector(self, row: int) -> np.ndarray:
        """float32 `[d]`."""
        return self.vectors(np.array([row]))[0]

    def vectors(self, rows: np.ndarray | None = None) -> np.ndarray:
        """float32 `[len(rows), d]`; of all rows, in their order, for None."""
        if rows is None and self._slots.of_rows is None and len(self._parts) == 1:
            return self._parts[0].vectors(slice(None))
        wanted = np.arange(self._slots.rows) if rows is None else rows
        return self._of_rows(wanted, lambda part, slots: part.vectors(slots))


def candidates(
    estimates: Callable[[np.ndarray | None], np.ndarray], allowed: np.ndarray | None, rows: int, k: int
) -> np.ndarray:
    """Rows whose exact scores are worth reading where the k best are wanted, ascending: all, where they are few.

    `estimates(rows)` are float32 `[len(rows)]`, of all rows for None; each is above -1. `allowed`: bool `[rows]`.
    """
    within = None if allowed is None else np.flatnonzero(allowed)
    most = max(CANDIDATES, min(OVERSAMPLED * k, k + OVERSAMPLED * CANDIDATES))
    if (rows if within is None else len(within)) <= most:
        return np.arange(rows) if within is None else within
    if within is not None and len(within) > SEVERAL * rows:
        best = top(1 + estimates(None), most, allowed)
    else:
        best = top(1 + estimates(within), most)
        best = best if within is None else within[best]
    return np.sort(best)  # so that vectors are read in one sweep
