"""What a shopper sees of a turn: the words, the cards, the buttons, the cart. Nothing of what the assistant thinks."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.turn import Turn


@dataclass(frozen=True)
class Card:
    """A product as its card shows it. `product_id` is the card itself, to be pointed at; it tells nothing."""

    product_id: str
    title: str
    price: float
    sold_out: bool = False


@dataclass(frozen=True)
class Seen:
    """`choices` are the buttons under a question; `cart` maps a card to its pieces; `broke` is how the turn failed."""

    text: str = ""
    cards: tuple[Card, ...] = ()
    choices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    cart: dict[str, int] = field(default_factory=dict)
    broke: str = ""

    @classmethod
    def of(cls, turn: Turn) -> Seen:
        question = turn.evidence.question
        return cls(
            text=turn.text,
            cards=tuple(Card(each.product_id, each.title, each.price, not each.in_stock) for each in turn.products),
            choices=tuple(question.choices) if question else (),
            suggestions=tuple(turn.evidence.suggestions),
            cart={line.product.product_id: line.quantity for line in turn.cart.lines},
        )

    @property
    def listed(self) -> tuple[str, ...]:
        return tuple(card.product_id for card in self.cards)
