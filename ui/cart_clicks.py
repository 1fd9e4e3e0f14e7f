"""The buttons that change the cart, and what is said about it."""

from __future__ import annotations

from assistant import Assistant
from assistant.carts import MOST_PIECES, Change
from assistant.replies.phrases import money, say
from assistant.turn import Cart, Language
from data.records import Product
from ui.visit import Visit


def change_cart(assistant: Assistant, visit: Visit, product_id: str, change: str) -> Change:
    """One piece more (`1`), one less (`-1`), or none at all (`none`). Raises KeyError for an unknown product."""
    if change == "1":
        return assistant.add_to_cart(product_id, 1, visit.session, visit.user)
    lines = assistant.cart(visit.session).lines
    quantity = next((line.quantity for line in lines if line.product.product_id == product_id), 0)
    left = max(quantity - 1, 0) if change == "-1" else 0
    return assistant.set_quantity(product_id, left, visit.session, visit.user)


def notice(product: Product, change: Change, cart: Cart, language: Language) -> str:
    """What to say about a change; "" where the new quantity says it all."""
    if change.obstacle:
        return say(change.obstacle, language, title=product.title, stock=product.stock, most=MOST_PIECES)
    total = money(cart.total, cart.currency, language)
    if change.after > change.before:
        added = change.after - change.before
        return say("cart_added", language, quantity=added, title=product.title, total=total)
    return say("cart_removed", language, title=product.title, total=total) if change.after < 1 <= change.before else ""


def carry_over(assistant: Assistant, old: Visit, new: Visit) -> None:
    """What is in the old conversation's cart comes along into the new one's."""
    for line in assistant.cart(old.session).lines:
        assistant.set_quantity(line.product.product_id, line.quantity, new.session, new.user)
