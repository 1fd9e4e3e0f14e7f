"""`/v1/orders`: placed by the shopper's confirmation, and then never changed."""

from __future__ import annotations

from fastapi import APIRouter, Response

from assistant.server.problems import Refusal
from assistant.server.schemas import OrderRequest
from assistant.server.service import IdempotencyKey, TheCaller, TheService, TheVisit
from assistant.turn import PlacedOrder
from data.records import Order

router = APIRouter(tags=["orders"])


@router.post("/orders", status_code=201, response_model=PlacedOrder, summary="Confirm a checkout")
def place(
    asked: OrderRequest, served: TheService, asking: TheCaller, visit: TheVisit, key: IdempotencyKey = None
) -> Response:
    def act() -> PlacedOrder:
        return served.shop.place_order(asked.token, visit.session, visit.user)

    return served.answers.once(f"{visit.session}:orders", key, asked, act, status=201)


@router.get("/orders", summary="The shopper's orders, latest first")
def listed(served: TheService, asking: TheCaller, visit: TheVisit) -> list[Order]:
    return served.shop.orders(visit.session, visit.user)


@router.get("/orders/{number}", summary="One of them")
def one(number: str, served: TheService, asking: TheCaller, visit: TheVisit) -> Order:
    for order in served.shop.orders(visit.session, visit.user):
        if order.order_id == number:
            return order
    raise Refusal(404, "not-found", f"There is no order '{number}' of this shopper's.")
