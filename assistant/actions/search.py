"""`search` and `refine`: a list of products, and the truth about it: how many there are, what stood in the way."""

from __future__ import annotations

from assistant.actions.request import Request
from assistant.turn import Evidence, Note
from data.records import CATEGORY_SEPARATOR, Product
from retrieval.facets import facets, statistics
from retrieval.filters import Chip, Filters
from retrieval.hybrid import Hit
from retrieval.popularity import shrunken_rating
from retrieval.relevance import relevant

PAGE = 6  # products in one list
NEAR_THE_BEST = 0.6  # of the best hit's score
POOL = 200  # hits looked at where the list is sorted by something else than relevance
RELAXING_ORDER = ("colour", "exclude", "attributes", "rating_min", "in_stock", "brand", "price_min", "price_max")


def act(request: Request) -> Evidence:
    wanted = request.understanding
    if wanted.more:
        return _next_page(request)
    hits = _hits(request, wanted.filters)
    if hits:
        notes = [*_opening(request, hits), *_wishes(request)]
        return _listed(request, hits, notes)
    relaxed = _relaxed(request)
    return relaxed or _not_carried(request)


def _hits(request: Request, filters: Filters, offset: int = 0) -> list[Hit]:
    """The relevant hits; a superlative is read off all of them, not off the first page."""
    wanted, search = request.understanding, request.shop.search
    if wanted.sort == "relevance" and not wanted.counting:
        hits = search.search(wanted.query, PAGE, filters, offset=offset)
        return _relevant(wanted.query, filters, hits)
    # The whole shelf where there is one, else everything that the search takes for it.
    hits = search.search(
        "" if filters.category else wanted.query, len(search.catalogue) if filters.category else POOL, filters
    )
    hits = _relevant("" if filters.category else wanted.query, filters, hits)
    return sorted(hits, key=lambda hit: _order(request, hit))[offset:]


def _relevant(query: str, filters: Filters, hits: list[Hit]) -> list[Hit]:
    """Nothing where even the best hit is not what was asked for; else what comes near enough to the best."""
    if not query or filters.category:
        return hits  # the shelf itself was named
    best = max((hit.score for hit in hits), default=0.0)
    if not any(relevant(hit) for hit in hits):
        return []
    return [hit for hit in hits if relevant(hit) or hit.score >= NEAR_THE_BEST * best]


def _order(request: Request, hit: Hit) -> float:
    catalogue = request.shop.catalogue
    if request.understanding.sort == "rating":
        return -float(shrunken_rating(catalogue)[hit.row])
    if request.understanding.sort == "relevance":
        return 0.0
    price = float(catalogue.price[hit.row])
    return price if request.understanding.sort == "price_low" else -price


def _next_page(request: Request) -> Evidence:
    wanted, state = request.understanding, request.state
    if not (state.query or state.filters or state.shown):
        return Evidence(notes=[Note(key="no_list_yet")])
    offset = state.offset + PAGE
    hits = _hits(request, wanted.filters, offset)[:PAGE]
    if not hits:
        return Evidence(products=_products(request, state.shown), notes=[Note(key="no_more")])
    state.offset = offset
    return _listed(request, hits, [Note(key="more")], keep_offset=True)


def _listed(request: Request, hits: list[Hit], notes: list[Note], *, keep_offset: bool = False) -> Evidence:
    state, wanted = request.state, request.understanding
    ids = [hit.product_id for hit in hits[:PAGE]]
    state.query, state.filters, state.sort = wanted.query, wanted.filters, wanted.sort
    if not keep_offset:
        state.offset = 0
    state.show(ids)
    return Evidence(
        products=_products(request, ids),
        total=_total(request, hits),
        notes=notes,
        suggestions=_suggestions(request),
        elaborate=not wanted.counting,
    )


def _products(request: Request, ids: list[str]) -> list[Product]:
    catalogue = request.shop.catalogue
    return [catalogue.get(product_id) for product_id in ids if product_id in catalogue]


def _total(request: Request, hits: list[Hit]) -> int | None:
    """How many there are: exact where the conditions say what belongs, unknown where only likeness does."""
    wanted = request.understanding
    if wanted.filters.category or not wanted.query:
        return int(wanted.filters.mask(request.shop.catalogue).sum())
    return len(hits) if wanted.sort != "relevance" or wanted.counting else None


