""" "Why did you recommend the second one?": the reason of each product asked about, in full."""

from __future__ import annotations

from assistant.actions.request import Request
from assistant.replies.conditions import chips
from assistant.replies.reasons import in_full, say_reason, short_name
from assistant.topic import wish_of
from assistant.turn import Evidence, Note
from data.records import Product
from retrieval.filters import REFUSAL_CHIP

MOST_EXPLAINED = 3  # of a whole list


def explained(request: Request) -> Evidence:
    """Nothing on the table changes."""
    state = request.state
    products = request.referenced() or request.shop.catalogue.known(state.focus or state.shown)[:MOST_EXPLAINED]
    if not products:
        return Evidence(notes=[request.problem("nothing_shown")])
    notes = [_reason(request, product) for product in products]
    if len(products) == 1 and (rating := products[0].rating) is not None:
        values = {
            "title": short_name(products[0].title),
            "rating": f"{rating:g}",
            "ratings": f"{products[0].rating_count:,}",
        }
        notes.append(Note(key="answer_rating", values=values))
    reasons = {
        product.product_id: say_reason(state.reasons[product.product_id], request.understanding.language)
        for product in products
        if product.product_id in state.reasons
    }
    suggestions = [request.say("ask_others"), request.say("ask_add")]
    return Evidence(products=products, notes=notes, reasons=reasons, suggestions=suggestions)


def _reason(request: Request, product: Product) -> Note:
    state = request.state
    if (why := state.reasons.get(product.product_id)) is not None:
        return in_full(why, request.understanding.language)
    title = short_name(product.title)
    if product.product_id not in state.shown:
        return Note(key="why_unknown", values={"title": title})
    given = chips(state.filters, request.shop.currency, request.understanding.language)
    conditions = [chip.label for chip in given if not chip.field.startswith(REFUSAL_CHIP)]
    comma = "、" if request.understanding.language == "zh" else ", "
    words = comma.join([*([wish_of(state.query)] if state.query else []), *conditions])
    return Note(key="why_found" if words else "why_browsed", values={"title": title, "words": words})
