"""Checkout within the conversation: the summary, and what became of its confirmation."""

from __future__ import annotations

from assistant.actions.request import Request
from assistant.checkout import CheckoutRefused, mark_of
from assistant.turn import Cart, Evidence, Note


def show(request: Request) -> Evidence:
    """What would be ordered. It waits for the shopper's click, or for a plain yes as the very next message."""
    try:
        summary = request.shop.checkouts.begin(request.session, request.user)
    except CheckoutRefused as refused:
        return _refused(request, refused)
    request.state.checkout, request.state.checkout_shown = mark_of(summary.token), request.state.number
    cart = Cart(lines=summary.lines, total=summary.total, currency=summary.currency)
    note = Note(key="checkout", values={"lines": cart.in_words, "total": request.money(summary.total)})
    return Evidence(
        products=[line.product for line in summary.lines],
        notes=[note],
        cart=cart,
        checkout=summary,
        suggestions=[request.say("ask_confirm"), request.say("ask_cart")],
    )


def confirm(request: Request) -> Evidence:
    try:
        order = request.shop.checkouts.confirm(request.session, request.state.checkout, request.user)
    except CheckoutRefused as refused:
        return _refused(request, refused)
    request.state.checkout = ""
    request.state.service.order, request.state.service.spoken = order.order_id, request.state.number
    values = {"number": order.order_id, "total": request.money(order.total)}
    return Evidence(
        products=request.shop.catalogue.known(line.product_id for line in order.lines),
        notes=[Note(key="order_placed", values=values)],
        cart=request.shop.carts.view(request.session),
        order=order,
        suggestions=[request.say("ask_my_orders"), request.say("ask_popular")],
    )


def _refused(request: Request, refused: CheckoutRefused) -> Evidence:
    """The cart as it stands now, and why nothing was ordered."""
    request.state.checkout = ""
    cart = request.shop.carts.view(request.session)
    values: dict[str, object] = {}
    if refused.product_id:
        values = {"title": request.shop.catalogue.get(refused.product_id).title, "left": refused.left}
    return Evidence(
        products=[line.product for line in cart.lines],
        notes=[Note(key=refused.problem, values=values)],
        cart=cart,
        suggestions=[request.say("ask_cart")] if cart.lines else [request.say("ask_popular")],
    )
