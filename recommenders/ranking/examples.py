"""What the second stage learns from: candidates with their features, and which of them were bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from recommenders.evaluation import metrics


@dataclass(frozen=True)
class Examples:
    """m candidates in g groups; a group is what one shopper could have been shown at one moment.

    features: float32 (m, f), NaN where unknown; names: the f features' names; label: bool (m,), bought in the slice;
    group: int64 (g,), how many consecutive rows each group has. value: float32 (m,), money of the purchase (read only
    where `label`); weight: float32 (m,) of a row in the losses. Raises ValueError where the shapes do not agree.
    """

    features: np.ndarray
    names: tuple[str, ...]
    label: np.ndarray
    group: np.ndarray
    value: np.ndarray | None = None
    weight: np.ndarray | None = None

    def __post_init__(self) -> None:
        rows = len(self.label)
        if self.features.shape != (rows, len(self.names)):
            raise ValueError(
                f"features of shape {self.features.shape} do not fit {rows} labels and {len(self.names)} names"
            )
        if len(set(self.names)) != len(self.names):
            raise ValueError("two features have the same name")
        if int(np.sum(self.group)) != rows:
            raise ValueError(f"groups of {int(np.sum(self.group))} rows in all do not fit {rows} labels")
        for column in (self.value, self.weight):
            if column is not None and column.shape != (rows,):
                raise ValueError(f"a column of shape {column.shape} does not fit {rows} labels")

    def __len__(self) -> int:
        return len(self.label)

    @classmethod
    def concat(cls, parts: Sequence[Examples]) -> Examples:
        """One after another. Where only some have values or weights, the others' are unknown (NaN) or 1.

        Raises ValueError for no parts or for parts with different features.
        """
        if len({part.names for part in parts}) != 1:
            raise ValueError("only examples with the same features can be joined")
        return cls(
            np.concatenate([part.features for part in parts]),
            parts[0].names,
            np.concatenate([part.label for part in parts]),
            np.concatenate([part.group for part in parts]),
            _joined([part.value for part in parts], parts, np.nan),
            _joined([part.weight for part in parts], parts, 1.0),
        )

    @cached_property
    def starts(self) -> np.ndarray:
        """int64 (g,): the first row of each group."""
        return np.cumsum(self.group, dtype=np.int64) - self.group

    @cached_property
    def group_of_row(self) -> np.ndarray:
        """int64 (m,)."""
        return np.repeat(np.arange(len(self.group)), self.group)

    def take(self, groups: np.ndarray) -> Examples:
        """These groups, in this order. groups: int (n,) indices or bool (g,)."""
        chosen = np.flatnonzero(groups) if groups.dtype == bool else groups.astype(np.int64)
        counts = self.group[chosen]
        shifts = self.starts[chosen] - (np.cumsum(counts) - counts)
        rows = np.arange(counts.sum()) + np.repeat(shifts, counts)
        return replace(
            self,
            features=self.features[rows],
            label=self.label[rows],
            group=counts,
            value=None if self.value is None else self.value[rows],
            weight=None if self.weight is None else self.weight[rows],
        )

    def split(self, share: float, seed: int = 0) -> tuple[Examples, Examples]:
        """(the rest, `share` of the groups drawn at random): a group is never torn apart.

        Raises ValueError for a share outside (0, 1).
        """
        if not 0 < share < 1:
            raise ValueError("share must lie between 0 and 1")
        drawn = np.zeros(len(self.group), bool)
        drawn[np.random.default_rng(seed).permutation(len(self.group))[: round(len(self.group) * share)]] = True
        return self.take(~drawn), self.take(drawn)

    def ranked(self, scores: np.ndarray, k: int) -> np.ndarray:
        """int64 (g, k): the rows of each group's k best, best first, −1 where a group has fewer. scores: (m,)."""
        order = np.lexsort((-scores, self.group_of_row))  # stable: ties stay in order
        place = np.arange(len(self)) - np.repeat(self.starts, self.group)
        best = np.full((len(self.group), k), -1, np.int64)
        shown = place < k
        best[self.group_of_row[shown], place[shown]] = order[shown]
        return best

    def ndcg(self, scores: np.ndarray, k: int = 10) -> float:
        """Mean NDCG@k of the groups in which something was bought, 0 where there is none. scores: (m,)."""
        wanted = np.bincount(self.group_of_row[self.label], minlength=len(self.group))
        rows = self.ranked(scores, k)
        hit = (rows >= 0) & (self.label[rows] if len(self) else False)
        bought = wanted > 0
        return float(metrics.ndcg(hit[bought], wanted[bought]).mean()) if bought.any() else 0.0


def _joined(columns: list[np.ndarray | None], parts: Sequence[Examples], otherwise: float) -> np.ndarray | None:
    if all(column is None for column in columns):
        return None
    return np.concatenate(
        [
            np.full(len(part), otherwise, np.float32) if column is None else column
            for column, part in zip(columns, parts, strict=True)
        ]
    )