def _opening(request: Request, hits: list[Hit]) -> list[Note]:
    wanted = request.understanding
    total = _total(request, hits)
    first = request.shop.catalogue.product(hits[0].row)
    if wanted.counting and total is not None:
        prices = [float(request.shop.catalogue.price[hit.row]) for hit in hits]
        spread = {"low": request.money(min(prices)), "high": request.money(max(prices))}
        return [Note(key="counted", values={"count": request.pieces(total), **spread})]
    count = request.pieces(total or len(hits))
    if wanted.sort in ("price_low", "price_high"):
        key = "cheapest" if wanted.sort == "price_low" else "dearest"
        return [Note(key=key, values={"count": count, "title": first.title, "price": request.money(first.price)})]
    if wanted.sort == "rating" and first.rating is not None:
        values = {
            "count": count,
            "title": first.title,
            "rating": f"{first.rating:g}",
            "ratings": f"{first.rating_count:,}",
        }
        return [Note(key="best_rated", values=values)]
    if total == 1:
        return [Note(key="found_one")]
    if total is not None:
        return [Note(key="found", values={"count": count})] if wanted.filters or wanted.query else [Note(key="browse")]
    return [Note(key="found_many", values={"query": wanted.query})]


def _wishes(request: Request) -> list[Note]:
    unknown = [Note(key="unknown_brand", values={"value": value}) for value in request.understanding.unknown]
    return unknown + [Note(key="wish", values={"wish": wish}) for wish in request.understanding.wishes]


def _relaxed(request: Request) -> Evidence | None:
    """Nothing met all conditions: name the one that stands in the way, and offer what there is without it.

    A condition that has just been added is the likeliest to be meant, so it is tried first.
    """
    wanted, state = request.understanding, request.state
    chips = [chip for chip in wanted.filters.chips(request.shop.currency) if chip.field != "category"]
    old = {(chip.field, chip.value) for chip in state.filters.chips()}
    for chip in sorted(chips, key=lambda chip: ((chip.field, chip.value) in old, _relaxing_rank(chip))):
        without = wanted.filters.without(chip.field, chip.value)
        hits = _hits(request, without)
        if hits:
            return _nearest(request, chip, without, hits)
    return (
        Evidence(notes=[Note(key="nothing_at_all")])
        if len(chips) > 1 and _hits(request, _shelf(wanted.filters))
        else None
    )


def _shelf(filters: Filters) -> Filters:
    return Filters(category=filters.category)


def _relaxing_rank(chip: Chip) -> int:
    name = chip.field.split(":")[0]
    return RELAXING_ORDER.index(name) if name in RELAXING_ORDER else RELAXING_ORDER.index("attributes")


def _nearest(request: Request, chip: Chip, without: Filters, hits: list[Hit]) -> Evidence:
    wanted, catalogue = request.understanding, request.shop.catalogue
    if chip.field in ("price_max", "price_min"):
        below = chip.field == "price_max"
        # The price nearest to the bound, over everything that belongs to the topic.
        everything = (
            hits
            if without.category
            else _relevant(wanted.query, without, request.shop.search.search(wanted.query, POOL, without))
        )
        hits = sorted(everything, key=lambda hit: float(catalogue.price[hit.row]) * (1 if below else -1))
        bound = request.money(float(chip.value))
        nearest = request.money(float(catalogue.price[hits[0].row]))
        key = "none_below" if below else "none_above"
        note = Note(key=key, values={"bound": bound, "price": nearest})
    else:
        count = request.pieces(len(hits) if not without.category else int(without.mask(catalogue).sum()))
        note = Note(key="none_with", values={"condition": chip.label, "count": count})
    request.understanding.filters = without
    return _listed(request, hits, [note, *_wishes(request)])


def _not_carried(request: Request) -> Evidence:
    """The search found nothing that is what was asked for."""
    wanted = request.understanding
    if wanted.counting and not wanted.query:
        return Evidence(notes=[Note(key="counted_none")])
    counts = facets(request.shop.catalogue, Filters().mask(request.shop.catalogue)).categories
    shelves = sorted((path for path in counts if path), key=lambda path: -counts[path])
    top = [path.rsplit(CATEGORY_SEPARATOR, 1)[-1] for path in shelves if path.count(CATEGORY_SEPARATOR) <= 1]
    names = ", ".join(dict.fromkeys(top[:6])) or request.pieces(len(request.shop.catalogue))
    query = wanted.query or request.message
    # What code read as a search was one; what was only taken for one may have been a remark.
    key = "not_carried" if wanted.source == "rules" else "found_nothing"
    return Evidence(notes=[Note(key=key, values={"query": query[:80], "shelves": names})])


def _suggestions(request: Request) -> list[str]:
    """What a shopper might say next: only what would lead somewhere."""
    wanted, catalogue = request.understanding, request.shop.catalogue
    mask = wanted.filters.mask(catalogue)
    suggestions = [request.say("ask_cheaper")]
    if wanted.filters.category and not wanted.filters.colour:
        colours = facets(catalogue, mask).colours
        suggestions += [request.say("ask_colour", value=value) for value in list(colours)[:2]]
    if len(request.state.shown) > 1:
        suggestions.append(request.say("ask_compare"))
    if statistics(catalogue, mask).count > PAGE:
        suggestions.append(request.say("ask_more"))
    return suggestions
