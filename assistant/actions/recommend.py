"""`recommend`: what others like, or what is like the product on the table, each with its reason."""

from __future__ import annotations

from assistant.actions.request import Request
from assistant.actions.search import PAGE
from assistant.replies.phrases import say
from assistant.shop import Shop
from assistant.turn import Evidence, Language, Note, Recommendation
from data.records import Product
from retrieval.filters import Filters

POOL = 60  # popular products from which a varied list is taken
PER_SHELF = 2  # of one list


def act(request: Request) -> Evidence:
    wanted, state = request.understanding, request.state
    known = request.referenced() or request.shop.catalogue.known(state.focus)
    language = wanted.language
    if known:
        found = similar(request.shop, known[0], PAGE, language, wanted.filters)
        note = Note(key="similar", values={"title": known[0].title})
    else:
        found = popular(
            request.shop, PAGE, language, wanted.query, wanted.filters, without=request.shop.owned(request.user)
        )
        note = Note(key="popular")
    state.query, state.filters, state.offset, state.sort = wanted.query, wanted.filters, 0, "relevance"
    state.show([item.product.product_id for item in found])
    return Evidence(
        products=[item.product for item in found],
        notes=[note],
        reasons={item.product.product_id: item.reason for item in found},
        suggestions=[request.say("ask_cheaper"), request.say("ask_compare")],
    )


def popular(
    shop: Shop,
    k: int,
    language: Language,
    query: str = "",
    filters: Filters | None = None,
    without: frozenset[str] = frozenset(),
) -> list[Recommendation]:
    """Popular products that are in stock, of different shelves."""
    filters = (filters or Filters()).model_copy(update={"in_stock": True})
    hits = [hit for hit in shop.search.search(query, POOL, filters) if hit.product_id not in without]
    chosen: list[Recommendation] = []
    shelves: dict[str, int] = {}
    for hit in hits:
        product = shop.catalogue.product(hit.row)
        if not filters.category and not query and product.category:
            shelves[product.category] = shelves.get(product.category, 0) + 1
            if shelves[product.category] > PER_SHELF:
                continue
        chosen.append(Recommendation(product=product, score=hit.score, reason=_why_popular(product, language)))
        if len(chosen) == k:
            break
    return chosen


def similar(
    shop: Shop, product: Product, k: int, language: Language, filters: Filters | None = None
) -> list[Recommendation]:
    """The nearest in meaning that can be bought now."""
    filters = (filters or Filters()).model_copy(update={"in_stock": True})
    reason = say("reason_similar", language, title=product.title)
    return [
        Recommendation(product=shop.catalogue.product(hit.row), score=hit.score, reason=reason)
        for hit in shop.search.similar(product.product_id, k, filters)
    ]


def _why_popular(product: Product, language: Language) -> str:
    if product.rating is None or product.rating_count < 1:
        return say("reason_popular", language)
    return say("reason_rated", language, rating=f"{product.rating:g}", ratings=f"{product.rating_count:,}")
