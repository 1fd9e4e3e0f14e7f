"""What is true of the demo store, read from its products and specifications, past the assistant altogether."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from data.catalogue import Catalogue
from data.demo.products import slug
from data.demo.specs import Family, load_departments
from data.records import Product
from data.store import Store


@dataclass(frozen=True)
class Constraint:
    """A condition on one `field` (`price`, `colour`, or an attribute of the catalogue).

    `values` are alternatives in the catalogue's words; of a price the one number that it must not exceed. `negated`:
    none of them must hold. A feature is an attribute whose value is `yes`.
    """

    field: str
    values: tuple[str, ...]
    negated: bool = False

    @classmethod
    def budget(cls, most: float) -> Constraint:
        return cls("price", (f"{most:g}",))

    @property
    def most(self) -> float:
        """Of a price: the highest. Raises ValueError for any other field."""
        return float(self.values[0])

    @property
    def is_feature(self) -> bool:
        return self.values == ("yes",)

    def holds(self, product: Product) -> bool:
        if self.field == "price":
            return product.price <= self.most
        return any(value in product.values(self.field) for value in self.values) != self.negated

    def __str__(self) -> str:
        if self.field == "price":
            return f"at most {self.values[0]}"
        said = self.field if self.is_feature else f"{self.field}: {' or '.join(self.values)}"
        return f"not {said}" if self.negated else said


class GroundTruth:
    """The products of a demo store by their family."""

    def __init__(self, store: Store) -> None:
        self._catalogue = Catalogue(store.products())
        self.families: list[Family] = [family for department in load_departments() for family in department.families]
        self._slugs = {slug(family.name): family.name for family in self.families}  # two families may share a shelf

    @cached_property
    def _by_family(self) -> dict[str, list[Product]]:
        grouped: dict[str, list[Product]] = {family.name: [] for family in self.families}
        for row in range(len(self._catalogue)):
            product = self._catalogue.product(row)
            grouped[self._slugs[product.product_id.rpartition("-")[0]]].append(product)
        return grouped

    @cached_property
    def _family_of(self) -> dict[str, str]:
        return {each.product_id: name for name, products in self._by_family.items() for each in products}

    def of_family(self, name: str) -> list[Product]:
        """Raises KeyError for a family that the shop does not have."""
        return self._by_family[name]

    def family_of(self, product_id: str) -> str:
        """Raises KeyError for an unknown product."""
        return self._family_of[product_id]

    def product(self, product_id: str) -> Product:
        """Raises KeyError for an unknown product."""
        return self._catalogue.get(product_id)

    def buyable(self, family: str, constraints: Iterable[Constraint]) -> list[Product]:
        """The products of a family that are in stock and meet all the constraints."""
        wanted = list(constraints)
        return [
            product
            for product in self.of_family(family)
            if product.in_stock and all(each.holds(product) for each in wanted)
        ]
