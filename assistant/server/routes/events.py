"""`/v1/events`: what the shopper did, so that the next list knows of it."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from assistant.server.problems import Refusal
from assistant.server.routes.catalogue import known
from assistant.server.schemas import EventRequest, EventResponse
from assistant.server.service import TheCaller, TheService, TheVisit
from assistant.turn import Feedback

router = APIRouter(tags=["events"])
GA4: Final[dict[str, Feedback]] = {"view_item": "view", "add_to_cart": "cart", "purchase": "purchase"}


@router.post("/events", status_code=202, summary="What the shopper did with products")
def keep(asked: EventRequest, served: TheService, asking: TheCaller, visit: TheVisit) -> EventResponse:
    """All of the items, or none where one is not known."""
    ids = [asked.product_id] if asked.product_id else [item.item_id for item in asked.items]
    if not ids:
        raise Refusal(422, "invalid-request", "Name a `product_id`, or `items` with their `item_id`.")
    for product_id in ids:
        known(served.shop, product_id)
    event: Feedback = GA4.get(asked.event, asked.event)  # type: ignore[arg-type]
    for product_id in ids:
        served.shop.feedback(visit.session, product_id, event, visit.user)
    return EventResponse(kept=len(ids))
