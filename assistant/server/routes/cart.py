"""`/v1/cart` and `/v1/checkout`: what the shopper of this conversation is about to buy."""

from __future__ import annotations

from fastapi import APIRouter, Response

from assistant.server.routes.catalogue import known
from assistant.server.schemas import CartChange, CartResponse, Confirmable
from assistant.server.service import IdempotencyKey, TheCaller, TheService, TheVisit
from assistant.turn import Cart

router = APIRouter(tags=["cart"])


@router.get("/cart", summary="The cart")
def view(served: TheService, asking: TheCaller, visit: TheVisit) -> Cart:
    return served.shop.cart(visit.session)


@router.post("/cart", response_model=CartResponse, summary="Put in, take out, change")
def change(
    asked: CartChange, served: TheService, asking: TheCaller, visit: TheVisit, key: IdempotencyKey = None
) -> Response:
    """No more goes in than there is; `obstacle` says where that was less than asked for."""
    known(served.shop, asked.product_id)

    def act() -> CartResponse:
        alter = served.shop.add_to_cart if asked.operation == "add" else served.shop.set_quantity
        named = f"http:{key}" if key is not None else None
        done = alter(asked.product_id, asked.quantity, visit.session, visit.user, key=named)
        return CartResponse.model_validate({"cart": served.shop.cart(visit.session), "obstacle": done.obstacle})

    return served.answers.once(f"{visit.session}:cart", key, asked, act)


@router.delete("/cart", status_code=204, summary="Empty the cart")
def clear(served: TheService, asking: TheCaller, visit: TheVisit) -> None:
    served.shop.empty_cart(visit.session)


@router.post("/checkout", summary="See what would be ordered")
def checkout(served: TheService, asking: TheCaller, visit: TheVisit) -> Confirmable:
    """Orders nothing. The token of the answer does, with `POST /v1/orders`, once, within a quarter of an hour."""
    return Confirmable.of(served.shop.checkout(visit.session, visit.user))
