"""An opinion: which of the products to take, and what speaks for it, each reason read off the records."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.actions.request import Request
from assistant.answering.several import titles_of
from assistant.turn import Evidence, Note
from data.records import Product
from retrieval.popularity import shrunken_rating

WORTH_A_STAR = 0.35  # how much of the mean price a star of rating outweighs
MOST_OTHERS = 2


def act(request: Request) -> Evidence:
    """One product is judged by itself, of several one is picked."""
    products = request.referenced()
    if not products:
        return Evidence(notes=[request.problem("nothing_shown")])
    in_stock = [product for product in products if product.in_stock] or products
    chosen = max(in_stock, key=lambda product: _value(request, product, in_stock))
    titles = titles_of(products)
    alone = len(products) == 1
    notes = [Note(key="advise_one" if alone else "advise_pick", values={"title": titles[chosen.product_id]})]
    notes += [Note(key="advise_because", values={"reasons": _joined(request, _reasons(request, chosen, in_stock))})]
    others = [product for product in products if product.product_id != chosen.product_id]
    if cheapest := min((p for p in others if p.price < chosen.price), key=lambda p: p.price, default=None):
        values = {"title": titles[cheapest.product_id], "price": request.money(cheapest.price)}
        notes.append(Note(key="advise_cheaper", values=values))
    request.state.focus = [chosen.product_id]
    return Evidence(
        products=[chosen, *others[:MOST_OTHERS]],
        notes=notes,
        suggestions=[request.say("ask_reviews"), request.say("ask_add")],
    )


def _value(request: Request, product: Product, among: Sequence[Product]) -> float:
    """Stars, those that rest on few ratings drawn to the mean, against the price."""
    catalogue = request.shop.catalogue
    stars = float(shrunken_rating(catalogue)[catalogue.row_of(product.product_id)])
    mean = float(np.mean([other.price for other in among])) or 1.0
    return stars - product.price / mean * WORTH_A_STAR


def _reasons(request: Request, chosen: Product, among: Sequence[Product]) -> list[str]:
    reasons = []
    if chosen.rating is not None:
        best = all((other.rating or 0) <= chosen.rating for other in among) and len(among) > 1
        values = {"rating": f"{chosen.rating:g}", "ratings": f"{chosen.rating_count:,}"}
        reasons.append(request.say("advise_best_rated" if best else "advise_rated", **values))
    lowest = all(other.price >= chosen.price for other in among) and len(among) > 1
    reasons.append(request.say("advise_lowest_price" if lowest else "advise_price", price=request.money(chosen.price)))
    wanted = [f"{name}: {value}" for name, values in request.state.filters.attributes.items() for value in values]
    held = [name for name, values in request.state.filters.attributes.items() if values == ["yes"]]
    if said := [*held, *(each for each in wanted if not each.endswith(": yes"))]:
        reasons.append(request.say("advise_has", what=", ".join(said)))
    return reasons


def _joined(request: Request, reasons: Sequence[str]) -> str:
    return ("，" if request.understanding.language == "zh" else ", ").join(reasons)
