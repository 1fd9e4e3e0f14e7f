"""`order`: what the shop's records say of a shopper's purchases."""

from __future__ import annotations

from assistant.actions.request import Request
from assistant.turn import Evidence, Note


def act(request: Request) -> Evidence:
    bought = request.shop.purchases(request.user) if request.user else []
    if not bought:
        return Evidence(notes=[Note(key="order_none", values={"contact": request.contact()})])
    products = request.shop.catalogue.known(bought)
    lines = "; ".join(product.title for product in products)
    return Evidence(
        products=products, notes=[Note(key="order_history", values={"lines": lines, "contact": request.contact()})]
    )
