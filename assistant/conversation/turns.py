"""Several commands in one turn: what each found, put together, and what the turn has done, for the next reading."""

from __future__ import annotations

from typing import Final

from assistant.turn import Evidence, Intent, Understanding

MOST_SHOWN: Final = 8

_AFTER: Final[dict[Intent, str]] = {
    "search": "list", "refine": "list", "recommend": "list", "bundle": "kit", "compare": "comparison",
    "ask_product": "answer", "ask_policy": "policy", "cart": "cart", "order": "order",
}  # fmt: skip


def after(understanding: Understanding) -> str:
    """The `after` of the next scene."""
    if understanding.intent == "cart" and understanding.operation == "checkout":
        return "summary"
    return _AFTER.get(understanding.intent, "talk")


def together(one: Evidence, other: Evidence) -> Evidence:
    """What two commands of one message found, the first one first."""
    products = {product.product_id: product for product in (*one.products, *other.products)}
    return Evidence(
        products=list(products.values())[:MOST_SHOWN],
        total=other.total if other.total is not None else one.total,
        notes=[*one.notes, *(note for note in other.notes if note not in one.notes)],
        facts=[*one.facts, *other.facts],
        table=other.table or one.table,
        cart=other.cart or one.cart,
        checkout=other.checkout or one.checkout,
        order=other.order or one.order,
        reasons=one.reasons | other.reasons,
        suggestions=other.suggestions or one.suggestions,
        question=other.question or one.question,
        personalised=one.personalised or other.personalised,
        elaborate=False,
    )
