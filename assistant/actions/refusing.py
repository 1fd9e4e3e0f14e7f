"""What the shopper will not have: kept as feedback, and not shown again in this conversation."""

from __future__ import annotations

from assistant import feedback
from assistant.actions.request import Request
from assistant.replies.reasons import short_name
from assistant.turn import Note


def refused(request: Request) -> list[Note]:
    """Take note of the products that the message refuses; what is to be said about that."""
    products = request.shop.catalogue.known(request.understanding.rejected)
    for product in products:
        feedback.record(request.shop.database, request.session, product.product_id, "dislike", request.user)
    request.state.rejected += [product.product_id for product in products]
    titles = ", ".join(short_name(product.title) for product in products)
    return [Note(key="rejected", values={"title": titles})] if products else []
