"""The panel beside the conversation: the cart, and what is remembered of the shopper."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.remembered import in_words
from assistant.turn import Cart, Language, Memory
from ui.cards import Picture
from ui.rendering import render


def cart_panel(
    cart: Cart,
    store: str,
    language: Language,
    notice: str = "",
    number: int = 0,
    memories: Sequence[Memory] = (),
) -> str:
    """The panel as HTML. `notice` says what a click has done; its `number` lets the same words show again."""
    return render(
        "cart.html",
        cart=cart,
        pictures=[Picture.of(line.product, store) for line in cart.lines],
        count=sum(line.quantity for line in cart.lines),
        memories=[(memory, in_words([memory], language)) for memory in memories],
        language=language,
        notice=notice,
        number=number,
    )
