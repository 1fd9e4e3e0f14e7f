"""Several requests in one message: a few products for each, one list on the table."""

from __future__ import annotations

from assistant.actions.request import Request
from assistant.replies.conditions import chips
from assistant.topic import belonging
from assistant.turn import Evidence, Note, Understanding
from data.records import shelf_name
from retrieval.filters import Filters
from retrieval.hybrid import Hit

EACH = 3  # products of one request


def act(request: Request) -> Evidence:
    """The first of each request; one that finds nothing is named."""
    notes, ids, reasons = [], list[str](), dict[str, str]()
    for wanted in request.understanding.several:
        hits = [hit for hit in _hits(request, wanted) if hit.product_id not in ids]
        name = _name(request, wanted)
        if not hits:
            notes.append(Note(key="several_none", values={"request": name}))
            continue
        notes.append(Note(key="several_found", values={"request": name, "count": request.pieces(len(hits))}))
        ids += [hit.product_id for hit in hits[:EACH]]
        reasons |= {hit.product_id: name for hit in hits[:EACH]}
    state = request.state
    if not ids:
        return Evidence(notes=notes, suggestions=[request.say("ask_popular")])
    state.leave_topic()
    state.query, state.filters, state.sort, state.offset = "", Filters(), "relevance", 0
    state.show(ids)
    suggestions = [request.say("ask_cheaper"), request.say("ask_compare")]
    return Evidence(products=request.shop.catalogue.known(ids), notes=notes, reasons=reasons, suggestions=suggestions)


def _hits(request: Request, wanted: Understanding) -> list[Hit]:
    catalogue, search = request.shop.catalogue, request.shop.search
    hits = search.search(wanted.query, len(catalogue), wanted.filters) if wanted.filters.category else []
    hits = hits or belonging(search, wanted.query, wanted.filters)
    if wanted.sort in ("price_low", "price_high"):
        sign = 1 if wanted.sort == "price_low" else -1
        hits = sorted(hits, key=lambda hit: sign * float(catalogue.price[hit.row]))
    return sorted(hits, key=lambda hit: not catalogue.in_stock[hit.row])


def _name(request: Request, wanted: Understanding) -> str:
    """What was asked for, with its conditions."""
    shelves = [shelf_name(shelf) for shelf in wanted.filters.category[:1]]
    others = wanted.filters.model_copy(update={"category": []})
    labels = [chip.label for chip in chips(others, request.shop.currency, request.understanding.language)]
    return ", ".join([wanted.query or next(iter(shelves), ""), *labels]).strip(", ")
