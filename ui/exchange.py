"""What the page shows of one turn, while it happens and afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from assistant.replies.phrases import say
from assistant.turn import (
    Cart,
    CartEvent,
    DoneEvent,
    Language,
    ProductsEvent,
    StreamEvent,
    Table,
    TokenEvent,
    Turn,
    UnderstandingEvent,
)
from data.records import Product


@dataclass(frozen=True)
class Exchange:
    """A shopper's message and what has come back so far; `turn` is there once it is complete."""

    message: str
    language: Language = "en"
    products: list[Product] = field(default_factory=list)
    table: Table | None = None
    text: str = ""
    cart: Cart | None = None
    turn: Turn | None = None
    failed: bool = False

    @classmethod
    def of(cls, turn: Turn) -> Exchange:
        return cls(message=turn.message).after(DoneEvent(turn))

    @property
    def waiting(self) -> bool:
        return self.turn is None and not self.failed

    def after(self, event: StreamEvent) -> Exchange:
        match event:
            case UnderstandingEvent(understanding):
                return replace(self, language=understanding.language)
            case ProductsEvent(products, table):
                return replace(self, products=products, table=table)
            case CartEvent(cart):
                return replace(self, cart=cart)
            case TokenEvent(text):
                return replace(self, text=self.text + text)
            case DoneEvent(turn):
                return replace(
                    self,
                    language=turn.understanding.language,
                    products=turn.products,
                    table=turn.evidence.table,
                    text=turn.text,
                    cart=turn.cart,
                    turn=turn,
                )

    def broken(self) -> Exchange:
        """The turn has failed: nothing half-said stays."""
        return replace(self, products=[], table=None, text=say("sorry", self.language), failed=True)
