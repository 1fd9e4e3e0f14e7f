"""A set of products, one for each part, worth most within one budget.

The choice is a multiple-choice knapsack (Kellerer, Pferschy, Pisinger: Knapsack Problems, 2004, chapter 11), solved
exactly over prices rounded up to a step, so that a total never exceeds the budget.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

STEPS = 20_000  # into which a budget is divided at most; below 200.00 a step is a cent
HAVING = 40.0  # what it is worth to have the first part at all, when the best product of a part is worth 1
NEXT = 0.6  # of that, for each part after it: a camping trip gives up lamp and chair before it gives up the tent


@dataclass(frozen=True)
class Candidate:
    """`quality` lies between 0 and 1; `price` is in the store's currency."""

    product_id: str
    price: float
    quality: float


def choose(parts: Sequence[Sequence[Candidate]], budget: float | None) -> list[Candidate | None]:
    """One candidate of each part, the most necessary part first, None where the budget leaves out a part.

    Without a budget the best of each part. No set of the same parts within the budget is worth more, up to prices
    rounded up to `budget / STEPS`.
    """
    if budget is None:
        return [max(part, key=lambda each: each.quality, default=None) for part in parts]
    step = max(0.01, budget / STEPS)
    room = math.floor(budget / step + 1e-9)
    if room < 0:
        return [None] * len(parts)
    worth = np.zeros(room + 1)
    taken: list[np.ndarray] = []
    for place, part in enumerate(parts):
        worth, choice = _with_part(worth, part, HAVING * NEXT**place, step)
        taken.append(choice)
    return _traced(parts, taken, int(np.argmax(worth)), step)


def _with_part(
    worth: np.ndarray, part: Sequence[Candidate], having: float, step: float
) -> tuple[np.ndarray, np.ndarray]:
    """The worth of each amount spent when the part may be filled, and by which candidate it is (-1: by none)."""
    best, choice = worth.copy(), np.full(len(worth), -1)
    for place, candidate in enumerate(part):
        cost = _steps(candidate.price, step)
        if cost >= len(worth):
            continue
        filled = np.full(len(worth), -np.inf)
        filled[cost:] = worth[: len(worth) - cost] + having + candidate.quality
        better = filled > best
        best[better], choice[better] = filled[better], place
    return best, choice


def _traced(
    parts: Sequence[Sequence[Candidate]], taken: Sequence[np.ndarray], spent: int, step: float
) -> list[Candidate | None]:
    chosen: list[Candidate | None] = []
    for part, choice in zip(reversed(parts), reversed(taken), strict=True):
        place = int(choice[spent])
        candidate = part[place] if place >= 0 else None
        chosen.append(candidate)
        spent -= _steps(candidate.price, step) if candidate else 0
    return chosen[::-1]


def _steps(price: float, step: float) -> int:
    return math.ceil(price / step - 1e-9)
