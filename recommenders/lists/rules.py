"""What a shop or a shopper will not have in a list.

Hard rules refuse items, whatever becomes of the list. Caps are soft: they bound how many items of one kind a list
holds, as long as there are others to fill it with.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

import numpy as np

from recommenders.lists.facts import ItemFacts


class Refusal(NamedTuple):
    """`mask`: bool (n,), the items that are refused; `why`: a few words that hold for each of them."""

    why: str
    mask: np.ndarray


class Rule(Protocol):
    """A hard rule."""

    def refusals(self, items: np.ndarray, facts: ItemFacts) -> list[Refusal]:
        """items: int64 (n,) indices, described row by row by `facts`."""


@dataclass(frozen=True)
class InStock:
    """Nothing that cannot be delivered."""

    def refusals(self, items: np.ndarray, facts: ItemFacts) -> list[Refusal]:
        return [Refusal("not in stock", ~np.asarray(facts.in_stock, bool))]


@dataclass(frozen=True)
class PriceCap:
    """Prices from `least` to `most`, both included, in the store's currency; None is no bound.

    An unknown price keeps no bound, so that it is refused where one is asked for. Raises ValueError for a bound that
    is not a number.
    """

    most: float | None = None
    least: float | None = None

    def __post_init__(self) -> None:
        if any(bound is not None and np.isnan(bound) for bound in (self.most, self.least)):
            raise ValueError("the bound of a price must be a number")

    def refusals(self, items: np.ndarray, facts: ItemFacts) -> list[Refusal]:
        found = []
        if self.most is not None:
            found.append(Refusal(f"costs more than {self.most:.2f}", facts.price > self.most))
        if self.least is not None:
            found.append(Refusal(f"costs less than {self.least:.2f}", facts.price < self.least))
        return [*found, Refusal("price unknown", np.isnan(facts.price))] if found else []


@dataclass(frozen=True)
class Excluded:
    """None of these items, such as those that the page shows already."""

    items: Collection[int]
    why: ClassVar[str] = "excluded"

    def refusals(self, items: np.ndarray, facts: ItemFacts) -> list[Refusal]:
        return [Refusal(self.why, np.isin(items, np.fromiter(self.items, np.int64, len(self.items))))]


@dataclass(frozen=True)
class NewToMe(Excluded):
    """None of the items that this shopper has bought."""

    why: ClassVar[str] = "bought before"


@dataclass(frozen=True)
class Cap(ABC):
    """At most `most` items of one kind; items of unknown kind are not counted. Raises ValueError for less than one."""

    most: int
    kind: ClassVar[str]

    def __post_init__(self) -> None:
        if self.most < 1:
            raise ValueError(f"a cap per {self.kind} must leave room for one item")

    @abstractmethod
    def groups(self, facts: ItemFacts) -> np.ndarray:
        """int (n,): the code of each item's kind, −1 where unknown."""

    @property
    def why(self) -> str:
        return f"{self.most} of its {self.kind} in the list"


@dataclass(frozen=True)
class PerCategory(Cap):
    kind: ClassVar[str] = "category"

    def groups(self, facts: ItemFacts) -> np.ndarray:
        return facts.category


@dataclass(frozen=True)
class PerBrand(Cap):
    kind: ClassVar[str] = "brand"

    def groups(self, facts: ItemFacts) -> np.ndarray:
        return facts.brand


@dataclass(frozen=True)
class PerFamily(Cap):
    """One shirt, not the same shirt in five sizes."""

    kind: ClassVar[str] = "family"

    def groups(self, facts: ItemFacts) -> np.ndarray:
        return facts.family
