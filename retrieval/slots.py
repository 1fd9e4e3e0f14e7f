"""Where the rows of a catalogue lie in an index that only grows."""

from __future__ import annotations

from functools import cached_property

import numpy as np


class Slots:
    """An index numbers products by slot, in the order in which they came; the catalogue numbers them by row, in the
    order of its table. The slot of a product that has changed or gone is dead: no row has it.

    `of_rows`: int64 `[rows]`, the slot of each row; None where every row is its own slot, as in a new index.
    """

    def __init__(self, total: int, of_rows: np.ndarray | None = None) -> None:
        self.total = total
        self.of_rows = of_rows

    @property
    def rows(self) -> int:
        return self.total if self.of_rows is None else len(self.of_rows)

    @cached_property
    def alive(self) -> np.ndarray | None:
        """bool `[total]`; None where all are."""
        if self.of_rows is None:
            return None
        alive = np.zeros(self.total, bool)
        alive[self.of_rows] = True
        return alive

    def slots(self, rows: np.ndarray) -> np.ndarray:
        return rows if self.of_rows is None else self.of_rows[rows]

    def by_row(self, values: np.ndarray) -> np.ndarray:
        """Values by slot as values by row."""
        return values if self.of_rows is None else values[self.of_rows]
