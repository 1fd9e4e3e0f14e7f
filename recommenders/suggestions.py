"""What the service gives back: items with a reason each, and how the list came about."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from recommenders.lists import MadeList
from recommenders.reasons import Reason


@dataclass(frozen=True)
class Suggestion:
    """`row` of the catalogue; `probability` of a purchase within the weeks that the scorer looks ahead, None where
    nothing was learnt that could tell."""

    row: int
    product_id: str
    score: float
    probability: float | None
    reason: Reason


@dataclass(frozen=True)
class Suggestions:
    """`items`, best first; `made` holds every step of list making."""

    items: list[Suggestion]
    made: MadeList = field(repr=False)

    @classmethod
    def none(cls) -> Suggestions:
        return cls([], MadeList(np.empty(0, np.int64), np.empty(0, np.float32), ()))
