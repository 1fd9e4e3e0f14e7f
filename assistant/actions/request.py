"""What an action gets: the message understood, the conversation so far, the shop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.replies.phrases import money, pieces, say
from assistant.shop import Shop
from assistant.state import DialogueState
from assistant.turn import Note, Understanding
from data.records import Product


@dataclass
class Request:
    """An action may change `state` (what is shown, what is in focus) and the cart, and returns Evidence."""

    typed: str
    session: str
    understanding: Understanding
    state: DialogueState
    shop: Shop
    user: str | None = None
    context: dict[str, Any] = field(default_factory=dict)
    key: str | None = None  # of the message, so that what it asks for is done once however often it is sent

    @property
    def message(self) -> str:
        """The stretch of what was typed that asks for this."""
        return self.understanding.text or self.typed

    def key_of(self, product: Product) -> str | None:
        """Of what the message asks to be done with this product."""
        return f"{self.key}:{product.product_id}" if self.key is not None else None

    def money(self, amount: float) -> str:
        return money(amount, self.shop.currency, self.understanding.language)

    def pieces(self, count: int) -> str:
        return pieces(count, self.understanding.language)

    def say(self, key: str, **values: Any) -> str:
        return say(key, self.understanding.language, self.state.number, **values)

    def contact(self) -> str:
        return self.shop.contact(self.understanding.language)

    def referenced(self) -> list[Product]:
        """The products the message points at, as far as the catalogue still has them."""
        return self.shop.known(self.understanding.references)

    def problem(self, otherwise: str) -> Note:
        """Why a reference could not be resolved, or the given note."""
        key = self.understanding.problem or otherwise
        return Note(key=key, values={"count": len(self.state.shown)} if key == "only_so_many_shown" else {})
