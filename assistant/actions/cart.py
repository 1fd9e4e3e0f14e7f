"""`cart`: add, remove, change, look. Only what the shopper's own words or clicks name is ever changed."""

from __future__ import annotations

import re

from assistant.actions import checkout
from assistant.actions.policy_quotes import quote
from assistant.actions.request import Request
from assistant.answering.question import Question
from assistant.carts import MOST_PIECES, Change
from assistant.turn import Cart, CartOperation, Evidence, Note
from data.records import Product

_ASKS = re.compile(r"\b(?:how|what|when|can|do|is|will|where)\b|\?|[吗嗎怎么麼多几]", re.IGNORECASE)
MANY = 3  # products added by one message


def act(request: Request) -> Evidence:
    operation: CartOperation = request.understanding.operation or "view"
    if operation == "view":
        return _view(request)
    if operation == "checkout":
        return checkout.show(request)
    if operation == "confirm":
        return checkout.confirm(request)
    if operation == "clear":
        request.shop.carts.clear(request.session)
        return Evidence(notes=[Note(key="cart_cleared")], cart=Cart(currency=request.shop.currency))
    quantity = request.understanding.quantity
    if quantity is not None and (quantity < 0 or (quantity == 0 and operation == "add")):
        return Evidence(notes=[Note(key="bad_quantity")])
    products = _meant(request)
    if operation == "offer":
        return _offered(request, products)
    if not products and operation != "add" and not request.shop.carts.view(request.session).lines:
        return _view(request)  # nothing can be taken out of an empty cart
    if not products:
        return Evidence(notes=[request.problem("which_one" if request.state.shown else "nothing_shown")])
    pieces = request.understanding.quantities
    otherwise = quantity if not pieces or operation != "add" else 1
    notes = [
        note
        for product in products
        for note in _changed(request, product, operation, pieces.get(product.product_id, otherwise))
    ]
    notes = [*_together(request, notes), *_asked_beside(request, operation), *_unstated_sizes(request, products)]
    request.state.focus = [product.product_id for product in products]
    cart = request.shop.carts.view(request.session)
    return Evidence(
        products=products, notes=notes, cart=cart, suggestions=[request.say("ask_cart"), request.say("ask_checkout")]
    )


def _asked_beside(request: Request, operation: CartOperation) -> list[Note]:
    """ "the trowel then, can it come by courier?": the rules that are asked for with it."""
    asks = operation == "add" and Question(request.message).policies and _ASKS.search(request.message)
    return quote(request, request.shop.policy_book.answer(request.message).passages).notes if asks else []


def _unstated_sizes(request: Request, products: list[Product]) -> list[Note]:
    """A size that no listing states is not in the cart, either."""
    wishes = request.understanding.wishes
    stated = [f"{product.title} {' '.join(product.attributes.values())}".casefold() for product in products]
    missing = [wish for wish in wishes if not all(_says(text, wish) for text in stated)]
    values = {"size": ", ".join(missing), "contact": request.contact()}
    return [Note(key="cart_size_unstated", values=values)] if missing else []


def _says(text: str, size: str) -> bool:
    bare = re.escape(size.casefold().removeprefix("size").strip())
    return bool(re.search(rf"(?<![a-z0-9]){bare}(?![a-z0-9])", text))


def _offered(request: Request, products: list[Product]) -> Evidence:
    """Whether these are to go into the cart, where that was understood by a mere guess."""
    wanted, state = request.understanding, request.state
    if not products:
        return Evidence(notes=[Note(key="not_understood")])
    otherwise = max(1, (wanted.quantity or 1) if not wanted.quantities else 1)
    state.offer = {p.product_id: max(1, wanted.quantities.get(p.product_id, otherwise)) for p in products}
    state.offer_made, state.focus = state.number, list(state.offer)
    separator = "、" if wanted.language == "zh" else ", "
    lines = separator.join(f"{state.offer[product.product_id]} × {product.title}" for product in products)
    return Evidence(products=products, notes=[Note(key="cart_offer", values={"lines": lines})])


def _together(request: Request, notes: list[Note]) -> list[Note]:
    """One sentence for many products that were added; what stood in the way of one is still said."""
    added = [note for note in notes if note.key == "cart_added"]
    if len(added) < MANY:
        return notes
    pieces = request.pieces(sum(int(note.values["quantity"]) for note in added))
    all_added = Note(key="cart_added_all", values={"count": pieces, "total": added[-1].values["total"]})
    return [*(note for note in notes if note.key != "cart_added"), all_added]


def _meant(request: Request) -> list[Product]:
    products = request.referenced()
    if products or request.understanding.problem:
        return products
    lines = request.shop.carts.view(request.session).lines
    if request.understanding.operation in ("remove", "set"):
        spoken_of = [line.product for line in lines if line.product.product_id in request.state.focus]
        return spoken_of[-1:] or ([lines[0].product] if len(lines) == 1 else [])
    focus = request.shop.catalogue.known(request.state.focus)
    if not focus and len(request.state.shown) == 1:
        focus = request.shop.catalogue.known(request.state.shown)
    return focus[-1:]


def _changed(request: Request, product: Product, operation: CartOperation, quantity: int | None) -> list[Note]:
    carts, session = request.shop.carts, request.session
    in_cart = {line.product.product_id for line in carts.view(session).lines}
    if operation != "add" and product.product_id not in in_cart:
        return [Note(key="cart_not_in")]
    key = request.key_of(product)
    if operation == "add":
        change = carts.add(session, product.product_id, quantity or 1, request.user, key=key)
    else:
        there = next(line.quantity for line in carts.view(session).lines if line.product == product)
        fewer = 0 if quantity is None else max(0, there - quantity)
        pieces = fewer if operation == "remove" else 1 if quantity is None else quantity
        change = carts.set(session, product.product_id, pieces, request.user, key=key)
    return [*_obstacle(product, change), *_outcome(request, product, operation, change)]


def _obstacle(product: Product, change: Change) -> list[Note]:
    if not change.obstacle:
        return []
    return [Note(key=change.obstacle, values={"title": product.title, "stock": product.stock, "most": MOST_PIECES})]


def _outcome(request: Request, product: Product, operation: CartOperation, change: Change) -> list[Note]:
    total = request.money(request.shop.carts.view(request.session).total)
    if change.after == change.before:
        return (
            []
            if change.after == 0
            else [Note(key="cart_unchanged", values={"title": product.title, "quantity": change.after})]
        )
    if change.after == 0:
        return [Note(key="cart_removed", values={"title": product.title, "total": total})]
    added = operation == "add"
    quantity = change.after - change.before if added else change.after
    key = "cart_added" if added else "cart_set"
    return [Note(key=key, values={"title": product.title, "quantity": quantity, "total": total})]


def _view(request: Request) -> Evidence:
    cart = request.shop.carts.view(request.session)
    if not cart.lines:
        notes = [Note(key="cart_empty")]
    else:
        notes = [Note(key="cart_view", values={"lines": cart.in_words, "total": request.money(cart.total)})]
    return Evidence(
        products=[line.product for line in cart.lines],
        notes=notes,
        cart=cart,
        suggestions=[request.say("ask_checkout")] if cart.lines else [],
    )
