"""The records a shop has: products, interactions, reviews, orders and policies.

Rows are validated here where one at a time crosses a border; in bulk they stay columnar (`data.schema`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

VALUE_SEPARATOR = " | "
CATEGORY_SEPARATOR = " > "

Event = Literal["view", "cart", "purchase", "rating"]
OrderStatus = Literal["processing", "shipped", "delivered", "cancelled", "returned"]
Money = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Stars = Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)]


def shelf_name(path: str) -> str:
    """The last step of a category path: `Tents` of `Outdoor > Camping > Tents`."""
    return path.rsplit(CATEGORY_SEPARATOR, 1)[-1]


def within(path: str, branch: str) -> bool:
    """Whether a category is the branch, or lies in it."""
    return path == branch or path.startswith(branch + CATEGORY_SEPARATOR)


def overlapping(one: Iterable[str], other: Collection[str]) -> bool:
    """Whether a category of the one lies within one of the other, or the other way round."""
    return any(within(a, b) or within(b, a) for a in one for b in other)


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Product(Record):
    """One thing the shop sells.

    `category` is a path, general to special: `Outdoor > Camping > Tents`.
    `attributes` maps a name in lower case to its value; several values (the sizes of a shirt) are joined by ` | `
    and read back with `values`. The colour lies in `attributes["colour"]`.
    `stock` is in pieces, or None where the shop does not say; `rating` is in stars, 0 to 5.
    """

    product_id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    description: str = ""
    brand: str | None = None
    category: str = ""
    price: Money
    list_price: Money | None = None
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    stock: int | None = Field(default=None, ge=0)
    rating: Stars | None = None
    rating_count: int = Field(default=0, ge=0)
    image: str | None = None
    url: str | None = None
    attributes: dict[str, str] = Field(default_factory=dict)
    tags: tuple[str, ...] = ()

    def values(self, attribute: str) -> tuple[str, ...]:
        """The values of one attribute, () where the product does not have it."""
        value = self.attributes.get(attribute)
        return tuple(value.split(VALUE_SEPARATOR)) if value else ()

    @property
    def in_stock(self) -> bool:
        """A shop that does not count its stock sells what it lists."""
        return self.stock is None or self.stock > 0

    @property
    def family(self) -> str:
        """The last step of the category path."""
        return shelf_name(self.category)


class Interaction(Record):
    """A shopper did something with a product, in a context. `value` is pieces for a purchase, stars for a rating."""

    user_id: str = Field(min_length=1)
    product_id: str = Field(min_length=1)
    event: Event
    value: float = 1.0
    timestamp: datetime
    device: str | None = None
    region: str | None = None
    channel: str | None = None


class Review(Record):
    review_id: str = Field(min_length=1)
    product_id: str = Field(min_length=1)
    user_id: str | None = None
    rating: Stars | None = None
    title: str = ""
    text: str = ""
    timestamp: datetime | None = None


class OrderLine(Record):
    """A product of an order. `price` was paid for one piece; `returned` pieces of it came back."""

    product_id: str = Field(min_length=1)
    title: str = ""
    quantity: float = Field(gt=0, allow_inf_nan=False)
    price: Money | None = None
    returned: float = Field(default=0, ge=0, allow_inf_nan=False)


class Order(Record):
    """What a shopper ordered at one time. `status` and dates are None where the shop's records do not say."""

    order_id: str = Field(min_length=1)
    user_id: str = Field(min_length=1)
    lines: tuple[OrderLine, ...]
    placed_at: datetime
    status: OrderStatus | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    carrier: str | None = None
    tracking: str | None = None

    @property
    def total(self) -> float | None:
        """What was paid for the goods; None where a price is not known."""
        prices = [line.price for line in self.lines]
        if any(price is None for price in prices):
            return None
        return round(sum(line.quantity * (line.price or 0.0) for line in self.lines), 2)


class Policy(Record):
    """One section of `policies.md`: its heading and the text below it."""

    topic: str = Field(min_length=1)
    text: str = Field(min_length=1)
