"""The cart panel."""

from __future__ import annotations

from assistant.turn import Cart, Language
from ui.cards import Picture
from ui.rendering import render


def cart_panel(cart: Cart, store: str, language: Language, notice: str = "", number: int = 0) -> str:
    """The panel as HTML. `notice` says what a click has done; its `number` lets the same words show again."""
    return render(
        "cart.html",
        cart=cart,
        pictures=[Picture.of(line.product, store) for line in cart.lines],
        count=sum(line.quantity for line in cart.lines),
        language=language,
        notice=notice,
        number=number,
    )
